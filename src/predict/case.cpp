#include "predict/case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/read.hpp"
#include "observations/known_fields.hpp"
#include "problem/compile.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "problem/sizes.hpp"
#include "run/error.hpp"

namespace mollis::predict {
namespace {

using Kind = equation::Feature::Kind;
using observations::KnownField;

/// Bytes a point of the run: the states, data, their deviations and prescribed values over all frames; of one frame the matrix,
/// its factor, vectors of TS and of GMRES.
double bytes_per_point(std::size_t states, std::size_t features, std::size_t frames) {
  auto const s = static_cast<double>(states), f = static_cast<double>(features);
  double const frame = s * f * 5.0 * 24.0 + s * 8.0 * 90.0 + 16.0 * f;
  return s * 8.0 * 6.0 + frame / static_cast<double>(frames);
}

problem::Dependence dependence_of(grid::Grid const& grid, std::vector<KnownField> const& fields) {
  problem::Dependence depends;
  for (auto const& field : fields) {
    depends.emplace_back(static_cast<std::size_t>(grid.dimension()), false);
    for (int const axis : field.axes()) depends.back()[static_cast<std::size_t>(axis)] = true;
  }
  return depends;
}

bool depends_on(std::vector<int> const& axes, int axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); }

/// All frames that are known of a field from a file: those of the fit and, where the file has them, the later ones.
std::pair<KnownField, std::vector<double>> over_time(Case const& c, std::string const& name, observations::Values values,
                                                     run::Progress const& progress) {
  auto times = c.times.fit;
  if (c.times.later() == 0) return {KnownField(c.fit, values), times};
  if (c.observed_apart) {
    progress.say(fmt::format("field {}: known between the frames of the data, not after t = {:.6g}; it stays as it is then", name, times.back()));
    return {KnownField(c.fit, values), times};
  }
  auto const reach = io::reach_of(c.fit, values.source(), 0);
  if (reach.points < static_cast<Index>(times.size() + c.times.later())) {
    progress.say(fmt::format("field {}: not known after t = {:.6g}; it stays as it is then", name, times.back()));
    return {KnownField(c.fit, values), times};
  }
  times.insert(times.end(), c.times.run.end() - static_cast<std::ptrdiff_t>(c.times.later()), c.times.run.end());
  values.part.crop["t"] = {reach.first, reach.first + static_cast<Index>(times.size()) * reach.bin};
  return {KnownField(with_times(c.fit, times), values), times};
}

std::vector<std::string> names_of(grid::Grid const& grid) {
  std::vector<std::string> names;
  for (auto const& axis : grid.axes()) names.push_back(axis.name);
  return names;
}

void add_fields(Case const& c, deck::Deck const& deck, std::vector<KnownField> const& fields, run::Progress const& progress) {
  int const t = c.layout.time;
  for (std::size_t n = 0; n < fields.size(); ++n) {
    auto const& [name, values] = deck.fields[n];
    auto const& axes = fields[n].axes();
    auto const stride = parameters::strides_over(c.slice, axes);
    bool const moves = t >= 0 && depends_on(axes, t), of_file = values.expression.empty();
    std::optional<std::pair<KnownField, std::vector<double>>> known;
    for (std::size_t f = 0; f < c.system->features.size(); ++f) {
      auto const& feature = c.system->features[f];
      if (feature.kind != Kind::field || feature.index != static_cast<int>(n)) continue;
      if (moves && of_file && !known) known = over_time(c, name, values, progress);
      if (!moves) c.inputs->add(static_cast<int>(f), residual::Placed{fields[n].derivative(feature.order), stride});
      else if (of_file) c.inputs->add(static_cast<int>(f), Series(known->second, known->first.derivative(feature.order)), stride);
      else c.inputs->add(static_cast<int>(f), equation::compile_pointwise(values.expression, names_of(c.fit), {}, feature.order));
    }
  }
}

/// A parameter as the equation's tapes read it, from the result.
Field read_parameter(parameters::Unknown const& unknown, std::string const& result) {
  Field const values = io::read_dataset(unknown.grid, result, "/parameters/" + unknown.name);
  if (!unknown.settings.log) return values;
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), values);
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = std::log(host(i));
  Kokkos::deep_copy(values, host);
  return values;
}

