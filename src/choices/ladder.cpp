#include "choices/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/pointwise.hpp"
#include "mollifier/blended_jets.hpp"
#include "run/error.hpp"

namespace mollis::choices {
namespace {

/// Smallest and widest radius of an axis. Axes too short to be filtered keep radius 0 (they then carry no derivative).
Index least(grid::Axis const& axis, int degree) {
  auto const radius = std::min<Index>(std::max(3, (degree + 1) / 2), (axis.size() - 1) / 2);
  return 2 * radius < degree ? 0 : radius;
}
Index widest(grid::Axis const& axis, int degree) {
  auto const narrowest = least(axis, degree);
  return narrowest == 0 ? 0 : std::max(narrowest, axis.size() / 3);
}

/// Points of the whole grid none of whose boxes of 2 radius + 1 points an axis (shifted inside at open ends) has a gap.
Index whole_footprints(grid::Grid const& grid, std::vector<observations::State> const& states, mollifier::AxisRadii const& radii) {
  std::vector<mollifier::LineFilter> boxes;
  for (int a = 0; a < grid.dimension(); ++a) {
    mollifier::Radii const radius{{0, radii[static_cast<std::size_t>(a)]}};
    boxes.push_back(mollifier::footprint_filter(mollifier::moment_filter(grid.axis(a), {}, radius, 0)));
  }
  mollifier::Jets const footprints(grid, std::move(boxes), {mollifier::MultiIndex{}});
  Field const mask = make_field("whole footprints", grid.local_size());
  Kokkos::deep_copy(mask, 1.0);
  for (auto const& state : states) kernels::clear_where_not_finite(footprints.apply(state.to_mollify()).front(), mask);
  auto const host = on_host(mask);
  Index count = 0;
  for (std::size_t i = 0; i < host.extent(0); ++i) count += host(i) != 0.0 ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_INT64_T, MPI_SUM, grid.comm());
  return count;
}

/// Points of the whole grid where smoothed values of all states exist, rows refitted around gaps.
Index points_with_jets(grid::Grid const& grid, std::vector<observations::State> const& states, mollifier::Settings const& mollifier,
                       mollifier::AxisRadii const& radii) {
  Field const mask = make_field("points with jets", grid.local_size());
  Kokkos::deep_copy(mask, 1.0);
  for (auto const& state : states) {
    mollifier::BlendedJets jets(grid, mollifier::with_radii(grid, mollifier, radii), false, {mollifier::MultiIndex{}});
    auto const& data = jets.refits_single_gaps() ? state.data : state.to_mollify();
    jets.refit_around(data);
    kernels::clear_where_not_finite(jets.apply(data).front(), mask);
  }
  auto const host = on_host(mask);
  Index count = 0;
  for (std::size_t i = 0; i < host.extent(0); ++i) count += host(i) != 0.0 ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_INT64_T, MPI_SUM, grid.comm());
  return count;
}

}  // namespace

void Ladder::heed_gaps(grid::Grid const& grid, std::vector<observations::State> const& states, mollifier::Settings const& mollifier) {
  if (std::all_of(states.begin(), states.end(), [](auto const& state) { return state.gaps == 0; })) return;
  if (mollifier.adaptive || mollifier.filter != "moment" || dimension_ == 1) return heed_gaps(grid, states, mollifier.places);
  auto const most = points_with_jets(grid, states, mollifier, radii(top()));
  for (auto& group : groups_)
    while (group.rungs.size() > 1) {
      Rung lowest = top();
      lowest[static_cast<std::size_t>(&group - groups_.data())] = 0;
      if (10 * points_with_jets(grid, states, mollifier, radii(lowest)) >= 9 * most) break;
      group.rungs.erase(group.rungs.begin());
    }
}

Ladder::Ladder(grid::Grid const& grid, int degree) : dimension_(grid.dimension()) {
  Group time, space;
  for (int a = 0; a < dimension_; ++a) (grid.axis(a).name == "t" ? time : space).axes.push_back(a);
  for (auto* group : {&time, &space}) {
    if (group->axes.empty()) continue;
    // The reference axis reaches its widest radius first, in physical length, those too short aside.
    auto const reach = [&](int a) {
      auto const most = widest(grid.axis(a), degree);
      return most == 0 ? std::numeric_limits<double>::infinity() : static_cast<double>(most) * grid.axis(a).spacing();
    };
    int const reference = *std::min_element(group->axes.begin(), group->axes.end(), [&](int a, int b) { return reach(a) < reach(b); });
    auto const& axis = grid.axis(reference);
    for (Index r = least(axis, degree); r <= widest(axis, degree); r = std::max<Index>(r + 1, std::lround(1.2 * static_cast<double>(r)))) {
      mollifier::AxisRadii rung;
      for (int const a : group->axes) {
        auto const same = std::lround(static_cast<double>(r) * axis.spacing() / grid.axis(a).spacing());
        rung.push_back(std::clamp<Index>(same, least(grid.axis(a), degree), widest(grid.axis(a), degree)));
      }
      group->rungs.push_back(rung);
    }
    groups_.push_back(*group);
  }
}

