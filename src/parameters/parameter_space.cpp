#include "parameters/parameter_space.hpp"

#include <algorithm>
#include <cmath>

#include "petsc/access.hpp"

namespace mollis::parameters {
namespace {

bool is_shared(MPI_Comm sharers) {
  int ranks = 1;
  MPI_Comm_size(sharers, &ranks);
  return ranks > 1;
}

std::vector<int> axes_of(grid::Grid const& grid, std::vector<std::string> const& names) {
  std::vector<int> axes;
  for (auto const& name : names) axes.push_back(grid.find_axis(name));
  return axes;
}

/// The parameter's features in the system, as derivatives along the parameter's own axes.
void find_features(Unknown& unknown, int index, equation::System const& system) {
  for (std::size_t f = 0; f < system.features.size(); ++f) {
    auto const& feature = system.features[f];
    if (feature.kind != equation::Feature::Kind::parameter || feature.index != index) continue;
    mollifier::MultiIndex order{};
    for (std::size_t a = 0; a < unknown.axes.size(); ++a) order[a] = feature.order[static_cast<std::size_t>(unknown.axes[a])];
    unknown.features.push_back(static_cast<int>(f));
    unknown.orders.push_back(order);
  }
}

std::unique_ptr<mollifier::Jets> difference_jets(Unknown const& unknown) {
  bool const plain = std::all_of(unknown.orders.begin(), unknown.orders.end(),
                                 [](auto const& order) { return order == mollifier::MultiIndex{}; });
  if (plain) return nullptr;
  std::vector<mollifier::LineFilter> filters;
  for (std::size_t a = 0; a < unknown.axes.size(); ++a) {
    std::vector<int> orders;
    for (auto const& order : unknown.orders) orders.push_back(order[a]);
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    filters.push_back(mollifier::difference_filter(unknown.grid.axis(static_cast<int>(a)), orders));
  }
  return std::make_unique<mollifier::Jets>(unknown.grid, std::move(filters), unknown.orders);
}

Index block_number(grid::Grid const& grid, std::vector<int> const& block) {
  Index number = 0;
  for (std::size_t a = 0; a < block.size(); ++a) number = number * grid.decomposition().ranks[a] + block[a];
  return number;
}

/// Global index of the first entry of each block: known to its owner, shared with all.
std::vector<Index> share_block_starts(grid::Grid const& whole, Unknown const& unknown, Index first_of_rank) {
  Index blocks = 1;
  for (int const n : unknown.grid.decomposition().ranks) blocks *= n;
  std::vector<Index> starts(static_cast<std::size_t>(blocks), -1);
  if (unknown.owner && unknown.grid.local_size() > 0) {
    auto const block = unknown.grid.block_of(unknown.grid.rank());
    starts[static_cast<std::size_t>(block_number(unknown.grid, block))] = first_of_rank + unknown.offset;
  }
  MPI_Allreduce(MPI_IN_PLACE, starts.data(), static_cast<int>(blocks), MPI_INT64_T, MPI_MAX, whole.comm());
  return starts;
}

}  // namespace

Communicator::~Communicator() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (comm_ != MPI_COMM_NULL && finalized == 0) MPI_Comm_free(&comm_);
}

ParameterSpace::ParameterSpace(grid::Grid grid, run::Named<Settings> const& parameters,
                               equation::System const& system)
    : grid_(std::move(grid)) {
  for (auto const& [name, settings] : parameters) {
    auto const axes = axes_of(grid_, settings.over);
    Unknown unknown{name, settings, axes, grid_.restricted_to(axes), Communicator(grid_.sharers_of(axes)), false, 0, {}, {}, {}, {}};
    int rank = 0;
    MPI_Comm_rank(unknown.sharers, &rank);
    unknown.owner = rank == 0 && grid_.local_size() > 0;  // ranks without points share with each other, and own nothing
    unknown.offset = local_size_;
    if (unknown.owner) local_size_ += unknown.grid.local_size();
    find_features(unknown, static_cast<int>(unknowns_.size()), system);
    unknown.jets = difference_jets(unknown);
    unknowns_.push_back(std::move(unknown));
  }
  Index first = 0;
  MPI_Exscan(&local_size_, &first, 1, MPI_INT64_T, MPI_SUM, grid_.comm());
  if (grid_.rank() == 0) first = 0;
  for (auto& unknown : unknowns_) unknown.block_start = share_block_starts(grid_, unknown, first);
}

petsc::Vector ParameterSpace::make_vector() const {
  auto vector = petsc::make_vector(grid_.comm(), local_size_);
  petsc::check(VecSet(vector, 0.0));
  return vector;
}

std::vector<Field> ParameterSpace::scatter(Vec vector, Index first) const {
  std::vector<Field> pieces;
  for (auto const& unknown : unknowns_) {
    Index const size = unknown.grid.local_size();
    Field const piece = make_field("parameter", size);
    if (unknown.owner) Kokkos::deep_copy(piece, petsc::Reading(vector).piece(first + unknown.offset, size));
    if (is_shared(unknown.sharers)) {
      auto const host = on_host(piece);
      MPI_Bcast(host.data(), static_cast<int>(size), MPI_DOUBLE, 0, unknown.sharers);
      Kokkos::deep_copy(piece, host);
    }
    pieces.push_back(piece);
  }
  return pieces;
}

