#pragma once
/// How far a prediction is from what was observed, beside "no change".
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "predict/march.hpp"
#include "run/table.hpp"

namespace mollis::predict {

/// Over some points. NaN where there are none, and chi2 where no noise is known.
struct Distance {
  double relative_l2, chi2;   ///< |u - d| / |d| and the mean of (u - d)^2 / sigma^2; d with its `about`
};

struct Compared {
  Index points = 0;           ///< free and observed
  Distance predicted{}, unchanged{};
};

/// Of one state: against what was observed at free points, or, where nothing is there to compare with, the fitted state. "No change" is
/// the fitted state at the first frame of the run, at later frames that at the last frame of the fit.
struct Errors {
  std::string state;
  bool observed = true;
  std::vector<Compared> frames;   ///< of the run
  Compared fitted, later;         ///< all frames of the fit but the first of the run (of a steady run all); all later ones
};

/// Collective.
std::vector<Errors> compare(Case const& c, Prediction const& prediction);

/// Columns t, points, relative_l2, chi2, unchanged_relative_l2, unchanged_chi2, later.
run::Table table_of(Case const& c, Errors const& errors);
nlohmann::ordered_json json_of(Errors const& errors);
/// A few lines for the terminal.
std::string describe(Case const& c, std::vector<Errors> const& errors);

}  // namespace mollis::predict
