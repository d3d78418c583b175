#pragma once
/// Orders of a derivative, without what takes it.
#include <array>

#include "kernels/index.hpp"

namespace mollis::mollifier {

using MultiIndex = std::array<int, max_axes>;  ///< derivative order along grid axis 0, 1, ...; unused entries 0

}  // namespace mollis::mollifier