void add_parameters(Case const& c, deck::Deck const& deck, std::string const& result) {
  parameters::ParameterSpace const space(c.fit, deck.parameters, *c.system);
  std::vector<Field> pieces;
  for (auto const& unknown : space.unknowns()) pieces.push_back(read_parameter(unknown, result));
  auto const derivatives = space.derivatives(pieces);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    auto const stride = parameters::strides_over(c.slice, unknown.axes);
    bool const moves = c.layout.time >= 0 && depends_on(unknown.axes, c.layout.time);
    for (std::size_t k = 0; k < derivatives[p].size(); ++k)
      if (moves) c.inputs->add(unknown.features[k], Series(c.times.fit, derivatives[p][k]), stride);
      else c.inputs->add(unknown.features[k], residual::Placed{derivatives[p][k], stride});
  }
}

void read_states(Case& c, deck::Deck const& deck, std::string const& result) {
  for (auto const& [name, observation] : deck.observations) {
    Field const state = io::read_dataset(c.fit, result, "/state/" + name);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state);
    for (std::size_t i = 0; i < host.extent(0); ++i) host(i) -= observation.about;
    Kokkos::deep_copy(state, host);
    c.fitted.push_back(state);
  }
}

/// States of the weak form end where footprints meet the ends of the grid: there is nothing to begin with.
void refuse_weak(deck::Deck const& deck) {
  if (deck.equation.weak)
    throw run::Error(run::Exit::bad_deck, run::line(deck.equation.places.of("form"),
                                                    "the weak form fits no states near the ends of the grid, from which the equation could be "
                                                    "run forward; fit once more with form = \"strong\" and the constants found as known fields"));
}

/// The same result on all ranks, or the reason why it cannot be read.
void require_result(MPI_Comm comm, std::string const& directory, std::string const& result, grid::Grid const& fit, std::string const& state) {
  auto const shape = io::dataset_shape(comm, result, "/state/" + state);
  std::vector<Index> wanted;
  for (auto const& axis : fit.axes()) wanted.push_back(axis.size());
  if (shape != wanted)
    throw run::Error(run::Exit::bad_data, fmt::format("{0}: result.h5 and deck.toml are not of one run: the deck's grid has not the shape of "
                                                      "/state/{1}; run mollis invert again, or give its directory as it was", directory, state));
}

}  // namespace

Case make_case(MPI_Comm comm, std::string const& directory, deck::Deck const& deck, Settings const& settings, run::Progress const& progress) {
  auto const result = directory + "/result.h5";
  refuse_weak(deck);
  auto const fit = problem::make_grid(comm, deck);
  std::vector<KnownField> fields;
  for (auto const& [name, values] : deck.fields) fields.emplace_back(fit, values);
  auto const system = std::make_shared<equation::System const>(problem::compile(deck, dependence_of(fit, fields)));
  std::vector<std::string> names;
  std::vector<double> about;
  for (auto const& [name, observation] : deck.observations) {
    names.push_back(name);
    about.push_back(observation.about);
  }
  auto const layout = run::placed(deck.equation.places.section, [&] { return lay_out(*system, deck.grid.axes, names); });
  auto const times = make_times(comm, deck, fit, settings);
  auto const run = with_times(fit, times.run), slice = with_times(fit, {times.run.front()});
  problem::require_room(deck, problem::obstacle(run, bytes_per_point(names.size(), system->by_state.size(), times.run.size()), run::machine_of(comm)));
  require_result(comm, directory, result, fit, names.front());

  Case c{times, fit, run, slice, settings.ends == "insulated" ? insulated(slice) : slice, system, layout,
         std::make_shared<Inputs>(slice, layout.time), names, about, {}, {}, settings.ends, deck.grid.refine.count("t") > 0};
  read_states(c, deck, result);
  c.observed = read_observed(deck, fit, times, problem::make_mask(fit, deck.grid), progress);
  add_fields(c, deck, fields, progress);
  add_parameters(c, deck, result);
  return c;
}

}  // namespace mollis::predict
