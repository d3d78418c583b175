#include "uncertainty/constant_entries.hpp"

namespace mollis::uncertainty {
using petsc::check;

ConstantEntries::ConstantEntries(parameters::ParameterSpace const& space) : space_(space) {
  for (std::size_t p = 0; p < space.unknowns().size(); ++p)
    if (space.unknowns()[p].axes.empty()) positions.push_back(p);
}

std::vector<double> ConstantEntries::read(Vec parameters) const {
  std::vector<double> values(positions.size(), 0.0);
  PetscScalar const* entries = nullptr;
  check(VecGetArrayRead(parameters, &entries));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    auto const& unknown = space_.unknowns()[positions[i]];
    if (unknown.owner) values[i] = entries[unknown.offset];
  }
  check(VecRestoreArrayRead(parameters, &entries));
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, space_.grid().comm());
  return values;
}

std::vector<std::size_t> ConstantEntries::places_of(std::size_t first, int count) const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (positions[i] >= first && positions[i] < first + static_cast<std::size_t>(count)) places.push_back(i);
  return places;
}

petsc::Vector ConstantEntries::unit(std::size_t i) const {
  auto vector = space_.make_vector();
  auto const& unknown = space_.unknowns()[positions[i]];
  PetscScalar* entries = nullptr;
  check(VecGetArray(vector, &entries));  // on all ranks: petsc::touch
  if (unknown.owner) entries[unknown.offset] = 1.0;
  check(VecRestoreArray(vector, &entries));
  return vector;
}

}  // namespace mollis::uncertainty
