#include "look/survey.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "io/format.hpp"
#include "io/formats/all.hpp"
#include "run/error.hpp"

namespace mollis::look {
namespace {

constexpr Index most_values = Index{1} << 26;  // of a dataset, that are looked at
constexpr Index at_once = Index{1} << 20;
constexpr Index longest_axis = 100000;  // whose coordinates are kept

void take(Seen& seen, double const* values, Index count) {
  for (Index n = 0; n < count; ++n) {
    double const v = values[n];
    if (std::isnan(v)) ++seen.missing;
    if (!std::isfinite(v)) continue;
    seen.lowest = seen.finite ? std::min(seen.lowest, v) : v;
    seen.highest = seen.finite ? std::max(seen.highest, v) : v;
    seen.finite = true;
  }
  seen.read += count;
}

/// Boxes that follow one another: whole along the faster axes, `rows` points along axis `cut`, one along the slower
/// ones.
void scan(std::string const& file, Seen& seen) {
  auto const reader = io::format_of(file).open(MPI_COMM_SELF, file, seen.description);
  auto const shape = seen.description.shape();
  for (Index n : shape)
    if (n == 0) return;
  std::size_t cut = shape.size();
  Index inner = 1;
  while (cut > 0 && inner * shape[cut - 1] <= at_once) inner *= shape[--cut];
  io::Slab slab{std::vector<Index>(shape.size(), 0), shape, false};
  for (std::size_t a = 0; a < cut; ++a) slab.count[a] = 1;
  Index const rows = cut > 0 ? std::clamp<Index>(at_once / inner, 1, shape[cut - 1]) : 1;
  std::vector<double> values(static_cast<std::size_t>(inner * rows));
  bool const axis = std::count_if(shape.begin(), shape.end(), [](Index n) { return n > 1; }) <= 1;
  while (seen.read < most_values) {
    if (cut > 0) slab.count[cut - 1] = std::min(rows, shape[cut - 1] - slab.start[cut - 1]);
    Index const count = slab.size();
    reader->read(slab, values.data());
    io::unpack(seen.description.packing, values.data(), count);
    take(seen, values.data(), count);
    if (axis && seen.read <= longest_axis)
      seen.values.insert(seen.values.end(), values.begin(), values.begin() + count);
    std::size_t a = cut;
    for (; a > 0; --a) {
      slab.start[a - 1] += slab.count[a - 1];
      if (slab.start[a - 1] < shape[a - 1]) break;
      slab.start[a - 1] = 0;
    }
    if (a == 0) return;
  }
}

bool is_monotone(std::vector<double> const& v) {
  auto const step = [&](auto const& wrong) { return std::adjacent_find(v.begin(), v.end(), wrong) == v.end(); };
  bool const finite = std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
  return finite && v.size() > 2 && (step(std::greater_equal<>()) || step(std::less_equal<>()));
}

/// Coordinates around an array without names, as spreadsheets have them.
void judge_margins(std::string const& file, Seen& seen) {
  auto const shape = seen.description.shape();
  if (!seen.name.empty() || shape.size() != 2 || shape[0] < 4 || shape[1] < 4 || shape[0] > longest_axis || shape[1] > longest_axis || seen.missing == 0) return;
  std::vector<std::vector<double>> found;
  for (std::size_t along = 0; along < 2; ++along) {
    std::vector<double> values(static_cast<std::size_t>(shape[along]));
    io::Slab slab{{0, 0}, {1, 1}, false};
    slab.count[along] = shape[along];
    io::format_of(file).open(MPI_COMM_SELF, file, seen.description)->read(slab, values.data());
    if (!std::isnan(values.front())) return;
    values.erase(values.begin());
    if (!is_monotone(values)) return;
    found.push_back(std::move(values));
  }
  seen.margins = std::move(found);
}

void judge_axis(Seen& seen) {
  auto const& v = seen.values;
  if (v.size() < 2 || static_cast<Index>(v.size()) != seen.read) return;
  double const step = seen.spacing();
  seen.increasing = seen.decreasing = seen.even = true;
  for (std::size_t i = 1; i < v.size(); ++i) {
    seen.increasing = seen.increasing && v[i] > v[i - 1];
    seen.decreasing = seen.decreasing && v[i] < v[i - 1];
    seen.even = seen.even && std::abs(v[i] - v[i - 1] - step) <= 1e-6 * std::abs(step);
  }
  seen.even = seen.even && (seen.increasing || seen.decreasing);
}

}  // namespace

double Seen::spacing() const {
  return values.size() < 2 ? 0.0 : (values.back() - values.front()) / static_cast<double>(values.size() - 1);
}

Survey survey(std::string const& file) {
  io::require_readable(file);
  auto const& format = io::format_of(file);
  Survey all{file, format.name(), {}};
  std::optional<run::Error> problem;
  bool readable = false;
  for (auto const& name : format.datasets(file)) {
    Seen seen;
    seen.name = name;
    try {
      seen.description = format.describe(file, name);
      scan(file, seen);
      judge_axis(seen);
      judge_margins(file, seen);
      readable = true;
    } catch (run::Error const& error) {
      seen.problem = error.what();
      if (!problem) problem = error;
    }
    all.datasets.push_back(std::move(seen));
  }
  if (problem && !readable) throw *problem;  // there is nothing to show
  return all;
}

bool is_truth(std::string const& name) {
  auto const word = io::lower_case(name.substr(name.rfind('/') + 1));
  for (auto const* part : {"true", "truth", "exact", "clean"})
    if (word.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace mollis::look
