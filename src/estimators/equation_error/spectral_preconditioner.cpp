#include "estimators/equation_error/spectral_preconditioner.hpp"

#include <algorithm>
#include <cmath>

#include "petsc/access.hpp"

namespace mollis::equation_error {
namespace {

using petsc::check;

constexpr double most_low_modes = 400.0;  ///< in all: a dense factor of them costs about what ten products with H do

/// m := m^-1, n x n symmetric positive, by Gauss and Jordan; a pivot that is next to nothing of its own diagonal is raised.
void invert_in_place(std::vector<double>& m, std::size_t n) {
  std::vector<double> least;
  for (std::size_t i = 0; i < n; ++i) least.push_back(m[i * n + i] > 0.0 ? 1e-12 * m[i * n + i] : 1.0);
  for (std::size_t k = 0; k < n; ++k) {
    double const pivot = 1.0 / std::max(m[k * n + k], least[k]);
    m[k * n + k] = 1.0;
    for (std::size_t j = 0; j < n; ++j) m[k * n + j] *= pivot;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      double const factor = m[i * n + k];
      m[i * n + k] = 0.0;
      for (std::size_t j = 0; j < n; ++j) m[i * n + j] -= factor * m[k * n + j];
    }
  }
}

/// fields(m) := inverse(m) fields(m), a block of a group's unknowns a mode, by the host's threads.
void multiply_blocks(HostField const& inverse, std::vector<HostField> const& fields) {
  using Host = Kokkos::DefaultHostExecutionSpace;
  constexpr std::size_t modes_a_task = 1024;
  std::size_t const n = fields.size(), modes = inverse.extent(0) / (n * n);
  auto const task = [=](std::size_t t) {
    std::vector<double> sums(n);
    for (std::size_t m = t * modes_a_task; m < std::min(modes, (t + 1) * modes_a_task); ++m) {
      double const* const block = inverse.data() + m * n * n;
      for (std::size_t p = 0; p < n; ++p) {
        sums[p] = 0.0;
        for (std::size_t q = 0; q < n; ++q) sums[p] += block[p * n + q] * fields[q](m);
      }
      for (std::size_t p = 0; p < n; ++p) fields[p](m) = sums[p];
    }
  };
  std::size_t const tasks = (modes + modes_a_task - 1) / modes_a_task;
  Kokkos::parallel_for("mollis::multiply_blocks", Kokkos::RangePolicy<Host, Kokkos::IndexType<std::size_t>>(0, tasks), task);
  Host().fence();
}

/// The mode at a place of a box of modes.
Extents mode_at(grid::Box const& box, Index place) {
  Extents mode{};
  for (int a = box.dimension(); a-- > 0; place /= box[a].size()) mode[static_cast<std::size_t>(a)] = box[a].lower + place % box[a].size();
  return mode;
}

}  // namespace

SpectralPreconditioner::SpectralPreconditioner(parameters::ParameterSpace const& space)
    : space_(&space), groups_(mode_groups(space)), low_(space, groups_), inverses_(groups_.size()) {}

std::vector<std::vector<SpectralPreconditioner::Mean>> SpectralPreconditioner::means(NormalOperator const& normal) const {
  auto const& parts = normal.parts();
  auto const& unknowns = space_->unknowns();
  std::vector<std::vector<Mean>> all(groups_.size());
  auto const place = [](ModeGroup const& group, std::size_t unknown) {
    return static_cast<std::size_t>(std::find(group.unknowns().begin(), group.unknowns().end(), unknown) - group.unknowns().begin());
  };
  if (is_pointwise(*space_)) {
    for (std::size_t p = 0; p < unknowns.size(); ++p)
      for (std::size_t q = 0; q < unknowns.size(); ++q) {
        double sum = 0.0;
        auto const host = on_host(normal.data(p, q));
        for (std::size_t i = 0; i < host.extent(0); ++i) sum += host(i);
        all.front().push_back({p, q, {}, {}, sum});
      }
  } else {
    auto const& system = parts.model->system();
    auto const order_of = [&](equation::Partial const& partial) {
      auto const& unknown = unknowns[unknown_of(system, partial)];
      auto const at = std::find(unknown.features.begin(), unknown.features.end(), partial.feature) - unknown.features.begin();
      return unknown.orders[static_cast<std::size_t>(at)];
    };
    for (std::size_t g = 0; g < groups_.size(); ++g)
      for (std::size_t i = 0; i < system.by_parameter.size(); ++i)
        for (std::size_t j = 0; j < system.by_parameter.size(); ++j) {
          auto const &a = system.by_parameter[i], &b = system.by_parameter[j];
          auto const p = place(*groups_[g], unknown_of(system, a)), q = place(*groups_[g], unknown_of(system, b));
          if (a.residual != b.residual || p == groups_[g]->unknowns().size() || q == groups_[g]->unknowns().size()) continue;
          all[g].push_back({p, q, order_of(a), order_of(b),
                            kernels::triple_product(parts.weights[static_cast<std::size_t>(a.residual)], parts.partials[i], parts.partials[j])});
        }
  }
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (auto& mean : all[g]) {
      MPI_Allreduce(MPI_IN_PLACE, &mean.value, 1, MPI_DOUBLE, MPI_SUM, space_->grid().comm());
      mean.value /= static_cast<double>(groups_[g]->grid().points());
    }
  return all;
}

