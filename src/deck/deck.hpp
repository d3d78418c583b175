#pragma once
/// The deck as typed values, defaults filled in; what a room is told of it stands in that room's settings.hpp. Read by deck::read (deck/read.hpp), printed by deck::effective.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "estimators/settings.hpp"
#include "kernels/index.hpp"
#include "mollifier/settings.hpp"
#include "observations/settings.hpp"
#include "parameters/settings.hpp"
#include "uncertainty/settings.hpp"

namespace mollis::deck {

using run::Automatic;
using run::Named;
using run::Place;
using run::Places;
using run::Relative;
using run::Weight;
using observations::Noise;
using observations::Values;
using observations::Wall;
using Observation = observations::Settings;
using Parameter = parameters::Settings;
using mollifier::AxisRadius;
using Mollifier = mollifier::Settings;
using Inversion = estimators::Settings;
using Joint = estimators::JointSettings;
using Uncertainty = uncertainty::Settings;
using Validation = observations::HoldOut;

struct Grid {
  std::vector<std::string> axes;
  std::vector<Index> points;
  std::vector<double> lower, upper;
  std::vector<std::string> periodic;
  std::string coordinate_file;                         ///< absolute; empty: points/lower/upper
  std::vector<std::string> coordinate_datasets;
  io::Part coordinate_part;                            ///< crop and bin alone
  std::string time_unit = "s";                         ///< of axis t from a file with CF times
  std::map<std::string, double> period;                ///< axes from a file that are periodic
  std::map<std::string, std::string> reflect;          ///< axis -> "even" or "odd"
  std::map<std::string, Index> refine;                 ///< axis -> gaps of the states' lattice in one of the data's
  std::optional<Values> mask;                          ///< inside where above `mask_above`
  double mask_above = 0.0;
  bool mask_filled = false;                            ///< with its holes
  std::vector<int> decomposition;                      ///< blocks an axis; empty: automatic
  Places places;
};

struct Equation {
  std::vector<std::string> residuals;
  std::vector<Place> residual_places;                  ///< of the text's first character
  std::map<std::string, std::string> let;
  std::map<std::string, Place> let_places;
  bool weak = false;
  Places places;
};

/// [[experiment]]: one of several that share parameters. Its states and fields are among the deck's, under names of their own.
struct Experiment {
  std::string name;                                    ///< as written, or its number from 1
  std::map<std::string, std::string> names;            ///< what a name of a state or a field in the residuals stands for
  Place place;
};

/// A parameter over a state, D(u): a cubic spline on uniform knots. Its coefficients are constants among the deck's parameters and
/// the curve is a named sub-expression, so that nothing but the deck and the results knows of it (deck/curves.hpp).
struct Curve {
  std::string name, state;                             ///< as the residuals have it
  int coefficients = 6;                                ///< at least 4; intervals between knots: three less
  bool open = true;                                    ///< the deck leaves them to the data
  std::optional<std::array<double, 2>> range;          ///< of the state, outside which the curve is constant; none: what the data visit
  std::size_t first = 0;                               ///< position of the first coefficient among the parameters
  Parameter written;                                   ///< as the deck has it
};

struct Forward {
  std::optional<std::string> equation;                 ///< see docs/forward.md; empty: manufactured states
  std::string coefficient, source;                     ///< a and b: expressions of coordinates, fields and the truth
                                                       ///< of parameters; empty: not given and not to be guessed
  std::map<std::string, std::string> velocity;         ///< axis -> component of v; absent ones are 0
  std::map<std::string, std::string> states;           ///< manufactured states
  std::map<std::string, std::string> conditions;       ///< "dirichlet" or "neumann" for each open axis of space
  std::string boundary = "0";                          ///< on the ends of the axes of condition "dirichlet"
  std::string initial = "0";                           ///< state at the start of time
  double perturbation = 0.0;                           ///< standard deviation of white noise added to it
  double spin_up = 0.0;                                ///< time between the initial state and the first frame
  int steps = 8;                                       ///< least time steps between two frames
  double mobility = 20.0, gradient_energy = 1.0;       ///< M and kappa of the phase field
  int refine = 4;
  std::variant<double, Relative> noise = Relative{0.01};
  double dropout = 0.0;
  std::uint64_t seed = 1;
  Places places;                                       ///< "states.u", "velocity.x" among the keys
};

struct Deck {
  std::string path;                                    ///< as given
  std::string text;                                    ///< of the file
  std::vector<std::string> overrides;                  ///< section.key=value, as given
  Grid grid;
  Named<Observation> observations;                     ///< of all experiments, one after the other
  Named<Values> fields;
  std::vector<Experiment> experiments;                 ///< in each of which all residuals hold; none: one, names as they stand
  Named<Parameter> parameters;
  std::vector<Curve> curves;                           ///< parameters over states, in the deck's order
  Equation equation;
  Mollifier mollifier;
  std::vector<std::string> derivatives;                ///< [mollify] derivatives by axis letters: "x", "xx"; "" or a
                                                       ///< state's name: the smoothed state
  Inversion inversion;
  Joint joint;
  Uncertainty uncertainty;
  Validation validation;
  Forward forward;
  bool has_forward = false;
  std::string output_directory;                        ///< absolute
  double checkpoint = 15.0;                            ///< minutes between two; 0: none but on request
  Place output_place;                                  ///< of the key that names it
};

}  // namespace mollis::deck