void ParameterSpace::gather(std::vector<Field> const& pieces, Vec vector, Index first) const {
  for (std::size_t p = 0; p < unknowns_.size(); ++p) {
    auto const& unknown = unknowns_[p];
    Field sum = pieces[p];
    if (is_shared(unknown.sharers)) {
      auto const host = on_host(pieces[p]);
      sum = make_field("parameter", unknown.grid.local_size());
      auto const sum_host = Kokkos::create_mirror_view(sum);
      MPI_Reduce(host.data(), sum_host.data(), static_cast<int>(host.extent(0)), MPI_DOUBLE, MPI_SUM, 0, unknown.sharers);
      Kokkos::deep_copy(sum, sum_host);
    }
    if (unknown.owner) Kokkos::deep_copy(petsc::Writing(vector).piece(first + unknown.offset, unknown.grid.local_size()), sum);
  }
  petsc::touch(vector);
}

std::vector<double> ParameterSpace::norms(Vec v) const {
  PetscScalar const* entries = nullptr;
  std::vector<double> squares(unknowns_.size(), 0.0);
  petsc::check(VecGetArrayRead(v, &entries));
  for (std::size_t u = 0; u < unknowns_.size(); ++u)
    for (Index i = 0; unknowns_[u].owner && i < unknowns_[u].grid.local_size(); ++i) squares[u] += entries[unknowns_[u].offset + i] * entries[unknowns_[u].offset + i];
  petsc::check(VecRestoreArrayRead(v, &entries));
  MPI_Allreduce(MPI_IN_PLACE, squares.data(), static_cast<int>(squares.size()), MPI_DOUBLE, MPI_SUM, grid_.comm());
  for (double& square : squares) square = std::sqrt(square);
  return squares;
}

std::vector<double> ParameterSpace::changes(Vec from, Vec to) const {
  auto const difference = petsc::like(to);
  petsc::check(VecWAXPY(difference, -1.0, from, to));
  auto changes = norms(difference);
  auto const sizes = norms(to);
  for (std::size_t u = 0; u < changes.size(); ++u) changes[u] /= std::max(sizes[u], 1e-300);
  return changes;
}

std::vector<std::vector<Field>> ParameterSpace::derivatives(std::vector<Field> const& pieces) const {
  std::vector<std::vector<Field>> features;
  for (std::size_t p = 0; p < unknowns_.size(); ++p) {
    if (unknowns_[p].jets)
      features.push_back(unknowns_[p].jets->apply(pieces[p]));
    else
      features.emplace_back(unknowns_[p].features.size(), pieces[p]);
  }
  return features;
}

std::vector<Field> ParameterSpace::derivatives_transposed(std::vector<std::vector<Field>> const& features) const {
  std::vector<Field> pieces;
  for (std::size_t p = 0; p < unknowns_.size(); ++p) {
    auto const& unknown = unknowns_[p];
    if (!unknown.jets && features[p].size() == 1) {
      pieces.push_back(features[p].front());
      continue;
    }
    Field piece("parameter", static_cast<std::size_t>(unknown.grid.local_size()));
    if (unknown.jets) unknown.jets->apply_transpose_add(features[p], piece);
    pieces.push_back(piece);
  }
  return pieces;
}

PetscInt ParameterSpace::global_index(int unknown, Extents const& point) const {
  auto const& u = unknowns_[static_cast<std::size_t>(unknown)];
  Index number = 0, within = 0;
  for (std::size_t a = 0; a < u.axes.size(); ++a) {
    int const axis = static_cast<int>(a);
    Index const n = u.grid.axis(axis).size();
    Index const i = ((point[a] % n) + n) % n;
    int const blocks = u.grid.decomposition().ranks[a];
    int block = static_cast<int>(i * blocks / n);  // a first guess, exact for equal blocks
    while (u.grid.block_range(axis, block).lower > i) --block;
    while (u.grid.block_range(axis, block).upper <= i) ++block;
    auto const range = u.grid.block_range(axis, block);
    number = number * blocks + block;
    within = within * range.size() + (i - range.lower);
  }
  return static_cast<PetscInt>(u.block_start[static_cast<std::size_t>(number)] + within);
}

Extents ParameterSpace::strides(int unknown) const {
  return strides_over(grid_, unknowns_[static_cast<std::size_t>(unknown)].axes);
}

Extents strides_over(grid::Grid const& grid, std::vector<int> const& axes) {
  Extents strides{};
  Index step = 1;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    strides[static_cast<std::size_t>(max_axes - grid.dimension() + *axis)] = step;
    step *= grid.owned()[*axis].size();
  }
  return strides;
}

}  // namespace mollis::parameters
