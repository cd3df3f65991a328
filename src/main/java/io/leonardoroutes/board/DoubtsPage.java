package io.leonardoroutes.board;

import java.util.List;

/**
 * The jobs of which nobody knows whether they were billed.
 *
 * @param byList whether the provider's list settles them, rather than only a person
 */
record DoubtsPage(List<JobRow> jobs, boolean none, boolean byList) {}
