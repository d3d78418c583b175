#pragma once
/// The normal matrix H = J^T W J - N + sum_p beta_p L_p of a linearised fit, assembled: for direct solves of small systems, for
/// preconditioners of PETSc's, and what the matrix-free one is tested against.
/// Where every parameter enters undifferentiated and all live on the same axes, J^T W J is pointwise and H has the
/// pattern of L; otherwise J is assembled and multiplied.
#include <vector>

#include "estimators/equation_error/normal_parts.hpp"
#include "parameters/smoothness.hpp"

namespace mollis::equation_error {

class NormalMatrix {
 public:
  explicit NormalMatrix(parameters::ParameterSpace const& space);

  /// Collective.
  void assemble(NormalParts const& parts);
  Mat matrix() const { return matrix_; }

  /// sum_p beta_p L_p alone, a new matrix. Collective.
  petsc::Matrix smoothness(std::vector<double> const& beta) const;

 private:
  /// Entries a row has within this rank's columns and outside, for preallocation.
  struct RowLengths {
    std::vector<PetscInt> inside, outside;
  };
  RowLengths row_lengths(PetscInt couplings) const;
  petsc::Matrix make_matrix(PetscInt couplings) const;
  void reserve_couplings(Mat matrix) const;  ///< zeros where unknowns at one point meet: assembly drops unused places
  void add_smoothness(Mat matrix, std::vector<double> const& beta) const;
  void assemble_pointwise(NormalParts const& parts);

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
