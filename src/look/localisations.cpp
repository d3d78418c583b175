#include "look/localisations.hpp"

#include <algorithm>
#include <cmath>

#include "io/formats/all.hpp"
#include "look/names.hpp"

namespace mollis::look {
namespace {

constexpr double rows_a_cell = 10.0;
constexpr double least_cells = 9.0;

}  // namespace

std::vector<Places> places_of(Survey const& survey) {
  std::vector<Places> found;
  double volume = 1.0, rows = 0.0;
  for (std::string const axis : {"z", "y", "x"})
    for (auto const& seen : survey.datasets) {
      Places column;
      if (io::lower_case(word_of(seen.name)) != axis || !seen.problem.empty() || !seen.finite || !(seen.highest > seen.lowest)) continue;
      column.unit = unit_of(seen.name);
      if (column.unit == "nm") column.scale = 0.001;
      if (column.unit == "nm") column.unit = "um";
      column.axis = axis;
      column.column = seen.name;
      column.lower = seen.lowest * column.scale;
      column.upper = seen.highest * column.scale;
      volume *= column.upper - column.lower;
      rows = static_cast<double>(seen.read);
      found.push_back(column);
      break;
    }
  if (found.size() < 2 || found.back().axis != "x" || found[found.size() - 2].axis != "y") return {};
  double const cell = std::pow(volume * rows_a_cell / std::max(rows, 1.0), 1.0 / static_cast<double>(found.size()));
  for (auto& column : found) {
    double const cells = std::round((column.upper - column.lower) / cell);
    if (!(cells >= least_cells)) return {};
    column.points = static_cast<Index>(cells) + 1;
  }
  return found;
}

}  // namespace mollis::look
