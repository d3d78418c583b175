#include "estimators/equation_error/normal_operator.hpp"

#include "petsc/access.hpp"

namespace mollis::equation_error {

using petsc::check;

NormalOperator::NormalOperator(parameters::ParameterSpace const& space, std::shared_ptr<parameters::SmoothnessProduct const> smoothness)
    : space_(&space), smoothness_(std::move(smoothness)) {}

void NormalOperator::update(NormalParts parts) {
  parts_ = std::move(parts);
  data_.clear();
  if (!is_pointwise(*space_)) return;
  std::size_t const unknowns = space_->unknowns().size();
  data_.resize(unknowns);
  for (std::size_t p = 0; p < unknowns; ++p)
    for (std::size_t q = 0; q < unknowns; ++q) {
      auto const host = coupling(parts_, p, q);
      data_[p].push_back(make_field("normal operator", static_cast<Index>(host.extent(0))));
      Kokkos::deep_copy(data_[p][q], host);
    }
}

void add_smoothness(parameters::ParameterSpace const& space, parameters::SmoothnessProduct const& smoothness,
                    std::vector<double> const& beta, std::vector<Field> const& pieces, Vec out) {
  petsc::Writing entries(out);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    auto const& unknown = space.unknowns()[p];
    if (unknown.axes.empty() || beta[p] == 0.0) continue;
    Field const product("smoothness", pieces[p].extent(0));
    smoothness.apply_add(p, pieces[p], product);
    if (unknown.owner) kernels::add_scaled(beta[p], product, entries.piece(unknown.offset, unknown.grid.local_size()));
  }
}

void NormalOperator::apply(Vec in, Vec out) {
  if (keeper_ != nullptr) keeper_->pause();
  auto const pieces = space_->scatter(in);
  if (data_.empty()) {
    auto const& model = *parts_.model;
    space_->gather(model.jacobian_transposed(parts_.partials, parts_.weights, model.jacobian(parts_.partials, pieces)), out);
  } else {
    check(VecSet(out, 0.0));
    petsc::Writing entries(out);
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      auto const& unknown = space_->unknowns()[p];
      for (std::size_t q = 0; unknown.owner && q < pieces.size(); ++q)
        kernels::add_product(data_[p][q], pieces[q], entries.piece(unknown.offset, unknown.grid.local_size()));
    }
  }
  add_smoothness(*space_, *smoothness_, parts_.beta, pieces, out);
}

}  // namespace mollis::equation_error
