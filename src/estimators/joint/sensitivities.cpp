// What the preconditioner takes from a linearisation: the scaling T of the fields, how well the data see each parameter.
#include <algorithm>
#include <cmath>

#include "estimators/joint/local_values.hpp"
#include "estimators/joint/preconditioner.hpp"

namespace mollis::joint {
namespace {

constexpr double least_scale = 0.2;  ///< of T over its root mean square

/// The power of two by which a field is to be divided for its diagonal to be as large as that of the data: pivots of states and
/// fields then stand side by side whatever units they have, and digits do not depend on these.
double unit_of(double seen, double data) {
  double const ratio = std::sqrt(seen / data);
  return std::isfinite(ratio) && ratio > 0.0 ? std::exp2(std::round(std::log2(ratio))) : 1.0;
}

}  // namespace

/// Size of all terms of the residuals at a point: c^2 = sum of kappa P^2, kappa the terms' mean square symbols where
/// equation and data weigh alike.
void Preconditioner::scale_fields(Averages const& averages) {
  auto const& problem = objective_.problem();
  MPI_Comm const comm = problem.grid.comm();
  auto const size = static_cast<std::size_t>(problem.grid.local_size());
  std::size_t const residuals = averages.equation.size(), fields = coupling_.unknowns.size();
  auto const points = static_cast<double>(problem.grid.points());
  coupling_.alpha.assign(residuals, std::vector<double>(fields, 0.0));
  coupling_.variance.assign(fields, std::vector<double>(fields, 0.0));
  coupling_.smoothness.assign(fields, 0.0);
  coupling_.varying.clear();
  coupling_.roughened.clear();
  scale_.clear();
  for (std::size_t i = 0; i < fields; ++i) {
    scale_.push_back(make_host_field("scale", static_cast<Index>(size)));
    Kokkos::deep_copy(scale_.back(), 1.0);
  }
  if (fields == 0) return;

  std::vector<double> kappa(averages.terms.size(), 0.0);
  auto const& box = whole_.lines().box;
  std::vector<double> symbols;
  for (Index m = 0; m < box.size(); ++m) {
    auto const mode = mode_of(box, m);
    put_symbols(averages, symbols_, mode, box.dimension(), -1, symbols);
    double const smoothing = smoothing_of(symbols_, mode, box.dimension());
    double equation = 0.0;
    for (std::size_t k = 0; k < residuals; ++k)
      equation += averages.equation[k] * second_moment(averages, averages.of[k].back(), symbols);
    double const data = averages.data.front() * smoothing * smoothing;
    double const both = equation * data / ((equation + data) * (equation + data));  // largest where they are alike
    for (std::size_t t = 0; t < kappa.size(); ++t) kappa[t] += both * symbols[t] * symbols[t];
  }
  MPI_Allreduce(MPI_IN_PLACE, kappa.data(), static_cast<int>(kappa.size()), MPI_DOUBLE, MPI_SUM, comm);

  for (std::size_t i = 0; i < fields; ++i) {
    auto const u = static_cast<std::size_t>(coupling_.unknowns[i]);
    std::size_t lead = 0;
    double largest = -1.0;
    std::vector<HostField> slopes;
    for (std::size_t k = 0; k < residuals; ++k) {
      slopes.push_back(values_of(objective_.slope(k, u)));
      double square = 0.0;
      for (std::size_t n = 0; n < size; ++n) square += slopes[k][n] * slopes[k][n];
      square = averages.equation[k] * sum_over(comm, square);
      if (square > largest) {
        largest = square;
        lead = k;
      }
    }
    // a / c in the residual that sees the parameter best.
    std::vector<double> c(size, 0.0), ratio(size, 0.0);
    for (std::size_t t = 0; t < averages.terms.size(); ++t) {
      if (averages.terms[t].residual != static_cast<int>(lead)) continue;
      auto const p = values_of(objective_.partials().state[t]);
      for (std::size_t n = 0; n < size; ++n) c[n] += kappa[t] * p[n] * p[n];
    }
    double sums[4] = {0.0, 0.0, 0.0, 0.0};  // of c^2, ratio, ratio^2, a^2
    for (std::size_t n = 0; n < size; ++n) {
      ratio[n] = c[n] > 0.0 ? slopes[lead][n] / std::sqrt(c[n]) : 0.0;
      sums[0] += c[n];
      sums[1] += ratio[n];
      sums[2] += ratio[n] * ratio[n];
      sums[3] += slopes[lead][n] * slopes[lead][n];
    }
    MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_DOUBLE, MPI_SUM, comm);
    bool const steady = fields == 1 && sums[1] * sums[1] > 0.5 * sums[2] * points;
    double const rms = std::sqrt(sums[2] / points), sign = sums[1] < 0.0 ? -1.0 : 1.0;
    double logs = 0.0;
    if (steady)
      for (std::size_t n = 0; n < size; ++n) {
        scale_[i][n] = sign * std::max(sign * ratio[n] / rms, least_scale);
        logs -= 2.0 * std::log(std::abs(scale_[i][n]));
      }
    coupling_.smoothness[i] = objective_.weights().smoothness[u] * std::exp(sum_over(comm, logs) / points);
    double seen = 0.0;  // sum_k w_k of the mean square of a / T
    for (std::size_t k = 0; k < residuals; ++k) {
      double moments[2] = {0.0, 0.0};  // of a / T
      for (std::size_t n = 0; n < size; ++n) {
        double const a = slopes[k][n] / scale_[i][n];
        moments[0] += a;
        moments[1] += a * a;
      }
      MPI_Allreduce(MPI_IN_PLACE, moments, 2, MPI_DOUBLE, MPI_SUM, comm);
      double const mean = moments[0] / points;
      seen += averages.equation[k] * moments[1] / points;
      coupling_.alpha[k][i] = steady && k == lead ? (mean < 0.0 ? -1.0 : 1.0) * std::sqrt(moments[1] / points) : mean;
    }
    put_unit(i, unit_of(seen, averages.data.front()));
  }
  // What of the slopes varies from point to point moves waves to other places of the spectrum.
  std::vector<std::vector<HostField>> varying;
  for (std::size_t i = 0; i < fields; ++i) {
    varying.emplace_back();
    if (has_edges_) {
      coupling_.varying.push_back(HostField("varying", static_cast<std::size_t>(objective_.layout().state_size)));
      coupling_.roughened.push_back(HostField("roughened", static_cast<std::size_t>(objective_.layout().state_size)));
      auto const inverse = make_host_field("inverse", static_cast<Index>(size));
      for (std::size_t n = 0; n < size; ++n) inverse[n] = 1.0 / scale_[i][n];
      add_squares(objective_.weights().smoothness[static_cast<std::size_t>(coupling_.unknowns[i])], inverse, coupling_.roughened.back());
    }
    for (std::size_t k = 0; k < residuals; ++k) {
      Field const a = objective_.slope(k, static_cast<std::size_t>(coupling_.unknowns[i]));
      auto const host = on_host(a);
      for (std::size_t n = 0; n < size; ++n) host(n) = host(n) / scale_[i][n] - coupling_.alpha[k][i];
      if (has_edges_) add_squares(averages.equation[k], host, coupling_.varying.back());
      Kokkos::deep_copy(a, host);
      varying.back().push_back(spectrum_of(a));
    }
  }
  for (std::size_t i = 0; i < fields; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      coupling_.variance[i][j] = coupling_.variance[j][i] = seen_by_data(averages, varying[i], varying[j]) / points;
}

/// q := q / unit, so that T := unit T.
void Preconditioner::put_unit(std::size_t i, double unit) {
  for (std::size_t n = 0; n < scale_[i].extent(0); ++n) scale_[i][n] *= unit;
  for (auto& of_residual : coupling_.alpha) of_residual[i] /= unit;
  coupling_.smoothness[i] /= unit * unit;
}

/// The coefficients of a field over the grid (0 beyond it).
HostField Preconditioner::spectrum_of(Field const& a) {
  auto const& lattice = objective_.lattice();
  Field const embedded("embedded", static_cast<std::size_t>(lattice.extended().local_size()));
  Extents const extents = objective_.problem().grid.owned().extents();
  kernels::copy_box(a, kernels::window(extents, {0, 0, 0, 0}), embedded, lattice.window(), extents);
  auto data = values_of(embedded);
  whole_.forward(data);
  return data;
}

/// sum over all waves of left^T (W^-1 + J D^-1 J^T)^-1 right: what of w |a p|^2 no change of the states can make up for
/// without the data's objecting. Several residuals: the diagonal of J D^-1 J^T.
double Preconditioner::seen_by_data(Averages const& averages, std::vector<HostField> const& left,
                                    std::vector<HostField> const& right) {
  auto const& box = whole_.lines().box;
  double sum = 0.0;
  std::vector<double> symbols;
  for (Index m = 0; m < box.size(); ++m) {
    auto const mode = mode_of(box, m);
    put_symbols(averages, tilted_, mode, box.dimension(), -1, symbols);
    double const smoothing = smoothing_of(symbols_, mode, box.dimension());
    for (std::size_t k = 0; k < averages.equation.size(); ++k) {
      double moved = 0.0;  // J D^-1 J^T
      for (std::size_t s = 0; s < averages.data.size(); ++s) moved += noise_in(averages, symbols, smoothing, k, s);
      if (averages.equation[k] > 0.0)
        sum += left[k][static_cast<std::size_t>(m)] * right[k][static_cast<std::size_t>(m)] / (1.0 / averages.equation[k] + moved);
    }
  }
  return sum_over(objective_.problem().grid.comm(), sum);
}

void Preconditioner::find_sensitivities(Averages const& averages) {
  auto const& problem = objective_.problem();
  for (auto& reduced : reduced_) {
    auto const& unknown = problem.space().unknowns()[reduced.unknown];
    if (reduced.own) {
      reduced.own->update();
      continue;
    }
    if (coarse_) continue;
    if (static_cast<int>(unknown.axes.size()) == problem.grid.dimension())
      sensitivity_of_field(averages, reduced);
    else
      sensitivity_of_fewer_axes(averages, reduced);
    if (!reduced.box || reduced.smoothness.data() != nullptr) continue;
    auto const& box = reduced.box->lines().box;
    int const order = unknown.settings.smoothness_order;
    auto const angles = angles_of(unknown.grid);
    reduced.smoothness = make_host_field("symbols", box.size());
    for (Index m = 0; m < box.size(); ++m) {
      auto const mode = mode_of(box, m);
      double symbol = 0.0;  // of sum_a l_a^2 D_a^T D_a, to the power of the order
      for (int a = 0; a < box.dimension(); ++a) {
        auto const& axis = unknown.grid.axis(a);
        double const theta = angles[static_cast<std::size_t>(a)][static_cast<std::size_t>(mode[static_cast<std::size_t>(a)])];
        double const cells = axis.spacing() > 0.0 ? axis.extent() / axis.spacing() : 1.0;
        symbol += std::pow(2.0 * cells * std::sin(0.5 * theta), 2);
      }
      reduced.smoothness[static_cast<std::size_t>(m)] = std::pow(symbol, order);
    }
  }
}

/// Waves of the parameter meet waves of the states of the same length.
void Preconditioner::sensitivity_of_field(Averages const& averages, Reduced& reduced) {
  auto const& grid = objective_.problem().grid;
  Symbols const symbols(objective_.lattice(), objective_.problem().system(), tilted(angles_of(grid), grid));
  auto const& box = reduced.box->lines().box;
  std::vector<double> square;
  for (std::size_t k = 0; k < averages.equation.size(); ++k) {
    Field const a = objective_.slope(k, reduced.unknown);
    square.push_back(sum_over(grid.comm(), kernels::triple_product(objective_.mask(), a, a)) / static_cast<double>(grid.points()));
  }
  reduced.sensitivity = HostField("sensitivity", static_cast<std::size_t>(box.size()));
  std::vector<double> products;
  for (Index m = 0; m < box.size(); ++m) {
    auto const mode = mode_of(box, m);
    put_symbols(averages, symbols, mode, grid.dimension(), -1, products);
    double const smoothing = smoothing_of(symbols, mode, grid.dimension());
    for (std::size_t k = 0; k < square.size(); ++k) {
      double moved = 1.0 / averages.equation[k];
      for (std::size_t s = 0; s < averages.data.size(); ++s) moved += noise_in(averages, products, smoothing, k, s);
      reduced.sensitivity[static_cast<std::size_t>(m)] += square[k] / moved + 1e-9 * averages.equation[k] * square[k];
    }
  }
}

void Preconditioner::sensitivity_of_fewer_axes(Averages const& averages, Reduced& reduced) {
  auto const& problem = objective_.problem();
  auto const& unknown = problem.space().unknowns()[reduced.unknown];
  {
    std::vector<HostField> spectra;
    double plain = 0.0;
    for (std::size_t k = 0; k < averages.equation.size(); ++k) {
      Field const a = objective_.slope(k, reduced.unknown);
      Field const one = make_field("one", problem.grid.local_size());
      Kokkos::deep_copy(one, 1.0);
      plain += averages.equation[k] * sum_over(problem.grid.comm(), kernels::triple_product(one, a, a));
      spectra.push_back(spectrum_of(a));
    }
    auto const entries = static_cast<double>(unknown.grid.points());
    double const seen = std::max(seen_by_data(averages, spectra, spectra), 1e-12 * plain) / entries;
    reduced.sensitivity = make_host_field("sensitivity", 1);
    reduced.sensitivity[0] = seen > 0.0 ? seen : 1.0;
  }
}

}  // namespace mollis::joint
