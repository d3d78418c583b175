#include "grid/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace mollis::grid {
namespace {

/// The unit of the last decimal that coordinates have, of nine at most; 0 where they have more.
double last_decimal(std::vector<double> const& coordinates) {
  constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();
  double per_unit = 1.0;
  for (int decimals = 0; decimals <= 9; ++decimals, per_unit *= 10.0) {
    auto const is_whole = [&](double x) { return std::abs(x * per_unit - std::round(x * per_unit)) <= rounding * std::abs(x) * per_unit; };
    if (std::all_of(coordinates.begin(), coordinates.end(), is_whole)) return 1.0 / per_unit;
  }
  return 0.0;
}

/// How far storage moves coordinates off an even lattice: by their decimals, or by single precision, of the largest where all are of that
/// precision, else of their extent (written as text since). Ends are rounded, too: twice half a unit.
double rounding_of_storage(Axis const& axis) {
  auto const& x = axis.given;
  bool const single = std::all_of(x.begin(), x.end(), [](double value) { return static_cast<double>(static_cast<float>(value)) == value; });
  double const largest = std::max(std::abs(x.front()), std::abs(x.back()));
  return std::max(last_decimal(x), static_cast<double>(std::numeric_limits<float>::epsilon()) * (single ? largest : axis.extent()));
}

/// Sets `uniform` and `off`. Even: to 1e-9 of the spacing, or to the rounding of the coordinates where that is coarser, in double precision or, up
/// to a thousandth of the spacing, in their file.
void tell_whether_even(Axis& axis) {
  Index const n = axis.size();
  Index const gaps = axis.periodic ? n : n - 1;
  if (gaps < 1) return;
  double const spacing = axis.spacing();
  double const largest = std::max(std::abs(axis.at(0)), std::abs(axis.at(gaps)));
  double deviation = 0.0;
  for (Index i = 0; i <= gaps; ++i) deviation = std::max(deviation, std::abs(axis.at(i) - axis.at(0) - static_cast<double>(i) * spacing));
  if (deviation <= std::max(1e-9 * spacing, 4.0 * std::numeric_limits<double>::epsilon() * largest)) return;
  constexpr double far_below = 1e-3;
  axis.uniform = deviation <= std::min(far_below * spacing, rounding_of_storage(axis));
  if (axis.uniform) axis.off = deviation / spacing;
}

}  // namespace

double Axis::at(Index i) const {
  Index const n = size();
  Index const turns = i >= 0 ? i / n : -((n - 1 - i) / n);
  if (turns != 0 && !periodic) throw std::out_of_range("axis " + name + ": no point " + std::to_string(i));
  return coordinate(i - turns * n) + static_cast<double>(turns) * period;
}

std::vector<double> Axis::coordinates(Range range) const {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(std::max<Index>(range.size(), 0)));
  for (Index i = range.lower; i < range.upper; ++i) values.push_back(coordinate(i));
  return values;
}

Axis uniform_axis(std::string name, Index points, double lower, double upper, bool periodic) {
  if (points < 1) throw std::invalid_argument("axis " + name + " needs at least one point");
  bool const single = points == 1 && !periodic;
  if (!single && !(upper > lower)) throw std::invalid_argument("axis " + name + ": upper must exceed lower");
  Axis axis;
  axis.name = std::move(name);
  axis.periodic = periodic;
  axis.period = periodic ? upper - lower : 0.0;
  axis.line = {lower, single ? lower + 1.0 : upper, std::max<Index>(periodic ? points : points - 1, 1), 0, points};
  return axis;
}

Axis axis_from_coordinates(std::string name, std::vector<double> coordinates, double period) {
  if (coordinates.empty()) throw std::invalid_argument("axis " + name + " has no coordinates");
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    bool const increasing = i == 0 || coordinates[i] > coordinates[i - 1];
    if (!std::isfinite(coordinates[i]) || !increasing) {
      throw std::invalid_argument("coordinates of axis " + name + " must increase strictly; they do not at index " +
                                  std::to_string(i));
    }
  }
  double const span = coordinates.back() - coordinates.front();
  if (period > 0.0 && span >= period) {
    throw std::invalid_argument("coordinates of axis " + name + " span " + std::to_string(span) +
                                ", which is not less than the period " + std::to_string(period));
  }
  Axis axis;
  axis.name = std::move(name);
  axis.given = std::move(coordinates);
  axis.periodic = period > 0.0;
  axis.period = axis.periodic ? period : 0.0;
  tell_whether_even(axis);
  return axis;
}

Axis refined(Axis const& axis, Index factor) {
  if (factor < 1) throw std::invalid_argument("axis " + axis.name + " cannot be cut into " + std::to_string(factor) + " times its gaps");
  Axis result = axis;
  Index const gaps = axis.periodic ? axis.size() : axis.size() - 1;
  if (axis.given.empty()) {
    result.line.gaps *= factor;
    result.line.first *= factor;
    result.line.points = axis.periodic ? gaps * factor : gaps * factor + 1;
    return result;
  }
  result.given.clear();
  for (Index i = 0; i < gaps; ++i)
    for (Index k = 0; k < factor; ++k)
      result.given.push_back(axis.at(i) + static_cast<double>(k) / static_cast<double>(factor) * (axis.at(i + 1) - axis.at(i)));
  if (!axis.periodic) result.given.push_back(axis.back());
  return result;
}

Axis thinned(Axis const& axis, Index factor) {
  Index const gaps = axis.periodic ? axis.size() : axis.size() - 1;
  bool const fits = factor >= 1 && gaps % factor == 0 && (!axis.given.empty() || (axis.line.first % factor == 0 && axis.line.gaps % factor == 0));
  if (!fits) throw std::invalid_argument("axis " + axis.name + " has no " + std::to_string(factor) + "-th part of its gaps");
  Axis result = axis;
  if (axis.given.empty()) {
    result.line.gaps /= factor;
    result.line.first /= factor;
    result.line.points = axis.periodic ? gaps / factor : gaps / factor + 1;
    return result;
  }
  result.given.clear();
  for (Index i = 0; i < axis.size(); i += factor) result.given.push_back(axis.coordinate(i));
  return result;
}

Axis with_margins(Axis axis, Index margin) {
  if (axis.given.empty()) {
    axis.line.first -= margin;
    axis.line.points += 2 * margin;
    return axis;
  }
  auto& x = axis.given;
  double const first = x.size() > 1 ? x[1] - x[0] : 1.0, last = x.size() > 1 ? x.back() - x[x.size() - 2] : 1.0;
  std::vector<double> longer;
  for (Index k = margin; k > 0; --k) longer.push_back(x.front() - static_cast<double>(k) * first);
  longer.insert(longer.end(), x.begin(), x.end());
  for (Index k = 1; k <= margin; ++k) longer.push_back(x.back() + static_cast<double>(k) * last);
  x = longer;
  return axis;
}

}  // namespace mollis::grid
