#pragma once
/// The averaged joint Hessian, exact along one axis: with all other axes in bases where filters are diagonal, each
/// tangential mode leaves a banded system along the line for the coefficients g of all states and the scaled parameters
/// q = T p of that mode,
///   sum_s d_s |s0 E_0 g_s|^2 + sum_k w_k |sum_s sum_o c_kso E_o g_s + sum_i alpha_ki q_i|^2 + sum_i (v_ij q_i q_j + b_i <q_i, L q_i>),
/// E_o the spline filter of order o along the line with its true end rows. c_kso is the root mean square over the points of
/// all terms of order o along the line, with the sign of their mean: one residual that g can make vanish for any q, as it
/// can in truth, so that the model stays close to the Hessian however large w is.
#include "estimators/joint/field_forms.hpp"
#include "estimators/joint/row_waves.hpp"
#include "kernels/field.hpp"
#include "spectral/banded.hpp"

namespace mollis::joint {

/// How the parameters over all axes enter the model.
struct FieldCoupling {
  std::vector<int> unknowns;                  ///< those parameters
  std::vector<std::vector<double>> alpha;     ///< [residual][parameter]
  std::vector<std::vector<double>> variance;  ///< v, [parameter][parameter]
  std::vector<double> smoothness;             ///< b, one a parameter
  // For EdgeModel::update() alone, over the extended lattice, 0 outside the grid, one a parameter:
  std::vector<HostField> varying;             ///< sum_k w_k (dR_k/dq - alpha_k)^2
  std::vector<HostField> roughened;           ///< the smoothness weight times (p / q)^2, of which b is a mean
};

class LineModel {
 public:
  /// line: an open axis with splines, or -1: no axis is left in place. Collective.
  LineModel(Objective const& objective, int line);

  /// Forms and factorises all systems. Not collective.
  void update(Averages const& averages, FieldCoupling const& coupling);
  /// Fields over this rank's box of the extended lattice (states, then parameters of the coupling, 0 outside the grid):
  /// z += factor * model^-1 r. Collective.
  void apply_add(double factor, std::vector<HostField> const& r, std::vector<HostField> const& z) const;

  /// The same in the model's own basis: waves of the extended lattice, one array a state and parameter.
  HostField waves_of(HostField const& field) const { return box_.forward_of(field); }  ///< Collective.
  void to_lattice(HostField& waves) const { box_.backward(waves); }                    ///< Collective.
  void solve(std::vector<HostField> const& waves) const;                               ///< in place. Not collective.
  /// From now on residuals have waves of their own, which the next two are about. Collective.
  void set_rows_apart() { rows_.emplace(lattice_, box_, lattice_.degree() - 1); }
  RowWaves const& rows() const { return *rows_; }
  /// rows := sum_s sum_o c_kso E_o g_s + sum_i alpha_ki q_i of residual k; and waves += the transpose of rows. Not collective.
  HostField rows_of(std::size_t k, std::vector<HostField> const& waves) const;
  void add_rows_transposed(std::size_t k, HostField const& rows, std::vector<HostField> const& waves) const;

 private:
  /// What one residual reads of one state at one order along the line.
  struct Group {
    int residual, state, order;
    std::vector<int> terms;
  };
  /// The systems that are solved side by side.
  struct Lanes {
    std::array<Index, spectral::BandedSystems::lanes> offset{};
    Index count = 0;
    bool adjoin = false;   ///< all lanes in use, one beside the other in the field
  };
  Lanes lanes_of(Index group) const;
  Mode mode_of(Index system) const;
  std::vector<double> amplitudes(Averages const& averages, Mode const& mode) const;
  /// The tangential waves of the systems that are filled side by side.
  struct Beside {
    std::array<Mode, spectral::BandedSystems::lanes> modes;
    std::vector<spectral::BandedSystems::Values> amplitude;   ///< c of each group of terms
  };
  Beside beside(Averages const& averages, Index first);
  void fill(Averages const& averages, FieldCoupling const& coupling, Index group, spectral::BandedSystems::Filling& filling);
  void add_data(Averages const& averages, Beside const& beside, spectral::BandedSystems::Filling& filling) const;
  void add_equation(Averages const& averages, FieldCoupling const& coupling, Beside const& beside, spectral::BandedSystems::Filling& filling) const;
  void add_prior(Averages const& averages, Beside const& beside, spectral::BandedSystems::Filling& filling) const;
  void add_variance(FieldCoupling const& coupling, spectral::BandedSystems::Filling& filling) const;
  void add_smoothness(FieldCoupling const& coupling, Beside const& beside, spectral::BandedSystems::Filling& filling) const;
  template <class Visit>
  void over_filled_rows(Visit const& visit) const;
  double data_weight(Averages const& averages, int state, Index row) const;
  grid::Range alike_rows(Index smooth) const;
  template <class Each>
  void over_rows(std::size_t k, Each const& each) const;
  Index rows_of_grid() const;
  Index margin() const;
  Index reach() const;                            ///< of a filter to each side

  Lattice lattice_;
  Roughness const& roughness_;
  int line_, states_;
  std::vector<std::array<bool, 2>> walls_;        ///< one a state: known values at the ends of the line
  std::size_t fields_ = 0;
  spectral::SpectralBox box_;
  Symbols::Angles angle_;                         ///< of the coefficients, axis by axis
  Symbols symbols_;
  std::optional<mollifier::LineFilter> filter_;   ///< along the line
  std::vector<Group> groups_;
  FieldForms forms_;
  std::vector<HostField> amplitude_;              ///< c of each group, [system]
  std::vector<std::vector<double>> alpha_;        ///< of the coupling
  grid::Range alike_;                             ///< rows that the first of them stands for
  std::optional<spectral::BandedSystems> systems_;
  std::optional<RowWaves> rows_;
};

}  // namespace mollis::joint
