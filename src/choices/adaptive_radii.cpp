#include "choices/adaptive_radii.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mollifier/jets.hpp"
#include "mollifier/radius_map.hpp"
#include "run/ticker.hpp"

namespace mollis::choices {
namespace {

constexpr double ratio = 1.5;    ///< from rung to rung: all together cost at most 1 / (1 - 1 / ratio) = 3 times the widest
constexpr double scatter = 2.0;  ///< standard deviations of a mean of squares that may be noise alone
constexpr double undecided = std::numeric_limits<double>::infinity();

using Values = std::vector<double>;

class Search {
 public:
  Search(grid::Grid const& grid, mollifier::Settings const& mollifier, Lepski& lepski, Ladder const& ladder, Ladder::Rung const& best);

  mollifier::Settings map();

 private:
  static constexpr int steps = 12;  ///< to each side: more than any ladder has

  struct Rung {
    Ladder::Rung at;
    mollifier::AxisRadii radii;
    mollifier::Jets mean;          ///< over its reach, weights those of the mollifier's kernel
    std::vector<Values> variance;  ///< [combination] of L d
  };

  mollifier::Jets mean_over(mollifier::AxisRadii const& radii) const;
  Values mean(Rung const& rung, Values const& values) const;
  Values mean_of_known(Rung const& rung, Values values) const;
  static double kappa(Rung const& wide, Rung const& narrow);
  Values excess(Rung const& r, Rung const& q);
  Values noise(Rung const& rung) const;
  bool defined(Rung const& rung, std::size_t point);
  Values levels();

