#include "estimators/joint/section_model.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/joint/local_values.hpp"
#include "estimators/joint/section_choice.hpp"
#include "kernels/pointwise.hpp"

namespace mollis::joint {
namespace {

using petsc::check;

constexpr double cheap_weight = 1.3;       ///< factor between weights, and relative change of partials, from which
constexpr double cheap_partials = 0.03;    ///< factors are made anew,
constexpr double dear_weight = 3.0, dear_partials = 0.3;   ///< dear ones only from here on: they take as long as a hundred iterations (chromatin3d: 13.8 and 0.15 s),
constexpr double far_weight = 8.0;         ///< of waves only from this factor on,
constexpr int most_used = 100;             ///< and after as many iterations, which cost about as much;
constexpr int most_without = 400;          ///< iterations without factors of waves before there are any
constexpr std::size_t slow_waves = 6;      ///< where data fill the domain, factors are made of waves of so many points or more: lines serve those that are faster
constexpr double log_step = 0.01;          ///< of log beta, for the derivative of log det H
constexpr double prior_of_freedom = 1e-4;  ///< share of the states' prior: short waves of them up to a hundred times the noise, at 1 % as large as the states, are no surprise
constexpr double held_fast = 1e8;          ///< on the diagonal of entries that do not move, against the largest of all

bool differ(std::vector<double> const& a, std::vector<double> const& b, double factor) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::max(a[i], b[i]) > factor * std::min(a[i], b[i])) return true;
  return false;
}

}  // namespace

SectionModel::SectionModel(Objective& objective, int wave, std::vector<int> fields, Waves waves)
    : objective_(objective), wave_(wave), rows_(objective, wave, std::move(fields)), tick_(objective.problem().grid.comm(), "factors that tell degrees of freedom") {
  auto const choice = choose_section(objective, true);
  is_dear_ = choice && choice->is_dear && choice->wave == wave;
  MPI_Comm const comm = objective.problem().grid.comm();
  auto const local = rows_.local_size();
  if (wave < 0) {
    waves_.push_back({0, 0, nullptr, petsc::make_vector(comm, local), petsc::make_vector(comm, local)});
    return;
  }
  auto angles = Symbols::angles_of(objective.lattice());
  auto const size = static_cast<std::size_t>(objective.lattice().extended().axis(wave).size());
  angles[static_cast<std::size_t>(wave)] = spectral::angles(spectral::Basis::fourier, static_cast<Index>(size));
  symbols_ = std::make_unique<Symbols>(objective.lattice(), objective.problem().system(), angles);
  transform_ = spectral::make_line_transform(spectral::Basis::fourier, 1, static_cast<Index>(size), rows_.state_size());
  std::size_t const last = waves == Waves::slow ? std::min((size + slow_waves - 1) / slow_waves, size / 2) : size / 2;
  for (std::size_t k = 0; k <= last; ++k) {
    bool const real = k == 0 || 2 * k == size;
    Index const entries = real ? local : 2 * local;
    waves_.push_back(
        {k, real ? k : size - k, nullptr, petsc::make_vector(comm, entries), petsc::make_vector(comm, entries)});
  }
}

bool SectionModel::is_fresh(Vec moves, bool now) const {
  if (wave_ >= 0 && !is_ready() && !now) return used_ <= most_without;
  if (wave_ >= 0 && !now && used_ <= most_used) return !differ(weights_.equation, objective_.weights().equation, far_weight) && !differ(shares_, objective_.prior_shares(), far_weight);
  if (partials_.empty() || (wave_ < 0 && used_ > most_used)) return false;   // of waves the same factors would be made again
  if (!rows_.fields().empty() && held_ != objective_.holds_parameters()) return false;
  double const changed_weight = is_dear_ ? dear_weight : cheap_weight, changed_partials = is_dear_ ? dear_partials : cheap_partials;
  if (differ(weights_.equation, objective_.weights().equation, changed_weight) || differ(shares_, objective_.prior_shares(), changed_weight)) return false;
  if (!held_ && !rows_.fields().empty() && differ(weights_.smoothness, objective_.weights().smoothness, changed_weight))
    return false;
  if ((moves != nullptr) != static_cast<bool>(moves_)) return false;
  if (moves != nullptr) {
    PetscBool same = PETSC_FALSE;
    check(VecEqual(moves, moves_, &same));
    if (!same) return false;
  }
  MPI_Comm const comm = objective_.problem().grid.comm();
  std::size_t k = 0;
  double changed = 0.0;
  for (auto const* list : {&objective_.partials().state, &objective_.partials().parameter})
    for (auto const& partial : *list) {
      double const square = sum_over(comm, kernels::dot(partials_[k], partials_[k])),
                   fresh = sum_over(comm, kernels::dot(partial, partial));
      double const both = sum_over(comm, kernels::dot(partial, partials_[k++]));
      if (square > 0.0 || fresh > 0.0)
        changed = std::max(changed, (fresh - 2.0 * both + square) / std::max(square, fresh));
    }
  return changed < changed_partials * changed_partials;
}

