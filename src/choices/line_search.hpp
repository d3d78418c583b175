#pragma once
/// The least value of a function of one variable from few evaluations, each place but once. Collective where the function is.
#include <functional>
#include <map>

namespace mollis::choices {

class LineSearch {
 public:
  struct Point {
    double at, value;
  };
  /// value is asked for between floor and ceiling only, once at each place.
  LineSearch(std::function<double(double)> value, double floor, double ceiling) : value_(std::move(value)), floor_(floor), ceiling_(ceiling) {}

  /// From lowest to highest, until two steps past the least value.
  void scan(double lowest, double highest, double step);
  /// At start and a step to both sides.
  void bracket(double start, double step);
  /// Further steps while the least value stands at an end, then the vertex of the parabola through the best three.
  Point least(double step);

 private:
  using Tried = std::map<double, double>;
  void attempt(double at);
  Tried::const_iterator best() const;
  void attempt_vertex();

  std::function<double(double)> value_;
  double floor_, ceiling_;
  Tried tried_;
};

}  // namespace mollis::choices
