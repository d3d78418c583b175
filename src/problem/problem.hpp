#pragma once
/// An inverse problem, whatever solves it: the grid, the equation R(u, lam) = 0, the observed states with their noise, known
/// fields, the unknowns lam, and what the user asked of the method. Built once from the deck (problem/from_deck.hpp), which no
/// method sees.
#include <memory>
#include <vector>

#include "checkpoint/keeper.hpp"
#include "equation/system.hpp"
#include "estimators/settings.hpp"
#include "grid/grid.hpp"
#include "mollifier/settings.hpp"
#include "observations/known_fields.hpp"
#include "observations/states.hpp"
#include "parameters/parameter_space.hpp"
#include "run/progress.hpp"
#include "uncertainty/settings.hpp"

namespace mollis::problem {

/// What the deck leaves open ("auto") or fixes of the way to an estimate.
struct Settings {
  mollifier::Settings mollifier;
  estimators::Settings inversion;
  estimators::JointSettings joint;
  uncertainty::Settings uncertainty;
};

/// Cheap to copy: all but the states' noise is shared and does not change.
class Problem {
 public:
  /// Collective.
  Problem(grid::Grid grid, Settings settings, equation::System system, run::Named<parameters::Settings> const& parameters,
          std::vector<observations::KnownField> fields, std::vector<observations::State> states, run::Progress& progress);

  grid::Grid grid;
  Settings settings;
  std::vector<observations::State> states;
  run::Progress& progress;
  observations::Factors factors;  ///< of the grid over the lattice of the data
  Field mask;                 ///< 1 inside the domain, 0 outside (local box); empty where that is the whole grid
  std::vector<Field> inside;  ///< the same of the parameters, pieces (see inside_of); none without a mask
  std::shared_ptr<checkpoint::Keeper> keeper = std::make_shared<checkpoint::Keeper>();  ///< what is kept on the way; keeps nothing unless replaced

  equation::System const& system() const { return *system_; }
  parameters::ParameterSpace const& space() const { return *space_; }
  std::vector<observations::KnownField> const& fields() const { return *fields_; }
  bool weak() const { return system_->form == equation::Form::weak; }

  /// The same by another method.
  Problem with_method(std::string const& method) const;
  /// The same with other standard deviations of the noise, one a state.
  Problem with_noise(std::vector<double> const& sigma) const;

 private:
  std::shared_ptr<equation::System const> system_;
  std::shared_ptr<parameters::ParameterSpace const> space_;
  std::shared_ptr<std::vector<observations::KnownField> const> fields_;
};

}  // namespace mollis::problem
