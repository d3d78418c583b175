#include "estimators/joint/section_choice.hpp"

#include <algorithm>

#include "estimators/joint/local_values.hpp"
#include "problem/section.hpp"
#include "solver/sparse_inverse.hpp"

namespace mollis::joint {
namespace {

constexpr double most_memory = 0.5;   ///< of the machine's, that dear factors may take at their peak

}  // namespace

bool has_room(estimators::SectionChoice const& choice, run::Machine const& machine) {
  return machine.memory == 0.0 || choice.peak(true) * machine.neighbours / machine.ranks <= most_memory * machine.memory;
}

std::optional<estimators::SectionChoice> choose_section(Objective const& objective, bool averages_fail) {
  auto const& problem = objective.problem();
  if (!solver::SparseInverse::is_available(problem.grid.comm())) return {};
  std::vector<std::vector<int>> parameters;
  for (auto const& unknown : problem.space().unknowns()) parameters.push_back(unknown.axes);
  auto shape = problem::section_shape(problem.grid, problem.system(), objective.lattice().degree(), problem.states.size(), parameters);
  shape.inside = problem::inside_share(problem.grid, problem.mask);
  auto const choice = estimators::choose_section(shape);
  if (!choice || !choice->is_dear) return choice;
  if (!averages_fail) return {};
  return has_room(*choice, run::machine_of(problem.grid.comm())) ? choice : std::nullopt;
}

bool fills_domain(Objective const& objective) {
  auto const& problem = objective.problem();
  if (std::any_of(problem.states.begin(), problem.states.end(), [](auto const& state) { return state.points || state.unobserved; })) return false;
  auto const inside = problem.mask.extent(0) > 0 ? HostField(on_host(problem.mask)) : HostField();
  Index const depth = problem.grid.owned()[0].size(), section = depth > 0 ? problem.grid.local_size() / depth : 0;
  double places[2] = {0.0, 0.0};   // inside, and observed there
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const weight = on_host(objective.data_weight(s));
    for (Index i = 0; i < section; ++i) {
      bool is_inside = false, is_observed = false;
      for (Index t = 0; t < depth; ++t) {
        auto const at = static_cast<std::size_t>(t * section + i);
        bool const counts = inside.extent(0) == 0 || inside[at] > 0.0;
        is_inside = is_inside || counts;
        is_observed = is_observed || (counts && weight[at] > 0.0);
      }
      places[0] += is_inside;
      places[1] += is_observed;
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, places, 2, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
  return places[1] >= 0.5 * places[0];
}

}  // namespace mollis::joint
