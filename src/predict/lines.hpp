#pragma once
/// The method of lines: F(t, u, u_t) = 0 in the unknowns of one frame, its residuals those of the deck on difference stencils.
///
///   free points         u_m' - u_(m+1) = 0 for the lower derivatives in time,  R_k(u, .., u_t) = 0 for the highest
///   prescribed points   u_m - d^m b / dt^m = 0, b a known series
#include <optional>
#include <vector>

#include "mollifier/jets.hpp"
#include "predict/inputs.hpp"
#include "predict/layout.hpp"
#include "predict/numbering.hpp"

namespace mollis::predict {

/// Where a state is not moved by its equation, and what it is there.
struct Prescribed {
  HostField where;   ///< 1 there, else 0 (a frame's local box)
  Series values;     ///< of all points of the box; NaN (outside the domain) counts as 0
};

class Lines {
 public:
  /// `stencils`: the grid of one frame, its ends as stencils see them (reflections). Collective. What it refers to outlives it.
  Lines(grid::Grid stencils, equation::System const& system, Layout const& layout, Inputs& inputs);

  /// Not to be called before prescribe(), but for finite().
  void prescribe(std::vector<Prescribed> prescribed) { prescribed_ = std::move(prescribed); }

  /// 1 where every residual and its partial derivatives are finite, else 0; unknowns as fields, u_t = 0. Collective.
  HostField finite(double t, std::vector<Field> const& components);

  /// out := F. Collective.
  void residual(double t, Vec u, Vec u_t, Vec out);
  /// out := dF/du + shift dF/du_t. Collective.
  void jacobian(double t, Vec u, Vec u_t, double shift, Mat out);
  /// A matrix with room for it. Collective.
  petsc::Matrix make_matrix() const;

  Numbering const& numbering() const { return numbering_; }
  grid::Grid const& grid() const { return grid_; }
  Layout const& layout() const { return layout_; }
  std::vector<Field> fields_of(Vec vector) const;                         ///< one a component
  void put(std::vector<Field> const& components, Vec vector) const;

 private:
  /// The derivatives in space that the system reads of d^order/dt^order of a state.
  struct Read {
    int state, order;
    std::vector<int> features;
    std::optional<mollifier::Jets> jets;   ///< none where it reads values alone
  };
  struct Column {
    int component;
    bool of_rate;   ///< of u_t
  };
  Column column_of(int state, int order) const;
  void take(double t, std::vector<Field> const& u, std::vector<Field> const& u_t);
  std::vector<Field> evaluate(kernels::Tape const& tape, std::size_t outputs) const;
  void add_row(Mat out, PetscInt row, std::vector<Index> const& point, int component, int feature, double factor) const;
  double taps_of(int feature) const;

  grid::Grid grid_;
  equation::System const& system_;
  Layout const& layout_;
  Inputs& inputs_;
  residual::FeatureBank bank_;
  Numbering numbering_;
  std::vector<mollifier::LineFilter> stencils_;
  std::vector<Read> reads_;
  Extents stride_;
  std::vector<Prescribed> prescribed_;
};

}  // namespace mollis::predict
