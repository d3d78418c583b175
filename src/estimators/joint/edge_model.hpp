#pragma once
/// The averaged joint Hessian where the ends of two open axes meet, exact along both, in waves along all others. A LineModel knows the ends of
/// its own line and mistakes those of the others, so that where two meet no line is right. For each wave the model's own entries at the
/// places of an EdgePatch,
///   sum_s d_s |S_0 (x) S_0 g_s|^2 + sum_k w_k |sum_s sum_oo' c_ksoo' S_o (x) S_o' g_s + sum_i alpha_ki q_i|^2 + priors,
/// (x) the product of the two axes' rows and c the amplitude() of all terms of these orders, are inverted as one dense matrix. What varies
/// of alpha counts in full, at the corner's own points: noise in derivatives is largest there, and no wave reaches far enough to make up for it. Added to the
/// mean of the lines (an additive Schwarz method; Toselli and Widlund 2005), it lifts what the preconditioned Hessian's least eigenvalues
/// belong to.
#include "estimators/joint/edge_end.hpp"
#include "estimators/joint/edge_patch.hpp"
#include "estimators/joint/line_model.hpp"
#include "solver/inverse_root.hpp"

namespace mollis::joint {

class EdgeModel {
 public:
  /// Two open axes with splines, increasing. Collective.
  EdgeModel(Objective const& objective, std::array<int, 2> axes);
  EdgeModel(EdgeModel const&) = delete;
  EdgeModel& operator=(EdgeModel const&) = delete;

  /// Forms and inverts all matrices. Collective.
  void update(Averages const& averages, FieldCoupling const& coupling);
  /// z += factor * model^-1 r, fields as of LineModel::apply_add(). Collective.
  void apply_add(double factor, std::vector<HostField> const& r, std::vector<HostField> const& z) const;

 private:
  /// What one residual reads of one state at one pair of orders.
  struct Group {
    int residual, state;
    std::array<std::size_t, 2> sets;   ///< of rows, EdgeEnd::gram()
    std::vector<int> terms;
  };
  /// One of the four places where ends meet.
  struct Corner {
    EdgeEnd const &first, &second;
    EdgePatch patch;
    std::vector<solver::InverseRoot> inverses;   ///< one a wave of this rank
  };
  /// A matrix that is being formed: variables one after the other, states' places and then parameters' points.
  struct Form {
    Form(EdgeEnd const& first_, EdgeEnd const& second_, std::size_t states_, std::size_t fields);
    void add(double factor, Block const& a, Block const& b, std::size_t row, std::size_t column);   ///< a (x) b
    EdgeEnd const &first, &second;
    std::vector<Index> starts;         ///< of each variable, and the size
    std::vector<double> entries;
  };
  void solve(double factor, Corner const& corner, std::vector<double>& values) const;
  void add_data(Averages const& averages, Mode const& mode, Form& form) const;
  void add_equation(Averages const& averages, FieldCoupling const& coupling, Mode const& mode, Form& form) const;
  using Means = std::vector<std::vector<double>>;        ///< [parameter][place] over the points along the other axes
  void add_varying(Means const& varying, Form& form) const;
  void add_smoothness(FieldCoupling const& coupling, Means const& roughened, Mode const& mode, Form& form) const;

  Lattice lattice_;
  Roughness const& roughness_;
  std::array<int, 2> axes_;
  std::vector<int> others_;                               ///< axes
  std::size_t states_, fields_ = 0;
  std::vector<std::array<std::array<bool, 2>, 2>> walls_;  ///< [state][axis][end]: known values
  Symbols::Angles angles_;
  Symbols symbols_;
  FieldForms forms_;
  std::vector<Group> groups_;
  std::vector<EdgeEnd> first_, second_;                   ///< lower and upper end of each axis
  std::vector<Corner> corners_;
};

}  // namespace mollis::joint