void SectionModel::remember(Vec moves) {
  held_ = objective_.holds_parameters();
  used_ = 0;
  weights_ = objective_.weights();
  shares_ = objective_.prior_shares();
  partials_.clear();
  for (auto const* list : {&objective_.partials().state, &objective_.partials().parameter})
    for (auto const& partial : *list) {
      partials_.push_back(make_field("partial", static_cast<Index>(partial.extent(0))));
      Kokkos::deep_copy(partials_.back(), partial);
    }
  moves_ = moves != nullptr ? petsc::copy_of(moves) : petsc::Vector();
}

/// Of a wave, without entries: rows have room for those of all parts together, which at a mask's edge are more than those of any. A row without room
/// moves the whole matrix.
petsc::Matrix SectionModel::make_matrix(SectionRows::Hessians const& hessians, PetscInt parts) const {
  PetscInt low = 0, high = 0;
  check(MatGetOwnershipRange(hessians.prior, &low, &high));
  PetscInt const local = parts * (high - low);
  std::vector<PetscInt> near, far, together;
  for (PetscInt row = low; row < high; ++row) {
    together.clear();
    auto const join = [&](Mat from) {
      PetscInt size = 0;
      PetscInt const* columns = nullptr;
      check(MatGetRow(from, row, &size, &columns, nullptr));
      together.insert(together.end(), columns, columns + size);
      check(MatRestoreRow(from, row, &size, &columns, nullptr));
    };
    for (auto const& list : hessians.square)
      for (auto const& square : list) join(square);
    join(hessians.prior);
    std::sort(together.begin(), together.end());
    together.erase(std::unique(together.begin(), together.end()), together.end());
    auto const own = static_cast<PetscInt>(std::count_if(together.begin(), together.end(), [&](PetscInt column) { return column >= low && column < high; }));
    near.insert(near.end(), static_cast<std::size_t>(parts), parts * own);
    far.insert(far.end(), static_cast<std::size_t>(parts), parts * (static_cast<PetscInt>(together.size()) - own));
  }
  petsc::Matrix out;
  check(MatCreateAIJ(objective_.problem().grid.comm(), local, local, PETSC_DETERMINE, PETSC_DETERMINE, 0, near.data(), 0, far.data(), out.address()));
  return out;
}

