#pragma once
/// What a deck says of observations and known values.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "io/settings.hpp"
#include "run/automatic.hpp"
#include "run/place.hpp"

namespace mollis::observations {

struct Proportional { double share = 0.0, floor = 0.0; };   ///< sigma^2 = (share u)^2 + floor^2
struct Counts { double gain = 1.0, offset = 0.0; };          ///< d = gain n + offset, n Poisson: sigma^2 = gain (u - offset), at least gain^2
struct UnknownCounts { std::optional<double> gain, offset; };  ///< the same, of data on a grid, which tell what is missing (camera_noise.hpp)
struct Dataset { std::string file, dataset; };               ///< sigma of each datum, over the grid; file absolute

/// Standard deviation, in the unit of the data; u is taken from the data, smoothed a little.
using Noise = std::variant<run::Automatic, double, run::Relative, Proportional, Counts, UnknownCounts, Dataset>;

/// Whether sigma is one number for all data.
inline bool is_constant(Noise const& noise) {
  return std::holds_alternative<run::Automatic>(noise) || std::holds_alternative<double>(noise) || std::holds_alternative<run::Relative>(noise);
}

/// Whether the data are to tell sigma or its law.
inline bool is_told_by_data(Noise const& noise) {
  return std::holds_alternative<run::Automatic>(noise) || std::holds_alternative<UnknownCounts>(noise);
}

/// Values on the grid: an expression of coordinates (numbers included) or a dataset.
struct Values {
  std::string expression;                              ///< empty where file/dataset are given
  std::string file, dataset;                           ///< file made absolute (relative to the deck)
  io::Part part;                                       ///< of the dataset
  run::Place place;

  io::Source source() const { return {file, dataset, part, "dataset"}; }
};

/// Known values of a state where an axis ends.
struct Wall {
  std::string axis;
  bool lower = true, upper = true;                     ///< which ends
  Values values;                                       ///< an expression of coordinates
};

enum class Kind { grid, points, localisations, none };  ///< none: nothing was observed of the state

/// What a datum far off costs (loss.hpp): its square, or no more than it costs to take it for an outlier.
enum class Loss { gaussian, robust };

/// Of the states that are densities of localisations: density = offset + gain u, in localisations a unit of volume.
struct Density { double offset = 0.0, gain = 1.0; };

/// [observations.STATE]
struct Settings {
  Kind kind = Kind::grid;
  std::string file, dataset;                           ///< file absolute; tables: dataset empty
  io::Part part;                                       ///< of the dataset
  std::map<std::string, std::string> columns;          ///< tables: the column of each axis; points: of "value" and, if any, "sigma" too; localisations: of the uncertainty, if any, "sigma" or "sigma_AXIS"
  std::map<std::string, double> scale;                 ///< localisations: unit of a column, in that of its axis; 1 where not given (uncertainties: as of the axis)
  Density density;                                     ///< localisations
  Noise noise = run::Automatic{};
  double noise_blur = 0.0;                             ///< on the grid: the noise is white noise blurred by a Gaussian of this deviation, in points of the data along axes of space
  bool means = false;                                  ///< on the grid: a datum is the mean of its cell, not the value at its point
  Loss loss = Loss::gaussian;
  double about = 0.0;                                  ///< the value about which odd axes reflect
  double size = 0.0;                                   ///< of a state that was not observed: its deviation before anything is known; 0: automatic
  std::vector<Wall> walls;
  run::Places places;

  io::Source source() const { return {file, dataset, part}; }
  /// Localisations are counted with their uncertainty.
  bool widened() const {
    return kind == Kind::localisations && std::any_of(columns.begin(), columns.end(), [](auto const& column) { return column.first.rfind("sigma", 0) == 0; });
  }
};

/// [validation]: observations kept from the fit, to check it by.
struct HoldOut {
  double share = 0.0;                                  ///< 0: none
  std::string what = "blocks";                         ///< "points", "blocks" or "frames"
  std::uint64_t seed = 1;
  run::Places places;
};

}  // namespace mollis::observations
