// What the benchmark prints: a figure is a measured number beside its limit.
#pragma once
#include <string>
#include <vector>

namespace muster::bench {

enum class Bound { at_least, at_most };

struct Figure {
  std::string name;
  double measured = 0;
  Bound bound = Bound::at_least;
  double limit = 0;
  std::string unit;    // "x" for a ratio of this run
  std::string detail;  // the absolute numbers behind it
};

void heading(const std::string& text);
void note(const std::string& text);
void figure(const Figure& figure);
void skipped(const std::string& name, const std::string& why);
int summary();  // prints the counts; always 0, a benchmark fails nothing

std::string number(double value);  // three significant digits, thousands kept readable
double median(std::vector<double> values);
double quantile(std::vector<double> values, double q);

}  // namespace muster::bench
