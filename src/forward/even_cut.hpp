#pragma once
/// The points of a series, which FFTW cuts into slabs as it likes, as a grid: for checkpoints, which know grids alone.
#include "forward/series.hpp"

namespace mollis::forward {

class EvenCut {
 public:
  explicit EvenCut(Series const& series);  ///< collective
  grid::Grid const& grid() const { return grid_; }
  Field field_of(Vec values) const;                ///< of values at the points of the series; collective
  void put(Field const& field, Vec values) const;  ///< and back; collective

 private:
  grid::Grid grid_;
  petsc::Vector even_;
  petsc::Handle<VecScatter, VecScatterDestroy> scatter_;
};

}  // namespace mollis::forward
