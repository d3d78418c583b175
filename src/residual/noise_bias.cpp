#include "residual/noise_bias.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "run/error.hpp"

namespace mollis::residual {
namespace {

using petsc::check;

std::size_t unknown_of(equation::System const& system, int parameter_partial) {
  auto const feature = system.by_parameter[static_cast<std::size_t>(parameter_partial)].feature;
  return static_cast<std::size_t>(system.features[static_cast<std::size_t>(feature)].index);
}

constexpr double rounding = 1e-10;   ///< of the diagonal: where constants act as one, A and N hold 0 along what does not change the residual, but for it

/// Is the block A - N of one location positive definite? By Cholesky factors.
bool positive_definite(std::vector<std::vector<double>> block) {
  for (std::size_t k = 0; k < block.size(); ++k) {
    for (std::size_t j = 0; j < k; ++j) block[k][k] -= block[k][j] * block[k][j];
    if (!(block[k][k] > 0.0)) return false;
    block[k][k] = std::sqrt(block[k][k]);
    for (std::size_t i = k + 1; i < block.size(); ++i) {
      for (std::size_t j = 0; j < k; ++j) block[i][k] -= block[i][j] * block[k][j];
      block[i][k] /= block[k][k];
    }
  }
  return true;
}

/// J^T W J and J^T W R(0), the same way as N and n: entry by entry, each summed over the points before the next is made.
NormalNoise plain_sums(ResidualModel const& model, std::vector<Field> const& partials, std::vector<Field> const& constant,
                       std::vector<Field> const& weights) {
  auto const& system = model.system();
  std::size_t const unknowns = model.space().unknowns().size();
  Field const sum("sum", static_cast<std::size_t>(model.bank().size()));
  /// sum_k sum_i W_k dR_k/dp_i factor(k, i), partials i by unknown p.
  auto const summed = [&](std::size_t p, auto&& add) {
    Kokkos::deep_copy(sum, 0.0);
    for (std::size_t i = 0; i < partials.size(); ++i)
      if (unknown_of(system, static_cast<int>(i)) == p) add(i, static_cast<std::size_t>(system.by_parameter[i].residual));
    return sum_on_owner(model, sum, p);
  };
  NormalNoise sums;
  for (std::size_t p = 0; p < unknowns; ++p) {
    sums.vector.push_back(summed(p, [&](std::size_t i, std::size_t k) { kernels::add_product(partials[i], constant[k], weights[k], sum); }));
    sums.matrix.emplace_back();
    for (std::size_t q = 0; q < unknowns; ++q)
      sums.matrix.back().push_back(summed(p, [&](std::size_t i, std::size_t k) {
        for (std::size_t j = 0; j < partials.size(); ++j)
          if (system.by_parameter[j].residual == static_cast<int>(k) && unknown_of(system, static_cast<int>(j)) == q)
            kernels::add_product(partials[i], partials[j], weights[k], sum);
      }));
  }
  return sums;
}

/// Sums over all locations of what every two parameters share there. Collective.
std::vector<std::vector<double>> pooled(MPI_Comm comm, std::vector<std::vector<HostField>> const& matrix) {
  std::vector<std::vector<double>> sums;
  for (auto const& row : matrix) {
    sums.emplace_back();
    for (auto const& entries : row) sums.back().push_back(std::accumulate(entries.data(), entries.data() + entries.extent(0), 0.0));
    MPI_Allreduce(MPI_IN_PLACE, sums.back().data(), static_cast<int>(sums.back().size()), MPI_DOUBLE, MPI_SUM, comm);
  }
  return sums;
}

/// Keeps plain - noise positive at every location (see NoiseBias::noise).
/// Returns whether some were not.
bool limit(NormalNoise const& plain, bool single_field, NormalNoise& noise) {
  std::size_t const unknowns = noise.vector.size();
  std::vector<std::vector<double>> block(unknowns, std::vector<double>(unknowns));
  bool limited = false;
  for (std::size_t i = 0; i < noise.vector.front().extent(0); ++i) {
    for (std::size_t p = 0; p < unknowns; ++p)
      for (std::size_t q = 0; q < unknowns; ++q) block[p][q] = (p == q ? 1.0 + rounding : 1.0) * plain.matrix[p][q](i) - noise.matrix[p][q](i);
    if (positive_definite(block)) continue;
    limited = true;
    for (std::size_t p = 0; p < unknowns; ++p) {
      noise.vector[p](i) = single_field ? plain.vector[p](i) : 0.0;
      for (std::size_t q = 0; q < unknowns; ++q) noise.matrix[p][q](i) = single_field ? plain.matrix[p][q](i) : 0.0;
    }
  }
  return limited;
}

}  // namespace

double share_of(std::vector<std::vector<double>> const& plain, std::vector<std::vector<double>> const& noise) {
  constexpr double singular = 1e-6;
  double low = 1e-5, high = 1000.0;
  while (high > 1.001 * low) {
    double const s = std::sqrt(low * high);
    auto block = plain;
    for (std::size_t p = 0; p < block.size(); ++p)
      for (std::size_t q = 0; q < block.size(); ++q) block[p][q] = s * (p == q ? 1.0 + singular : 1.0) * plain[p][q] - noise[p][q];
    (positive_definite(block) ? high : low) = s;
  }
  return high;
}

double NormalNoise::value(parameters::ParameterSpace const& space, Vec x, Vec gradient) const {
  PetscScalar const* at = nullptr;
  PetscScalar* slope = nullptr;
  check(VecGetArrayRead(x, &at));
  if (gradient != nullptr) check(VecGetArray(gradient, &slope));
  double sum = 0.0;
  for (std::size_t p = 0; p < vector.size(); ++p)
    for (std::size_t i = 0; i < vector[p].extent(0); ++i) {
      double product = 0.0;
      for (std::size_t q = 0; q < vector.size(); ++q)
        product += matrix[p][q](i) * at[space.unknowns()[q].offset + static_cast<Index>(i)];
      auto const row = space.unknowns()[p].offset + static_cast<Index>(i);
      sum += at[row] * (0.5 * product + vector[p](i));
      if (slope != nullptr) slope[row] -= product + vector[p](i);
    }
  if (gradient != nullptr) check(VecRestoreArray(gradient, &slope));
  check(VecRestoreArrayRead(x, &at));
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, space.grid().comm());
  return sum;
}

