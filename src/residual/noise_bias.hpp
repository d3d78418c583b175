#pragma once
/// Errors in variables: the noise of the data also stands in the terms that a parameter multiplies, so that J^T W J is on
/// average too large and least squares pull the parameters towards 0. For a system affine in the parameters the variance
/// of a residual is quadratic in them, and
///   minimise sum_ki W_ki [ R_ki(lam)^2 - Var R_ki(lam) ] / 2 ,   W frozen within a pass,
/// takes the noise out:  (J^T W J - N) lam = - (J^T W R(0) - n)  with
///   N_qq' = sum_ki W_ki sum_fg m_fq m_gq' C_fg,   n_q = sum_ki W_ki sum_fg m_fq p_g C_fg,
/// m_fq = d2R/df dq, p_g = dR/dg at lam = 0, C the noise covariance of the features (of states or terms) f and g.
/// W may depend on the noise too (weak form: through the slopes of the terms), which leaves a bias of the next order: a
/// third of the first at noise of 0.3 of the deviation and kernels of 5 and 6 cells, less for wider ones.
/// The sums run over the points that share a parameter's value: where every point has its own there is nothing to average.
#include <vector>

#include "estimators/settings.hpp"
#include "kernels/field.hpp"
#include "residual/residual_model.hpp"

namespace mollis::residual {

/// N and n, on the owner of each unknown: entry i belongs to the unknown's local point i. Elsewhere empty.
struct NormalNoise {
  std::vector<std::vector<HostField>> matrix;  ///< [unknown][unknown]
  std::vector<HostField> vector;               ///< [unknown]
  double share = 0.0;                          ///< the least s with s J^T W J - N positive, both summed over all locations: how much of
                                               ///< what some combination of the parameters multiplies is noise (on all ranks)
  bool refused = false;                        ///< of constants: J^T W J - N is not positive, noise is all they see (on all ranks)

  /// lam^T N lam / 2 + n^T lam at x; its gradient is subtracted from `gradient` (if not null). Collective.
  double value(parameters::ParameterSpace const& space, Vec x, Vec gradient) const;
  /// b := b + n. Not collective.
  void add_to(parameters::ParameterSpace const& space, Vec b) const;
};

class NoiseBias {
 public:
  /// Whether a deck asks for it: "on"; or "auto" and the system is affine, no parameter differentiated, all on the same
  /// axes, which lack at least one of the grid. run::Error bad_deck for "on" where it cannot be done.
  static bool applies(estimators::Settings const& settings, parameters::ParameterSpace const& space, equation::System const& system);

  /// `model` stands at lam = 0. Not collective.
  explicit NoiseBias(ResidualModel const& model);

  /// N and n for these weights, limited so that J^T W J - N stays positive: a single field's negative entries make
  /// N = J^T W J and n = J^T W R(0) there (no information; the smoothness decides), any other block that is not positive
  /// definite takes no correction. `partials` and `constant` are J and R(0). Collective.
  NormalNoise noise(ResidualModel const& model, std::vector<Field> const& partials, std::vector<Field> const& constant,
                    std::vector<Field> const& weights) const;

 private:
  struct Entry {
    int feature;
    Field value;
  };
  void add_covariance(ResidualModel const& model, std::vector<Entry> const& left, std::vector<Entry> const& right,
                      Field const& out) const;

  std::vector<std::vector<std::vector<Field>>> matrix_;  ///< [residual][p][q >= p]: sum_fg m m C at each point
  std::vector<std::vector<Field>> vector_;               ///< [residual][p]: sum_fg m p C
};

/// The largest share of `noise` in a combination of `plain`: the least s with s plain - noise positive definite, between 1e-5 and 1000. What
/// nothing determines has no share: `plain` is taken a little larger than it is. Symmetric matrices.
double share_of(std::vector<std::vector<double>> const& plain, std::vector<std::vector<double>> const& noise);

/// A field over the local box, summed over the axes that an unknown has not and over its sharers: on its owner. Collective.
HostField sum_on_owner(ResidualModel const& model, Field const& full, std::size_t unknown);

}  // namespace mollis::residual
