package io.leonardoroutes.request;

import io.leonardoroutes.json.ChainedVideo;
import io.leonardoroutes.json.ModelParameters;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Optional;

/**
 * Kling O3: makes a video from a text, from pictures, or by editing a video.
 *
 * <p>Source: the provider's page "Kling O3".
 */
public final class KlingO3 implements Model {
  /** In seconds, of a video that is edited. */
  private static final int LONGEST_EDITED = 10;

  @Override
  public String id() {
    return "kling-video-o-3";
  }

  @Override
  public Class<? extends ModelParameters> parameters() {
    return Video.class;
  }

  /** The parameters of the video. */
  @BothOrNeither(first = "width", second = "height")
  @OneOfSizes({"1280x720", "960x960", "720x1280", "1920x1080", "1440x1440", "1080x1920"})
  @ModeFitsSize({
    @ModeFitsSize.Tier(
        mode = "RESOLUTION_720",
        sizes = {"1280x720", "960x960", "720x1280"}),
    @ModeFitsSize.Tier(
        mode = "RESOLUTION_1080",
        sizes = {"1920x1080", "1440x1440", "1080x1920"})
  })
  @BetweenWith(
      field = "duration",
      with = "guidances.video_reference_base",
      min = 3,
      max = LONGEST_EDITED,
      unit = "seconds",
      below = "too short",
      above = "too long")
  record Video(
      @FieldDescription("what the video shows")
          @Required
          @Filled
          @Length(max = 1500, allowed = "1..{max}")
          String prompt,
      @FieldDescription("in seconds; left to the provider when absent")
          @Between(min = 3, max = 15, unit = "seconds", below = "too short", above = "too long")
          Integer duration,
      @FieldDescription("in pixels; a size that is absent is that of the start frame")
          Integer width,
      @FieldDescription("in pixels") Integer height,
      @FieldDescription("the tier that the size belongs to")
          @OneOf({"RESOLUTION_720", "RESOLUTION_1080"})
          String mode,
      @FieldDescription("whether the video has sound; not kept when a video is edited")
          Boolean motionHasAudio,
      @FieldDescription("pictures and videos that guide the video") @Valid Guidances guidances)
      implements ModelParameters {

    @Override
    public Optional<ChainedVideo> chainedVideo() {
      return Optional.ofNullable(guidances)
          .map(Guidances::videoReferenceBase)
          .map(videos -> videos.get(0))
          .map(VideoItem::video)
          .map(Clip::job)
          .map(
              job ->
                  new ChainedVideo(
                      "/parameters/guidances/video_reference_base/0/video/job",
                      job,
                      LONGEST_EDITED));
    }

    @Override
    public List<String> warnings() {
      boolean editsVideo = guidances != null && guidances.videoReferenceBase() != null;
      return editsVideo && Boolean.TRUE.equals(motionHasAudio)
          ? List.of(
              "audio is not kept with `video_reference_base`: `motion_has_audio` has no effect")
          : List.of();
    }
  }

  /** Pictures and videos that guide the video. */
  @Requires(field = "end_frame", needs = "start_frame")
  @Excludes(
      field = "image_reference",
      others = {"start_frame", "end_frame"})
  @Excludes(
      field = "video_reference_base",
      others = {"start_frame", "end_frame"})
  @AtMostWith(field = "image_reference", with = "video_reference_base", max = 4)
  record Guidances(
      @FieldDescription("a picture to start from") @AtMost(1)
          List<@Valid @ImageTypes({"GENERATED", "UPLOADED"}) ImageItem> startFrame,
      @FieldDescription("a picture to end with") @AtMost(1)
          List<@Valid @ImageTypes({"GENERATED", "UPLOADED"}) ImageItem> endFrame,
      @FieldDescription("pictures as models of style or content") @AtMost(7)
          List<@Valid @ImageTypes({"GENERATED", "UPLOADED"}) ImageItem> imageReference,
      @FieldDescription("a video to edit") @AtMost(1) List<@Valid VideoItem> videoReferenceBase) {}

  /** A video to edit. */
  record VideoItem(@Required @Valid Clip video) {}

  /** A video that the provider has made, by its id; or the video of a job of ours. */
  @RequiredUnless(field = "id", others = "job")
  @RequiredUnless(field = "type", others = "job")
  @Excludes(
      field = "job",
      others = {"id", "type"})
  record Clip(
      @FieldDescription("the provider's id of the video") @Filled @NotPlaceholder String id,
      @FieldDescription("how the provider came by the video") @OneOf("GENERATED") String type,
      @FieldDescription(
              "the id or reference of a job of yours, in place of id and type: its video is taken"
                  + " once it is there")
          @Filled
          @NotPlaceholder
          @Length(min = 1, max = 200, message = Length.BOTH_ENDS)
          String job) {}
}
