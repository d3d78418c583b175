#pragma once
/// Radius by Goldenshluger and Lepski (Ann. Statist. 39, 2011): of two mollified derivatives, the difference beyond what
/// the noise explains is bias. For a radius r, with L_r d the combination of derivatives that the residuals read,
///   B(r) = max over q < r of [ |L_r d - L_q d|^2 - kappa Var(L_r d - L_q d) ]_+ ,   r minimises B(r) + Var(L_r d),
/// norms weighted by the noise variance at the widest radius, variances exact through the filters' rows.
#include <map>
#include <vector>

#include "inverse/ladder.hpp"

namespace mollis::inverse {

struct RadiusTrial {
  AxisRadii radii;
  double bias, variance;   ///< B and V, relative to the variance at the widest radius
};

class Lepski {
 public:
  Lepski(Problem const& problem, Ladder const& ladder);

  /// The rung in each group: along the diagonal from the widest, then (several groups) two sweeps of one group at a
  /// time. Collective.
  std::vector<int> choose();
  /// (|L_r d|^2 - V) / V at a rung: whether anything but noise is left there. Collective.
  double signal_to_noise(std::vector<int> const& rung);
  std::vector<RadiusTrial> const& trials() const { return trials_; }

 private:
  /// The derivatives of one state in one residual, with typical coefficients c_a at the first guess.
  struct Combination {
    int residual, state;
    std::vector<mollifier::MultiIndex> orders;
    std::vector<double> coefficients;
    std::vector<double> weight;                    ///< 1 / Var at the widest radius, 0 where undefined (local box)
  };
  struct Estimate {                                ///< at one rung, per combination
    std::vector<std::vector<mollifier::LineFilter>> filters;
    std::vector<std::vector<double>> values;       ///< L_r d (local box)
  };

  Estimate const& at(std::vector<int> const& rung);
  double distance(Estimate const& a, Estimate const& b) const;
  double covariance(Estimate const& a, Estimate const& b) const;
  std::size_t best_of(std::vector<std::vector<int>> const& line);
  void find_combinations();
  void set_weights();

  Problem const& problem_;
  Ladder const& ladder_;
  std::vector<Combination> combinations_;
  std::map<std::vector<int>, Estimate> estimates_;
  std::vector<RadiusTrial> trials_;
};

}  // namespace mollis::inverse
