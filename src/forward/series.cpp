#include "forward/series.hpp"

#include <fftw3-mpi.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "run/error.hpp"

namespace mollis::forward {
namespace {

using petsc::check;
using Shape = std::vector<std::ptrdiff_t>;

double const pi = std::acos(-1.0);

fftw_r2r_kind analysis(Ends ends) {
  return ends == Ends::periodic ? FFTW_R2HC : ends == Ends::even ? FFTW_REDFT00 : FFTW_RODFT00;
}

fftw_r2r_kind synthesis(Ends ends) { return ends == Ends::periodic ? FFTW_HC2R : analysis(ends); }

/// Points of the periodic function that a series along the axis stands for.
Index period_of(SeriesAxis const& axis) {
  return axis.ends == Ends::periodic ? axis.points
         : axis.ends == Ends::even   ? 2 * axis.points - 2
                                     : 2 * axis.points + 2;
}

/// Wave number of coefficient n (of a period): real parts come first, imaginary ones after them, backwards.
Index wave_of(SeriesAxis const& axis, Index n) {
  if (axis.ends == Ends::odd) return n + 1;
  return axis.ends == Ends::even ? n : std::min(n, axis.points - n);
}

/// -k^2 of each coefficient along an axis.
std::vector<double> second_derivative(SeriesAxis const& axis) {
  std::vector<double> values;
  double const unit = 2.0 * pi / (static_cast<double>(period_of(axis)) * axis.spacing);
  for (Index n = 0; n < axis.points; ++n) {
    double const k =
        axis.points == 1 && axis.ends == Ends::periodic ? 0.0 : unit * static_cast<double>(wave_of(axis, n));
    values.push_back(-k * k);
  }
  return values;
}

/// FFTW distributes two axes at least.
Shape shape_of(std::vector<SeriesAxis> const& axes) {
  Shape shape;
  for (auto const& axis : axes) shape.push_back(static_cast<std::ptrdiff_t>(axis.points));
  while (shape.size() < 2) shape.push_back(1);
  return shape;
}

template <class Kind>
std::vector<fftw_r2r_kind> kinds_of(std::vector<SeriesAxis> const& axes, Kind const& kind) {
  std::vector<fftw_r2r_kind> kinds;
  for (auto const& axis : axes) kinds.push_back(kind(axis.ends));
  while (kinds.size() < 2) kinds.push_back(kind(Ends::periodic));
  return kinds;
}

struct Slabs {
  std::ptrdiff_t size, first, transposed_size, transposed_first, allocated;
};

Slabs slabs_of(Shape const& shape, MPI_Comm comm) {
  fftw_mpi_init();  // does nothing the second time
  Slabs slabs{};
  slabs.allocated = fftw_mpi_local_size_many_transposed(
      static_cast<int>(shape.size()), shape.data(), 1, FFTW_MPI_DEFAULT_BLOCK, FFTW_MPI_DEFAULT_BLOCK, comm,
      &slabs.size, &slabs.first, &slabs.transposed_size, &slabs.transposed_first);
  return slabs;
}

/// Eigenvalues in the transposed order: the second axis slowest and cut, then the first, then the others.
std::vector<double> laplacian_of(std::vector<SeriesAxis> axes, Slabs const& slabs) {
  while (axes.size() < 2) axes.push_back({1, 0.0, 1.0, Ends::periodic});
  std::vector<double> sums{0.0};
  std::swap(axes[0], axes[1]);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    auto along = second_derivative(axes[a]);
    if (a == 0)
      along = {along.begin() + slabs.transposed_first, along.begin() + slabs.transposed_first + slabs.transposed_size};
    std::vector<double> product;
    for (double const sum : sums)
      for (double const value : along) product.push_back(sum + value);
    sums = std::move(product);
  }
  return sums;
}

/// PETSc counts points in PetscInt.
void check_size(std::vector<SeriesAxis> const& axes) {
  double points = 1.0;
  for (auto const& axis : axes) points *= static_cast<double>(axis.points);
  if (points > static_cast<double>(std::numeric_limits<PetscInt>::max()))
    throw run::Error(run::Exit::bad_deck,
                     "more points than this PETSc can count; use a smaller "
                     "refine or a PETSc with 64-bit indices",
                     "refine");
}

}  // namespace

