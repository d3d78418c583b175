#include "estimate/parameters.hpp"

#include <algorithm>

#include "petsc/access.hpp"

namespace mollis::estimate {

void put_vector(parameters::ParameterSpace const& space, std::string const& name, Vec vector, Quantities& quantities) {
  auto const pieces = space.scatter(vector);
  for (std::size_t p = 0; p < pieces.size(); ++p)
    quantities.put_still(name + "/" + space.unknowns()[p].name, space.unknowns()[p].grid, pieces[p]);
}

petsc::Vector take_vector(parameters::ParameterSpace const& space, std::string const& name, Quantities const& quantities) {
  auto vector = space.make_vector();
  for (auto const& unknown : space.unknowns()) {
    auto const piece = quantities.field(name + "/" + unknown.name, unknown.grid);
    if (unknown.owner) petsc::copy_in(piece, vector, unknown.offset);
  }
  petsc::touch(vector);
  return vector;
}

void put_parameters(parameters::ParameterSpace const& space, Estimate const& estimate, Quantities& quantities) {
  put_vector(space, "fitted", estimate.parameters, quantities);
  quantities.put("smoothness", estimate.smoothness);
  quantities.put("end", {estimate.converged ? 1.0 : 0.0, static_cast<double>(estimate.steps), estimate.objective, estimate.gradient, estimate.unsettled});
}

void take_parameters(parameters::ParameterSpace const& space, Quantities const& quantities, Estimate& estimate) {
  estimate.parameters = take_vector(space, "fitted", quantities);
  estimate.smoothness = quantities.numbers("smoothness");
  auto const& end = quantities.numbers("end");
  estimate.converged = end.at(0) != 0.0;
  estimate.steps = static_cast<int>(end.at(1));
  estimate.objective = end.at(2);
  estimate.gradient = end.at(3);
  estimate.unsettled = end.at(4);
}

namespace {

void put_axes(std::string const& name, mollifier::RadiusByAxis const& radius, Quantities& quantities) {
  for (auto const& [axis, radii] : radius) {
    std::vector<double> pairs;
    for (auto const& [order, cells] : radii) {
      pairs.push_back(order);
      pairs.push_back(static_cast<double>(cells));
    }
    quantities.put(name + "/" + axis, pairs);
  }
}

mollifier::RadiusByAxis take_axes(grid::Grid const& grid, std::string const& name, Quantities const& quantities) {
  mollifier::RadiusByAxis radius;
  for (auto const& axis : grid.axes()) {
    if (!quantities.has_numbers(name + "/" + axis.name)) continue;
    auto const& pairs = quantities.numbers(name + "/" + axis.name);
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2) radius[axis.name][static_cast<int>(pairs[k])] = static_cast<Index>(pairs[k + 1]);
  }
  return radius;
}

std::string rung_name(std::size_t rung) { return "rung/" + std::to_string(rung + 1); }

}  // namespace

void put_radii(grid::Grid const& grid, mollifier::Settings const& mollifier, Quantities& quantities) {
  put_axes("radius", mollifier.radius, quantities);
  auto const& map = mollifier.map;
  if (map.rungs.empty()) return;
  quantities.put("rungs", {static_cast<double>(map.rungs.size())});
  for (std::size_t k = 0; k < map.rungs.size(); ++k) put_axes(rung_name(k), map.rungs[k], quantities);
  Field const level = make_field("level", grid.local_size());
  auto const host = Kokkos::create_mirror_view(level);
  std::copy(map.level.begin(), map.level.end(), host.data());
  Kokkos::deep_copy(level, host);
  quantities.put("level", grid, level);
}

mollifier::Settings radii_of(grid::Grid const& grid, mollifier::Settings mollifier, Quantities const& quantities) {
  mollifier.automatic = false;
  mollifier.radius = take_axes(grid, "radius", quantities);
  mollifier.map = {};
  if (!quantities.has_numbers("rungs")) return mollifier;
  auto const rungs = static_cast<std::size_t>(quantities.numbers("rungs").front());
  for (std::size_t k = 0; k < rungs; ++k) mollifier.map.rungs.push_back(take_axes(grid, rung_name(k), quantities));
  auto const level = on_host(quantities.field("level", grid));
  mollifier.map.level.assign(level.data(), level.data() + level.extent(0));
  return mollifier;
}

}  // namespace mollis::estimate
