#pragma once
/// The joint Hessian itself on a set of coarse functions of states and parameters: Z (Z^T H Z)^-1 Z^T, Z tensor products of few functions an axis
/// (problem::coarse_sets, CoarseAxis). The second level of the preconditioner where lines leave much that is smooth (problem::wants_second_level): a parameter over space alone meets
/// all times at once, and no line sees the gradient of a parameter. Here all of it is as it is (two-level additive Schwarz: Toselli and Widlund 2005,
/// chapter 3).
#include <memory>

#include "estimators/joint/coarse_axis.hpp"
#include "estimators/joint/objective.hpp"

namespace mollis::joint {

class CoarseModel {
 public:
  /// One a set of functions; none where they can't be made: an axis reflects, observations are neither points nor at those of the grid. Collective.
  static std::vector<std::unique_ptr<CoarseModel>> all(Objective& objective);
  CoarseModel(Objective& objective, problem::CoarseBlocks const& functions);   ///< Collective.

  /// Forms and factorises Z^T H Z at the objective's last linearise() and its weights. Collective.
  void update();
  /// z += Z (Z^T H Z)^-1 Z^T r. Collective.
  void add(Vec r, Vec z) const;

 private:
  /// A state, or a parameter with the axes that it has.
  struct Block {
    std::vector<int> axes;               ///< of the grid
    std::vector<CoarseAxis> lines;       ///< one an axis
    Index first, size;                   ///< of its functions
    grid::Box box;                       ///< entries of this rank, in numbers of the lines' places
    Index offset;                        ///< of these among the unknowns of this rank; none here: the box is empty
  };
  /// One factor of a term of a residual: D^o of a block at the points of the grid, axis by axis, [point][function].
  struct Shape {
    std::size_t block;
    mollifier::MultiIndex order;
    std::vector<std::vector<double>> rows;
  };
  struct Term {
    int residual;
    std::size_t shape, partial;          ///< partial: among those of states, then of parameters
  };
  /// Points whose rows are multiplied together, and the functions that any shape sees there.
  struct Cell {
    grid::Box box;
    std::vector<std::vector<std::vector<Index>>> functions;   ///< [block][axis]
    std::vector<std::vector<std::vector<double>>> rows;       ///< of each shape, axis by axis: [point of the cell * functions + function]
    std::vector<std::size_t> start;                           ///< of each block, among
    std::vector<Index> columns;                               ///< the numbers of all that are seen
  };
  void put_place(Block& block, std::size_t number) const;
  void make_terms();
  std::size_t shape_of(std::size_t block, mollifier::MultiIndex const& order);
  mollifier::LineFilter const* filter(std::size_t block, std::size_t axis) const;
  void add_rows();
  Cell cell_of(grid::Box const& box) const;
  void put(double factor, std::size_t shape, std::vector<Index> const& at, Cell const& cell, double* row) const;
  void add_cell(Cell const& cell, std::vector<HostField> const& partials, std::vector<HostField> const& data);
  std::vector<Index> functions_at(std::size_t block, std::size_t axis, grid::Range const& points) const;
  void add_points();
  void add_roughness();
  void add_smoothness();
  void factorise();
  double& entry(Index i, Index j) { return matrix_[static_cast<std::size_t>(i * size_ + j)]; }

  Objective& objective_;
  std::size_t states_;
  Index size_ = 0;
  std::vector<Block> blocks_;            ///< states, then parameters
  std::vector<mollifier::Jets> jets_;    ///< one a state: its filters
  std::vector<Shape> shapes_;            ///< those of the observations first, one a state
  std::vector<Term> terms_;
  std::vector<double> matrix_;           ///< Z^T H Z, its upper triangle, then its factor, scaled
  std::vector<double> scale_;
  bool exists_ = false;
};

}  // namespace mollis::joint
