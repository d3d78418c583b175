#pragma once
/// Waves along some of the axes, of a box of waves along all of them: as many as this rank's box has there, each shared by the ranks
/// whose boxes agree along these axes.
#include <memory>
#include <vector>

#include "estimators/joint/averages.hpp"

namespace mollis::joint {

class WavesAlong {
 public:
  /// waves: this rank's box, all ranks' tile the whole. Collective.
  WavesAlong(MPI_Comm comm, grid::Box const& waves, std::vector<int> axes);

  std::size_t size() const { return size_; }
  /// Numbers along all axes, 0 along those left out.
  Mode mode(std::size_t wave) const;
  /// The wave along these axes of a mode of this rank's box.
  std::size_t at(Mode const& mode) const;
  /// Whether this rank is the one of those that share its waves whose sums count for all of them.
  bool counts() const { return counts_; }
  /// values: one a wave; sums over the ranks that share them. Collective.
  void add_up(std::vector<double>& values) const;

 private:
  std::vector<int> axes_;
  std::vector<grid::Range> ranges_;     ///< of this rank along these axes
  std::size_t size_ = 1;
  std::shared_ptr<MPI_Comm const> sharers_;
  bool counts_ = true;
};

}  // namespace mollis::joint
