#include "predict/numbering.hpp"

namespace mollis::predict {

Numbering::Numbering(grid::Grid slice, int components) : slice_(std::move(slice)), components_(components) {
  Index next = 0;
  for (int r = 0; r < slice_.ranks(); ++r) {
    if (r == slice_.rank()) own_start_ = next;
    auto const block = slice_.block_of(r);
    Index size = block.empty() ? 0 : 1;
    for (std::size_t a = 0; a < block.size(); ++a) size *= slice_.block_range(static_cast<int>(a), block[a]).size();
    start_.push_back(next);
    next += components_ * size;
  }
  for (int a = 0; a < slice_.dimension(); ++a) {
    block_.emplace_back(static_cast<std::size_t>(slice_.axis(a).size()));
    for (int b = 0; b < slice_.decomposition().ranks[static_cast<std::size_t>(a)]; ++b)
      for (Index i = slice_.block_range(a, b).lower; i < slice_.block_range(a, b).upper; ++i) block_.back()[static_cast<std::size_t>(i)] = b;
  }
}

PetscInt Numbering::at(int component, std::vector<Index> const& point) const {
  Index number = 0, within = 0, size = 1;
  for (int a = 0; a < slice_.dimension(); ++a) {
    auto const axis = static_cast<std::size_t>(a);
    Index const n = slice_.axis(a).size(), i = ((point[axis] % n) + n) % n;
    int const block = block_[axis][static_cast<std::size_t>(i)];
    auto const range = slice_.block_range(a, block);
    number = number * slice_.decomposition().ranks[axis] + block;
    within = within * range.size() + (i - range.lower);
    size *= range.size();
  }
  return static_cast<PetscInt>(start_[static_cast<std::size_t>(number)] + component * size + within);
}

petsc::Vector Numbering::make_vector() const {
  auto vector = petsc::make_vector(slice_.comm(), local_size());
  petsc::check(VecSet(vector, 0.0));
  return vector;
}

}  // namespace mollis::predict
