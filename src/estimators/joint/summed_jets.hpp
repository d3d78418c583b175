#pragma once
/// Derivatives of a state that every residual multiplies alike: dR_k v = sum_f P_kf D^f v with P_kf = c_f P_kl for all k is
///   sum_l P_kl (sum_f c_f D^f) v,
/// so that products with the Jacobian need one field for a Laplacian, and one for a biharmonic.
#include <vector>

#include "equation/system.hpp"
#include "mollifier/pass_plan.hpp"

namespace mollis::joint {

struct SummedJets {
  int lead;                      ///< its first derivative, as a feature of the system: c = 1
  mollifier::Sum derivatives;
};

/// features: those of the system that are derivatives of one state, in order; the first, the state itself, stays alone and is left
/// out here. Not collective.
std::vector<SummedJets> sums_alike(equation::System const& system, std::vector<int> const& features);

}  // namespace mollis::joint
