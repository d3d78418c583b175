#pragma once
/// Whether an estimate may be used: sound, doubtful (written, not to be used unread) or failed, with reasons in words.
/// Each check has a value and a bound; the bounds and how often they err are in docs/trust.md.
#include <optional>
#include <string>
#include <vector>

#include "estimate/choices.hpp"
#include "estimate/estimate.hpp"
#include "problem/problem.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::verdict {

enum class Status { sound, doubtful, failed };
char const* name_of(Status status);

/// One check: it holds while value <= bound.
struct Check {
  std::string name;          ///< "misfit", "white", ...
  double value = 0.0, bound = 0.0;
  std::string finding;       ///< what was found, in words
  std::string advice;        ///< what to do
  bool fatal = false;        ///< failed, not doubtful, where it does not hold
  bool holds() const { return value <= bound; }  ///< not of NaN
};

struct Verdict {
  std::vector<Check> checks;                 ///< all that were made
  Status status() const;
  std::vector<Check> reasons() const;        ///< those that do not hold
};

/// Everything that is known of a run. Collective.
Verdict judge(problem::Problem const& problem, estimate::Choices const& choices, estimate::Estimate const& estimate,
              uncertainty::Uncertainty const& uncertainty);

/// Lines for the log. Not collective.
std::string describe(Verdict const& verdict);

}  // namespace mollis::verdict
