#pragma once
/// The smoothness of the parameters over all axes as models with constant coefficients see it: forms along single axes, and their symbols.
#include "estimators/joint/averages.hpp"
#include "parameters/smoothness.hpp"

namespace mollis::joint {

class FieldForms {
 public:
  /// angles: of the coefficients of the extended lattice, axis by axis. Not collective.
  FieldForms(Objective const& objective, Symbols::Angles angles);

  int order(std::size_t unknown) const { return orders_[unknown]; }   ///< of its smoothness
  /// The tensor products that L is a sum of.
  std::vector<parameters::SmoothnessTerm> const& terms(std::size_t unknown) const { return terms_[unknown]; }
  /// The factor of one of them along an axis of the grid; of a term all are there.
  parameters::LineForm const& form(std::size_t unknown, int axis, int order) const {
    return forms_[unknown][static_cast<std::size_t>(axis)][static_cast<std::size_t>(order)];
  }
  /// Its symbol, of a row in the middle, at a coefficient.
  double symbol(std::size_t unknown, int axis, int order, Index coefficient) const;

 private:
  Symbols::Angles angles_;
  std::vector<int> orders_;                                            ///< one an unknown
  std::vector<std::vector<parameters::SmoothnessTerm>> terms_;         ///< [unknown]; none for unknowns over fewer axes
  std::vector<std::vector<std::vector<parameters::LineForm>>> forms_;  ///< [unknown][axis][order]; likewise
  std::vector<Index> middle_;                                          ///< point of each axis
};

}  // namespace mollis::joint
