#pragma once
/// The deck as typed values, defaults filled in. Read by deck::read (deck/read.hpp), printed by deck::effective.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kernels/field.hpp"

namespace mollis::deck {

/// Where an entry stands, for errors raised after parsing: deck::line (deck/problems.hpp) prints it.
/// Line 0: given on the command line; `file` then holds `override "section.key=value"`.
struct Place {
  std::string file, section, key;
  int line = 0, column = 0;
};

template <class T>
using Named = std::vector<std::pair<std::string, T>>;  ///< in the deck's order

struct Automatic {};                                   ///< the word "auto"
struct Relative { double fraction; };                  ///< { relative = 0.01 }: of the standard deviation of the data
using Noise = std::variant<Automatic, double, Relative>;
using Weight = std::variant<Automatic, double>;        ///< a number or "auto"

/// Values on the grid: an expression of coordinates (numbers included) or a dataset.
struct Values {
  std::string expression;                              ///< empty where file/dataset are given
  std::string file, dataset;                           ///< file made absolute (relative to the deck)
  Place place;
};

struct Grid {
  std::vector<std::string> axes;
  std::vector<Index> points;
  std::vector<double> lower, upper;
  std::vector<std::string> periodic;
  std::string coordinate_file;                         ///< absolute; empty: points/lower/upper
  std::vector<std::string> coordinate_datasets;
  std::map<std::string, double> period;                ///< axes from a file that are periodic
  std::map<std::string, std::string> reflect;          ///< axis -> "even" or "odd"
  std::vector<int> decomposition;                      ///< blocks an axis; empty: automatic
  Place place;                                         ///< of the section
};

/// Known values of a state where an axis ends.
struct Wall {
  std::string axis;
  bool lower = true, upper = true;                     ///< which ends
  Values values;                                       ///< an expression of coordinates
};

struct Observation {
  std::string file, dataset;                           ///< file absolute
  Noise noise = Automatic{};
  double about = 0.0;                                  ///< the value about which odd axes reflect
  std::vector<Wall> walls;
  Place place;
};

struct Parameter {
  std::vector<std::string> over;
  double initial = 1.0;
  std::optional<double> lower, upper;
  bool log = false;
  int smoothness_order = 1;
  Weight smoothness_weight = Automatic{};
  std::optional<Values> truth;
  Place place;
};

struct Equation {
  std::vector<std::string> residuals;
  std::vector<Place> residual_places;                  ///< of the text's first character
  std::map<std::string, std::string> let;
  std::map<std::string, Place> let_places;
  bool weak = false;
  Place place;
};

/// Radius along an axis: for each derivative order that is named, or for all (order -1).
using AxisRadius = std::map<int, Index>;

struct Mollifier {
  std::string kernel = "bump";                         ///< weak form: "polynomial" unless the deck names one
  double exponent = 9.0;
  bool automatic = true;                               ///< radius = "auto"
  std::map<std::string, AxisRadius> radius;            ///< axis -> radii; empty where automatic
  int degree = 4;
  std::string filter = "moment";                       ///< "moment" or "analytic" (weak form: always analytic)
  Place place;
};

struct Inversion {
  std::string method = "equation-error";               ///< or "pointwise", "joint"
  int reweight = 10;                                   ///< most passes of variance weights
  std::string bias_correction = "auto";                ///< "auto", "on" or "off"
  double tolerance = 1e-8;                             ///< relative, of the linear and Newton solves
  int max_iterations = 50;                             ///< Newton steps
  Place place;
};

struct Joint {
  int spline_degree = 7;
  Weight penalty = Automatic{};                        ///< w, weight of the squared residuals
  Place place;
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
  Place place;
  std::map<std::string, Place> places;                 ///< of the texts that are written: "source", "states.u",
                                                       ///< "velocity.x"
};

struct Deck {
  std::string path;                                    ///< as given
  std::string text;                                    ///< of the file
  std::vector<std::string> overrides;                  ///< section.key=value, as given
  Grid grid;
  Named<Observation> observations;
  Named<Values> fields;
  Named<Parameter> parameters;
  Equation equation;
  Mollifier mollifier;
  std::vector<std::string> derivatives;                ///< [mollify] derivatives by axis letters: "x", "xx"; "" or a
                                                       ///< state's name: the smoothed state
  Inversion inversion;
  Joint joint;
  Forward forward;
  bool has_forward = false;
  std::string output_directory;                        ///< absolute
};

}  // namespace mollis::deck
