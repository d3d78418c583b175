#include "observations/operator.hpp"

#include "observations/point_sampling.hpp"

namespace mollis::observations {
namespace {

/// A datum a point of the grid: H picks S g itself.
class OnGrid final : public Operator {
 public:
  explicit OnGrid(Index points) : points_(points) {}
  Index rows() const override { return points_; }
  bool reads_state() const override { return true; }
  Field apply(Field const&, Field const& state) const override { return state; }
  Field apply_transpose_add(Field const& rows, Field const&) const override { return rows; }

 private:
  Index points_;
};

}  // namespace

std::unique_ptr<Operator> make_operator(State const& state, grid::Grid const& grid, SplineLattice const& lattice) {
  if (state.points) return std::make_unique<PointSampling>(*state.points, grid, lattice);
  return std::make_unique<OnGrid>(grid.local_size());
}

}  // namespace mollis::observations
