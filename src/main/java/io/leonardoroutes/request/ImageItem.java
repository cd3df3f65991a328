package io.leonardoroutes.request;

import jakarta.validation.Valid;

/**
 * A picture in one of a model's lists: a frame of the video, or a reference for its style or
 * content. The list says with {@link ImageTypes} which types are possible.
 */
public record ImageItem(@Required @Valid Image image) {

  /**
   * A picture that was uploaded to the provider or made by it; or one that is uploaded before the
   * request is sent, and then has the id and type of that.
   */
  @RequiredUnless(
      field = "id",
      others = {"file", "url"})
  @RequiredUnless(
      field = "type",
      others = {"file", "url"})
  @Excludes(
      field = "file",
      others = {"id", "type", "url"})
  @Excludes(
      field = "url",
      others = {"id", "type"})
  public record Image(
      @FieldDescription("the provider's id of the picture") @Filled @NotPlaceholder String id,
      @FieldDescription("how the provider came by the picture") String type,
      @FieldDescription(
              "in place of id and type: a picture beside the dropped file, or a part of the form")
          @Filled
          String file,
      @FieldDescription("in place of id and type: where to fetch the picture") @Filled
          String url) {}
}
