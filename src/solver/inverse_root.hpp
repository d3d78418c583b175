#pragma once
/// Inverses of small symmetric matrices by a root, a^-1 = R^T R. LAPACK. What is kept is positive whatever rounding did to a, as an
/// inverse of entries is not.
#include <vector>

namespace mollis::solver {

class InverseRoot {
 public:
  /// a: n x n, symmetric and positive but for rounding. What rounding makes indefinite is lifted by as little of its diagonal as makes it
  /// positive; 0 where nothing does, or entries are not finite. Not collective.
  InverseRoot(std::vector<double> a, int n);
  /// x := a^-1 x.
  void apply(double* x) const;

 private:
  int n_;
  std::vector<double> root_;   ///< the lower triangle of R alone, column by column
};

}  // namespace mollis::solver
