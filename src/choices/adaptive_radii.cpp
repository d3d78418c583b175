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
constexpr double scatter = 3.0;  ///< standard deviations of a mean of squares that may be noise alone
constexpr double undecided = std::numeric_limits<double>::infinity();

using Values = std::vector<double>;

class Search {
 public:
  Search(grid::Grid const& grid, mollifier::Settings const& mollifier, Lepski& lepski, Ladder const& ladder, Ladder::Rung const& best)
      : grid_(grid), mollifier_(mollifier), lepski_(lepski), size_(static_cast<std::size_t>(grid.local_size())) {
    int filtered = 0;
    for (auto const radius : ladder.radii(best)) filtered += radius > 0 ? 1 : 0;
    refits_ = filtered == 1;
    for (int k = -steps; k <= steps; ++k) {
      Ladder::Rung rung;
      for (int g = 0; g < ladder.groups(); ++g) rung.push_back(ladder.scaled(g, best[static_cast<std::size_t>(g)], std::pow(ratio, k)));
      if (!rungs_.empty() && rung == rungs_.back()) continue;
      rungs_.push_back(rung);
      radii_.push_back(ladder.radii(rung));
    }
    for (std::size_t c = 0; c < lepski.combinations(); ++c) {
      weights_.push_back(lepski.covariances(ladder.top(), ladder.top(), c));
      for (double& weight : weights_.back()) weight = weight > 0.0 ? 1.0 / weight : 0.0;
    }
  }

  mollifier::Settings map();

 private:
  static constexpr int steps = 12;  ///< to each side: more than any ladder has

  Values mean(mollifier::AxisRadii const& radii, Values const& values) const;
  Values mean_of_known(mollifier::AxisRadii const& radii, Values values) const;
  double kappa(mollifier::AxisRadii const& wide, mollifier::AxisRadii const& narrow) const;
  Values excess(std::size_t r, std::size_t q);
  Values variance(std::size_t r);
  bool defined(std::size_t r, std::size_t point);
  Values levels();

  grid::Grid const& grid_;
  mollifier::Settings const& mollifier_;
  Lepski& lepski_;
  std::size_t size_;
  bool refits_ = false;
  std::vector<Ladder::Rung> rungs_;
  std::vector<mollifier::AxisRadii> radii_;
  std::vector<Values> weights_;   ///< [combination]: 1 / Var at the widest radius
};

/// Averages over the reach of some radii, weights that of the mollifier's kernel.
Values Search::mean(mollifier::AxisRadii const& radii, Values const& values) const {
  std::vector<mollifier::LineFilter> filters;
  for (int a = 0; a < grid_.dimension(); ++a)
    filters.push_back(mollifier::moment_filter(grid_.axis(a), mollifier::make_kernel(mollifier_), {{0, radii[static_cast<std::size_t>(a)]}}, 0));
  Field const field = make_field("mean", grid_.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(field, host);
  auto const out = on_host(mollifier::Jets(grid_, std::move(filters), {mollifier::MultiIndex{}}).apply(field).front());
  return {out.data(), out.data() + out.extent(0)};
}

/// Of the values that are finite; `undecided` where none is.
Values Search::mean_of_known(mollifier::AxisRadii const& radii, Values values) const {
  Values known(values.size(), 1.0);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) known[i] = values[i] = 0.0;
  auto sums = mean(radii, values);
  auto const shares = mean(radii, known);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = shares[i] > 1e-6 ? sums[i] / shares[i] : undecided;
  return sums;
}

double Search::kappa(mollifier::AxisRadii const& wide, mollifier::AxisRadii const& narrow) const {
  double footprints = 1.0;
  for (std::size_t a = 0; a < wide.size(); ++a)
    if (narrow[a] > 0) footprints *= static_cast<double>(wide[a]) / static_cast<double>(narrow[a]);
  return 1.0 + scatter * std::sqrt(2.0 / footprints);
}

/// mean_r { |L_r d - L_q d|^2 - kappa Var(L_r d - L_q d) }, summed over the combinations in units of their noise at the widest radius.
Values Search::excess(std::size_t r, std::size_t q) {
  Values sum(size_, 0.0);
  double const factor = kappa(radii_[r], radii_[q]);
  for (std::size_t c = 0; c < weights_.size(); ++c) {
    auto const &wide = lepski_.values(rungs_[r], c), &narrow = lepski_.values(rungs_[q], c);
    auto const rr = lepski_.covariances(rungs_[r], rungs_[r], c), qq = lepski_.covariances(rungs_[q], rungs_[q], c),
               rq = lepski_.covariances(rungs_[r], rungs_[q], c);
    for (std::size_t i = 0; i < size_; ++i)
      sum[i] += weights_[c][i] * (std::pow(wide[i] - narrow[i], 2) - factor * (rr[i] + qq[i] - 2.0 * rq[i]));
  }
  return mean_of_known(radii_[r], std::move(sum));
}

Values Search::variance(std::size_t r) {
  Values sum(size_, 0.0);
  for (std::size_t c = 0; c < weights_.size(); ++c) {
    auto const own = lepski_.covariances(rungs_[r], rungs_[r], c);
    for (std::size_t i = 0; i < size_; ++i) sum[i] += weights_[c][i] * own[i];
  }
  return sum;
}

bool Search::defined(std::size_t r, std::size_t point) {
  for (std::size_t c = 0; c < weights_.size(); ++c)
    if (!std::isfinite(lepski_.values(rungs_[r], c)[point])) return false;
  return true;
}

/// The best rung at each point, averaged, and no wider than its footprint may be.
Values Search::levels() {
  Values best(size_, undecided), least(size_, undecided), cap(size_, undecided);
  run::Ticker tick(grid_.comm(), "map of radii");
  for (std::size_t r = 0; r < rungs_.size(); ++r) {
    Values bias(size_, 0.0);
    for (std::size_t q = 0; q < r; ++q) {
      auto const found = excess(r, q);
      for (std::size_t i = 0; i < size_; ++i)
        if (std::isfinite(found[i])) bias[i] = std::max(bias[i], found[i]);
    }
    auto const noise = variance(r);
    for (std::size_t i = 0; i < size_; ++i) {
      if (!defined(r, i)) continue;
      cap[i] = static_cast<double>(r);
      if (!(bias[i] + noise[i] < least[i])) continue;
      least[i] = bias[i] + noise[i];
      best[i] = static_cast<double>(r);
    }
    tick.next(static_cast<double>(rungs_.size()));
  }
  auto level = mean_of_known(radii_.front(), best);
  for (std::size_t i = 0; i < size_; ++i)
    if (!refits_) level[i] = std::min(level[i], cap[i]);
  return level;
}

mollifier::Settings Search::map() {
  mollifier::Settings out = mollifier_;
  for (auto const& radii : radii_) out.map.rungs.push_back(mollifier::with_radii(grid_, mollifier_, radii).radius);
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
