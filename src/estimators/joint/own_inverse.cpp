#include "estimators/joint/own_inverse.hpp"

#include <algorithm>
#include <numeric>

#include "estimators/joint/entries.hpp"
#include "petsc/access.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

parameters::Unknown const& unknown_of(Objective const& objective, std::size_t unknown) { return objective.problem().space().unknowns()[unknown]; }

Index local_size(Objective const& objective, std::size_t unknown) {
  auto const& of = unknown_of(objective, unknown);
  return of.owner ? of.grid.local_size() : 0;
}

grid::Numbering numbering(Objective const& objective, std::size_t unknown) {
  auto const& grid = objective.problem().grid;
  int ranks = 1;
  MPI_Comm_size(grid.comm(), &ranks);
  Index const local = local_size(objective, unknown);
  std::vector<Index> sizes(static_cast<std::size_t>(ranks)), starts(sizes.size());
  MPI_Allgather(&local, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, grid.comm());
  std::exclusive_scan(sizes.begin(), sizes.end(), starts.begin(), Index{0});
  return grid::Numbering(grid, unknown_of(objective, unknown).axes, starts);
}

}  // namespace

bool OwnInverse::serves(Objective const& objective, std::size_t unknown) {
  auto const& of = unknown_of(objective, unknown);
  return of.axes.empty() || (solver::SparseInverse::is_available(objective.problem().grid.comm()) && (of.axes.size() <= 2 || of.grid.points() <= solver::SparseInverse::small));
}

OwnInverse::OwnInverse(Objective& objective, std::size_t unknown)
    : objective_(objective), unknown_(unknown), numbers_(numbering(objective, unknown)), local_(local_size(objective, unknown)) {}

/// Points that differ along other axes alone have the same stencil: their squares are summed first.
void OwnInverse::add_equation(Mat to) const {
  auto const& problem = objective_.problem();
  auto const& unknown = unknown_of(objective_, unknown_);
  auto const& system = problem.system();
  auto const& owned = problem.grid.owned();
  struct Term {
    int residual;
    mollifier::MultiIndex order;
    HostField partial;
  };
  std::vector<Term> terms;
  for (std::size_t j = 0; j < system.by_parameter.size(); ++j) {
    auto const& feature = system.features[static_cast<std::size_t>(system.by_parameter[j].feature)];
    if (feature.index == static_cast<int>(unknown_)) terms.push_back({system.by_parameter[j].residual, feature.order, on_host(objective_.partials().parameter[j])});
  }
  std::size_t const count = terms.size();
  std::vector<int> all;
  for (int a = 0; a < owned.dimension(); ++a) all.push_back(a);
  Index places = 1;
  for (int const a : unknown.axes) places *= owned[a].size();
  std::vector<double> moments(static_cast<std::size_t>(places) * count * count, 0.0);   // [place][term][term]
  grid::for_each_point(all, owned, [&](Point const& point, Index n) {
    Index place = 0;
    for (int const a : unknown.axes) place = place * owned[a].size() + point[static_cast<std::size_t>(a)] - owned[a].lower;
    double* const of = moments.data() + static_cast<std::size_t>(place) * count * count;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < count; ++j)
        if (terms[i].residual == terms[j].residual)
          of[i * count + j] += objective_.weights().equation[static_cast<std::size_t>(terms[i].residual)] * terms[i].partial[static_cast<std::size_t>(n)] *
                               terms[j].partial[static_cast<std::size_t>(n)];
  });
  std::vector<PetscInt> columns;
  std::vector<std::vector<double>> rows(count);
  std::vector<double> block;
  grid::for_each_point(unknown.axes, owned, [&](Point const& point, Index place) {
    columns.clear();
    for (auto& row : rows) row.clear();
    Point start{}, width{};
    for (std::size_t i = 0; i < unknown.axes.size(); ++i) {
      auto const* filter = unknown.jets ? &unknown.jets->filter(static_cast<int>(i)) : nullptr;
      start[i] = filter != nullptr ? filter->start(point[i]) : point[i];
      width[i] = filter != nullptr ? filter->width : 1;
    }
    for_each_tap(unknown.axes.size(), start, width, [&](Point const& column, Point const& offset) {
      columns.push_back(static_cast<PetscInt>(numbers_.at(column)));
      for (std::size_t k = 0; k < count; ++k) {
        double weight = 1.0;
        for (std::size_t i = 0; i < unknown.axes.size() && unknown.jets; ++i) {
          auto const& filter = unknown.jets->filter(static_cast<int>(i));
          weight *= filter.row(point[i], filter.slot(terms[k].order[static_cast<std::size_t>(unknown.axes[i])]))[offset[i]];
        }
        rows[k].push_back(weight);
      }
    });
    std::size_t const size = columns.size();
    block.assign(size * size, 0.0);
    double const* const of = moments.data() + static_cast<std::size_t>(place) * count * count;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < count; ++j)
        for (std::size_t a = 0; a < size && of[i * count + j] != 0.0; ++a)
          for (std::size_t b = 0; b < size; ++b) block[a * size + b] += of[i * count + j] * rows[i][a] * rows[j][b];
    auto const entries = static_cast<PetscInt>(size);
    check(MatSetValues(to, entries, columns.data(), entries, columns.data(), block.data(), ADD_VALUES));
  });
}

void OwnInverse::update() {
  petsc::Matrix matrix;
  auto const local = static_cast<PetscInt>(local_);
  constexpr PetscInt expected = 50;   // entries of a row, to begin with
  check(MatCreateAIJ(objective_.problem().grid.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, std::min(expected, local), nullptr, expected, nullptr, matrix.address()));
  check(MatSetOption(matrix, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  add_equation(matrix);
  add_smoothness(matrix, unknown_of(objective_, unknown_), numbers_, objective_.weights().smoothness[unknown_]);
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  inverse_ = std::make_unique<solver::SparseInverse>(std::move(matrix));
}

void OwnInverse::apply(HostField const& values) {
  auto const r = petsc::make_vector(objective_.problem().grid.comm(), local_), z = petsc::like(r);
  if (local_ > 0) {
    petsc::Writing to(r);
    Kokkos::deep_copy(to.piece(0, local_), values);
  }
  inverse_->apply(r, z);
  petsc::Reading const from(z);
  if (local_ > 0) Kokkos::deep_copy(values, from.piece(0, local_));
}

}  // namespace mollis::joint
