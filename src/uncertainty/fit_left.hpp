#pragma once
/// What a fit leaves of its rows, in two numbers that noise alone predicts: the mean square, and the mean square of sums over
/// blocks (large where neighbours agree: the equation or the noise is wrong).
#include "estimate/estimate.hpp"
#include "problem/problem.hpp"

namespace mollis::uncertainty {

struct FitLeft {
  double square = 0.0;   ///< mean of W e^2
  double coarse = 0.0;   ///< mean over blocks of (sum sqrt(W) e)^2 / rows in it
  double rows = 0.0;     ///< number of rows
  double blocks = 1.0;   ///< that hold rows
};

/// Of the rows that tell: data where states are fitted, else the equation's. Eight blocks an axis; scattered points
/// belong to those of their cells. Collective.
/// `of_data`: of what was observed, whose mean square is by the data's own noise, not by that which weights hold neighbours that share
/// it for.
FitLeft fit_left(problem::Problem const& problem, estimate::Rows const& left, estimate::Rows const& weights, bool of_data = false);

/// a - b, field by field. Not collective.
std::vector<Field> difference(std::vector<Field> const& a, std::vector<Field> const& b);

/// As numbers for a checkpoint, and back. Not collective.
std::vector<double> numbers_of(std::vector<FitLeft> const& fits);
std::vector<FitLeft> fits_of(std::vector<double> const& numbers);

}  // namespace mollis::uncertainty
