#pragma once
/// Whether the curves over states of an answer have coefficients enough.
#include <functional>

#include "inference/inference.hpp"

namespace mollis::inference {

using Again = std::function<Inference(problem::Problem const&, problem::Finer const&)>;

/// The answer with the check "curve" in its verdict: a fit with the intervals of every curve halved (`again`, by the same method) is no more than what
/// coefficients too few let it be (uncertainty/curve_bends.hpp). Where it is, and the deck leaves the coefficients open, that answer, asked
/// likewise; Inference::halvings says how often. As it is, with a line in the log, where that fit cannot be or has no standard errors. Collective.
Inference with_enough_coefficients(Inference answer, problem::Finer finer, Again const& again);

}  // namespace mollis::inference
