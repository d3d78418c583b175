#pragma once
/// What a file holds, for people: every dataset with its range, its gaps, its spacing.
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace mollis::look {

/// A dataset and what its values look like.
struct Seen {
  std::string name;  ///< "" of formats of one array
  io::Description description;
  std::string problem;  ///< why its values cannot be read; the rest is empty then
  double lowest = 0.0, highest = 0.0;
  Index read = 0, missing = 0;  ///< values looked at (the first ones of large datasets), and those that are NaN
  bool finite = false;          ///< has a finite value
  std::vector<double> values;   ///< of short 1D datasets
  bool increasing = false;      ///< of these: strictly
  bool decreasing = false;
  bool even = false;  ///< of these: equally spaced to 1e-6 of that
  std::vector<std::vector<double>> margins = {};  ///< of a sheet of numbers: its first column and line, where they are coordinates (the corner is empty, both
                                                  ///< rise or fall throughout); else none

  double spacing() const;  ///< mean; negative where values decrease
};

struct Survey {
  std::string file, format;
  std::vector<Seen> datasets;
};

/// By one rank. Throws run::Error where the file is missing, of no known format, or none of its datasets can be read.
Survey survey(std::string const& file);

/// Whether a name says that values are what an estimate is held against ("u_true", "truth_1", "y_exact", "u_clean"), not what was measured.
bool is_truth(std::string const& name);

/// What a file calls the indices along an axis: 0 "DAPI", 1 "GFP".
std::string numbered(std::vector<std::string> const& labels);

/// The text that `mollis look` prints of it.
std::string report(Survey const& survey);

}  // namespace mollis::look
