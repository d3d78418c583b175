#pragma once
/// What the normal matrix H = J^T W J - N + sum_p beta_p L_p is made of, whichever way it is applied.
#include <vector>

#include "kernels/field.hpp"
#include "residual/noise_bias.hpp"

namespace mollis::equation_error {

struct NormalParts {
  residual::ResidualModel const* model;
  std::vector<Field> partials;                   ///< dR/d(parameter feature), order of System::by_parameter
  std::vector<Field> weights;                    ///< W, one a residual
  std::vector<double> beta;                      ///< one a parameter
  residual::NormalNoise const* noise = nullptr;  ///< N; none where it stays in
};

/// Whether every parameter enters undifferentiated and all live on the same axes: then J^T W J couples values at one point alone.
bool is_pointwise(parameters::ParameterSpace const& space);

/// The unknown that a partial derivative belongs to.
std::size_t unknown_of(equation::System const& system, equation::Partial const& partial);

/// J^T W J - N of a pointwise system between unknowns p and q, at the points of p's piece on its owner; elsewhere empty. Collective.
HostField coupling(NormalParts const& parts, std::size_t p, std::size_t q);

/// The diagonal of J^T W J, pieces not yet summed over sharers: where parameters are differentiated, squares of the stencils'
/// rows as filters. Collective.
std::vector<Field> sensitivity(NormalParts const& parts);

}  // namespace mollis::equation_error
