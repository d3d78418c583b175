#pragma once
/// Radius by Goldenshluger and Lepski (Ann. Statist. 39, 2011): of two mollified derivatives, the difference beyond what
/// the noise explains is bias. For a radius r, with L_r d the combination of derivatives that the residuals read,
///   B(r) = max over q < r of [ |L_r d - L_q d|^2 - kappa Var(L_r d - L_q d) ]_+ ,   r minimises B(r) + Var(L_r d),
/// norms weighted by the noise variance at the widest radius, variances exact through the filters' rows. Around gaps and inside masks rows
/// are refitted (mollifier::BlendedJets), their variances exact; the correlation of two radii there is taken as that of whole rows.
#include <map>
#include <vector>

#include "choices/ladder.hpp"
#include "estimators/equation_error/candidate.hpp"

namespace mollis::choices {

struct RadiusTrial {
  mollifier::AxisRadii radii;
  double bias, variance;   ///< B and V, relative to the variance at the widest radius
};

/// Derivatives of one state that are read together, with typical coefficients c_a: L = sum_a c_a D^a.
struct Combination {
  int residual, state;
  std::vector<mollifier::MultiIndex> orders;
  std::vector<double> coefficients;
};

/// The combinations that the residuals read: c_a = sign(mean) rms of dR/d(D^a u) at the first guess, strong form.
/// Collective.
std::vector<Combination> combinations_of(problem::Problem const& problem, Ladder const& ladder);

class Lepski {
 public:
  /// Collective.
  Lepski(grid::Grid const& grid, mollifier::Settings const& mollifier, std::vector<observations::State> const& states,
         std::vector<Combination> combinations, Ladder const& ladder);

  /// The rung in each group: along the diagonal from the widest, then (several groups) two sweeps of one group at a
  /// time. Collective.
  std::vector<int> choose();
  /// (|L_r d|^2 - V) / V at a rung: whether anything but noise is left there. Collective.
  double signal_to_noise(std::vector<int> const& rung);
  std::vector<RadiusTrial> const& trials() const { return trials_; }

  std::size_t combinations() const { return combinations_.size(); }
  /// L_r d of a combination at every local point, NaN where a footprint meets a gap. Collective.
  std::vector<double> const& values(std::vector<int> const& rung, std::size_t combination) { return at(rung).values[combination]; }
  /// Cov(L_r d, L_q d) there. Collective.
  std::vector<double> covariances(std::vector<int> const& r, std::vector<int> const& q, std::size_t combination);

 private:
  struct Estimate {                                ///< at one rung, per combination
    std::vector<std::vector<mollifier::LineFilter>> filters;
    std::vector<std::vector<double>> values;       ///< L_r d (local box)
    std::vector<std::vector<double>> scale;        ///< deviation of L_r d over that of whole rows (refitted ones are noisier); empty: 1
  };

  Estimate const& at(std::vector<int> const& rung);
  std::vector<double> of_whole_rows(Estimate const& left, Estimate const& right, std::size_t combination) const;
  std::vector<double> scaled(std::vector<double> values, Estimate const& left, Estimate const& right, std::size_t combination) const;
  double distance(Estimate const& a, Estimate const& b) const;
  double covariance(Estimate const& a, Estimate const& b) const;
  std::size_t best_of(std::vector<std::vector<int>> const& line);
  void set_weights();

  grid::Grid grid_;
  mollifier::Settings mollifier_;
  std::vector<observations::State> const& states_;
  Ladder const& ladder_;
  std::vector<Combination> combinations_;
  std::vector<std::vector<double>> weights_;       ///< [combination]: 1 / Var at the widest radius, 0 where undefined
  std::map<std::vector<int>, Estimate> estimates_;           ///< of the line in hand, and what was asked for since
  std::map<std::vector<std::vector<int>>, std::size_t> judged_;   ///< the best of each line
  std::vector<RadiusTrial> trials_;
};

}  // namespace mollis::choices