  grid::Grid const& grid_;
  mollifier::Settings const& mollifier_;
  Lepski& lepski_;
  std::size_t size_;
  bool refits_;
  std::vector<Rung> rungs_;
  std::vector<Values> weights_;   ///< [combination]: 1 / Var at the widest radius
};

Search::Search(grid::Grid const& grid, mollifier::Settings const& mollifier, Lepski& lepski, Ladder const& ladder, Ladder::Rung const& best)
    : grid_(grid), mollifier_(mollifier), lepski_(lepski), size_(static_cast<std::size_t>(grid.local_size())) {
  auto const radii = ladder.radii(best);
  refits_ = std::count_if(radii.begin(), radii.end(), [](Index radius) { return radius > 0; }) == 1;
  for (int k = -steps; k <= steps; ++k) {
    Ladder::Rung at;
    for (int g = 0; g < ladder.groups(); ++g) at.push_back(ladder.scaled(g, best[static_cast<std::size_t>(g)], std::pow(ratio, k)));
    if (!rungs_.empty() && at == rungs_.back().at) continue;
    rungs_.push_back({at, ladder.radii(at), mean_over(ladder.radii(at)), {}});
    for (std::size_t c = 0; c < lepski.combinations(); ++c) rungs_.back().variance.push_back(lepski.covariances(at, at, c));
  }
  for (std::size_t c = 0; c < lepski.combinations(); ++c) {
    weights_.push_back(lepski.covariances(ladder.top(), ladder.top(), c));
    for (double& weight : weights_.back()) weight = weight > 0.0 ? 1.0 / weight : 0.0;
  }
}

mollifier::Jets Search::mean_over(mollifier::AxisRadii const& radii) const {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid_.dimension(); ++a)
    filters.push_back(mollifier::moment_filter(grid_.axis(a), mollifier::make_kernel(mollifier_), {{0, radii[static_cast<std::size_t>(a)]}}, 0));
  return {grid_, std::move(filters), {mollifier::MultiIndex{}}};
}

Values Search::mean(Rung const& rung, Values const& values) const {
  Field const field = make_field("mean", grid_.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
  auto const out = on_host(rung.mean.apply(field).front());
  return {out.data(), out.data() + out.extent(0)};
}

/// Of the values that are finite; `undecided` where none is.
Values Search::mean_of_known(Rung const& rung, Values values) const {
  Values known(values.size(), 1.0);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) known[i] = values[i] = 0.0;
  auto sums = mean(rung, values);
  auto const shares = mean(rung, known);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = shares[i] > 1e-6 ? sums[i] / shares[i] : undecided;
  return sums;
}

double Search::kappa(Rung const& wide, Rung const& narrow) {
  double footprints = 1.0;
  for (std::size_t a = 0; a < wide.radii.size(); ++a)
    if (narrow.radii[a] > 0) footprints *= static_cast<double>(wide.radii[a]) / static_cast<double>(narrow.radii[a]);
  return 1.0 + scatter * std::sqrt(2.0 / footprints);
}

/// mean_r { |L_r d - L_q d|^2 - kappa Var(L_r d - L_q d) }, summed over the combinations in units of their noise at the widest radius.
Values Search::excess(Rung const& r, Rung const& q) {
  Values sum(size_, 0.0);
  double const factor = kappa(r, q);
  for (std::size_t c = 0; c < weights_.size(); ++c) {
    auto const &wide = lepski_.values(r.at, c), &narrow = lepski_.values(q.at, c);
    auto const both = lepski_.covariances(r.at, q.at, c);
    for (std::size_t i = 0; i < size_; ++i)
      sum[i] += weights_[c][i] * (std::pow(wide[i] - narrow[i], 2) - factor * (r.variance[c][i] + q.variance[c][i] - 2.0 * both[i]));
  }
  return mean_of_known(r, std::move(sum));
}

Values Search::noise(Rung const& rung) const {
  Values sum(size_, 0.0);
  for (std::size_t c = 0; c < weights_.size(); ++c)
    for (std::size_t i = 0; i < size_; ++i) sum[i] += weights_[c][i] * rung.variance[c][i];
  return sum;
}

bool Search::defined(Rung const& rung, std::size_t point) {
  for (std::size_t c = 0; c < weights_.size(); ++c)
    if (!std::isfinite(lepski_.values(rung.at, c)[point])) return false;
  return true;
}

/// The best rung at each point, averaged, and no wider than its footprint may be.
Values Search::levels() {
  Values best(size_, undecided), least(size_, undecided), cap(size_, undecided);
  run::Ticker tick(grid_.comm(), "map of radii");
  for (std::size_t r = 0; r < rungs_.size(); ++r) {
    Values bias(size_, 0.0);
    for (std::size_t q = 0; q < r; ++q) {
      auto const found = excess(rungs_[r], rungs_[q]);
      for (std::size_t i = 0; i < size_; ++i)
        if (std::isfinite(found[i])) bias[i] = std::max(bias[i], found[i]);
    }
    auto const variance = noise(rungs_[r]);
    for (std::size_t i = 0; i < size_; ++i) {
      if (!defined(rungs_[r], i)) continue;
      cap[i] = static_cast<double>(r);
      if (!(bias[i] + variance[i] < least[i])) continue;
      least[i] = bias[i] + variance[i];
      best[i] = static_cast<double>(r);
    }
    tick.next(static_cast<double>(rungs_.size()));
  }
  auto level = mean_of_known(rungs_.front(), best);
  for (std::size_t i = 0; i < size_; ++i)
    if (!refits_) level[i] = std::min(level[i], cap[i]);
  return level;
}

mollifier::Settings Search::map() {
  mollifier::Settings out = mollifier_;
  for (auto const& rung : rungs_) out.map.rungs.push_back(mollifier::with_radii(grid_, mollifier_, rung.radii).radius);
  out.map.level = levels();
  mollifier::limit_slope(grid_, out.map);
  out.automatic = false;
  mollifier::AxisRadii typical;
  double const median = mollifier::levels_of(grid_, out.map).median;
  for (auto const& axis : grid_.axes()) typical.push_back(std::lround(mollifier::radius_at(out.map, axis.name, median)));
  out.radius = mollifier::with_radii(grid_, mollifier_, typical).radius;
  return out;
}

}  // namespace

mollifier::Settings adaptive_radii(grid::Grid const& grid, mollifier::Settings const& mollifier, Lepski& lepski, Ladder const& ladder,
                                   Ladder::Rung const& best) {
  return Search(grid, mollifier, lepski, ladder, best).map();
}

}  // namespace mollis::choices
