package io.leonardoroutes.board;

import io.leonardoroutes.limits.DailyCosts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each of the last days cost in one unit, as bars. Its numbers are units of a drawing that is
 * {@value #WIDTH} wide and {@value #HEIGHT} high.
 *
 * @param id in the page
 * @param budget the line of a day's budget, or null
 */
record SpendChart(
    String id,
    String unit,
    String today,
    String month,
    String all,
    String highest,
    String first,
    String last,
    List<Bar> bars,
    Line budget,
    List<Bar> listed) {
  private static final int WIDTH = 620;
  private static final int HEIGHT = 160;
  private static final int GAP = 4;

  /** One day; {@code amount} is in words. */
  record Bar(
      String day, String amount, String jobs, String x, String y, String width, String height) {}

  /** The budget of a day. */
  record Line(String amount, String y) {}

  private record Day(BigDecimal amount, long jobs) {
    static final Day NONE = new Day(BigDecimal.ZERO, 0);

    Day and(DailyCosts costs) {
      return new Day(amount.add(costs.amount()), jobs + costs.jobs());
    }
  }

  /**
   * One chart for each unit.
   *
   * @param budgets a day's budget by its unit
   */
  static List<SpendChart> of(
      List<DailyCosts> costs, LocalDate from, LocalDate today, Map<String, BigDecimal> budgets) {
    Map<String, Map<LocalDate, Day>> units = new TreeMap<>();
    budgets.keySet().forEach(unit -> units.put(unit, new TreeMap<>()));
    for (DailyCosts one : costs) {
      if (one.amount() != null) {
        Map<LocalDate, Day> days = units.computeIfAbsent(one.unit(), unit -> new TreeMap<>());
        days.put(one.day(), days.getOrDefault(one.day(), Day.NONE).and(one));
      }
    }
    List<SpendChart> charts = new ArrayList<>();
    units.forEach((unit, days) -> charts.add(of(unit, days, from, today, budgets.get(unit))));
    return charts;
  }

  private static SpendChart of(
      String unit, Map<LocalDate, Day> days, LocalDate from, LocalDate today, BigDecimal budget) {
    BigDecimal dearest =
        days.values().stream().map(Day::amount).reduce(BigDecimal.ZERO, BigDecimal::max);
    // A budget far above all bars would flatten them.
    boolean near = budget != null && budget.compareTo(dearest.multiply(BigDecimal.valueOf(3))) <= 0;
    BigDecimal top =
        (near || dearest.signum() == 0) && budget != null ? dearest.max(budget) : dearest;
    List<LocalDate> all = from.datesUntil(today.plusDays(1)).toList();
    BigDecimal step =
        BigDecimal.valueOf(WIDTH).divide(BigDecimal.valueOf(all.size()), 2, RoundingMode.DOWN);
    List<Bar> bars = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Day day = days.getOrDefault(all.get(i), Day.NONE);
      BigDecimal height = height(day.amount(), top);
      bars.add(
          new Bar(
              all.get(i).toString(),
              BoardText.money(day.amount(), unit),
              BoardText.count(day.jobs()),
              step.multiply(BigDecimal.valueOf(i)).toPlainString(),
              BigDecimal.valueOf(HEIGHT).subtract(height).toPlainString(),
              step.subtract(BigDecimal.valueOf(GAP)).toPlainString(),
              height.toPlainString()));
    }
    boolean line = budget != null && budget.signum() > 0 && budget.compareTo(top) <= 0;
    return new SpendChart(
        "spend-" + unit.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z]", ""),
        unit,
        BoardText.money(days.getOrDefault(today, Day.NONE).amount(), unit),
        BoardText.money(sum(days, today.withDayOfMonth(1)), unit),
        BoardText.money(sum(days, from), unit),
        BoardText.money(top, unit),
        from.toString(),
        today.toString(),
        bars,
        line
            ? new Line(
                BoardText.money(budget, unit),
                BigDecimal.valueOf(HEIGHT).subtract(height(budget, top)).toPlainString())
            : null,
        bars.stream().filter(bar -> days.containsKey(LocalDate.parse(bar.day()))).toList());
  }

  private static BigDecimal sum(Map<LocalDate, Day> days, LocalDate from) {
    return days.entrySet().stream()
        .filter(day -> !day.getKey().isBefore(from))
        .map(day -> day.getValue().amount())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal height(BigDecimal amount, BigDecimal top) {
    return top.signum() == 0
        ? BigDecimal.ZERO
        : amount.multiply(BigDecimal.valueOf(HEIGHT - GAP)).divide(top, 2, RoundingMode.HALF_UP);
  }
}
