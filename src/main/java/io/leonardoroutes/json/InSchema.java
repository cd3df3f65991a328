package io.leonardoroutes.json;

import java.lang.annotation.Annotation;

/**
 * A rule that can also be expressed in JSON Schema. The validator of a constraint implements it, so
 * that the rule and its schema stand in one file; a constraint that does not leaves the schema
 * wider than the rule.
 *
 * @param <A> the constraint
 */
public interface InSchema<A extends Annotation> {

  /** Adds the rule to the schema of the field or, for a rule across fields, of the object. */
  void say(A rule, SchemaPart schema);
}