void NormalNoise::add_to(parameters::ParameterSpace const& space, Vec b) const {
  PetscScalar* entries = nullptr;
  check(VecGetArray(b, &entries));
  for (std::size_t p = 0; p < vector.size(); ++p)
    for (std::size_t i = 0; i < vector[p].extent(0); ++i)
      entries[space.unknowns()[p].offset + static_cast<Index>(i)] += vector[p](i);
  check(VecRestoreArray(b, &entries));
}

HostField sum_on_owner(ResidualModel const& model, Field const& full, std::size_t unknown) {
  auto const& u = model.space().unknowns()[unknown];
  Field const piece("sum", static_cast<std::size_t>(u.grid.local_size()));
  kernels::sum_over_axes(full, model.bank().extents(), model.space().strides(static_cast<int>(unknown)), piece);
  auto const host = on_host(piece);
  HostField const total("sum on owner", host.extent(0));
  MPI_Reduce(host.data(), total.data(), static_cast<int>(host.extent(0)), MPI_DOUBLE, MPI_SUM, 0, u.sharers);
  return u.owner ? total : HostField("elsewhere", 0);
}

bool NoiseBias::applies(estimators::Settings const& settings, parameters::ParameterSpace const& space, equation::System const& system) {
  if (settings.bias_correction == "off") return false;
  auto const& unknowns = space.unknowns();
  bool const possible = system.affine && std::all_of(unknowns.begin(), unknowns.end(), [&](parameters::Unknown const& u) {
    return !u.jets && u.axes == unknowns.front().axes;
  });
  if (!possible && settings.bias_correction == "on")
    throw run::deck_error(settings.places.of("bias_correction"),
                          "needs an equation that is affine in the parameters, none of them differentiated, all over the same "
                          "axes; use \"auto\" or \"off\"");
  bool const averages = static_cast<int>(unknowns.front().axes.size()) < space.grid().dimension();
  return possible && !system.mixed.empty() && (averages || settings.bias_correction == "on");
}

