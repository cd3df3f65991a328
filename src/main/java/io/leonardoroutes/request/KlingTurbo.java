package io.leonardoroutes.request;

import io.leonardoroutes.json.ModelParameters;
import jakarta.validation.Valid;
import java.util.List;

/**
 * Kling 3.0 Turbo: makes a video from a text and, if one is given, a picture to start from.
 *
 * <p>Source: the provider's page "Kling 3.0 Turbo".
 */
public final class KlingTurbo implements Model {

  @Override
  public String id() {
    return "kling-3.0-turbo";
  }

  @Override
  public Class<? extends ModelParameters> parameters() {
    return Video.class;
  }

  /** The parameters of the video. */
  @BothOrNeither(first = "width", second = "height")
  @OneOfSizes({"1280x720", "960x960", "720x1280", "1920x1080", "1440x1440", "1080x1920", "0x0"})
  record Video(
      @FieldDescription("what the video shows")
          @Required
          @Filled
          @Length(max = 2500, allowed = "1..{max}")
          String prompt,
      @FieldDescription("pictures that guide the video") @Valid Guidances guidances,
      @FieldDescription("in seconds")
          @Between(min = 3, max = 15, unit = "seconds", below = "too short", above = "too long")
          Integer duration,
      @FieldDescription("whether the video has sound") Boolean motionHasAudio,
      @FieldDescription("in pixels; 0 with height 0 leaves the size to the model") Integer width,
      @FieldDescription("in pixels; 0 with width 0 leaves the size to the model") Integer height,
      @FieldDescription("a tier of sizes; sent only when given")
          @Deprecated
          @OneOf({"RESOLUTION_720", "RESOLUTION_1080"})
          String mode,
      @FieldDescription("how many videos")
          @Between(
              min = 1,
              max = 1,
              message = "{value} is {off} for {model}: {max}",
              allowed = "{max}")
          Integer quantity)
      implements ModelParameters {

    Video {
      duration = duration == null ? 5 : duration;
      motionHasAudio = motionHasAudio == null || motionHasAudio;
      quantity = quantity == null ? 1 : quantity;
    }

    @Override
    public List<String> warnings() {
      return mode == null
          ? List.of()
          : List.of("`mode` is deprecated for kling-3.0-turbo: give `width` and `height` instead");
    }
  }

  /** Pictures that guide the video. */
  record Guidances(
      @FieldDescription("a picture to start from") @AtMost(1)
          List<
                  @Valid @ImageTypes({"INIT", "GENERATION", "UPLOADED", "GENERATED", "VARIATION"})
                  ImageItem>
              startFrame) {}
}
