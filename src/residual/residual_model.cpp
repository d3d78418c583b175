#include "residual/residual_model.hpp"

#include <algorithm>

namespace mollis::residual {
namespace {

Field zeros(Index size) { return Field("zeros", static_cast<std::size_t>(size)); }

/// Of every partial derivative by a state the first that is the same expression.
std::vector<std::size_t> same_partials(equation::System const& system) {
  std::vector<std::size_t> same;
  for (std::size_t j = 0; j < system.multiples.size(); ++j) {
    std::size_t first = 0;
    while (system.multiples[first].expression != system.multiples[j].expression || system.multiples[first].factor != system.multiples[j].factor) ++first;
    same.push_back(first);
  }
  return same;
}

}  // namespace

ResidualModel::ResidualModel(parameters::ParameterSpace const& space, equation::System const& system, FeatureBank bank,
                             NoiseModel noise, Field mask)
    : space_(&space), system_(&system), bank_(std::move(bank)), noise_(std::move(noise)), mask_(std::move(mask)) {}

void ResidualModel::move_to(std::vector<Field> const& pieces) { bank_.set_parameters(*space_, pieces); }

std::vector<Field> ResidualModel::evaluate(kernels::Tape const& tape, std::size_t outputs, std::vector<kernels::Operand> const& operands,
                                           std::vector<std::size_t> const& same) const {
  std::vector<Field> fields;
  std::vector<double*> data;
  for (std::size_t k = 0; k < outputs; ++k) {
    fields.push_back(same.empty() || same[k] == k ? make_field("tape output", bank_.size()) : fields[same[k]]);
    data.push_back(fields.back().data());
  }
  if (outputs > 0 && bank_.size() > 0) kernels::evaluate(tape, operands, data, bank_.extents());
  for (std::size_t k = 0; k < outputs; ++k)
    if (same.empty() || same[k] == k) kernels::apply_mask(mask_, fields[k]);
  return fields;
}

void ResidualModel::mask_undefined() {
  Field const everywhere = make_field("everywhere", bank_.size());
  Kokkos::deep_copy(everywhere, 1.0);
  Field const mask = mask_;
  mask_ = everywhere;  // evaluate without the mask
  for (auto const& fields : {residuals(), parameter_partials(), state_partials()})
    for (auto const& field : fields) kernels::clear_where_not_finite(field, mask);
  mask_ = mask;
}

std::vector<Field> ResidualModel::residuals() const { return residuals(bank_.operands()); }

std::vector<Field> ResidualModel::residuals(std::vector<kernels::Operand> const& operands) const {
  return evaluate(system_->residual, static_cast<std::size_t>(system_->residuals), operands);
}

std::vector<Field> ResidualModel::parameter_partials() const {
  return evaluate(system_->parameter_partials, system_->by_parameter.size(), bank_.operands());
}

std::vector<Field> ResidualModel::state_partials() const {
  return evaluate(system_->state_partials, system_->by_state.size(), bank_.operands(), same_partials(*system_));
}

std::vector<Field> ResidualModel::mixed_partials() const {
  return evaluate(system_->mixed_partials, system_->mixed.size(), bank_.operands());
}

void ResidualModel::add_state_noise(std::vector<Field> const& partials, int residual, Field const& variance) const {
  for (auto const& state : noise_.states) {
    kernels::VarianceTerms terms;
    for (std::size_t k = 0; k < state.features.size(); ++k)
      for (std::size_t j = 0; j < system_->by_state.size(); ++j) {
        auto const& partial = system_->by_state[j];
        if (partial.residual != residual || partial.feature != state.features[k]) continue;
        terms.partials.push_back(partials[j]);
        terms.slots.push_back(state.slots[k]);
      }
    if (!terms.partials.empty()) kernels::add_variance(terms, state.gram, state.sigma, bank_.extents(), variance);
  }
}

void ResidualModel::add_pair_noise(std::vector<Field> const& partials, int residual,
                                   Field NoiseModel::PairVariance::* which, Field const& variance) const {
  auto const partial_by = [&](int feature) -> Field const* {
    for (std::size_t j = 0; j < system_->by_state.size(); ++j)
      if (system_->by_state[j].residual == residual && system_->by_state[j].feature == feature) return &partials[j];
    return nullptr;
  };
  for (auto const& pair : noise_.pairs) {
    auto const* a = partial_by(pair.feature_a);
    auto const* b = partial_by(pair.feature_b);
    if (a == nullptr || b == nullptr) continue;
    for (int times = pair.feature_a == pair.feature_b ? 1 : 2; times > 0; --times)
      kernels::add_product(*a, *b, pair.*which, variance);
  }
}

std::vector<Field> ResidualModel::variances() const {
  auto const partials = state_partials();
  bool const nonlinear = std::any_of(noise_.pairs.begin(), noise_.pairs.end(), [](NoiseModel::PairVariance const& pair) {
    return pair.covariance.data() != pair.unbiased.data();
  });
  std::vector<Field> variances;
  for (int k = 0; k < system_->residuals; ++k) {
    variances.push_back(zeros(bank_.size()));
    add_state_noise(partials, k, variances.back());
    add_pair_noise(partials, k, &NoiseModel::PairVariance::unbiased, variances.back());
    if (nonlinear) {
      Field const first_order = zeros(bank_.size());
      add_pair_noise(partials, k, &NoiseModel::PairVariance::covariance, first_order);
      kernels::keep_above(0.25, first_order, variances.back());
    }
    kernels::apply_mask(mask_, variances.back());
  }
  return variances;
}

std::vector<Field> ResidualModel::weights() const {
  std::vector<Field> weights;
  for (auto const& variance : variances()) {
    double top = kernels::largest(variance);
    MPI_Allreduce(MPI_IN_PLACE, &top, 1, MPI_DOUBLE, MPI_MAX, space_->grid().comm());
    weights.push_back(make_field("weight", bank_.size()));
    kernels::weight_from_variance(variance, mask_, top > 0.0 ? 1e-6 * top : 1.0, weights.back());
  }
  return weights;
}

std::vector<Field> ResidualModel::jacobian(std::vector<Field> const& partials, std::vector<Field> const& direction) const {
  auto const features = space_->derivatives(direction);
  std::vector<Field> out;
  for (int k = 0; k < system_->residuals; ++k) out.push_back(zeros(bank_.size()));
  for (std::size_t p = 0; p < features.size(); ++p)
    for (std::size_t f = 0; f < features[p].size(); ++f)
      for (std::size_t j = 0; j < system_->by_parameter.size(); ++j) {
        auto const& partial = system_->by_parameter[j];
        if (partial.feature != space_->unknowns()[p].features[f]) continue;
        kernels::add_broadcast_product(partials[j], features[p][f], space_->strides(static_cast<int>(p)), bank_.extents(),
                                       out[static_cast<std::size_t>(partial.residual)]);
      }
  return out;
}

std::vector<Field> ResidualModel::jacobian_transposed(std::vector<Field> const& partials, std::vector<Field> const& w,
                                                      std::vector<Field> const& r) const {
  std::vector<std::vector<Field>> features;
  for (std::size_t p = 0; p < space_->unknowns().size(); ++p) {
    auto const& unknown = space_->unknowns()[p];
    features.emplace_back();
    for (int const feature : unknown.features) {
      Field const full = zeros(bank_.size());
      for (std::size_t j = 0; j < system_->by_parameter.size(); ++j) {
        if (system_->by_parameter[j].feature != feature) continue;
        auto const k = static_cast<std::size_t>(system_->by_parameter[j].residual);
        kernels::add_product(partials[j], w[k], r[k], full);
      }
      bool const whole = unknown.axes.size() == static_cast<std::size_t>(space_->grid().dimension());
      Field const piece = whole ? full : zeros(unknown.grid.local_size());
      if (!whole) kernels::sum_over_axes(full, bank_.extents(), space_->strides(static_cast<int>(p)), piece);
      features.back().push_back(piece);
    }
  }
  return space_->derivatives_transposed(features);
}

}  // namespace mollis::residual
