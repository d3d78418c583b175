#pragma once
/// Trigonometric series on a box: Fourier along periodic axes, cosines where functions are even about both ends of an
/// open axis, sines where they are odd. They diagonalise the Laplacian, so that its powers and inverses are exact for
/// smooth functions with these symmetries (FFTW with MPI; slabs along the slowest axis).
#include <memory>
#include <vector>

#include "forward/lattice.hpp"
#include "grid/grid.hpp"
#include "kernels/field.hpp"
#include "petsc/handles.hpp"

namespace mollis::forward {

enum class Ends {
  periodic,
  even,  ///< odd derivatives vanish at both ends
  odd    ///< the function and its even derivatives vanish at both ends, which are no points of the series
};

/// The points of a series along an axis: equally spaced, first at `lower`.
struct SeriesAxis {
  Index points;
  double lower, spacing;
  Ends ends;
};

/// The axes of a grid but t, with `refine` times their points; `open` holds on the open ones. An open axis of a single
/// point stays as it is. The axes must be uniform.
std::vector<SeriesAxis> series_axes(std::vector<grid::Axis> const& axes, int refine, Ends open);

/// This rank's coefficients of a series, in an order of their own.
class Spectrum {
 public:
  explicit Spectrum(std::size_t allocated);
  double* data() const { return values_.get(); }

 private:
  std::unique_ptr<double, void (*)(void*)> values_;
};

class Series {
 public:
  /// Any number of ranks; those past the points of the slowest axis have none. Collective.
  Series(MPI_Comm comm, std::vector<SeriesAxis> axes);
  ~Series();
  Series(Series const&) = delete;
  Series& operator=(Series const&) = delete;

  MPI_Comm comm() const { return comm_; }
  std::vector<SeriesAxis> const& axes() const { return axes_; }
  Index points() const;                             ///< of the whole box
  Index first() const { return first_; }            ///< row-major index of this rank's first point
  Index local_size() const { return local_size_; }  ///< number of its points
  Lattice lattice() const;                          ///< their coordinates
  petsc::Vector make_vector() const;                ///< values at all points, row-major; collective
  Spectrum make_spectrum() const { return Spectrum(allocated_); }
  std::vector<double> const& laplacian() const { return laplacian_; }  ///< eigenvalue <= 0 of each coefficient

  void analyse(Vec values, Spectrum const& spectrum) const;     ///< values to coefficients; collective
  void synthesise(Spectrum const& spectrum, Vec values) const;  ///< and back, spoiling the coefficients; collective

 private:
  struct Plans;
  MPI_Comm comm_;
  std::vector<SeriesAxis> axes_;
  Index first_ = 0, local_size_ = 0;
  std::size_t allocated_ = 0;
  double scale_ = 1.0;
  std::vector<double> laplacian_;
  std::unique_ptr<Plans> plans_;
};

/// out := symbol(eigenvalue of the Laplacian) of in, coefficient by coefficient; in and out may be one. Collective.
template <class Symbol>
void apply_function_of_laplacian(Series const& series, Spectrum const& work, Vec in, Vec out, Symbol const& symbol) {
  series.analyse(in, work);
  auto const& eigenvalues = series.laplacian();
  for (std::size_t n = 0; n < eigenvalues.size(); ++n) work.data()[n] *= symbol(eigenvalues[n]);
  series.synthesise(work, out);
}

/// From the points of a series to this rank's points of the grid that was refined into it, t left out.
class Sampler {
 public:
  Sampler(Series const& series, grid::Grid const& grid, int refine);  ///< collective
  /// Row-major; 0 at ends that are no points of the series. Collective.
  std::vector<double> operator()(Vec values) const;

 private:
  std::vector<Index> places_;  ///< in here_, or -1
  petsc::Vector here_;
  petsc::Handle<VecScatter, VecScatterDestroy> scatter_;
};

/// Values on the host as a field.
Field to_field(std::vector<double> const& values);

}  // namespace mollis::forward
