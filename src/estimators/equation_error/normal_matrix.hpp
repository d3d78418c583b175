#pragma once
/// The normal matrix H = J^T W J - N + sum_p beta_p L_p of a linearised fit, assembled, and its solution; N is what noise
/// adds on average (see residual::NoiseBias), 0 unless it is given.
/// Where every parameter enters undifferentiated and all live on the same axes, J^T W J is pointwise and H has the
/// pattern of L; otherwise J is assembled and multiplied.
#include <vector>

#include "kernels/field.hpp"
#include "parameters/smoothness.hpp"
#include "residual/noise_bias.hpp"

namespace mollis::equation_error {

class NormalMatrix {
 public:
  explicit NormalMatrix(parameters::ParameterSpace const& space);

  /// H for these partials (order of System::by_parameter), weights and smoothness weights. Collective.
  void assemble(residual::ResidualModel const& model, std::vector<Field> const& partials, std::vector<Field> const& weights,
                std::vector<double> const& beta, residual::NormalNoise const* noise = nullptr);
  Mat matrix() const { return matrix_; }

  /// sum_p beta_p L_p alone, a new matrix. Collective.
  petsc::Matrix smoothness(std::vector<double> const& beta) const;

  /// The diagonal of J^T W J: sum W (dR/dlam)^2 of every entry. Collective.
  petsc::Vector sensitivity(residual::ResidualModel const& model, std::vector<Field> const& partials,
                            std::vector<Field> const& weights) const;

 private:
  /// Entries a row has within this rank's columns and outside, for preallocation.
  struct RowLengths {
    std::vector<PetscInt> inside, outside;
  };
  bool is_pointwise() const;
  RowLengths row_lengths(PetscInt couplings) const;
  petsc::Matrix make_matrix(PetscInt couplings) const;
  void reserve_couplings(Mat matrix) const;  ///< zeros where unknowns at one point meet: assembly drops unused places
  void add_smoothness(Mat matrix, std::vector<double> const& beta) const;
  void assemble_pointwise(residual::ResidualModel const& model, std::vector<Field> const& partials, std::vector<Field> const& weights,
                          std::vector<double> const& beta, residual::NormalNoise const* noise);
  /// J^T W J between two unknowns on the same axes, on the owner. Collective.
  HostField coupling(residual::ResidualModel const& model, std::vector<Field> const& partials, std::vector<Field> const& weights,
                     std::size_t p, std::size_t q) const;

  parameters::ParameterSpace const* space_;
  std::vector<parameters::SmoothnessForm> forms_;
  petsc::Matrix matrix_;
  std::vector<double> beta_;            ///< whose smoothness stands in matrix_ (pointwise case)
  petsc::Vector smooth_diagonal_;       ///< its diagonal: data only ever change the diagonal and the couplings
};

/// J with rows scaled by sqrt(W): rows are residual k at local point i (k slowest), columns the unknowns. Collective.
petsc::Matrix weighted_jacobian(residual::ResidualModel const& model, std::vector<Field> const& partials,
                                std::vector<Field> const& weights);

}  // namespace mollis::equation_error
