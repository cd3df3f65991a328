package io.leonardoroutes.request;

import jakarta.validation.Valid;

/**
 * A picture in a list of a model's, as a frame of the video or as an example of its style or
 * content. Which {@link ImageTypes} it may be of is for the list to say.
 */
public record ImageItem(@Required @Valid Image image) {

  /** A picture that the provider has: uploaded to it or made by it. */
  public record Image(
      @FieldDescription("the provider's id of the picture") @Required @Filled @NotPlaceholder
          String id,
      @FieldDescription("how the provider came by the picture") @Required String type) {}
}
