#include "scores/score.hpp"

#include <cmath>
#include <limits>

namespace mollis::scores {
namespace {

/// Calls visit(local index) for the points of the piece that this rank owns, of the core alone if asked.
template <class Visitor>
void for_each_owned(parameters::Unknown const& unknown, bool core, Visitor&& visit) {
  if (!unknown.owner) return;
  auto const rim = core_rim(unknown.grid);
  for (Index i = 0; i < unknown.grid.local_size(); ++i) {
    Index rest = i;
    bool inside = true;
    for (int a = unknown.grid.dimension() - 1; a >= 0; --a) {
      auto const range = unknown.grid.owned()[a];
      Index const at = range.lower + rest % range.size();
      rest /= range.size();
      Index const skip = core ? rim[static_cast<std::size_t>(a)] : 0;
      inside = inside && at >= skip && at < unknown.grid.axis(a).size() - skip;
    }
    if (inside) visit(static_cast<std::size_t>(i));
  }
}

}  // namespace

std::vector<Index> core_rim(grid::Grid const& grid) {
  std::vector<Index> rim;
  for (auto const& axis : grid.axes()) rim.push_back(axis.periodic ? 0 : (axis.size() + 9) / 10);
  return rim;
}

Score score(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, Field const& truth, bool core) {
  auto const p = on_host(piece), t = on_host(truth);
  auto const usable = [&](std::size_t i) { return std::isfinite(p(i)) && std::isfinite(t(i)); };
  double means[3] = {0.0, 0.0, 0.0};  // count, sum p, sum t
  for_each_owned(unknown, core, [&](std::size_t i) {
    if (!usable(i)) return;
    means[0] += 1.0;
    means[1] += p(i);
    means[2] += t(i);
  });
  MPI_Comm const comm = space.grid().comm();
  MPI_Allreduce(MPI_IN_PLACE, means, 3, MPI_DOUBLE, MPI_SUM, comm);
  double const count = std::max(means[0], 1.0), mean_p = means[1] / count, mean_t = means[2] / count;
  double sums[5] = {0.0, 0.0, 0.0, 0.0, 0.0};  // pp, tt, pt about the means; error, truth
  double tops[2] = {0.0, 0.0};                 // error, truth
  for_each_owned(unknown, core, [&](std::size_t i) {
    if (!usable(i)) return;
    double const a = p(i) - mean_p, b = t(i) - mean_t, error = p(i) - t(i);
    sums[0] += a * a;
    sums[1] += b * b;
    sums[2] += a * b;
    sums[3] += error * error;
    sums[4] += t(i) * t(i);
    tops[0] = std::max(tops[0], std::abs(error));
    tops[1] = std::max(tops[1], std::abs(t(i)));
  });
  MPI_Allreduce(MPI_IN_PLACE, sums, 5, MPI_DOUBLE, MPI_SUM, comm);
  MPI_Allreduce(MPI_IN_PLACE, tops, 2, MPI_DOUBLE, MPI_MAX, comm);
  Score result;
  double const spread = std::sqrt(sums[0] * sums[1]);
  if (unknown.grid.dimension() > 0 && spread > 0.0 && std::isfinite(spread)) result.correlation = sums[2] / spread;
  if (sums[4] > 0.0 && std::isfinite(sums[3] / sums[4])) result.relative_l2 = std::sqrt(sums[3] / sums[4]);
  if (tops[1] > 0.0) result.max_relative = tops[0] / tops[1];
  return result;
}

double mean_of(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, bool core) {
  auto const p = on_host(piece);
  double sums[2] = {0.0, 0.0};
  for_each_owned(unknown, core, [&](std::size_t i) {
    if (!std::isfinite(p(i))) return;
    sums[0] += p(i);
    sums[1] += 1.0;
  });
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, space.grid().comm());
  return sums[0] / std::max(sums[1], 1.0);
}

double coverage95(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece, Field const& truth,
                  Field const& deviation, bool core) {
  constexpr double quantile = 1.959963984540054;
  auto const p = on_host(piece), t = on_host(truth), d = on_host(deviation);
  double counts[2] = {0.0, 0.0};
  for_each_owned(unknown, core, [&](std::size_t i) {
    if (!std::isfinite(p(i)) || !std::isfinite(t(i))) return;
    counts[0] += std::abs(p(i) - t(i)) <= quantile * d(i) ? 1.0 : 0.0;
    counts[1] += 1.0;
  });
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_DOUBLE, MPI_SUM, space.grid().comm());
  return counts[0] / std::max(counts[1], 1.0);
}

Range3 range_of(parameters::ParameterSpace const& space, parameters::Unknown const& unknown, Field const& piece) {
  auto const p = on_host(piece);
  double sums[2] = {0.0, 0.0};
  double tops[2] = {-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for_each_owned(unknown, false, [&](std::size_t i) {
    if (!std::isfinite(p(i))) return;
    sums[0] += 1.0;
    sums[1] += p(i);
    tops[0] = std::max(tops[0], p(i));
    tops[1] = std::max(tops[1], -p(i));
  });
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, space.grid().comm());
  MPI_Allreduce(MPI_IN_PLACE, tops, 2, MPI_DOUBLE, MPI_MAX, space.grid().comm());
  if (sums[0] == 0.0) return {};
  return {-tops[1], tops[0], sums[1] / sums[0]};
}

}  // namespace mollis::scores
