#pragma once
/// H on the span of the smoothest modes of every field, and of all constants: V^T H V, as it is, a Cholesky factor on every rank.
/// There the data weigh more than the smoothness, and what weight they have differs from place to place; an average does not tell.
/// V^T C V of a pointwise C is made axis by axis, sum_x (v_k v_l)(x) sum_y (v_k' v_l')(y) C(y, x): no products with H.
#include "estimators/equation_error/mode_group.hpp"
#include "estimators/equation_error/normal_operator.hpp"

namespace mollis::equation_error {

class LowModes {
 public:
  using Groups = std::vector<std::unique_ptr<ModeGroup>>;
  /// Modes along each axis of each group, of each of its unknowns: the smoothest ones.
  using Counts = std::vector<std::vector<Index>>;

  LowModes(parameters::ParameterSpace const& space, Groups const& groups);

  /// Forms and factorises V^T H V. Collective.
  void update(NormalOperator const& normal, Counts const& counts);
  /// x := (V^T H V)^-1 x, all coefficients. Not collective.
  void solve(std::vector<double>& x) const;

  Index size() const { return size_; }
  Index first(std::size_t unknown) const { return first_[unknown]; }   ///< of an unknown's coefficients
  /// Coefficients of one unknown of a group as places in its transformed field on this rank: (coefficient, place).
  std::vector<std::pair<Index, Index>> const& places(std::size_t group) const { return places_[group]; }

 private:
  struct Side;
  Side side(std::size_t unknown, mollifier::MultiIndex const& order) const;
  void find_places(Counts const& counts);
  void add_data(NormalOperator const& normal);
  void add_product(Side const& p, Side const& q, bool mirrored, grid::Grid const& grid, HostField const& values);
  void add_smoothness(std::vector<double> const& beta);
  void factorise();

  parameters::ParameterSpace const* space_;
  Groups const* groups_;
  std::vector<std::size_t> group_of_;                    ///< one an unknown; groups.size(): a constant
  Counts counts_;
  std::vector<Index> first_;
  Index size_ = 0;
  std::vector<std::vector<std::pair<Index, Index>>> places_;
  std::vector<double> matrix_, scale_;                   ///< the factor, of the matrix scaled to a diagonal of ones
};

}  // namespace mollis::equation_error
