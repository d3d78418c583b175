#include "estimators/equation_error/normal_matrix.hpp"

#include <algorithm>

namespace mollis::equation_error {
namespace {

using petsc::check;

/// Calls `visit(local index, point)` for each point of the local box of a grid (dimension 0: one point).
template <class Visitor>
void for_each_point(grid::Grid const& grid, Visitor&& visit) {
  int const axes = grid.dimension();
  Extents point{};
  for (Index i = 0; i < grid.local_size(); ++i) {
    Index rest = i;
    for (int a = axes - 1; a >= 0; --a) {
      auto const range = grid.owned()[a];
      point[static_cast<std::size_t>(a)] = range.lower + rest % range.size();
      rest /= range.size();
    }
    visit(i, point);
  }
}

/// First entry of this rank in the vector of unknowns.
PetscInt first_entry(parameters::ParameterSpace const& space) {
  Index local = space.local_size(), first = 0;
  MPI_Exscan(&local, &first, 1, MPI_INT64_T, MPI_SUM, space.grid().comm());
  return space.grid().rank() == 0 ? 0 : static_cast<PetscInt>(first);
}

void finish(Mat matrix) {
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
}

}  // namespace

NormalMatrix::NormalMatrix(parameters::ParameterSpace const& space) : space_(&space) {
  for (auto const& unknown : space.unknowns()) forms_.emplace_back(unknown.grid, unknown.settings.smoothness_order);
}

NormalMatrix::RowLengths NormalMatrix::row_lengths(PetscInt couplings) const {
  RowLengths lengths;
  std::vector<Extents> neighbours;
  std::vector<double> values;
  PetscInt const first = first_entry(*space_), end = first + static_cast<PetscInt>(space_->local_size());
  for (std::size_t p = 0; p < space_->unknowns().size(); ++p) {
    auto const& unknown = space_->unknowns()[p];
    if (!unknown.owner) continue;
    for_each_point(unknown.grid, [&](Index, Extents const& point) {
      forms_[p].row(point, neighbours, values);
      std::sort(neighbours.begin(), neighbours.end());
      neighbours.erase(std::unique(neighbours.begin(), neighbours.end()), neighbours.end());
      auto const inside = std::count_if(neighbours.begin(), neighbours.end(), [&](Extents const& at) {
        PetscInt const column = space_->global_index(static_cast<int>(p), at);
        return column >= first && column < end;
      });
      lengths.inside.push_back(static_cast<PetscInt>(inside) + couplings + (neighbours.empty() ? 1 : 0));
      lengths.outside.push_back(static_cast<PetscInt>(neighbours.size()) - static_cast<PetscInt>(inside));
    });
  }
  return lengths;
}

petsc::Matrix NormalMatrix::make_matrix(PetscInt couplings) const {
  auto lengths = row_lengths(couplings);
  auto const local = static_cast<PetscInt>(space_->local_size());
  for (auto& length : lengths.inside) length = std::min(length, local);
  petsc::Matrix matrix;
  check(MatCreate(space_->grid().comm(), matrix.address()));
  check(MatSetSizes(matrix, local, local, PETSC_DETERMINE, PETSC_DETERMINE));
  check(MatSetType(matrix, MATAIJ));
  check(MatSeqAIJSetPreallocation(matrix, 0, lengths.inside.data()));
  check(MatMPIAIJSetPreallocation(matrix, 0, lengths.inside.data(), 0, lengths.outside.data()));
  check(MatSetOption(matrix, MAT_SYMMETRIC, PETSC_TRUE));
  check(MatSetOption(matrix, MAT_SPD, PETSC_TRUE));
  return matrix;
}

void NormalMatrix::add_smoothness(Mat matrix, std::vector<double> const& beta) const {
  std::vector<Extents> neighbours;
  std::vector<double> values;
  std::vector<PetscInt> columns;
  for (std::size_t p = 0; p < space_->unknowns().size(); ++p) {
    auto const& unknown = space_->unknowns()[p];
    if (!unknown.owner) continue;
    for_each_point(unknown.grid, [&](Index, Extents const& point) {
      forms_[p].row(point, neighbours, values);
      PetscInt const row = space_->global_index(static_cast<int>(p), point);
      columns.assign(1, row);  // the diagonal stands in the pattern whatever the form
      for (auto const& neighbour : neighbours) columns.push_back(space_->global_index(static_cast<int>(p), neighbour));
      for (auto& value : values) value *= beta[p];
      values.insert(values.begin(), 0.0);
      check(MatSetValues(matrix, 1, &row, static_cast<PetscInt>(columns.size()), columns.data(), values.data(), ADD_VALUES));
    });
  }
}

void NormalMatrix::reserve_couplings(Mat matrix) const {
  PetscInt const first = first_entry(*space_);
  for (auto const& p : space_->unknowns())
    for (auto const& q : space_->unknowns())
      for (Index k = 0; p.owner && k < p.grid.local_size(); ++k)
        check(MatSetValue(matrix, first + static_cast<PetscInt>(p.offset + k), first + static_cast<PetscInt>(q.offset + k),
                          0.0, ADD_VALUES));
}

void NormalMatrix::assemble_pointwise(NormalParts const& parts) {
  auto const& unknowns = space_->unknowns();
  if (!matrix_) matrix_ = make_matrix(static_cast<PetscInt>(unknowns.size()) - 1);
  if (parts.beta != beta_) {
    check(MatZeroEntries(matrix_));
    add_smoothness(matrix_, parts.beta);
    reserve_couplings(matrix_);
    finish(matrix_);
    smooth_diagonal_ = space_->make_vector();
    check(MatGetDiagonal(matrix_, smooth_diagonal_));
    beta_ = parts.beta;
  }
  PetscInt const first = first_entry(*space_);
  PetscScalar const* smooth = nullptr;
  check(VecGetArrayRead(smooth_diagonal_, &smooth));
  for (std::size_t p = 0; p < unknowns.size(); ++p)
    for (std::size_t q = 0; q < unknowns.size(); ++q) {
      auto const data = coupling(parts, p, q);
      for (std::size_t k = 0; k < data.extent(0); ++k) {
        auto const i = unknowns[p].offset + static_cast<Index>(k), j = unknowns[q].offset + static_cast<Index>(k);
        double const value = data(k) + (p == q ? smooth[i] : 0.0);
        check(MatSetValue(matrix_, first + static_cast<PetscInt>(i), first + static_cast<PetscInt>(j), value, INSERT_VALUES));
      }
    }
  check(VecRestoreArrayRead(smooth_diagonal_, &smooth));
  finish(matrix_);
}

void NormalMatrix::assemble(NormalParts const& parts) {
  if (is_pointwise(*space_)) return assemble_pointwise(parts);
  auto const jacobian = weighted_jacobian(*parts.model, parts.partials, parts.weights);
  petsc::Matrix product;
  check(MatTransposeMatMult(jacobian, jacobian, MAT_INITIAL_MATRIX, PETSC_DEFAULT, product.address()));
  auto const smooth = smoothness(parts.beta);
  check(MatAXPY(product, 1.0, smooth, DIFFERENT_NONZERO_PATTERN));
  check(MatSetOption(product, MAT_SPD, PETSC_TRUE));
  matrix_ = std::move(product);
}

petsc::Matrix NormalMatrix::smoothness(std::vector<double> const& beta) const {
  auto matrix = make_matrix(0);
  add_smoothness(matrix, beta);
  finish(matrix);
  return matrix;
}

}  // namespace mollis::equation_error
