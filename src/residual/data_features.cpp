#include "residual/data_features.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::residual {
namespace {

using equation::Feature;

Field filled(Index size, double value) {
  Field field = make_field("filled", size);
  Kokkos::deep_copy(field, value);
  return field;
}

Extents full_strides(grid::Grid const& grid) {
  std::vector<int> all;
  for (int a = 0; a < grid.dimension(); ++a) all.push_back(a);
  return parameters::strides_over(grid, all);
}

Index count_of(Field const& mask) {
  auto const host = on_host(mask);
  return std::count_if(host.data(), host.data() + host.extent(0), [](double m) { return m != 0.0; });
}

std::vector<kernels::Operand> operands_of(std::vector<Placed> const& inputs) {
  std::vector<kernels::Operand> operands;
  for (auto const& input : inputs) operands.push_back({input.values.data(), input.stride});
  return operands;
}

std::vector<Field> evaluate_term(kernels::Tape const& tape, std::vector<kernels::Operand> const& inputs,
                                 FeatureBank const& bank) {
  std::vector<Field> outputs;
  std::vector<double*> data;
  for (std::size_t k = 0; k < tape.outputs.size(); ++k) {
    outputs.push_back(make_field("term", bank.size()));
    data.push_back(outputs.back().data());
  }
  if (!outputs.empty() && bank.size() > 0) kernels::evaluate(tape, inputs, data, bank.extents());
  return outputs;
}

}  // namespace

DataFeatures::DataFeatures(grid::Grid grid, equation::System const& system, mollifier::Settings const& mollifier,
                           std::vector<observations::State> const& states,
                           std::vector<observations::KnownField> const& fields)
    : grid_(std::move(grid)), system_(&system), mollifier_(mollifier), bank_(grid_, system),
      mask_(filled(grid_.local_size(), 1.0)) {
  auto const kind = system.form == equation::Form::weak ? Feature::Kind::term : Feature::Kind::state;
  for (std::size_t f = 0; f < system.features.size(); ++f) {
    auto const& feature = system.features[f];
    if (feature.kind == Feature::Kind::field) {
      auto const& known = fields[static_cast<std::size_t>(feature.index)];
      bank_.set(static_cast<int>(f), {known.derivative(feature.order), parameters::strides_over(grid_, known.axes())});
    }
    if (feature.kind != kind) continue;
    auto group = std::find_if(groups_.begin(), groups_.end(), [&](Group const& g) { return g.index == feature.index; });
    if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{feature.index, {}, nullptr, {}, {}, true});
    group->features.push_back(static_cast<int>(f));
  }
  for (auto& group : groups_) {
    std::vector<mollifier::MultiIndex> set;
    for (int const f : group.features) set.push_back(system.features[static_cast<std::size_t>(f)].order);
    group.jets = std::make_unique<mollifier::BlendedJets>(grid_, mollifier_, system.form == equation::Form::weak, set);
    auto const valid = group.jets->valid();
    kernels::apply_mask(valid, mask_);
    state_features_.insert(state_features_.end(), group.features.begin(), group.features.end());
  }
  Index const inside = count_of(mask_);
  if (system.form == equation::Form::weak)
    weak(states, fields);
  else
    strong(states);
  meet_known_gaps();
  count_gaps(inside);
}

/// A known field that is not finite at a point masks it.
void DataFeatures::meet_known_gaps() {
  for (std::size_t f = 0; f < system_->features.size(); ++f) {
    if (system_->features[f].kind != Feature::Kind::field) continue;
    auto const& known = bank_.at(static_cast<int>(f));
    Field const spread("known field", static_cast<std::size_t>(grid_.local_size()));
    kernels::add_broadcast_product(filled(grid_.local_size(), 1.0), known.values, known.stride, bank_.extents(), spread);
    kernels::clear_where_not_finite(spread, mask_);
  }
}

void DataFeatures::count_gaps(Index inside) {
  auto const mask = on_host(mask_);
  gaps_.lost = inside - count_of(mask_);
  std::vector<bool> refitted(mask.extent(0), false);
  for (auto const& group : groups_)
    for (Index const point : group.jets->refitted_points())
      refitted[static_cast<std::size_t>(point)] = mask(static_cast<std::size_t>(point)) != 0.0;
  gaps_.refitted = std::count(refitted.begin(), refitted.end(), true);
}

void DataFeatures::take(int feature, Field const& values) {
  kernels::clear_where_not_finite(values, mask_);
  bank_.set(feature, {values, full_strides(grid_)});
}

void DataFeatures::strong(std::vector<observations::State> const& states) {
  for (auto& group : groups_) {
    auto const& state = states[static_cast<std::size_t>(group.index)];
    // Rows refitted around gaps are exact, bridged data are not: those where rows of their own would cost too much.
    auto const& data = group.jets->refits_single_gaps() ? state.data : state.to_mollify();
    group.jets->refit_around(data);
    auto const jets = group.jets->apply(data);
    NoiseModel::StateNoise noise{group.index, state.sigma, group.features, {}, group.jets->gram()};
    for (std::size_t k = 0; k < jets.size(); ++k) {
      take(group.features[k], jets[k]);
      noise.slots.push_back(group.jets->slots(k));
    }
    noise_.states.push_back(std::move(noise));
  }
}