/// Entries of a complex wave are pairs: its matrix A + i B becomes blocks (A, -B; B, A).
petsc::Matrix SectionModel::matrix_of(SectionRows::Hessians const& hessians, std::size_t wave) {
  auto const& orders = rows_.orders();
  bool const real = waves_[wave].real == waves_[wave].imaginary;
  auto const parts = static_cast<PetscInt>(real ? 1 : 2);
  std::vector<std::complex<double>> symbols;
  for (int const order : orders) {
    double const value = symbols_->at(wave_, order, static_cast<Index>(waves_[wave].real));
    symbols.push_back(order % 2 == 0 ? std::complex<double>(value, 0.0) : std::complex<double>(0.0, value));
  }
  PetscInt low = 0, high = 0;
  check(MatGetOwnershipRange(hessians.prior, &low, &high));
  auto& places = places_[real ? 0 : 1];
  bool const fresh = !places;
  petsc::Matrix out;
  if (fresh)
    out = make_matrix(hessians, parts);
  else
    check(MatDuplicate(places, MAT_DO_NOT_COPY_VALUES, out.address()));
  std::vector<PetscInt> to;
  std::vector<double> upper, lower;
  auto const add = [&](Mat from, PetscInt row, std::complex<double> factor) {
    PetscInt size = 0;
    PetscInt const* columns = nullptr;
    PetscScalar const* values = nullptr;
    check(MatGetRow(from, row, &size, &columns, &values));
    to.clear();
    upper.clear();
    lower.clear();
    for (PetscInt j = 0; j < size; ++j) {
      to.push_back(parts * columns[j]);
      upper.push_back(factor.real() * values[j]);
      if (real) continue;
      to.push_back(parts * columns[j] + 1);
      upper.push_back(-factor.imag() * values[j]);
      lower.push_back(factor.imag() * values[j]);
      lower.push_back(factor.real() * values[j]);
    }
    check(MatRestoreRow(from, row, &size, &columns, &values));
    PetscInt const first = parts * row, second = first + 1;
    auto const entries = static_cast<PetscInt>(to.size());
    check(MatSetValues(out, 1, &first, entries, to.data(), upper.data(), ADD_VALUES));
    if (!real) check(MatSetValues(out, 1, &second, entries, to.data(), lower.data(), ADD_VALUES));
  };
  double const angle =
      spectral::angles(spectral::Basis::fourier, objective_.lattice().extended().axis(wave_).size())[waves_[wave].real];
  for (PetscInt row = low; row < high; ++row) {
    for (std::size_t a = 0; a < orders.size(); ++a)
      for (std::size_t b = 0; b < orders.size(); ++b)
        add(hessians.square[a][b], row, std::conj(symbols[a]) * symbols[b]);
    add(hessians.prior, row, 1.0);
    auto const state = static_cast<std::size_t>((row - low) / static_cast<PetscInt>(rows_.state_size()));
    double const along =
        objective_.prior(state)[static_cast<std::size_t>(wave_)] * objective_.roughness().symbol(wave_, angle);
    for (PetscInt part = parts * row; part < parts * (row + 1); ++part)
      check(MatSetValue(out, part, part, along, ADD_VALUES));
  }
  check(MatAssemblyBegin(out, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(out, MAT_FINAL_ASSEMBLY));
  if (fresh) check(MatDuplicate(out, MAT_DO_NOT_COPY_VALUES, places.address()));
  return out;
}

/// Rows of which nothing is known are left to themselves, and those that do not move are held fast.
void SectionModel::finish(Mat matrix, Vec moves) const {
  petsc::Vector diagonal;
  check(MatCreateVecs(matrix, diagonal.address(), nullptr));
  check(MatGetDiagonal(matrix, diagonal));
  PetscReal top = 0.0;
  check(VecMax(diagonal, nullptr, &top));
  if (!(top > 0.0)) top = 1.0;
  PetscScalar* entries = nullptr;
  PetscInt size = 0;
  check(VecGetLocalSize(diagonal, &size));
  check(VecGetArray(diagonal, &entries));
  for (PetscInt i = 0; i < size; ++i) entries[i] = entries[i] > 0.0 ? 0.0 : top;
  if (moves != nullptr) {
    PetscScalar const* may = nullptr;
    check(VecGetArrayRead(moves, &may));
    auto const& layout = objective_.layout();
    auto const& unknowns = objective_.problem().space().unknowns();
    Index at = static_cast<Index>(layout.state.size()) * rows_.state_size();
    for (int const field : rows_.fields()) {
      auto const& unknown = unknowns[static_cast<std::size_t>(field)];
      Index const from = layout.parameters + unknown.offset, own = unknown.owner ? unknown.grid.local_size() : 0;
      for (Index i = 0; i < own; ++i, ++at)
        if (may[from + i] == 0.0) entries[at] = held_fast * top;
    }
    check(VecRestoreArrayRead(moves, &may));
  }
  check(VecRestoreArray(diagonal, &entries));
  check(MatDiagonalSet(matrix, diagonal, ADD_VALUES));
}

void SectionModel::update(Vec moves, bool now) {
  if (is_fresh(moves, now)) return;
  remember(moves);
  auto hessians = rows_.assemble();
  for (std::size_t k = 0; k < waves_.size(); ++k) {
    auto matrix = wave_ < 0 ? std::move(hessians.square[0][0]) : matrix_of(hessians, k);
    finish(matrix, wave_ < 0 ? moves : nullptr);
    if (waves_[k].inverse)
      waves_[k].inverse->renew(std::move(matrix));
    else
      waves_[k].inverse = std::make_unique<solver::SparseInverse>(std::move(matrix), place());
  }
}

std::optional<double> SectionModel::untold(std::size_t unknown) {
  auto const& fields = rows_.fields();
  auto const at = std::find(fields.begin(), fields.end(), static_cast<int>(unknown));
  if (wave_ >= 0 || at == fields.end() || objective_.holds_parameters()) return {};
  double const beta = objective_.weights().smoothness[unknown];
  auto const hessians = rows_.assemble(prior_of_freedom);
  double difference = 0.0, made = 0.0;
  tick_.at(made, 2.0);
  for (double const sign : {1.0, -1.0}) {
    objective_.problem().keeper->pause();
    petsc::Matrix matrix;
    check(MatDuplicate(hessians.square[0][0], MAT_COPY_VALUES, matrix.address()));
    rows_.add_smoothness(matrix, static_cast<std::size_t>(at - fields.begin()), std::expm1(sign * log_step) * beta);
    check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
    finish(matrix, nullptr);
    if (evidence_)
      evidence_->renew(std::move(matrix));
    else
      evidence_ = std::make_unique<solver::SparseInverse>(std::move(matrix), place());
    auto const logs = evidence_->log_determinant();
    tick_.at(++made, 2.0);
    if (!logs) return {};
    difference += sign * *logs;
  }
  return difference / (2.0 * log_step);
}

/// Waves without factors get nothing from this model.
void SectionModel::leave_others(std::vector<HostField> const& data) const {
  if (wave_ < 0) return;
  auto const size = static_cast<std::size_t>(rows_.state_size());
  std::vector<bool> served(data.front().extent(0) / size, false);
  for (auto const& wave : waves_) served[wave.real] = served[wave.imaginary] = true;
  for (auto const& field : data)
    for (std::size_t k = 0; k < served.size(); ++k)
      for (std::size_t i = 0; i < size && !served[k]; ++i) field[k * size + i] = 0.0;
}

void SectionModel::apply_add(double factor, std::vector<HostField> const& r, std::vector<HostField> const& z) {
  ++used_;
  std::vector<HostField> data;
  for (auto const& field : r) {
    data.push_back(make_host_field("wave", static_cast<Index>(field.extent(0))));
    Kokkos::deep_copy(data.back(), field);
    if (transform_) transform_->forward(data.back().data());
  }
  for (auto const& wave : waves_) {
    bool const pairs = wave.real != wave.imaginary;
    auto const each = [&](Vec v, auto&& visit) {
      PetscScalar* entries = nullptr;
      check(VecGetArray(v, &entries));
      for (auto const& field : data) {
        std::size_t const size = transform_ ? static_cast<std::size_t>(rows_.state_size()) : field.extent(0);
        for (std::size_t i = 0; i < size; ++i) {
          visit(*entries++, field[wave.real * size + i]);
          if (pairs) visit(*entries++, field[wave.imaginary * size + i]);
        }
      }
      entries = nullptr;
      check(VecRestoreArray(v, &entries));
    };
    each(wave.r, [](double& there, double& here) { there = here; });
    wave.inverse->apply(wave.r, wave.z);
    each(wave.z, [](double& there, double& here) { here = there; });
  }
  leave_others(data);
  for (std::size_t v = 0; v < data.size(); ++v) {
    if (transform_) transform_->backward(data[v].data());
    for (std::size_t i = 0; i < data[v].extent(0); ++i) z[v][i] += factor * data[v][i];
  }
}

}  // namespace mollis::joint
