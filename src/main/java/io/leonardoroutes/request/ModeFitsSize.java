package io.leonardoroutes.request;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.InSchema;
import io.leonardoroutes.json.RecordShape;
import io.leonardoroutes.json.RuleContext;
import io.leonardoroutes.json.SchemaPart;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The mode and the size, if both are given, belong to the same tier. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ModeFitsSize.Check.class)
public @interface ModeFitsSize {
  Tier[] value();

  /** A mode and its sizes, in pixels, for example {@code 1280x720}. */
  @interface Tier {
    String mode();

    String[] sizes();
  }

  String message() default "{value} does not fit {size}: {fitting} does";

  String code() default "size";

  String allowed() default "{fitting}";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};

  /** Checks the rule, and adds it to the JSON Schema. */
  final class Check implements ConstraintValidator<ModeFitsSize, Record>, InSchema<ModeFitsSize> {
    private List<Tier> tiers;

    @Override
    public void initialize(ModeFitsSize rule) {
      tiers = List.of(rule.value());
    }

    @Override
    public boolean isValid(Record record, ConstraintValidatorContext context) {
      Object mode = RecordShape.value(record, "mode");
      String size = RecordShape.value(record, "width") + "x" + RecordShape.value(record, "height");
      String fitting =
          tiers.stream()
              .filter(tier -> List.of(tier.sizes()).contains(size))
              .map(Tier::mode)
              .findFirst()
              .orElse(null);
      boolean modeExists = tiers.stream().anyMatch(tier -> tier.mode().equals(mode));
      return !modeExists
          || fitting == null
          || fitting.equals(mode)
          || RuleContext.report(
              context,
              "mode",
              List.of("mode", "width", "height"),
              Map.of("size", size, "fitting", fitting));
    }

    @Override
    public void say(ModeFitsSize rule, SchemaPart schema) {
      Set<String> seen = new HashSet<>();
      for (Tier tier : rule.value()) {
        List<String> others =
            Stream.of(rule.value()).map(Tier::mode).filter(m -> !m.equals(tier.mode())).toList();
        // as in isValid, a size in two tiers belongs to the first
        List<ObjectNode> sizes =
            Stream.of(tier.sizes()).filter(seen::add).map(schema::size).toList();
        if (!sizes.isEmpty() && !others.isEmpty()) {
          schema.when(
              SchemaPart.any(sizes),
              schema.at("mode", SchemaPart.not(SchemaPart.one("enum", others))));
        }
      }
    }
  }
}
