#include "estimate/parameters.hpp"

namespace mollis::estimate {

void put_vector(parameters::ParameterSpace const& space, std::string const& name, Vec vector, Quantities& quantities) {
  auto const pieces = space.scatter(vector);
  for (std::size_t p = 0; p < pieces.size(); ++p)
    quantities.put(name + "/" + space.unknowns()[p].name, space.unknowns()[p].grid, pieces[p]);
}

petsc::Vector take_vector(parameters::ParameterSpace const& space, std::string const& name, Quantities const& quantities) {
  auto vector = space.make_vector();
  for (auto const& unknown : space.unknowns()) {
    auto const piece = quantities.field(name + "/" + unknown.name, unknown.grid);
    if (unknown.owner) petsc::copy_in(piece, vector, unknown.offset);
  }
  return vector;
}

void put_parameters(parameters::ParameterSpace const& space, Estimate const& estimate, Quantities& quantities) {
  put_vector(space, "fitted", estimate.parameters, quantities);
  quantities.put("smoothness", estimate.smoothness);
  quantities.put("end", {estimate.converged ? 1.0 : 0.0, static_cast<double>(estimate.steps), estimate.objective, estimate.gradient});
}

void take_parameters(parameters::ParameterSpace const& space, Quantities const& quantities, Estimate& estimate) {
  estimate.parameters = take_vector(space, "fitted", quantities);
  estimate.smoothness = quantities.numbers("smoothness");
  auto const& end = quantities.numbers("end");
  estimate.converged = end.at(0) != 0.0;
  estimate.steps = static_cast<int>(end.at(1));
  estimate.objective = end.at(2);
  estimate.gradient = end.at(3);
}

void put_radii(grid::Grid const& grid, mollifier::Settings const& mollifier, Quantities& quantities) {
  for (auto const& axis : grid.axes()) {
    std::vector<double> pairs;
    auto const radii = mollifier.radius.find(axis.name);
    if (radii == mollifier.radius.end()) continue;
    for (auto const& [order, radius] : radii->second) {
      pairs.push_back(order);
      pairs.push_back(static_cast<double>(radius));
    }
    quantities.put("radius/" + axis.name, pairs);
  }
}

mollifier::Settings radii_of(grid::Grid const& grid, mollifier::Settings mollifier, Quantities const& quantities) {
  mollifier.automatic = false;
  mollifier.radius.clear();
  for (auto const& axis : grid.axes()) {
    if (quantities.all_numbers().count("radius/" + axis.name) == 0) continue;
    auto const& pairs = quantities.numbers("radius/" + axis.name);
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2)
      mollifier.radius[axis.name][static_cast<int>(pairs[k])] = static_cast<Index>(pairs[k + 1]);
  }
  return mollifier;
}

}  // namespace mollis::estimate
