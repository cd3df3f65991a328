package io.leonardoroutes.models;

import io.leonardoroutes.json.SchemaPart;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;

/**
 * The constraints of Bean Validation itself in JSON Schema, as far as both mean the same: a model
 * of a user's, or a constraint mapping, may use them.
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
      // a text it measures in UTF-16 units, which no keyword does; an empty array is absent
      schema.put("maxItems", size.max());
    }
  }
}
