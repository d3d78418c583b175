#pragma once
/// What an estimate is kept as.
#include "checkpoint/quantities.hpp"

namespace mollis::estimate {

using checkpoint::Quantities;

}  // namespace mollis::estimate
