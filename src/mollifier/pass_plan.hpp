#pragma once
/// Which pass along which axis makes what of what, for sums of derivatives of one field: internal to the room, no fields.
///   out[k] = sum_m factor_km D^order_km u = sum_m factor_km prod_axes D_a^(order_km[a]) u
/// Fastest axis first. Derivatives with the same orders along the faster axes share their passes; what is left of a sum before its last
/// pass is added up first, so that one pass reads it (of a Laplacian along x, y, z: u_xx + u_yy, which z only averages).
#include <vector>

#include "mollifier/multi_index.hpp"

namespace mollis::mollifier {

struct Summand {
  MultiIndex order;
  double factor = 1.0;
};
using Sum = std::vector<Summand>;

/// Each derivative by itself.
std::vector<Sum> sums_of(std::vector<MultiIndex> const& set);

/// What a pass writes: target (+)= sum_j factor_j D^order_j of what it reads.
struct PlannedResult {
  struct Row {
    int order;
    double factor;
    bool operator<(Row const& o) const { return order != o.order ? order < o.order : factor < o.factor; }
  };
  int target;            ///< node of the next level; behind the last pass, the sum
  std::vector<Row> rows;
  bool add = false;      ///< another result stands there
};
using PlannedNode = std::vector<PlannedResult>;

/// plan[level][node], level l along axes[l]. Results come in the order of nodes.
std::vector<std::vector<PlannedNode>> plan_passes(std::vector<Sum> const& sums, std::vector<int> const& axes);

}  // namespace mollis::mollifier
