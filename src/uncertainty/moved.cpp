#include "uncertainty/moved.hpp"

#include <algorithm>
#include <cmath>

#include "parameters/transform.hpp"
#include "scores/score.hpp"

namespace mollis::uncertainty {
namespace {

/// deviation := sqrt(deviation^2 + bias^2), the bias of the core there and of the rim elsewhere.
void widen(parameters::Unknown const& unknown, Bias const& bias, Field const& value, Field const& deviation) {
  auto const rim = scores::core_rim(unknown.grid);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), deviation);
  auto const values = on_host(value);
  for (std::size_t i = 0; i < host.extent(0); ++i) {
    auto rest = static_cast<Index>(i);
    bool core = true;
    for (int a = unknown.grid.dimension() - 1; a >= 0; --a) {
      auto const range = unknown.grid.owned()[a];
      Index const at = range.lower + rest % range.size(), skip = rim[static_cast<std::size_t>(a)];
      rest /= range.size();
      core = core && at >= skip && at < unknown.grid.axis(a).size() - skip;
    }
    double const own = (core ? bias.core : bias.rim) * (unknown.settings.log ? std::abs(values(i)) : 1.0);
    host(i) = std::sqrt(host(i) * host(i) + own * own);
  }
  Kokkos::deep_copy(deviation, host);
}

}  // namespace

MeanSquares squares(problem::Problem const& problem, parameters::Unknown const& unknown, Field const& a, Field const& b) {
  auto const left = on_host(a), right = on_host(b);
  Field const square = make_field("square", static_cast<Index>(left.extent(0)));
  auto const host = Kokkos::create_mirror_view(square);
  for (std::size_t i = 0; i < left.extent(0); ++i) host(i) = std::pow(left(i) - right(i), 2);
  Kokkos::deep_copy(square, host);
  auto const& space = problem.space();
  double const core = scores::mean_of(space, unknown, square, true), whole = scores::mean_of(space, unknown, square, false);
  double inside = 1.0;
  auto const rim = scores::core_rim(unknown.grid);
  for (std::size_t axis = 0; axis < rim.size(); ++axis)
    inside *= std::max(0.0, 1.0 - 2.0 * static_cast<double>(rim[axis]) / static_cast<double>(unknown.grid.axes()[axis].size()));
  return {core, inside < 1.0 ? (whole - inside * core) / (1.0 - inside) : core};
}

double size_of(problem::Problem const& problem, parameters::Unknown const& unknown, Field const& piece) {
  Field const zero("zero", piece.extent(0));
  return unknown.settings.log ? 1.0 : std::sqrt(squares(problem, unknown, piece, zero).core);
}

void add_bias(problem::Problem const& problem, std::size_t p, Bias const& bias, Field const& piece, Uncertainty& uncertainty) {
  auto const& unknown = problem.space().unknowns()[p];
  widen(unknown, bias, parameters::value_of(unknown, piece), uncertainty.deviation[p]);
  auto& constants = uncertainty.constants;
  for (std::size_t i = 0; i < constants.unknowns.size(); ++i)
    if (constants.unknowns[i] == p)
      for (auto* const of : {&constants.covariance, &constants.without_terms}) (*of)[i * (constants.unknowns.size() + 1)] += bias.core * bias.core;
}

}  // namespace mollis::uncertainty
