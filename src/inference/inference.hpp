#pragma once
/// From a problem to an answer that knows how good it is: choices, estimate, uncertainty, verdict; of several methods where the
/// deck leaves the method open.
#include <memory>

#include "estimate/choices.hpp"
#include "estimate/estimate.hpp"
#include "problem/finer.hpp"
#include "problem/problem.hpp"
#include "run/stage.hpp"
#include "uncertainty/uncertainty.hpp"
#include "verdict/verdict.hpp"

namespace mollis::inference {

struct Inference {
  std::unique_ptr<problem::Problem const> problem;   ///< with the method that was used; the estimate refers to it
  estimate::Choices choices;
  estimate::Estimate estimate;
  uncertainty::Uncertainty uncertainty;
  verdict::Verdict verdict;
  int halvings = 0;                                  ///< how often the intervals of curves were halved (deck::with_halved_intervals) for `problem`
};

/// Lets the solvers of all methods that may come to be used read their options. Collective.
void offer_options(std::string const& method);

/// By the problem's method, or, where that is "auto", by the methods of candidates() in turn until one's verdict is sound and its smoothing bias
/// no larger than its noise, or the grid has more than two axes; if none is, a later sound one, else the answer with the best verdict. A method that cannot serve the problem is passed over, saying why; run::Error where
/// none can. `finer`: for the error of the lattice and the coefficients of curves; may be empty. Collective.
Inference infer(problem::Problem const& problem, run::Stages& stages, problem::Finer const& finer = {});

}  // namespace mollis::inference
