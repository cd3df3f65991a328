package io.leonardoroutes.request;

import jakarta.validation.Valid;

/**
 * A picture in one of a model's lists: a frame of the video, or a reference for its style or
 * content. The list says with {@link ImageTypes} which types are possible.
 */
public record ImageItem(@Required @Valid Image image) {

  /** A picture that was uploaded to the provider or made by it. */
  public record Image(
      @FieldDescription("the provider's id of the picture") @Required @Filled @NotPlaceholder
          String id,
      @FieldDescription("how the provider came by the picture") @Required String type) {}
}
