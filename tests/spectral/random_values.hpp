#pragma once
#include <random>
#include <vector>

namespace mollis::test {

/// Between -1 and 1.
inline std::vector<double> random_values(std::size_t size, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> number(-1.0, 1.0);
  std::vector<double> values(size);
  for (auto& value : values) value = number(engine);
  return values;
}

}  // namespace mollis::test