void SpectralPreconditioner::put_block(std::size_t g, std::vector<Mean> const& means, std::vector<double> const& beta, Extents const& mode,
                                       std::vector<double>& data, std::vector<double>& smooth) const {
  auto const& group = *groups_[g];
  std::size_t const n = group.unknowns().size();
  data.assign(n * n, 0.0);
  for (auto const& mean : means) {
    double product = mean.value;
    for (std::size_t a = 0; a < group.axes().size(); ++a) product *= group.gram(a, mean.a[a], mean.b[a], mode[a]);
    data[mean.p * n + mean.q] += product;
  }
  smooth.resize(n);
  for (std::size_t p = 0; p < n; ++p) smooth[p] = beta[group.unknowns()[p]] * group.smoothness(p, mode);
}

/// Along each axis as many of the smoothest modes as the data weigh more in than the smoothness, all of them fewer where they are
/// too many.
LowModes::Counts SpectralPreconditioner::counts(std::vector<std::vector<Mean>> const& means, std::vector<double> const& beta) const {
  LowModes::Counts wanted, counts;
  std::vector<double> data, smooth;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = *groups_[g];
    wanted.emplace_back();
    for (std::size_t a = 0; a < group.axes().size(); ++a) {
      Extents mode{};
      for (std::size_t b = 0; b < group.axes().size(); ++b) mode[b] = group.modes(b).smoothest().front();
      Index count = 1;
      for (Index const k : group.modes(a).smoothest()) {
        mode[a] = k;
        put_block(g, means[g], beta, mode, data, smooth);
        std::size_t const n = smooth.size();
        bool more = false;
        for (std::size_t p = 0; p < n; ++p) more = more || smooth[p] < data[p * n + p];
        if (!more) break;
        ++count;
      }
      wanted.back().push_back(std::min(count, group.modes(a).size()));
    }
  }
  double low = 0.0, high = 1.0;
  auto const scaled = [&](double factor) {
    double total = 0.0;
    counts.clear();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      counts.emplace_back();
      auto product = static_cast<double>(groups_[g]->unknowns().size());
      for (Index const n : wanted[g]) {
        counts.back().push_back(std::max<Index>(1, static_cast<Index>(factor * static_cast<double>(n))));
        product *= static_cast<double>(counts.back().back());
      }
      total += product;
    }
    return total;
  };
  if (scaled(1.0) <= most_low_modes) return counts;
  for (int step = 0; step < 30; ++step) (scaled(0.5 * (low + high)) <= most_low_modes ? low : high) = 0.5 * (low + high);
  scaled(low);
  return counts;
}

void SpectralPreconditioner::invert(std::size_t g, std::vector<Mean> const& means, std::vector<double> const& beta) {
  auto const& lines = groups_[g]->box().lines();
  std::size_t const n = groups_[g]->unknowns().size();
  Index const modes = lines.outer * lines.points * lines.inner;
  if (inverses_[g].extent(0) == 0) inverses_[g] = make_host_field("inverses", modes * static_cast<Index>(n * n));
  std::vector<double> block, smooth;
  for (Index m = 0; m < modes; ++m) {
    put_block(g, means, beta, mode_at(lines.box, m), block, smooth);
    for (std::size_t p = 0; p < n; ++p) block[p * n + p] += smooth[p];
    invert_in_place(block, n);
    std::copy(block.begin(), block.end(), inverses_[g].data() + static_cast<std::size_t>(m) * n * n);
  }
}

