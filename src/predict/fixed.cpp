#include "predict/fixed.hpp"

#include <algorithm>
#include <cmath>

#include "run/error.hpp"

namespace mollis::predict {
namespace {

/// d/dt of the frames of the fit, at the frame where the run begins.
Field first_rate(Case const& c, Field const& state) {
  auto const& time = c.fit.axis(0);
  Index const radius = std::min<Index>(2, (time.size() - 1) / 2);
  if (radius < 1) throw run::Error(run::Exit::bad_deck, "an equation of second order in time takes three frames or more to begin with");
  std::vector<mollifier::LineFilter> filters{mollifier::moment_filter(time, {}, {{1, radius}}, static_cast<int>(2 * radius))};
  for (int a = 1; a < c.fit.dimension(); ++a) filters.push_back(mollifier::moment_filter(c.fit.axis(a), {}, {{0, 0}}, 0));
  auto const rate = mollifier::Jets(c.fit, std::move(filters), {{1}}).apply(state).front();
  return frames(rate, c.times.fit.size(), c.times.first, 1);
}

/// Points at each end of an axis where a state is prescribed.
Index layers(Case const& c, int state, int axis) {
  auto const& own = c.stencils.axis(axis);
  if (own.periodic || own.reflection == grid::Reflection::even || axis == c.layout.time) return 0;
  int highest = 0;
  for (auto const& feature : c.system->features)
    if (feature.kind == equation::Feature::Kind::state && feature.index == state) highest = std::max(highest, feature.order[static_cast<std::size_t>(axis)]);
  Index const needed = (highest + 1) / 2;
  return own.reflection == grid::Reflection::odd ? std::min<Index>(needed, 1) : needed;
}

HostField where(Case const& c, int state, HostField const& finite) {
  HostField const mask("prescribed", finite.extent(0));
  auto const& box = c.slice.owned();
  for (std::size_t n = 0; n < mask.extent(0); ++n) {
    mask(n) = finite(n) == 0.0 ? 1.0 : 0.0;
    auto rest = static_cast<Index>(n);
    for (int a = c.slice.dimension() - 1; a >= 0; --a) {
      Index const i = box[a].lower + rest % box[a].size(), deep = layers(c, state, a);
      rest /= box[a].size();
      if (i < deep || i >= c.slice.axis(a).size() - deep) mask(n) = 1.0;
    }
  }
  return mask;
}

/// What a state is where it is prescribed, at all frames of the run.
Series values(Case const& c, std::size_t s) {
  auto const& times = c.times;
  Field all = frames(c.fitted[s], times.fit.size(), times.first, times.fitted);
  Field const last = frames(c.fitted[s], times.fit.size(), times.first + times.fitted - 1, 1);
  for (std::size_t k = 0; k < times.later(); ++k) all = joined(all, last);
  if (c.observed[s].there) {
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), all);
    auto const data = on_host(c.observed[s].values), walls = on_host(c.observed[s].walls);
    std::size_t const late = times.fitted * (all.extent(0) / times.run.size());
    for (std::size_t i = 0; i < host.extent(0); ++i)
      if (std::isfinite(data(i)) && (walls(i) != 0.0 || (c.ends == "data" && i >= late))) host(i) = data(i);
    Kokkos::deep_copy(all, host);
  }
  return {times.run, all};
}

/// The first components, with what is prescribed at time t in place of theirs; `known`: 0 where that is not known.
std::vector<Field> with_prescribed(Case const& c, std::vector<Field> const& initial, std::vector<Prescribed> const& all, double t, bool known) {
  std::vector<Field> components;
  for (std::size_t k = 0; k < initial.size(); ++k) {
    auto const& [state, order] = c.layout.components[k];
    auto const& own = all[static_cast<std::size_t>(state)];
    auto const values = on_host(initial[k]), given = on_host(own.values.at(t, order));
    Field const component("component", values.extent(0));
    auto const host = Kokkos::create_mirror_view(component);
    for (std::size_t i = 0; i < host.extent(0); ++i) {
      host(i) = own.where(i) != 0.0 ? given(i) : values(i);
      if (known && !std::isfinite(host(i))) host(i) = 0.0;
    }
    Kokkos::deep_copy(component, host);
    components.push_back(component);
  }
  return components;
}

/// Whether points that are free stand next to prescribed ones that are not known at time t; they are prescribed then, too. Collective.
bool gives_way(Case const& c, Lines& lines, std::vector<Field> const& initial, std::vector<Prescribed>& all, double t) {
  auto const there = lines.finite(t, with_prescribed(c, initial, all, t, false)), anyhow = lines.finite(t, with_prescribed(c, initial, all, t, true));
  int moved = 0;
  for (auto& own : all)
    for (std::size_t i = 0; i < there.extent(0); ++i) {
      if (own.where(i) != 0.0 || there(i) != 0.0 || anyhow(i) == 0.0) continue;
      own.where(i) = 1.0;
      moved = 1;
    }
  MPI_Allreduce(MPI_IN_PLACE, &moved, 1, MPI_INT, MPI_MAX, c.slice.comm());
  return moved != 0;
}

}  // namespace

std::vector<Field> initial_components(Case const& c) {
  std::vector<Field> components;
  for (auto const& [state, order] : c.layout.components) {
    auto const& fitted = c.fitted[static_cast<std::size_t>(state)];
    components.push_back(order == 0 ? frames(fitted, c.times.fit.size(), c.times.first, 1) : first_rate(c, fitted));
  }
  return components;
}

std::vector<Prescribed> make_prescribed(Case const& c, Lines& lines, std::vector<Field> const& initial) {
  auto const finite = lines.finite(c.times.run.front(), initial);
  std::vector<Prescribed> all;
  double free = 0.0;
  for (std::size_t s = 0; s < c.names.size(); ++s) all.push_back({where(c, static_cast<int>(s), finite), values(c, s)});
  for (double const t : c.times.run)
    while (gives_way(c, lines, initial, all, t)) continue;   // over what a domain that moves leaves
  for (std::size_t s = 0; s < c.names.size(); ++s) {
    for (std::size_t i = 0; i < all[s].where.extent(0); ++i) free += 1.0 - all[s].where(i);
  }
  MPI_Allreduce(MPI_IN_PLACE, &free, 1, MPI_DOUBLE, MPI_SUM, c.slice.comm());
  if (free == 0.0)
    throw run::Error(run::Exit::bad_data, "the result leaves no point for the equation to move: all are ends of axes, or next to parameters, fields or "
                                          "states that are not known (NaN); predict from a result on a finer grid, or with fewer gaps");
  return all;
}

}  // namespace mollis::predict
