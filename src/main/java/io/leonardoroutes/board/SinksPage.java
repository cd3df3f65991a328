package io.leonardoroutes.board;

import java.util.List;

/** The sinks, and what waits for them. */
record SinksPage(List<OverviewPage.SinkRow> sinks, boolean none) {}
