#pragma once
/// The unknowns of a fit: every parameter as a field over its axes, and their place in one distributed PETSc vector.
/// A parameter over a subset of the axes is held by all ranks that share its piece; the first of them owns it.
#include <memory>
#include <string>
#include <vector>

#include "equation/system.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "mollifier/jets.hpp"
#include "parameters/settings.hpp"
#include "petsc/handles.hpp"

namespace mollis::parameters {

/// Communicator that is freed with its owner.
class Communicator {
 public:
  Communicator() = default;
  explicit Communicator(MPI_Comm comm) : comm_(comm) {}
  Communicator(Communicator&& o) noexcept : comm_(std::exchange(o.comm_, MPI_COMM_NULL)) {}
  Communicator& operator=(Communicator&& o) noexcept {
    std::swap(comm_, o.comm_);
    return *this;
  }
  ~Communicator();
  operator MPI_Comm() const { return comm_; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
};

struct Unknown {
  std::string name;
  Settings settings;
  std::vector<int> axes;                            ///< positions among the grid's axes
  grid::Grid grid;                                  ///< over those axes
  Communicator sharers;
  bool owner = false;                               ///< this rank's piece stands in its part of the vector
  Index offset = 0;                                 ///< there
  std::vector<Index> block_start;                   ///< global index of each block's first entry
  std::vector<int> features;                        ///< positions in System::features of its derivatives
  std::vector<mollifier::MultiIndex> orders;        ///< of those features, along the parameter's own axes
  std::unique_ptr<mollifier::Jets> jets;            ///< their difference stencils; null where all are of order 0
};

class ParameterSpace {
 public:
  /// Collective.
  ParameterSpace(grid::Grid grid, run::Named<Settings> const& parameters, equation::System const& system);

  grid::Grid const& grid() const { return grid_; }
  std::vector<Unknown> const& unknowns() const { return unknowns_; }
  petsc::Vector make_vector() const;                ///< Collective.
  Index local_size() const { return local_size_; }

  /// Each parameter's piece on all ranks that share it; the vector has the parameters from its local entry `first` on. Collective.
  std::vector<Field> scatter(Vec vector, Index first = 0) const;
  /// Parameters of the vector := sum over sharers of the pieces: the transpose of scatter. Collective.
  void gather(std::vector<Field> const& pieces, Vec vector, Index first = 0) const;

  /// |to - from| / |to| of each parameter for itself, so that units do not matter. Collective.
  std::vector<double> changes(Vec from, Vec to) const;
  /// |v| of each parameter. Collective.
  std::vector<double> norms(Vec v) const;

  /// D^a of every parameter piece, in the order of Unknown::features. Collective.
  std::vector<std::vector<Field>> derivatives(std::vector<Field> const& pieces) const;
  /// The transpose: from one field per feature (on the parameter's axes) to pieces, not yet summed over sharers.
  std::vector<Field> derivatives_transposed(std::vector<std::vector<Field>> const& features) const;

  /// Index in the vector of the parameter's value at a point (global indices, entry a along axis a of its grid; they
  /// wrap on periodic axes).
  PetscInt global_index(int unknown, Extents const& point) const;

  /// How a piece reads at the grid's local points: stride 0 along axes that the parameter has not.
  Extents strides(int unknown) const;

 private:
  grid::Grid grid_;
  std::vector<Unknown> unknowns_;
  Index local_size_ = 0;
};

/// Strides of a row-major array over the local box of a grid restricted to `axes` when read over the whole local box.
Extents strides_over(grid::Grid const& grid, std::vector<int> const& axes);

}  // namespace mollis::parameters
