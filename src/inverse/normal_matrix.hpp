#pragma once
/// The normal matrix H = J^T W J - N + sum_p beta_p L_p of a linearised fit, assembled, and its solution; N is what noise
/// adds on average (see NoiseBias), 0 unless it is given.
/// Where every parameter enters undifferentiated and all live on the same axes, J^T W J is pointwise and H has the
/// pattern of L; otherwise J is assembled and multiplied.
#include <vector>

#include "inverse/noise_bias.hpp"
#include "inverse/smoothness.hpp"

namespace mollis::inverse {

class NormalMatrix {
 public:
  explicit NormalMatrix(ParameterSpace const& space);

  /// H for these partials (order of System::by_parameter), weights and smoothness weights. Collective.
  void assemble(ResidualModel const& model, std::vector<Field> const& partials, std::vector<Field> const& weights,
                std::vector<double> const& beta, NormalNoise const* noise = nullptr);
  Mat matrix() const { return matrix_; }

  /// sum_p beta_p L_p alone, a new matrix. Collective.
  petsc::Matrix smoothness(std::vector<double> const& beta) const;

 private:
  bool is_pointwise(equation::System const& system) const;
  std::vector<PetscInt> row_lengths(bool pointwise) const;
  void add_smoothness(Mat matrix, std::vector<double> const& beta) const;
  void add_pointwise(Mat matrix, ResidualModel const& model, std::vector<Field> const& partials,
                     std::vector<Field> const& weights) const;
  void subtract(Mat matrix, NormalNoise const& noise) const;

  ParameterSpace const* space_;
  std::vector<SmoothnessForm> forms_;
  petsc::Matrix matrix_;
};

/// J with rows scaled by sqrt(W): rows are residual k at local point i (k slowest), columns the unknowns. Collective.
petsc::Matrix weighted_jacobian(ResidualModel const& model, std::vector<Field> const& partials,
                                std::vector<Field> const& weights);

}  // namespace mollis::inverse
