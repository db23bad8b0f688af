#include "tests/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace muster::bench {
namespace {

struct Counts {
  int held = 0, missed = 0, skipped = 0;
};

Counts& counts() {
  static Counts all;
  return all;
}

}  // namespace

std::string number(double value) {
  char text[40];
  const double size = std::fabs(value);
  std::snprintf(text, sizeof text, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  return text;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(at, 1, values.size()) - 1];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

void heading(const std::string& text) {
  std::printf("\n%s\n", text.c_str());
  std::fflush(stdout);
}

void note(const std::string& text) {
  std::printf("  %s\n", text.c_str());
  std::fflush(stdout);
}

void figure(const Figure& f) {
  const bool least = f.bound == Bound::at_least;
  const bool held = least ? f.measured >= f.limit : f.measured <= f.limit;
  ++(held ? counts().held : counts().missed);
  std::string verdict = "held";
  if (!held && f.measured > 0) {
    const double by = least ? f.limit / f.measured : f.measured / f.limit;
    verdict = "MISSED by a factor of " + number(by);
  } else if (!held) {
    verdict = "MISSED";
  }
  std::printf("  %-58s %9s %-4s limit %s %s %s  %s\n", f.name.c_str(), number(f.measured).c_str(), f.unit.c_str(),
              least ? ">=" : "<=", number(f.limit).c_str(), f.unit.c_str(), verdict.c_str());
  if (!f.detail.empty()) std::printf("      %s\n", f.detail.c_str());
  std::fflush(stdout);
}

void skipped(const std::string& name, const std::string& why) {
  ++counts().skipped;
  std::printf("  %-58s skipped: %s\n", name.c_str(), why.c_str());
  std::fflush(stdout);
}

int summary() {
  std::printf("\n%d held, %d missed, %d skipped. Nothing fails here: a missed figure is told, not hidden.\n",
              counts().held, counts().missed, counts().skipped);
  return 0;
}

}  // namespace muster::bench
