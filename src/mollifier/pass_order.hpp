#pragma once
/// In which order the axes of a set of derivatives are filtered, by multiply-adds: fastest first, or the slowest one first and what each of its orders leaves
/// along the others. Sizes alone, no fields: JetPasses goes by it, and so does who counts its memory.
#include <map>
#include <vector>

#include "kernels/index.hpp"
#include "mollifier/pass_plan.hpp"

namespace mollis::mollifier {

/// Points along each axis that are read and made, and taps a row, 0 where nothing is filtered; slowest axis first.
struct PassBox {
  std::vector<Index> read, made, taps;
};

/// What is left of sums behind one order along an axis.
struct Rest {
  std::vector<Sum> sums;
  std::vector<std::size_t> which;   ///< of all sums
  std::vector<bool> add;            ///< lower orders have written there
};
std::map<int, Rest> by_order(std::vector<Sum> const& sums, std::size_t axis);

/// Axes that are filtered, fastest first.
std::vector<int> filtered_axes(PassBox const& box);
/// Of a DerivativeTree: every row of every pass at its points, those that are read along axes to come.
double multiply_adds(PassBox const& box, std::vector<Sum> const& sums);
/// Whether the slowest axis that is filtered comes first.
bool is_slowest_first(PassBox const& box, std::vector<Sum> const& sums);

}  // namespace mollis::mollifier
