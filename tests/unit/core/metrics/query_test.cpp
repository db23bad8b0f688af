#include "bot/core/metrics/query.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace muster;

namespace {

MetricSeries series(std::initializer_list<double> values) {
  MetricSeries s;
  TimeMs at = 0;
  for (const double v : values) s.points.push_back({at += 1000, v});
  return s;
}

Threshold split(const std::string& text) {
  Threshold t;
  if (!split_threshold(text, t)) t.expression = "whole";
  return t;
}

CoreConfig with(std::vector<Backend> backends) {
  CoreConfig c;
  c.backends = std::move(backends);
  return c;
}

}  // namespace

TEST_CASE("numbers are short and read aloud easily") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(0.25) == "0.25");
  CHECK(short_number(-1234) == "-1.23k");
  CHECK(short_number(999.9) == "1k");
  CHECK(short_number(15'000'000'000) == "15G");
  CHECK(short_number(0.00012) == "120µ");
  CHECK(short_number(NAN) == "NaN");
  CHECK(short_number(-INFINITY) == "-Inf");
}

TEST_CASE("a sparkline goes from the lowest block to the highest, gaps are blank") {
  CHECK(sparkline(series({0, 1, 2, 3, 4, 5, 6, 7}), 0, 8000, 8) == " ▁▂▃▄▅▆█");  // the last two share a column
  CHECK(sparkline(series({1, 1, 1}), 0, 4000, 4) == " ▅▅▅");
  CHECK(sparkline(series({1, NAN, 3}), 0, 4000, 4) == " ▁ █");
  CHECK(sparkline(series({NAN}), 0, 4000, 4).empty());
  CHECK(sparkline(series({1}), 0, 0, 4).empty());
}

TEST_CASE("an alert's expression is split at its last comparison with a number") {
  CHECK(split("rate(x[5m]) > 0.5").expression == "rate(x[5m])");
  CHECK(split("rate(x[5m]) > 0.5").limit == 0.5);
  CHECK(split("up == 0").comparison == "==");
  CHECK(split("a / b >= 1e3").limit == 1000);
  CHECK(split("x{a=\"> 5\"} < 3").expression == "x{a=\"> 5\"}");
}

TEST_CASE("an expression whose comparison does not end it in a number is left whole") {
  for (const char* text : {"up", "a > b", "a > 1 and b > 2", "sum(a > 1)", "a > bool 1", "x{a=\"b\"}", "1 < a < 3",
                           "> 3", "a > 1 or vector(0)", "x{a=\"unclosed} > 3", "a > inf"}) {
    CAPTURE(text);
    CHECK(split(text).expression == "whole");
  }
}

TEST_CASE("the expression of an alert stands in the address of its generator") {
  CHECK(expression_of_link("http://p:9090/graph?g0.expr=rate%28x%5B5m%5D%29+%3E+1&g0.tab=1") == "rate(x[5m]) > 1");
  CHECK(expression_of_link("http://p/graph?a=b&g0.expr=up#x") == "up");
  CHECK(expression_of_link("http://p/graph").empty());
  CHECK(expression_of_link("http://p/graph?g0.expr=").empty());
  CHECK(expression_of_link("http://p/graph?g0.expr=%zz%4") == "%zz%4");
}

TEST_CASE("the backend is the named one, else that of the environment, else the only one") {
  const CoreConfig c =
      with({{"prod", "prometheus", {"production"}}, {"rest", "prometheus", {}}, {"am", "alertmanager", {}}});
  CHECK(choose_backend(c, "prometheus", "REST", "").backend->name == "rest");
  CHECK(choose_backend(c, "prometheus", "", "Production").backend->name == "prod");
  CHECK(choose_backend(c, "prometheus", "", "staging").backend->name == "rest");
  CHECK(choose_backend(c, "alertmanager", "", "").backend->name == "am");
  CHECK(choose_backend(c, "prometheus", "", "").problem == "backend.several");
  CHECK(choose_backend(c, "prometheus", "am", "").problem == "backend.unknown");
  CHECK(choose_backend(c, "loki", "", "").problem == "backend.none");
  CHECK(choose_backend(with({{"prod", "prometheus", {"production"}}}), "prometheus", "", "moon").problem ==
        "backend.environment");
}

TEST_CASE("names of series keep what tells them apart") {
  CHECK(series_name({{"__name__", "up"}, {"job", "a"}, {"instance", "b"}}) == "up{instance=\"b\", job=\"a\"}");
  CHECK(series_name({{"__name__", "up"}, {"job", "a"}}, {"job", "__name__"}) == "up");
  CHECK(series_name({}).empty());
}

TEST_CASE("the step of a graph gives about as many points as wanted") {
  for (const DurationMs span : {minute_ms, hour_ms, 6 * hour_ms, day_ms, 31 * day_ms, 400 * day_ms}) {
    const DurationMs step = graph_step(span, 240);
    CHECK(span / step <= 240);
    CHECK(step >= second_ms);
  }
  CHECK(graph_step(hour_ms, 240) == 15 * second_ms);
}
