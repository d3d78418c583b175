#include "estimators/joint/field_scaling.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/local_values.hpp"

namespace mollis::joint {
namespace {

constexpr double least_scale = 0.2;  ///< of T over its root mean square

/// The power of two by which a field is to be divided for its diagonal to be as large as that of the data: pivots of states and
/// fields then stand side by side whatever units they have, and digits do not depend on these.
double unit_of(double seen, double data) {
  double const ratio = std::sqrt(seen / data);
  return std::isfinite(ratio) && ratio > 0.0 ? std::exp2(std::round(std::log2(ratio))) : 1.0;
}

/// body(point of the grid's box, its place in the extended one, length) for every row of this rank's points.
template <class Body>
void over_rows(Objective const& objective, Body const& body) {
  Extents const extents = objective.problem().grid.owned().extents();
  auto const& window = objective.lattice().window();
  Index point = 0;
  for (Index i = 0; i < extents[0]; ++i)
    for (Index j = 0; j < extents[1]; ++j)
      for (Index k = 0; k < extents[2]; ++k, point += extents[3])
        body(point, window.start + i * window.stride[0] + j * window.stride[1] + k * window.stride[2], extents[3]);
}

}  // namespace

void FieldScaling::update(Averages const& averages, std::vector<int> const& unknowns, bool edges) {
  coupling_.unknowns = unknowns;
  std::size_t const fields = unknowns.size();
  clear(fields, averages.equation.size());
  if (fields == 0) return;
  auto const kappa = waves_.sizes_of_terms(averages);
  for (std::size_t i = 0; i < fields; ++i) {
    auto const slopes = slopes_of(averages, static_cast<std::size_t>(unknowns[i]));
    find_means(averages, slopes, find_scale(averages, kappa, slopes, i), i);
  }
  std::vector<std::vector<HostField>> varying;   // moves waves to other places of the spectrum
  for (std::size_t i = 0; i < fields; ++i) {
    if (edges) find_roughened(i);
    varying.push_back(find_varying(averages, i, edges));
  }
  for (std::size_t i = 0; i < fields; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      coupling_.variance[i][j] = coupling_.variance[j][i] = waves_.seen_by_data(averages, varying[i], varying[j]) / points();
}

void FieldScaling::forget_variance() {
  for (auto& row : coupling_.variance) std::fill(row.begin(), row.end(), 0.0);
}

void FieldScaling::forget_places() {
  coupling_.varying.clear();
  coupling_.roughened.clear();
}

void FieldScaling::clear(std::size_t fields, std::size_t residuals) {
  coupling_.alpha.assign(residuals, std::vector<double>(fields, 0.0));
  coupling_.variance.assign(fields, std::vector<double>(fields, 0.0));
  coupling_.smoothness.assign(fields, 0.0);
  forget_places();
  scale_.clear();
  for (std::size_t i = 0; i < fields; ++i) {
    scale_.push_back(make_host_field("scale", static_cast<Index>(size())));
    Kokkos::deep_copy(scale_.back(), 1.0);
  }
}

FieldScaling::Slopes FieldScaling::slopes_of(Averages const& averages, std::size_t unknown) const {
  Slopes slopes;
  double largest = -1.0;
  for (std::size_t k = 0; k < averages.equation.size(); ++k) {
    slopes.of.push_back(values_of(objective_.slope(k, unknown)));
    double square = 0.0;
    for (std::size_t n = 0, end = size(); n < end; ++n) square += slopes.of[k][n] * slopes.of[k][n];
    square = averages.equation[k] * sum_over(comm(), square);
    if (square > largest) {
      largest = square;
      slopes.lead = k;
    }
  }
  return slopes;
}

/// T of parameter i and the mean of its smoothness' weight over T^2; whether T keeps its sign, and is not 1 therefore.
bool FieldScaling::find_scale(Averages const& averages, std::vector<double> const& kappa, Slopes const& slopes, std::size_t i) {
  auto const& slope = slopes.of[slopes.lead];
  std::vector<double> c(size(), 0.0), ratio(size(), 0.0);
  for (std::size_t t = 0; t < averages.terms.size(); ++t) {
    if (averages.terms[t].residual != static_cast<int>(slopes.lead)) continue;
    auto const p = values_of(objective_.partials().state[t]);
    for (std::size_t n = 0, end = size(); n < end; ++n) c[n] += kappa[t] * p[n] * p[n];
  }
  double sums[2] = {0.0, 0.0};  // of ratio, ratio^2
  for (std::size_t n = 0, end = size(); n < end; ++n) {
    ratio[n] = c[n] > 0.0 ? slope[n] / std::sqrt(c[n]) : 0.0;
    sums[0] += ratio[n];
    sums[1] += ratio[n] * ratio[n];
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, comm());
  bool const steady = coupling_.unknowns.size() == 1 && sums[0] * sums[0] > 0.5 * sums[1] * points();
  double const rms = std::sqrt(sums[1] / points()), sign = sums[0] < 0.0 ? -1.0 : 1.0;
  double logs = 0.0;
  if (steady)
    for (std::size_t n = 0, end = size(); n < end; ++n) {
      scale_[i][n] = sign * std::max(sign * ratio[n] / rms, least_scale);
      logs -= 2.0 * std::log(std::abs(scale_[i][n]));
    }
  double const weight = objective_.weights().smoothness[static_cast<std::size_t>(coupling_.unknowns[i])];
  coupling_.smoothness[i] = weight * std::exp(sum_over(comm(), logs) / points());
  return steady;
}

/// alpha of parameter i: where T makes dR/dq steady its root mean square, else its mean; and the unit of q.
void FieldScaling::find_means(Averages const& averages, Slopes const& slopes, bool steady, std::size_t i) {
  double seen = 0.0;  // sum_k w_k of the mean square of dR_k/dq
  for (std::size_t k = 0; k < slopes.of.size(); ++k) {
    double moments[2] = {0.0, 0.0};  // of dR_k/dq
    for (std::size_t n = 0, end = size(); n < end; ++n) {
      double const a = slopes.of[k][n] / scale_[i][n];
      moments[0] += a;
      moments[1] += a * a;
    }
    MPI_Allreduce(MPI_IN_PLACE, moments, 2, MPI_DOUBLE, MPI_SUM, comm());
    double const mean = moments[0] / points();
    seen += averages.equation[k] * moments[1] / points();
    coupling_.alpha[k][i] = steady && k == slopes.lead ? (mean < 0.0 ? -1.0 : 1.0) * std::sqrt(moments[1] / points()) : mean;
  }
  put_unit(i, unit_of(seen, averages.data.front()));
}

/// q := q / unit, so that T := unit T.
void FieldScaling::put_unit(std::size_t i, double unit) {
  for (std::size_t n = 0; n < scale_[i].extent(0); ++n) scale_[i][n] *= unit;
  for (auto& of_residual : coupling_.alpha) of_residual[i] /= unit;
  coupling_.smoothness[i] /= unit * unit;
}

void FieldScaling::find_roughened(std::size_t i) {
  coupling_.roughened.push_back(HostField("roughened", static_cast<std::size_t>(objective_.layout().state_size)));
  auto const inverse = make_host_field("inverse", static_cast<Index>(size()));
  for (std::size_t n = 0, end = size(); n < end; ++n) inverse[n] = 1.0 / scale_[i][n];
  add_squares(objective_.weights().smoothness[static_cast<std::size_t>(coupling_.unknowns[i])], inverse, coupling_.roughened.back());
}

/// The waves of dR_k/dq - alpha_k, one array a residual.
std::vector<HostField> FieldScaling::find_varying(Averages const& averages, std::size_t i, bool edges) {
  std::vector<HostField> varying;
  if (edges) coupling_.varying.push_back(HostField("varying", static_cast<std::size_t>(objective_.layout().state_size)));
  for (std::size_t k = 0; k < averages.equation.size(); ++k) {
    Field const a = objective_.slope(k, static_cast<std::size_t>(coupling_.unknowns[i]));
    auto const host = on_host(a);
    for (std::size_t n = 0, end = size(); n < end; ++n) host(n) = host(n) / scale_[i][n] - coupling_.alpha[k][i];
    if (edges) add_squares(averages.equation[k], host, coupling_.varying.back());
    Kokkos::deep_copy(a, host);
    varying.push_back(waves_.spectrum_of(a));
  }
  return varying;
}

/// lattice += weight points^2, at the points of the grid.
void FieldScaling::add_squares(double weight, HostField const& points, HostField const& lattice) const {
  over_rows(objective_, [&](Index point, Index place, Index run) {
    for (Index k = 0; k < run; ++k) lattice.data()[place + k] += weight * points.data()[point + k] * points.data()[point + k];
  });
}

HostField FieldScaling::embedded(Field const& piece, std::size_t i) const {
  HostField const field("embedded", static_cast<std::size_t>(objective_.layout().state_size));
  auto const values = on_host(piece);
  double const *const from = values.data(), *const scale = scale_[i].data();
  over_rows(objective_, [&](Index point, Index place, Index run) {
    for (Index k = 0; k < run; ++k) field.data()[place + k] = from[point + k] / scale[point + k];
  });
  return field;
}

void FieldScaling::take_out(HostField const& field, std::size_t i, Field const& piece) const {
  auto const values = Kokkos::create_mirror_view(piece);
  double const* const scale = scale_[i].data();
  over_rows(objective_, [&](Index point, Index place, Index run) {
    for (Index k = 0; k < run; ++k) values.data()[point + k] = field.data()[place + k] / scale[point + k];
  });
  Kokkos::deep_copy(piece, values);
}

}  // namespace mollis::joint
