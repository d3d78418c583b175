#include "estimators/joint/entries.hpp"

#include <algorithm>
#include <numeric>

#include "parameters/smoothness.hpp"

namespace mollis::joint {

void add_smoothness(Mat to, parameters::Unknown const& unknown, grid::Numbering const& numbers, double beta) {
  if (!unknown.owner || unknown.grid.local_size() == 0) return;
  parameters::SmoothnessForm const form(unknown.grid, unknown.settings.smoothness_order);
  std::vector<int> own(static_cast<std::size_t>(unknown.grid.dimension()));
  std::iota(own.begin(), own.end(), 0);
  std::vector<Extents> neighbours;
  std::vector<double> values;
  grid::for_each_point(own, unknown.grid.owned(), [&](grid::Numbering::Point const& point, Index) {
    Extents centre{};
    std::copy(point.begin(), point.end(), centre.begin());
    form.row(centre, neighbours, values);
    auto const row = static_cast<PetscInt>(numbers.at(point));
    for (std::size_t n = 0; n < values.size(); ++n) {
      grid::Numbering::Point column{};
      std::copy(neighbours[n].begin(), neighbours[n].end(), column.begin());
      petsc::check(MatSetValue(to, row, static_cast<PetscInt>(numbers.at(column)), beta * values[n], ADD_VALUES));
    }
  });
}

}  // namespace mollis::joint