void SpectralPreconditioner::update(NormalOperator const& normal) {
  auto const mean = means(normal);
  auto const& beta = normal.parts().beta;
  for (std::size_t g = 0; g < groups_.size(); ++g) invert(g, mean[g], beta);
  low_.update(normal, counts(mean, beta));
}

std::vector<double> SpectralPreconditioner::traces() const {
  auto const& unknowns = space_->unknowns();
  std::vector<double> traces(unknowns.size(), 0.0);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = groups_[g]->unknowns();
    std::size_t const n = group.size();
    std::vector<double> sums(n, 0.0);
    for (std::size_t m = 0; m < inverses_[g].extent(0) / (n * n); ++m)
      for (std::size_t p = 0; p < n; ++p) sums[p] += inverses_[g](m * n * n + p * n + p);
    MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(n), MPI_DOUBLE, MPI_SUM, groups_[g]->grid().comm());
    for (std::size_t p = 0; p < n; ++p) traces[group[p]] = sums[p];
  }
  for (std::size_t u = 0; u < unknowns.size(); ++u) {
    if (!unknowns[u].axes.empty()) continue;
    std::vector<double> unit(static_cast<std::size_t>(low_.size()), 0.0);
    auto const at = static_cast<std::size_t>(low_.first(u));
    unit[at] = 1.0;
    low_.solve(unit);
    traces[u] = unit[at];
  }
  MPI_Bcast(traces.data(), static_cast<int>(traces.size()), MPI_DOUBLE, 0, space_->grid().comm());
  return traces;
}

void SpectralPreconditioner::apply(Vec r, Vec z) {
  auto const pieces = space_->scatter(r);
  auto const& unknowns = space_->unknowns();
  std::vector<double> low(static_cast<std::size_t>(low_.size()), 0.0);
  std::vector<HostField> fields(pieces.size());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = *groups_[g];
    for (auto const u : group.unknowns()) {
      fields[u] = make_host_field("modes", static_cast<Index>(pieces[u].extent(0)));
      Kokkos::deep_copy(fields[u], pieces[u]);
      group.box().forward(fields[u]);
      auto const first = low_.first(u);
      for (auto const& [coefficient, place] : low_.places(g)) low[static_cast<std::size_t>(first + coefficient)] = fields[u](static_cast<std::size_t>(place));
    }
    Index count = 0;
    for (auto const u : group.unknowns()) count = std::max(count, (u + 1 < unknowns.size() ? low_.first(u + 1) : low_.size()) - low_.first(u));
    for (auto const u : group.unknowns())
      MPI_Allreduce(MPI_IN_PLACE, low.data() + low_.first(u), static_cast<int>(count), MPI_DOUBLE, MPI_SUM, group.grid().comm());
  }
  for (std::size_t u = 0; u < unknowns.size(); ++u)
    if (unknowns[u].axes.empty() && pieces[u].extent(0) > 0) low[static_cast<std::size_t>(low_.first(u))] = on_host(pieces[u])(0);
  low_.solve(low);

  check(VecSet(z, 0.0));
  petsc::Writing entries(z);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = *groups_[g];
    std::vector<HostField> own;
    for (auto const u : group.unknowns()) own.push_back(fields[u]);
    multiply_blocks(inverses_[g], own);
    for (auto const u : group.unknowns()) {
      auto const first = low_.first(u);
      for (auto const& [coefficient, place] : low_.places(g)) fields[u](static_cast<std::size_t>(place)) = low[static_cast<std::size_t>(first + coefficient)];
      group.box().backward(fields[u]);
      if (unknowns[u].owner) Kokkos::deep_copy(entries.piece(unknowns[u].offset, unknowns[u].grid.local_size()), fields[u]);
    }
  }
  for (std::size_t u = 0; u < unknowns.size(); ++u) {
    if (!unknowns[u].axes.empty() || !unknowns[u].owner) continue;
    HostField const value("constant", 1);
    value(0) = low[static_cast<std::size_t>(low_.first(u))];
    Kokkos::deep_copy(entries.piece(unknowns[u].offset, 1), value);
  }
}

}  // namespace mollis::equation_error
