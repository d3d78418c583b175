#include "predict/numbering.hpp"

#include <algorithm>
#include <numeric>

namespace mollis::predict {

Numbering::Numbering(grid::Grid slice, int components) : slice_(std::move(slice)) {
  std::vector<Index> start, size;
  Index next = 0;
  for (int r = 0; r < slice_.ranks(); ++r) {
    if (r == slice_.rank()) own_start_ = next;
    auto const block = slice_.block_of(r);
    size.push_back(block.empty() ? 0 : 1);
    for (std::size_t a = 0; a < block.size(); ++a) size.back() *= slice_.block_range(static_cast<int>(a), block[a]).size();
    start.push_back(next);
    next += components * size.back();
  }
  std::vector<int> axes(static_cast<std::size_t>(slice_.dimension()));
  std::iota(axes.begin(), axes.end(), 0);
  for (int c = 0; c < components; ++c) {
    components_.emplace_back(slice_, axes, start);
    for (std::size_t r = 0; r < start.size(); ++r) start[r] += size[r];
  }
}

PetscInt Numbering::at(int component, std::vector<Index> const& point) const {
  grid::Numbering::Point place{};
  std::copy(point.begin(), point.end(), place.begin());
  return static_cast<PetscInt>(components_[static_cast<std::size_t>(component)].at(place));
}

petsc::Vector Numbering::make_vector() const {
  auto vector = petsc::make_vector(slice_.comm(), local_size());
  petsc::check(VecSet(vector, 0.0));
  return vector;
}

}  // namespace mollis::predict
