#include "estimators/elimination.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace mollis::estimators {
namespace {

constexpr std::size_t smallest_box = 60;   ///< unknowns that are eliminated together

using Place = std::vector<Index>;

/// body(place) for every place from low to high, both with.
template <class Body>
void over(Place const& low, Place const& high, Body const& body) {
  for (std::size_t a = 0; a < low.size(); ++a)
    if (low[a] > high[a]) return;
  for (Place at = low;;) {
    body(at);
    std::size_t a = at.size();
    while (a > 0 && ++at[a - 1] > high[a - 1]) --a, at[a] = low[a];
    if (a == 0) return;
  }
}

/// How many points of a box are inside, by sums from the first corner.
class Inside {
 public:
  explicit Inside(Domain const& domain) : points_(domain.points), sums_(domain.inside.begin(), domain.inside.end()) {
    std::size_t stride = 1;
    for (std::size_t a = points_.size(); a-- > 0; stride *= static_cast<std::size_t>(points_[a]))
      for (std::size_t i = 0; i < sums_.size(); ++i)
        if (i / stride % static_cast<std::size_t>(points_[a]) > 0) sums_[i] += sums_[i - stride];
  }

  bool any(Place const& low, Place const& high) const {
    long sum = 0;
    for (unsigned corner = 0; corner < 1u << points_.size(); ++corner) {
      std::size_t at = 0;
      long sign = 1;
      for (std::size_t a = 0; a < points_.size() && sign != 0; ++a) {
        bool const below = (corner >> a & 1u) != 0;
        Index const x = below ? low[a] - 1 : std::min(high[a], points_[a] - 1);
        if (x < 0) sign = 0;
        if (below) sign = -sign;
        at = at * static_cast<std::size_t>(points_[a]) + static_cast<std::size_t>(std::max(x, Index{0}));
      }
      if (sign != 0) sum += sign * sums_[at];
    }
    return sum > 0;
  }

 private:
  std::vector<Index> points_;
  std::vector<long> sums_;
};

class Elimination {
 public:
  explicit Elimination(Domain const& domain) : domain_(domain), inside_(domain) {
    for (std::size_t k = 0; k < domain.kinds.size(); ++k) {
      auto const& kind = domain.kinds[k];
      first_.push_back(unknowns_.size());
      over(Place(kind.places.size(), 0), last_of(kind), [&](Place const& place) { unknowns_.push_back({k, place}); });
    }
    gone_.assign(unknowns_.size(), 0);
    mark_.assign(unknowns_.size(), 0);
  }

  Eliminated of_all() {
    std::vector<std::size_t> all(unknowns_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    eliminate(all);
    double const own = std::accumulate(all.begin(), all.end(), 0.0, [&](double sum, std::size_t u) { return sum + count(u); });
    out_.factor += domain_.profiles * (own + domain_.profiles);
    return out_;
  }

 private:
  struct Unknown {
    std::size_t kind;
    Place place;
  };

  static Place last_of(UnknownKind const& kind) {
    auto last = kind.places;
    for (auto& n : last) --n;
    return last;
  }

  double count(std::size_t u) const { return domain_.kinds[unknowns_[u].kind].count; }

  bool is_prior(UnknownKind const& kind, Place const& a, Place const& b) const {
    double share = 0.0;
    int axes = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      Index const apart = std::abs(a[i] - b[i]);
      if (apart == 0) continue;
      if (apart > kind.prior[i]) return false;
      share += static_cast<double>(apart) / static_cast<double>(kind.prior[i]);
      ++axes;
    }
    return kind.diagonal ? share <= 1.0 : axes <= 1;
  }

  /// body(v) for every unknown that u is coupled with, itself too.
  template <class Body>
  void beside(std::size_t u, Body const& body) const {
    auto const own = unknowns_[u].kind;   // no structured binding: C++17 lets no lambda capture one (Clang holds to it)
    auto const& x = unknowns_[u].place;
    auto const& kind = domain_.kinds[own];
    for (std::size_t k = 0; k < domain_.kinds.size(); ++k) {
      auto const& other = domain_.kinds[k];
      Place low = x, high = x;
      for (std::size_t a = 0; a < x.size(); ++a) {
        Index const prior = k == own ? kind.prior[a] : 0;
        low[a] = std::max(Index{0}, std::min(x[a] - prior, x[a] - kind.before[a] - other.after[a]));
        high[a] = std::min(other.places[a] - 1, std::max(x[a] + prior, x[a] + kind.after[a] + other.before[a]));
      }
      Place from(x.size()), to(x.size());
      over(low, high, [&](Place const& y) {
        bool coupled = k == own && is_prior(kind, x, y);
        bool meet = !coupled;
        for (std::size_t a = 0; a < x.size() && meet; ++a) {
          from[a] = std::max({x[a] - kind.before[a], y[a] - other.before[a], Index{0}});
          to[a] = std::min({x[a] + kind.after[a], y[a] + other.after[a], domain_.points[a] - 1});
          meet = from[a] <= to[a];
        }
        if (!coupled && (!meet || !inside_.any(from, to))) return;
        std::size_t at = 0;
        for (std::size_t a = 0; a < y.size(); ++a) at = at * static_cast<std::size_t>(other.places[a]) + static_cast<std::size_t>(y[a]);
        body(first_[k] + at);
      });
    }
  }

