#pragma once
/// The kernels that are timed and counted.
#include <functional>
#include <string>
#include <vector>

namespace mollis::bench {

struct Case {
  std::string name;
  double points;            ///< of the grid, or entries of a vector
  double operations;        ///< multiply-adds a point that the arithmetic takes, equal weights folded
  double bytes;             ///< a point: each array that must be read or written, once
  std::function<std::function<void()>()> make;   ///< makes data, and what is to be repeated on them
};

/// small: sizes for counting instructions in place of time.
std::vector<Case> cases(bool small);

}  // namespace mollis::bench
