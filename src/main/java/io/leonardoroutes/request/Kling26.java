package io.leonardoroutes.request;

import io.leonardoroutes.json.ModelParameters;
import jakarta.validation.Valid;
import java.util.List;

/**
 * Kling 2.6: makes a video from a text and, if one is given, a picture to start from.
 *
 * <p>Source: the provider's page "Kling 2.6", as of 2026-01-23.
 */
public final class Kling26 implements Model {

  @Override
  public String id() {
    return "kling-2.6";
  }

  @Override
  public Class<? extends ModelParameters> parameters() {
    return Video.class;
  }

  /** The parameters of the video. */
  @BothOrNeither(first = "width", second = "height")
  @OneOfSizes({"1920x1080", "1440x1440", "1080x1920"})
  record Video(
      @FieldDescription("what the video shows")
          @Required
          @Filled
          @Length(max = 1500, allowed = "1..{max}")
          String prompt,
      @FieldDescription("in seconds; left to the provider when absent") @OneOf({"5", "10"})
          Integer duration,
      @FieldDescription("in pixels; a size that is absent is left to the provider") Integer width,
      @FieldDescription("in pixels") Integer height,
      @FieldDescription("whether the video has sound") Boolean motionHasAudio,
      @FieldDescription("pictures that guide the video") @Valid Guidances guidances)
      implements ModelParameters {}

  /** Pictures that guide the video. */
  record Guidances(
      @FieldDescription("a picture to start from") @AtMost(1)
          List<@Valid @ImageTypes({"GENERATED", "UPLOADED"}) ImageItem> startFrame) {}
}