Placed DataFeatures::variance_of(observations::State const& state, bool corrected) const {
  double const square = corrected ? state.sigma * state.sigma : 0.0;
  if (state.shape.extent(0) == 0) return {filled(1, square), {}};
  Field const variance = filled(static_cast<Index>(state.shape.extent(0)), 0.0);
  kernels::add_product(filled(static_cast<Index>(state.shape.extent(0)), square), state.shape, state.shape, variance);
  return {variance, full_strides(grid_)};
}

std::vector<Placed> DataFeatures::inputs_of(std::vector<Feature> const& features,
                                            std::vector<observations::State> const& states,
                                            std::vector<observations::KnownField> const& fields, bool corrected) const {
  std::vector<Placed> inputs;
  for (auto const& feature : features) {
    auto const index = static_cast<std::size_t>(feature.index);
    if (feature.kind == Feature::Kind::state)
      inputs.push_back({states[index].to_mollify(), full_strides(grid_)});
    else if (feature.kind == Feature::Kind::variance)
      inputs.push_back(variance_of(states[index], corrected));
    else if (feature.kind == Feature::Kind::field)
      inputs.push_back({fields[index].derivative(feature.order), parameters::strides_over(grid_, fields[index].axes())});
    else
      inputs.push_back(coordinates_along(grid_, feature.index));
  }
  return inputs;
}

bool DataFeatures::converges(equation::Term const& term, std::vector<kernels::Operand> const& operands) const {
  std::vector<double> squares;
  for (auto const& part : evaluate_term(term.series, operands, bank_)) {
    auto const host = on_host(part);
    double sum = 0.0;
    for (std::size_t i = 0; i < host.extent(0); ++i) sum += std::isnan(host(i)) ? 0.0 : host(i) * host(i);
    squares.push_back(sum);
  }
  MPI_Allreduce(MPI_IN_PLACE, squares.data(), static_cast<int>(squares.size()), MPI_DOUBLE, MPI_SUM, grid_.comm());
  for (std::size_t k = 1; k < squares.size(); ++k)
    if (!(squares[k] <= 0.25 * squares[k - 1])) return false;
  return true;
}

void DataFeatures::weak(std::vector<observations::State> const& states,
                        std::vector<observations::KnownField> const& fields) {
  for (auto& group : groups_) {
    auto const& term = system_->terms[static_cast<std::size_t>(group.index)];
    auto inputs = inputs_of(term.features, states, fields);
    group.corrected = converges(term, operands_of(inputs));
    if (!group.corrected) inputs = inputs_of(term.features, states, fields, false);
    auto const outputs = evaluate_term(term.tape, operands_of(inputs), bank_);
    group.slopes.assign(outputs.begin() + 1, outputs.end());
    group.states = term.states;
    auto const derivatives = group.jets->apply(outputs.front());
    for (std::size_t k = 0; k < derivatives.size(); ++k) take(group.features[k], derivatives[k]);
  }
  for (auto const& pair : system_->term_pairs) {
    auto const of = [&](int term) {
      return std::find_if(groups_.begin(), groups_.end(), [&](Group const& group) { return group.index == term; });
    };
    auto const a = of(pair.first), b = of(pair.second);
    if (a == groups_.end() || b == groups_.end()) continue;
    auto const inputs = inputs_of(pair.features, states, fields);
    pair_noise(pair, operands_of(inputs), *a, *b);
  }
}

/// The covariances of all features of two terms.
void DataFeatures::pair_noise(equation::TermPair const& pair, std::vector<kernels::Operand> const& operands, Group const& a,
                              Group const& b) {
  auto const at_points = evaluate_term(pair.tape, operands, bank_);
  bool const agree = at_points.size() == 1 || !a.corrected || !b.corrected;
  for (std::size_t k = 0; k < a.features.size(); ++k)
    for (std::size_t l = &a == &b ? k : 0; l < b.features.size(); ++l) {
      std::vector<mollifier::LineFilter> filters;
      auto const set = std::vector<mollifier::MultiIndex>{a.jets->set()[k], b.jets->set()[l]};
      auto const both = mollifier::make_filters(grid_, mollifier_, true, set);
      for (int axis = 0; axis < grid_.dimension(); ++axis) {
        auto const i = static_cast<std::size_t>(axis);
        filters.push_back(mollifier::product_filter(both[i], set[0][i], set[1][i]));
      }
      mollifier::Jets const carry(grid_, std::move(filters), {mollifier::MultiIndex{}});
      Field const covariance = carry.apply(at_points.front()).front();
      Field const unbiased = agree ? covariance : carry.apply(at_points[1]).front();
      noise_.pairs.push_back({a.features[k], b.features[l], covariance, unbiased});
    }
}

std::vector<Field> DataFeatures::response(std::vector<Field> const& changes) const {
  std::vector<Field> out;
  for (auto const& group : groups_) {
    Field input = group.slopes.empty() && system_->form == equation::Form::strong
                      ? changes[static_cast<std::size_t>(group.index)]
                      : Field("change", static_cast<std::size_t>(grid_.local_size()));
    for (std::size_t s = 0; s < group.slopes.size(); ++s)
      kernels::add_product(filled(grid_.local_size(), 1.0), group.slopes[s],
                           changes[static_cast<std::size_t>(group.states[s])], input);
    auto const fields = group.jets->apply(input);
    out.insert(out.end(), fields.begin(), fields.end());
  }
  return out;
}

}  // namespace mollis::residual