  /// Twice the middle of the points that read it, along an axis.
  Index middle(std::size_t u, std::size_t axis) const {
    auto const& kind = domain_.kinds[unknowns_[u].kind];
    return 2 * unknowns_[u].place[axis] + kind.after[axis] - kind.before[axis];
  }

  /// Those of the lower half that touch the upper, or the other way round, whichever are fewer; moved to the end of the list, behind the halves.
  /// Nothing where one half is empty without them.
  std::vector<std::vector<std::size_t>> halves(std::vector<std::size_t> const& list) {
    std::size_t axis = 0;
    Index longest = -1, cut = 0;
    for (std::size_t a = 0; a < domain_.points.size(); ++a) {
      std::vector<Index> along;
      for (auto const u : list) along.push_back(middle(u, a));
      auto const ends = std::minmax_element(along.begin(), along.end());
      if (Index const length = *ends.second - *ends.first; length > longest) {
        longest = length, axis = a;
        std::nth_element(along.begin(), along.begin() + static_cast<std::ptrdiff_t>(along.size() / 2), along.end());
        cut = along[along.size() / 2];
      }
    }
    Index reach = 0;   // no unknown touches one that is farther
    for (auto const& kind : domain_.kinds) reach = std::max(reach, 2 * std::max(kind.before[axis] + kind.after[axis], kind.prior[axis]));
    reach *= 2;
    std::vector<std::vector<std::size_t>> parts(4);   // far below and near below the cut, near above and far above
    ++stamp_;
    for (auto const u : list) mark_[u] = stamp_;
    for (auto const u : list) {
      bool const above = middle(u, axis) >= cut;
      bool touches = false;
      if (std::abs(middle(u, axis) - cut) <= reach)
        beside(u, [&](std::size_t v) { touches = touches || (mark_[v] == stamp_ && (middle(v, axis) >= cut) != above); });
      parts[above ? (touches ? 2 : 3) : (touches ? 1 : 0)].push_back(u);
    }
    bool const below = parts[0].empty() ? false : parts[3].empty() || parts[1].size() <= parts[2].size();
    auto separator = parts[below ? 1 : 2];
    auto& rest = parts[below ? 2 : 1];
    auto& joins = parts[below ? 3 : 0];
    joins.insert(joins.end(), rest.begin(), rest.end());
    if (parts[0].empty() || parts[3].empty()) return {};
    return {std::move(parts[0]), std::move(parts[3]), std::move(separator)};
  }

  /// All of a list, and what is left beside them.
  std::vector<std::size_t> eliminate(std::vector<std::size_t> const& list) {
    auto const parts = list.size() > smallest_box ? halves(list) : std::vector<std::vector<std::size_t>>{};
    std::vector<std::size_t> left;
    if (!parts.empty())
      for (std::size_t half = 0; half < 2; ++half) {
        auto const more = eliminate(parts[half]);
        left.insert(left.end(), more.begin(), more.end());
      }
    auto const& pivots = parts.empty() ? list : parts[2];
    double own = 0.0, others = 0.0;
    for (auto const u : pivots) gone_[u] = 1, own += count(u);
    std::vector<std::size_t> front;
    int const stamp = ++stamp_;
    auto const add = [&](std::size_t v) {
      if (gone_[v] != 0 || mark_[v] == stamp) return;
      mark_[v] = stamp;
      front.push_back(v), others += count(v);
    };
    for (auto const v : left) add(v);
    for (auto const u : pivots)
      beside(u, [&](std::size_t v) {
        out_.entries += count(u) * count(v);
        add(v);
      });
    out_.factor += own * (own + others);
    return front;
  }

  Domain const& domain_;
  Inside inside_;
  std::vector<Unknown> unknowns_;
  std::vector<std::size_t> first_;
  std::vector<char> gone_;
  std::vector<int> mark_;
  int stamp_ = 0;
  Eliminated out_;
};

}  // namespace

Eliminated eliminate(Domain const& domain) { return Elimination(domain).of_all(); }

}  // namespace mollis::estimators
