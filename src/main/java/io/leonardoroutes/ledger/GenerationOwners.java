package io.leonardoroutes.ledger;

import io.leonardoroutes.job.Job;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Finds the job that owns a generation. The provider's list may show an id in another spelling than
 * the answer to the create did: with other letter case, or a UUID without its hyphens.
 */
final class GenerationOwners {
  /** The same for all spellings of an id, and perhaps for another id too. */
  static final String ALIKE = "lower(replace(generation_id, '-', ''))";

  private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

  private GenerationOwners() {}

  /** The jobs that have these generations, by the ids as they are given. */
  static Map<String, Job> of(Handle handle, Collection<String> generationIds) {
    Map<String, Job> owners = new HashMap<>();
    for (List<String> batch : JobQueries.batches(generationIds)) {
      Map<String, Job> found = new HashMap<>();
      handle
          .createQuery("SELECT * FROM job WHERE " + ALIKE + " IN (<ids>)")
          .bindList("ids", batch.stream().flatMap(GenerationOwners::alike).distinct().toList())
          .map(JobMapper::read)
          .forEach(job -> found.putIfAbsent(key(job.generationId()), job));
      batch.forEach(id -> owners.computeIfAbsent(id, given -> found.get(key(given))));
    }
    return owners;
  }

  /** What {@link #ALIKE} is of an id: the databases differ in what they take for a letter. */
  static Stream<String> alike(String generationId) {
    String plain = JobMapper.storable(generationId).replace("-", "");
    String ascii =
        CAPITALS.matcher(plain).replaceAll(found -> found.group().toLowerCase(Locale.ROOT));
    return Stream.of(ascii, plain.toLowerCase(Locale.ROOT));
  }

  /** The same for all spellings of an id, and for no other id. */
  static String key(String generationId) {
    String plain = generationId.replace("-", "").toLowerCase(Locale.ROOT);
    return plain.matches("[0-9a-f]{32}") ? plain : generationId.toLowerCase(Locale.ROOT);
  }
}
