#pragma once
/// Rows of the linearised objective along a section of the grid: all axes, or all but the one whose waves are taken
/// apart. A term P D^f of a residual is, at a point of the section, a tensor product of filter rows times the
/// derivative's symbol along the wave.
#include "estimators/joint/objective.hpp"
#include "grid/numbering.hpp"

namespace mollis::joint {

class SectionRows {
 public:
  /// wave: the axis that is no part of the section, or -1. fields: parameters over all or some axes that are part of it (none beside
  /// a wave). Collective.
  SectionRows(Objective& objective, int wave, std::vector<int> fields);

  /// Hessians of the parts of the objective, of entries (states, then fields, a box of this rank each):
  ///   H(wave) = sum_ab conj(s_a) s_b square[a][b] + prior,   s_a the symbol of the wave's derivative of order
  ///   orders()[a].
  struct Hessians {
    std::vector<std::vector<petsc::Matrix>> square;
    petsc::Matrix prior;  ///< within the section; of the wave's axis the caller adds `along_wave`
  };
  /// A residual or an observation at a point, weighted.
  struct Row {
    std::vector<PetscInt> columns;
    std::vector<double> values;
  };
  /// At the objective's last linearise(). All parts in one matrix where there is no wave: square[0][0]. share_of_prior: how much of what is
  /// believed of short waves of the states at open ends is in it. Collective.
  Hessians assemble(double share_of_prior = 1.0);
  /// to += beta L of fields()[field], not yet assembled. Not collective.
  void add_smoothness(Mat to, std::size_t field, double beta) const;

  std::vector<int> const& orders() const {
    return orders_;
  }  ///< of derivatives along the wave, increasing from 0; without one {0}
  Index local_size() const { return local_size_; }
  Index state_size() const { return state_size_; }
  std::vector<int> const& fields() const { return fields_; }

 private:
  using Point = grid::Numbering::Point;
  /// A state, or a parameter: its entries over the axes of the section that it has.
  struct Block {
    std::vector<int> axes;                ///< of its own grid
    std::vector<std::size_t> place;       ///< of these among the axes of the section
    grid::Box box;                        ///< owned by this rank, empty where another one owns it
    grid::Numbering numbers;
    Index size;                           ///< entries of this rank
  };
  /// One factor of a term: the tensor product of these orders' rows, in the columns of its state or field.
  struct Shape {
    std::size_t block;
    mollifier::MultiIndex order;
  };
  struct Term {
    int residual;
    std::size_t slot, shape, partial;  ///< slot: in orders(); partial: among those of states, then of parameters
  };
  /// The columns of a point of the grid and the rows of all shapes.
  struct Stencil {
    std::vector<PetscInt> columns;
    std::vector<std::size_t> start;         ///< of each block in `columns`
    std::vector<std::vector<double>> rows;  ///< one a shape
  };
  PetscInt column_of(std::size_t block, Point const& point) const { return static_cast<PetscInt>(blocks_[block].numbers.at(point)); }
  parameters::Unknown const& unknown_of(std::size_t block) const;
  std::size_t shape_of(std::size_t block, mollifier::MultiIndex order);
  Block make_block(std::size_t block, Index before) const;
  /// Along the i-th of a block's axes; null: values as they are.
  mollifier::LineFilter const* filter(std::size_t block, std::size_t i) const;
  Index reach(std::size_t row, std::size_t column, bool scattered) const;
  void set_stencil(Point const& point, Stencil& stencil) const;
  petsc::Matrix make_matrix() const;
  /// What the objective was last linearised to, on the host.
  struct Linearised {
    std::vector<HostField> partials, data;  ///< those of states, then of parameters; weights of the data, one field a state
    HostField mask;
  };
  Linearised linearised() const;
  void add_rows_at(Point const& point, Linearised const& at, std::size_t here, bool whole, std::vector<Row>& rows) const;
  /// Equation and data on the grid: the whole section, or averaged over the wave. whole: entries that happen to be 0, too.
  void add_cells(Mat to, Linearised const& at, bool whole) const;
  void add_moments(Hessians const& hessians, Linearised const& at, bool whole) const;
  void add_points(Mat to) const;
  void add_prior(Mat to, double share) const;

  Objective& objective_;
  int wave_;
  std::vector<int> fields_, axes_, orders_;
  std::size_t states_;
  Index state_size_ = 0, local_size_ = 0;
  double share_ = 1.0;                 ///< of a row in the mean over the wave
  std::vector<mollifier::Jets> jets_;  ///< one a state: its filters
  std::vector<Shape> shapes_;
  std::vector<Term> terms_;
  std::vector<Block> blocks_;          ///< states, then fields
  std::vector<petsc::Matrix> places_[2];  ///< of entries of all parts, without values, once assembled: parameters free, held
};

}  // namespace mollis::joint
