package io.leonardoroutes.models;

import io.leonardoroutes.json.SchemaPart;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;

/**
 * Translates the standard constraints of Bean Validation, which a user's model or a constraint
 * mapping may use, to JSON Schema, as far as the two agree.
 */
final class StandardRules {
  private StandardRules() {}

  static void say(Annotation rule, SchemaPart schema) {
    if (rule instanceof NotNull) {
      schema.require();
    } else if (rule instanceof NotBlank) {
      schema.require();
      schema.put("pattern", "[^\\x00- ]");
    } else if (rule instanceof Min min) {
      schema.put("minimum", min.value());
    } else if (rule instanceof Max max) {
      schema.put("maximum", max.value());
    } else if (rule instanceof Size size && schema.isArray()) {
      // for texts it counts UTF-16 units, which no keyword does; an empty array counts as absent
      schema.put("maxItems", size.max());
    }
  }
}
