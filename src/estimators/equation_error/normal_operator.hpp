#pragma once
/// H = J^T W J - N + sum_p beta_p L_p without a matrix: the data's part point by point where that is all it is, else by products
/// with J and its transpose; the smoothness by its line filters.
#include <memory>

#include "checkpoint/keeper.hpp"
#include "estimators/equation_error/normal_parts.hpp"
#include "parameters/smoothness_product.hpp"
#include "solver/operator.hpp"

namespace mollis::equation_error {

class NormalOperator final : public solver::Operator {
 public:
  /// `smoothness`: of `space`, whose passes it shares with whoever else has it. Not collective.
  NormalOperator(parameters::ParameterSpace const& space, std::shared_ptr<parameters::SmoothnessProduct const> smoothness);

  /// Collective.
  void update(NormalParts parts);
  void apply(Vec in, Vec out) override;
  /// The run may stop at each product; null: it may not. Not collective.
  void pause_at(checkpoint::Keeper* keeper) { keeper_ = keeper; }
  NormalParts const& parts() const { return parts_; }
  /// J^T W J - N between two unknowns at their points, on the owner (pointwise systems).
  Field const& data(std::size_t p, std::size_t q) const { return data_[p][q]; }

 private:
  parameters::ParameterSpace const* space_;
  std::shared_ptr<parameters::SmoothnessProduct const> smoothness_;
  NormalParts parts_{};
  checkpoint::Keeper* keeper_ = nullptr;
  std::vector<std::vector<Field>> data_;  ///< [unknown][unknown]; none where the system is not pointwise
};

/// out += sum_p beta_p L_p in. Collective.
void add_smoothness(parameters::ParameterSpace const& space, parameters::SmoothnessProduct const& smoothness,
                    std::vector<double> const& beta, std::vector<Field> const& pieces, Vec out);

}  // namespace mollis::equation_error