std::vector<SeriesAxis> series_axes(std::vector<grid::Axis> const& axes, int refine, Ends open) {
  std::vector<SeriesAxis> result;
  for (auto const& axis : axes) {
    if (axis.name == "t") continue;
    double const spacing = axis.spacing() / refine, lower = axis.front();
    if (axis.periodic || axis.size() == 1)
      result.push_back({axis.periodic ? axis.size() * refine : 1, lower,
                        axis.size() == 1 && !axis.periodic ? 1.0 : spacing, Ends::periodic});
    else if (open == Ends::odd)
      result.push_back({(axis.size() - 1) * refine - 1, lower + spacing, spacing, open});
    else
      result.push_back({(axis.size() - 1) * refine + 1, lower, spacing, open});
  }
  check_size(result);
  return result;
}

Spectrum::Spectrum(std::size_t allocated) : values_(fftw_alloc_real(allocated), fftw_free) {}

struct Series::Plans {
  fftw_plan analysis, synthesis;
  ~Plans() {
    fftw_destroy_plan(analysis);
    fftw_destroy_plan(synthesis);
  }
};

Series::Series(MPI_Comm comm, std::vector<SeriesAxis> axes) : comm_(comm), axes_(std::move(axes)) {
  auto const shape = shape_of(axes_);
  auto const slabs = slabs_of(shape, comm);
  Index row = 1;
  for (std::size_t a = 1; a < axes_.size(); ++a) row *= axes_[a].points;
  first_ = static_cast<Index>(slabs.first) * row;
  local_size_ = static_cast<Index>(slabs.size) * row;
  allocated_ = static_cast<std::size_t>(std::max<std::ptrdiff_t>(slabs.allocated, 1));
  laplacian_ = laplacian_of(axes_, slabs);
  for (auto const& axis : axes_) scale_ /= static_cast<double>(period_of(axis));
  auto const rank = static_cast<int>(shape.size());
  auto const work = make_spectrum();
  auto const plan = [&](auto const& kind, unsigned order) {
    auto const kinds = kinds_of(axes_, kind);
    return fftw_mpi_plan_r2r(rank, shape.data(), work.data(), work.data(), comm, kinds.data(), FFTW_ESTIMATE | order);
  };
  plans_.reset(new Plans{plan(analysis, FFTW_MPI_TRANSPOSED_OUT), plan(synthesis, FFTW_MPI_TRANSPOSED_IN)});
  if (plans_->analysis == nullptr || plans_->synthesis == nullptr)
    throw run::Error(run::Exit::internal, "FFTW has no transform for this grid");
}

Series::~Series() = default;

Index Series::points() const {
  Index product = 1;
  for (auto const& axis : axes_) product *= axis.points;
  return product;
}

Lattice Series::lattice() const {
  Lattice lattice;
  Index const row = points() / axes_.front().points;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto const& axis = axes_[a];
    Index const lower = a == 0 ? first_ / row : 0, upper = a == 0 ? lower + local_size_ / row : axis.points;
    lattice.emplace_back();
    for (Index i = lower; i < upper; ++i) lattice.back().push_back(axis.lower + static_cast<double>(i) * axis.spacing);
  }
  return lattice;
}

petsc::Vector Series::make_vector() const { return petsc::make_vector(comm_, local_size_); }

void Series::analyse(Vec values, Spectrum const& spectrum) const {
  PetscScalar const* array = nullptr;
  check(VecGetArrayRead(values, &array));
  std::copy(array, array + local_size_, spectrum.data());
  check(VecRestoreArrayRead(values, &array));
  fftw_mpi_execute_r2r(plans_->analysis, spectrum.data(), spectrum.data());
}

void Series::synthesise(Spectrum const& spectrum, Vec values) const {
  fftw_mpi_execute_r2r(plans_->synthesis, spectrum.data(), spectrum.data());
  PetscScalar* array = nullptr;
  check(VecGetArray(values, &array));
  std::transform(spectrum.data(), spectrum.data() + local_size_, array, [this](double v) { return v * scale_; });
  check(VecRestoreArray(values, &array));
}

}  // namespace mollis::forward
