#pragma once
/// Unknowns over the same axes, and the modes in which H, averaged over the points, couples no two of them but those of one number:
/// a tensor product of LineModes. Derivatives and smoothness then are numbers, <D^a v_k, D^b v_k>, products over the axes.
#include <memory>

#include "estimators/equation_error/line_modes.hpp"
#include "estimators/equation_error/normal_parts.hpp"

namespace mollis::equation_error {

class ModeGroup {
 public:
  /// `unknowns`: positions in the space, all over the same axes (at least one). Collective.
  ModeGroup(parameters::ParameterSpace const& space, std::vector<std::size_t> unknowns);

  std::vector<std::size_t> const& unknowns() const { return unknowns_; }
  std::vector<int> const& axes() const { return axes_; }            ///< of the whole grid
  grid::Grid const& grid() const { return grid_; }                  ///< over those axes
  spectral::SpectralBox const& box() const { return *box_; }
  LineModes const& modes(std::size_t axis) const { return modes_[axis]; }

  /// <D^o v_k, D^p v_k> along an axis, derivatives by the parameters' difference stencils.
  double gram(std::size_t axis, int o, int p, Index k) const { return tables_[axis].gram[static_cast<std::size_t>(o)][static_cast<std::size_t>(p)][static_cast<std::size_t>(k)]; }
  /// <v_k, F v_k> along an axis, F the form of smoothness of that order.
  double form(std::size_t axis, int order, Index k) const { return tables_[axis].form[static_cast<std::size_t>(order)][static_cast<std::size_t>(k)]; }
  /// <v, L v> of the mode with these numbers for an unknown of the group.
  double smoothness(std::size_t unknown, Extents const& mode) const;
  std::vector<parameters::SmoothnessTerm> const& terms(std::size_t unknown) const { return terms_[unknown]; }

  /// D^order v_k at all points of an axis; order 0: v_k.
  std::vector<double> derivative(std::size_t axis, int order, Index k) const;

 private:
  struct Tables {
    std::vector<std::vector<std::vector<double>>> gram;  ///< [order][order][mode]; empty where an order does not occur
    std::vector<std::vector<double>> form;               ///< [order][mode]
  };
  void fill(std::size_t axis, std::vector<int> const& orders, int smoothest);

  std::vector<std::size_t> unknowns_;
  std::vector<int> axes_;
  grid::Grid grid_;
  std::vector<LineModes> modes_;
  std::vector<mollifier::LineFilter> filters_;           ///< one an axis
  std::vector<Tables> tables_;
  std::vector<std::vector<parameters::SmoothnessTerm>> terms_;  ///< one list an unknown of the group
  std::unique_ptr<spectral::SpectralBox> box_;
};

/// Groups of all unknowns over one axis and more, in the order in which they appear. Collective.
std::vector<std::unique_ptr<ModeGroup>> mode_groups(parameters::ParameterSpace const& space);

}  // namespace mollis::equation_error
