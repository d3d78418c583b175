#pragma once
/// Complex Fourier sums of many lines side by side, one line in each lane of a pack: no line sees what its neighbours are, and every
/// operation fills the registers. Mixed radix, sorted as it goes (Stockham; Van Loan 1992, Computational frameworks for the fast Fourier transform). Host code.
#include <vector>

#include "kernels/index.hpp"
#include "kernels/lanes.hpp"

namespace mollis::spectral {

/// A complex number in each lane.
struct PackedComplex {
  kernels::Pack re, im;
};

class PackedFourier {
 public:
  /// Sums of `points` terms; their cost grows with the largest prime factor.
  explicit PackedFourier(Index points);
  /// Z_k = sum_j z_j exp(-2 pi i j k / points). Either array is overwritten; returns the one with the result.
  PackedComplex* run(PackedComplex* values, PackedComplex* work) const;
  Index points() const { return points_; }

 private:
  struct Pass {
    Index radix, rest, stride;     ///< sums of `radix` terms; terms of those still to be made; sums that are made already
    std::vector<double> turns;     ///< [p < rest][1 <= k < radix]: exp(-2 pi i p k / (radix rest)), real and imaginary part
    std::vector<double> circle;    ///< [radix]: exp(-2 pi i k / radix); empty where the radix is 2 or 4
  };
  static Pass pass_of(Index radix, Index rest, Index stride);
  static void run_pass(Pass const& pass, PackedComplex const* from, PackedComplex* to);

  Index points_;
  std::vector<Pass> passes_;
};

}  // namespace mollis::spectral
