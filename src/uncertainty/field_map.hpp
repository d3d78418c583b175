#pragma once
/// Maps of one parameter from the variance of its fitted variable: what users see as NAME_std and NAME_known.
#include "problem/problem.hpp"

namespace mollis::uncertainty {

struct FieldMap {
  Field deviation;  ///< of the values, in their unit: times d lam / d p where logarithms are fitted; NaN outside the domain
  Field known;      ///< own / (own + variance): 1 where the data say all, 0 where nothing. own: the parameter's own mean square over
                    ///< the core, less the part that is error; 1 where logarithms are fitted
};

/// fitted, variance: this rank's piece of parameter p in the fitted variable, and its variance at each point, which is written over.
/// Collective.
FieldMap field_map(problem::Problem const& problem, std::size_t p, Field const& fitted, HostField const& variance);

}  // namespace mollis::uncertainty
