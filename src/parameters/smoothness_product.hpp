#pragma once
/// L p, L the smoothness form of each parameter (parameters/smoothness.hpp), without a matrix:
///   L = sum_{|a| = q} N (q! / a!) F_(1, a_1) x F_(2, a_2) x ...,  F_(i, k) the LineForm of order k along axis i,
/// each product symmetric, so that L p is the transpose of a set of jets applied to p as each of them.
/// With the roots R_(i, k) in place of these forms L p = R^T (R p): rounding then is R^T of something, which polynomials that L does not
/// see do not feel, however little else holds them. Twice the work: for gradients, which say where a fit ends.
#include <optional>

#include "kernels/field.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::parameters {

class SmoothnessProduct {
 public:
  explicit SmoothnessProduct(ParameterSpace const& space);  ///< Collective.
  /// Works where these derivatives do: one call at a time, of either. Not collective.
  void share_workspace(mollifier::Jets const& other);

  /// L p of every parameter, weight 1, on all ranks that share it; 0 of constants. Collective.
  std::vector<Field> apply(std::vector<Field> const& pieces) const;
  /// The same as R^T (R p). Collective.
  std::vector<Field> gradient(std::vector<Field> const& pieces) const;
  /// out += L p of one parameter. Collective.
  void apply_add(std::size_t parameter, Field const& piece, Field const& out) const;

 private:
  std::vector<std::optional<mollifier::Jets>> products_;  ///< one a parameter; none where L = 0
  std::vector<std::vector<mollifier::Jets>> roots_;       ///< of each parameter, the rows of R
};

}  // namespace mollis::parameters