bool Ladder::finds_room(grid::Grid const& grid, std::vector<observations::State> const& states) const {
  bool const whole = std::all_of(states.begin(), states.end(), [](auto const& state) { return state.gaps == 0; });
  return whole || dimension_ == 1 || whole_footprints(grid, states, radii(std::vector<int>(groups_.size(), 0))) > 0;
}

void Ladder::heed_gaps(grid::Grid const& grid, std::vector<observations::State> const& states, run::Places const& mollifier) {
  if (std::all_of(states.begin(), states.end(), [](auto const& state) { return state.gaps == 0; })) return;
  std::vector<int> rung(groups_.size(), 0);
  Index const most = whole_footprints(grid, states, radii(rung));
  if (most == 0 && dimension_ > 1)
    throw run::Error(run::Exit::bad_data,
                     run::line(mollifier.of("radius"),
                               "the data have so many gaps that no footprint of the narrowest automatic mollifier is free of "
                               "them; give radius, 0 along all axes but one: rows are then refitted around gaps"));
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto& rungs = groups_[g].rungs;
    for (; rungs.size() > 1; rungs.pop_back()) {
      rung[g] = static_cast<int>(rungs.size()) - 1;
      if (2 * whole_footprints(grid, states, radii(rung)) >= most) break;
    }
    rung[g] = 0;
  }
}

int Ladder::rungs(int group) const { return static_cast<int>(groups_[static_cast<std::size_t>(group)].rungs.size()); }

mollifier::AxisRadii Ladder::radii(std::vector<int> const& rung) const {
  mollifier::AxisRadii all(static_cast<std::size_t>(dimension_), 0);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = groups_[g];
    auto const at = static_cast<std::size_t>(std::clamp(rung[g], 0, rungs(static_cast<int>(g)) - 1));
    for (std::size_t k = 0; k < group.axes.size(); ++k) all[static_cast<std::size_t>(group.axes[k])] = group.rungs[at][k];
  }
  return all;
}

int Ladder::scaled(int group, int rung, double factor) const {
  auto const& rungs = groups_[static_cast<std::size_t>(group)].rungs;
  double const target = std::log(factor * static_cast<double>(rungs[static_cast<std::size_t>(rung)].front()));
  int best = 0;
  for (std::size_t k = 0; k < rungs.size(); ++k)
    if (std::abs(std::log(static_cast<double>(rungs[k].front())) - target) <
        std::abs(std::log(static_cast<double>(rungs[static_cast<std::size_t>(best)].front())) - target))
      best = static_cast<int>(k);
  return best;
}

Ladder::Rung Ladder::top() const {
  Rung top;
  for (int g = 0; g < groups(); ++g) top.push_back(rungs(g) - 1);
  return top;
}

Ladder::Rung Ladder::best(std::function<std::size_t(std::vector<Rung> const&)> const& best_of) const {
  auto const widest = top();
  std::vector<Rung> diagonal;
  for (int down = *std::max_element(widest.begin(), widest.end()); down >= 0; --down) {
    Rung rung;
    for (int const w : widest) rung.push_back(std::max(0, w - down));
    diagonal.push_back(rung);
  }
  auto chosen = diagonal[best_of(diagonal)];
  for (int sweep = 0; sweep < 2 && groups() > 1; ++sweep)
    for (int g = 0; g < groups(); ++g) {
      std::vector<Rung> line;
      for (int k = 0; k < rungs(g); ++k) {
        line.push_back(chosen);
        line.back()[static_cast<std::size_t>(g)] = k;
      }
      chosen = line[best_of(line)];
    }
  return chosen;
}

mollifier::AxisRadii largest_radii(grid::Grid const& grid, mollifier::Settings const& mollifier) {
  mollifier::AxisRadii radii;
  for (auto const& axis : grid.axes()) {
    Index largest = 0;
    auto const at = mollifier.radius.find(axis.name);
    if (at != mollifier.radius.end())
      for (auto const& [order, radius] : at->second) largest = std::max(largest, radius);
    radii.push_back(largest);
  }
  return radii;
}

}  // namespace mollis::choices
