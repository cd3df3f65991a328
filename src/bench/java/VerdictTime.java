import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.request.RequestValidation;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How long a verdict takes, from the text of a request to its violations, for one that is right and
 * one that is wrong in many places, of each model.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' VerdictTime [requests]
 * </pre>
 */
final class VerdictTime {
  private static final String RIGHT =
      """
      {"model":"%s","public":false,"reference":"r-1","priority":4,"sinks":["outbox"],"parameters":
      {"prompt":"%s","duration":5,"motion_has_audio":true,"width":1920,"height":1080,"guidances":
      {"start_frame":[{"image":{"id":"5f3c1a80-9d1e-4b59-8c1f-2f4f8b6f7a11","type":"UPLOADED"}}]}}}\
      """;
  private static final String WRONG =
      """
      {"model":"%s","publik":1,"priority":10,"sinks":["s3"],"parameters":
      {"promt":"%s","prompt":" ","duration":20,"motion_has_audio":"true","width":1920,"height":1081,
      "mode":"4K","guidances":{"start_frame":[{"image":{"id":"<YOUR_START_IMAGE_ID>","type":"URL"}},{}],
      "end_frame":[{"image":{}}]}}}\
      """;

  public static void main(String[] arguments) throws Exception {
    int requests = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    Set<String> sinks = Set.of("outbox");
    ModelRegistry models = ModelRegistry.found(RequestValidation.validatorFactory(sinks), sinks);
    ObjectMapper json = StrictJson.mapper();
    for (String model : models.ids()) {
      for (String request : List.of(RIGHT, WRONG)) {
        String text = request.formatted(model, "The koala plays with the cat. ".repeat(40));
        long start = System.nanoTime();
        int violations = models.check(json.readValue(text, JsonNode.class)).size();
        long first = System.nanoTime() - start;
        measure(models, json, text, requests / 5);
        long[] nanos = measure(models, json, text, requests);
        System.out.printf(
            "%s, %d violations: p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms, the first %.1f ms%n",
            model,
            violations,
            nanos[requests / 2] / 1e6,
            nanos[(int) (requests * 0.99)] / 1e6,
            nanos[(int) (requests * 0.999)] / 1e6,
            first / 1e6);
      }
    }
  }

  private static long[] measure(ModelRegistry models, ObjectMapper json, String text, int requests)
      throws Exception {
    long[] nanos = new long[requests];
    for (int i = 0; i < requests; i++) {
      long start = System.nanoTime();
      models.check(json.readValue(text, JsonNode.class));
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos;
  }
}
