#pragma once
/// What an inversion leaves behind: result.h5 and .xmf, summary.json, history.csv, deck.toml, and a few lines for the
/// terminal.
#include <nlohmann/json.hpp>
#include <string>

#include "choices/tune.hpp"
#include "drivers/drivers.hpp"
#include "io/result_file.hpp"
#include "run/stage.hpp"

namespace mollis::drivers {

/// What a method found, whichever it was. Fields over the local box; parameters as pieces (see ParameterSpace).
struct Outcome {
  deck::Deck chosen;                       ///< the deck with every automatic pick in
  petsc::Vector x;                         ///< the unknowns as fitted (logarithms where transform = "log")
  std::vector<double> beta;                ///< smoothness weights
  std::vector<Field> sensitivities;        ///< sum W (dR/dNAME)^2 of every parameter
  std::vector<Field> states;               ///< mollified
  std::vector<Field> residuals, mask;      ///< mask: one, 1 where residuals exist
  double misfit_chi2 = 0.0;                ///< joint: of the data, else of the residuals
  bool converged = false;
  int newton = 0;
  double objective = 0.0, gradient = 0.0;
  std::vector<std::pair<std::string, io::Table>> tables;  ///< what was tried, by dataset
  nlohmann::ordered_json details;          ///< of the method, in the summary
};

/// The fit and what it was made of.
Outcome outcome_of(problem::Problem const& problem, deck::Deck chosen, equation_error::Candidate& candidate, equation_error::Fit& fit,
                   choices::Tuned const& tuned);

/// Writes everything into the output directory; prints the scores. Returns converged or not_converged. Collective.
run::Exit write_results(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, CommandLine const& command, run::Stages& stages);

/// Lines for the log.
std::string describe(grid::Grid const& grid);
std::string describe(observations::State const& state);
std::string describe(deck::Deck const& chosen);
/// How many points carry a residual, and what gaps cost. run::Error bad_data where none does. Collective.
std::string describe_points(problem::Problem const& problem, equation_error::Candidate& candidate);

}  // namespace mollis::drivers