NoiseBias::NoiseBias(ResidualModel const& model) {
  auto const& system = model.system();
  auto const mixed = model.mixed_partials();
  auto const at_zero = model.state_partials();
  std::size_t const unknowns = model.space().unknowns().size();
  auto const size = static_cast<std::size_t>(model.bank().size());
  for (int k = 0; k < system.residuals; ++k) {
    std::vector<Entry> rest;
    std::vector<std::vector<Entry>> factors(unknowns);
    for (std::size_t j = 0; j < at_zero.size(); ++j)
      if (system.by_state[j].residual == k) rest.push_back({system.by_state[j].feature, at_zero[j]});
    for (std::size_t m = 0; m < mixed.size(); ++m) {
      auto const& by_state = system.by_state[static_cast<std::size_t>(system.mixed[m].state_partial)];
      if (by_state.residual == k)
        factors[unknown_of(system, system.mixed[m].parameter_partial)].push_back({by_state.feature, mixed[m]});
    }
    matrix_.emplace_back(unknowns);
    vector_.emplace_back();
    for (std::size_t p = 0; p < unknowns; ++p) {
      vector_.back().emplace_back("noise", size);
      add_covariance(model, factors[p], rest, vector_.back().back());
      for (std::size_t q = p; q < unknowns; ++q) {
        matrix_.back()[p].emplace_back("noise", size);
        add_covariance(model, factors[p], factors[q], matrix_.back()[p].back());
      }
    }
  }
}

void NoiseBias::add_covariance(ResidualModel const& model, std::vector<Entry> const& left, std::vector<Entry> const& right,
                               Field const& out) const {
  for (auto const& state : model.noise().states) {
    auto const terms_of = [&](std::vector<Entry> const& entries) {
      kernels::VarianceTerms terms;
      for (auto const& entry : entries)
        for (std::size_t k = 0; k < state.features.size(); ++k) {
          if (state.features[k] != entry.feature) continue;
          terms.partials.push_back(entry.value);
          terms.slots.push_back(state.slots[k]);
        }
      return terms;
    };
    kernels::add_covariance(terms_of(left), terms_of(right), state.gram, state.sigma, model.bank().extents(), out);
  }
  for (auto const& pair : model.noise().pairs)
    for (auto const& l : left)
      for (auto const& r : right) {
        bool const met = (l.feature == pair.feature_a && r.feature == pair.feature_b) ||
                         (l.feature == pair.feature_b && r.feature == pair.feature_a);
        if (met) kernels::add_product(l.value, r.value, pair.unbiased, out);
      }
  kernels::apply_mask(model.mask(), out);
}

NormalNoise NoiseBias::noise(ResidualModel const& model, std::vector<Field> const& partials,
                             std::vector<Field> const& constant, std::vector<Field> const& weights) const {
  std::size_t const unknowns = model.space().unknowns().size();
  auto const size = static_cast<std::size_t>(model.bank().size());
  Field const one = make_field("one", model.bank().size());
  Kokkos::deep_copy(one, 1.0);
  auto const weighted = [&](auto&& field_of, std::size_t p) {
    Field const sum("weighted noise", size);
    for (std::size_t k = 0; k < weights.size(); ++k) kernels::add_product(field_of(k), weights[k], one, sum);
    return sum_on_owner(model, sum, p);
  };
  NormalNoise noise;
  noise.matrix.resize(unknowns);
  for (std::size_t p = 0; p < unknowns; ++p) {
    noise.vector.push_back(weighted([&](std::size_t k) { return vector_[k][p]; }, p));
    for (std::size_t q = 0; q < unknowns; ++q)
      noise.matrix[p].push_back(weighted([&](std::size_t k) { return matrix_[k][std::min(p, q)][std::max(p, q) - std::min(p, q)]; }, p));
  }
  bool const single_field = unknowns == 1 && !model.space().unknowns().front().axes.empty();
  auto const plain = plain_sums(model, partials, constant, weights);
  MPI_Comm const comm = model.space().grid().comm();
  noise.share = share_of(pooled(comm, plain.matrix), pooled(comm, noise.matrix));
  int limited = limit(plain, single_field, noise) ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &limited, 1, MPI_INT, MPI_MAX, comm);
  noise.refused = limited != 0 && model.space().unknowns().front().axes.empty();
  return noise;
}

}  // namespace mollis::residual
