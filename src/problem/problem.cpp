#include "problem/problem.hpp"

#include "estimators/methods.hpp"

namespace mollis::problem {

Problem::Problem(grid::Grid grid_, Settings settings_, equation::System system, run::Named<parameters::Settings> const& parameters,
                 std::vector<observations::KnownField> fields, std::vector<observations::State> states_, run::Progress& progress_)
    : grid(std::move(grid_)), settings(std::move(settings_)), states(std::move(states_)), progress(progress_),
      system_(std::make_shared<equation::System const>(std::move(system))),
      space_(std::make_shared<parameters::ParameterSpace const>(grid, parameters, *system_)),
      fields_(std::make_shared<std::vector<observations::KnownField> const>(std::move(fields))) {}

Problem Problem::with_method(std::string const& method) const {
  auto other = *this;
  other.settings.inversion.method = method;
  if (estimators::method_named(method).fits_states) other.settings.mollifier.adaptive = false;  // mollifies no data but for its start
  return other;
}

Problem Problem::with_noise(std::vector<double> const& sigma) const {
  Problem other = *this;
  for (std::size_t s = 0; s < sigma.size(); ++s) other.states[s].sigma = sigma[s];
  return other;
}

}  // namespace mollis::problem
