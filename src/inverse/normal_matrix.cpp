#include "inverse/normal_matrix.hpp"

#include <algorithm>

namespace mollis::inverse {
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

petsc::Matrix make_matrix(ParameterSpace const& space, std::vector<PetscInt> const& lengths) {
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(space.local_size());
  auto diagonal = lengths;
  for (auto& length : diagonal) length = std::min(length, std::max<PetscInt>(local, 1));
  check(MatCreate(space.grid().comm(), matrix.address()));
  check(MatSetSizes(matrix, local, local, PETSC_DETERMINE, PETSC_DETERMINE));
  check(MatSetType(matrix, MATAIJ));
  check(MatSeqAIJSetPreallocation(matrix, 0, diagonal.data()));
  check(MatMPIAIJSetPreallocation(matrix, 0, diagonal.data(), 0, lengths.data()));
  check(MatSetOption(matrix, MAT_SYMMETRIC, PETSC_TRUE));
  check(MatSetOption(matrix, MAT_SPD, PETSC_TRUE));
  return matrix;
}

/// First entry of this rank in the vector of unknowns.
PetscInt first_entry(ParameterSpace const& space) {
  Index local = space.local_size(), first = 0;
  MPI_Exscan(&local, &first, 1, MPI_INT64_T, MPI_SUM, space.grid().comm());
  return space.grid().rank() == 0 ? 0 : static_cast<PetscInt>(first);
}

}  // namespace

NormalMatrix::NormalMatrix(ParameterSpace const& space) : space_(&space) {
  for (auto const& unknown : space.unknowns()) forms_.emplace_back(unknown.grid, unknown.deck.smoothness_order);
}

bool NormalMatrix::is_pointwise(equation::System const&) const {
  auto const& unknowns = space_->unknowns();
  return std::all_of(unknowns.begin(), unknowns.end(),
                     [&](Unknown const& u) { return !u.jets && u.axes == unknowns.front().axes; });
}

std::vector<PetscInt> NormalMatrix::row_lengths(bool pointwise) const {
  std::vector<PetscInt> lengths;
  std::vector<Extents> neighbours;
  std::vector<double> values;
  auto const coupled = static_cast<PetscInt>(pointwise ? space_->unknowns().size() : 1);
  for (std::size_t p = 0; p < space_->unknowns().size(); ++p) {
    auto const& unknown = space_->unknowns()[p];
    if (!unknown.owner) continue;
    for_each_point(unknown.grid, [&](Index, Extents const& point) {
      forms_[p].row(point, neighbours, values);
      std::sort(neighbours.begin(), neighbours.end());
      auto const distinct = std::unique(neighbours.begin(), neighbours.end()) - neighbours.begin();
      lengths.push_back(static_cast<PetscInt>(distinct) + coupled);
    });
  }
  if (lengths.empty()) lengths.push_back(0);
  return lengths;
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
      columns.clear();
      for (auto const& neighbour : neighbours) columns.push_back(space_->global_index(static_cast<int>(p), neighbour));
      for (auto& value : values) value *= beta[p];
      PetscInt const row = space_->global_index(static_cast<int>(p), point);
      check(MatSetValues(matrix, 1, &row, static_cast<PetscInt>(columns.size()), columns.data(), values.data(), ADD_VALUES));
    });
  }
}

void NormalMatrix::add_pointwise(Mat matrix, ResidualModel const& model, std::vector<Field> const& partials,
                                 std::vector<Field> const& weights) const {
  auto const& unknowns = space_->unknowns();
  auto const& by_parameter = model.system().by_parameter;
  auto const unknown_of = [&](int feature) { return model.system().features[static_cast<std::size_t>(feature)].index; };
  PetscInt const first = first_entry(*space_);
  for (std::size_t i = 0; i < by_parameter.size(); ++i)
    for (std::size_t j = 0; j < by_parameter.size(); ++j) {
      if (by_parameter[i].residual != by_parameter[j].residual) continue;
      auto const p = static_cast<std::size_t>(unknown_of(by_parameter[i].feature));
      auto const q = static_cast<std::size_t>(unknown_of(by_parameter[j].feature));
      Field const full("coupling", static_cast<std::size_t>(model.bank().size()));
      kernels::add_product(partials[i], partials[j], weights[static_cast<std::size_t>(by_parameter[i].residual)], full);
      auto const total = sum_on_owner(model, full, p);
      for (std::size_t k = 0; k < total.extent(0); ++k) {
        auto const row = first + static_cast<PetscInt>(unknowns[p].offset + static_cast<Index>(k));
        auto const column = first + static_cast<PetscInt>(unknowns[q].offset + static_cast<Index>(k));
        check(MatSetValue(matrix, row, column, total(k), ADD_VALUES));
      }
    }
}

void NormalMatrix::subtract(Mat matrix, NormalNoise const& noise) const {
  auto const& unknowns = space_->unknowns();
  PetscInt const first = first_entry(*space_);
  for (std::size_t p = 0; p < unknowns.size(); ++p)
    for (std::size_t q = 0; q < unknowns.size(); ++q)
      for (std::size_t k = 0; k < noise.matrix[p][q].extent(0); ++k) {
        auto const row = first + static_cast<PetscInt>(unknowns[p].offset + static_cast<Index>(k));
        auto const column = first + static_cast<PetscInt>(unknowns[q].offset + static_cast<Index>(k));
        double const value = -noise.matrix[p][q](k);
        if (value != 0.0) check(MatSetValue(matrix, row, column, value, ADD_VALUES));
      }
}

void NormalMatrix::assemble(ResidualModel const& model, std::vector<Field> const& partials,
                            std::vector<Field> const& weights, std::vector<double> const& beta, NormalNoise const* noise) {
  bool const pointwise = is_pointwise(model.system());
  if (!pointwise) {
    auto const jacobian = weighted_jacobian(model, partials, weights);
    petsc::Matrix product;
    check(MatTransposeMatMult(jacobian, jacobian, MAT_INITIAL_MATRIX, PETSC_DEFAULT, product.address()));
    auto const smooth = smoothness(beta);
    check(MatAXPY(product, 1.0, smooth, DIFFERENT_NONZERO_PATTERN));
    check(MatSetOption(product, MAT_SPD, PETSC_TRUE));
    matrix_ = std::move(product);
    return;
  }
  if (!matrix_) matrix_ = make_matrix(*space_, row_lengths(true));
  check(MatZeroEntries(matrix_));
  add_smoothness(matrix_, beta);
  add_pointwise(matrix_, model, partials, weights);
  if (noise != nullptr) subtract(matrix_, *noise);
  check(MatAssemblyBegin(matrix_, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix_, MAT_FINAL_ASSEMBLY));
}

petsc::Matrix NormalMatrix::smoothness(std::vector<double> const& beta) const {
  auto matrix = make_matrix(*space_, row_lengths(false));
  add_smoothness(matrix, beta);
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

}  // namespace mollis::inverse
