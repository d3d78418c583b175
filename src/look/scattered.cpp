#include "look/scattered.hpp"

#include <algorithm>
#include <cmath>

#include "io/formats/all.hpp"
#include "look/names.hpp"

namespace mollis::look {
namespace {

using Words = std::vector<std::string>;

bool is_one_of(Words const& words, std::string const& word) { return std::find(words.begin(), words.end(), word) != words.end(); }

Words const of_molecules{"frame", "uncertainty", "uncertainty_xy", "uncertainty_z", "intensity", "photons", "offset", "bkgstd", "chi2", "detections", "sigma1", "sigma2"};
Words const of_deviations{"sigma", "sd", "std", "error", "err", "stderr"};
Words const of_rows{"id", "index", "row", "number", "no", "station", "well"};

}  // namespace

std::optional<Scattered> scattered_of(Survey const& survey) {
  Scattered table;
  bool molecules = false;
  for (auto const& seen : survey.datasets) {
    if (!seen.problem.empty() || !seen.finite) continue;
    auto const word = io::lower_case(word_of(seen.name));
    auto const axis = axis_of(seen.name);
    if (!axis.empty()) {
      if (seen.highest > seen.lowest) table.axes.push_back({axis, seen.name, seen.lowest, seen.highest, 0});
      table.rows = std::max(table.rows, seen.read);
    } else if (is_one_of(of_deviations, word)) {
      table.sigma = seen.name;
    } else if (!is_one_of(of_rows, word)) {
      table.others.push_back(seen.name);
    }
    molecules = molecules || is_one_of(of_molecules, word);
  }
  if (table.axes.empty() || table.others.empty() || molecules) return std::nullopt;
  std::stable_partition(table.others.begin(), table.others.end(), [](auto const& name) { return !is_truth(name); });
  table.value = table.others.front();
  table.others.erase(table.others.begin());
  std::string const order = "tzyx";
  std::stable_sort(table.axes.begin(), table.axes.end(), [&](auto const& a, auto const& b) { return order.find(a.axis) < order.find(b.axis); });
  for (std::size_t n = 1; n < table.axes.size(); ++n)
    if (table.axes[n].axis == table.axes[n - 1].axis) return std::nullopt;  // which of the two?
  // Two steps to a datum along one axis and two; along three and four, where a fit costs more, as many points as data.
  double const along = std::pow(static_cast<double>(table.rows), 1.0 / static_cast<double>(table.axes.size()));
  double const steps = table.axes.size() > 2 ? along : 2.0 * along;
  for (auto& axis : table.axes) axis.points = static_cast<Index>(std::clamp(std::round(steps), 8.0, 64.0)) + 1;
  return table;
}

}  // namespace mollis::look
