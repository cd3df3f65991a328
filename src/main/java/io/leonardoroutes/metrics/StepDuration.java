package io.leonardoroutes.metrics;

import java.time.Duration;
import java.util.stream.DoubleStream;

/** The durations that are measured, each as a histogram with fixed buckets. */
enum StepDuration {
  ACCEPT(
      "leonardo.accept.duration",
      "From a request's first step to its answer: accepted durably, already known, or rejected",
      0.001,
      0.0025,
      0.005,
      0.01,
      0.025,
      0.05,
      0.1,
      0.25,
      0.5,
      1,
      2.5,
      5,
      10),
  QUEUE_WAIT(
      "leonardo.queue.wait.duration",
      "From the acceptance of a job, or its approval, to its first create",
      0.1,
      0.5,
      1,
      5,
      15,
      60,
      300,
      900,
      3_600,
      14_400,
      86_400),
  PROVIDER_CALL(
      "leonardo.provider.call.duration",
      "Calls to the provider, by the step that makes them and by their outcome",
      0.05,
      0.1,
      0.25,
      0.5,
      1,
      2.5,
      5,
      10,
      30,
      60,
      120),
  GENERATION(
      "leonardo.generation.duration",
      "From the create to the end of the job at the provider, as its polls show it",
      15,
      30,
      60,
      120,
      180,
      300,
      600,
      900,
      1_800,
      3_600,
      7_200),
  DOWNLOAD(
      "leonardo.download.duration",
      "One try to download a video",
      0.25,
      0.5,
      1,
      2.5,
      5,
      10,
      30,
      60,
      300,
      900,
      1_800),
  DELIVERY(
      "leonardo.delivery.duration",
      "One try to deliver an event or a video to a sink",
      0.005,
      0.01,
      0.025,
      0.05,
      0.1,
      0.25,
      0.5,
      1,
      2.5,
      5,
      10,
      30,
      60,
      300),
  JOB(
      "leonardo.job.duration",
      "From the acceptance of a job to its end, with the video downloaded",
      15,
      30,
      60,
      120,
      180,
      300,
      600,
      900,
      1_800,
      3_600,
      14_400,
      86_400);

  final String meter;
  final String description;
  private final double[] buckets;

  StepDuration(String meter, String description, double... buckets) {
    this.meter = meter;
    this.description = description;
    this.buckets = buckets;
  }

  /** The upper bounds of the buckets. */
  Duration[] buckets() {
    return DoubleStream.of(buckets)
        .mapToObj(seconds -> Duration.ofNanos((long) (seconds * 1e9)))
        .toArray(Duration[]::new);
  }
}
