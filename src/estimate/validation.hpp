#pragma once
/// How well an estimate predicts observations that it was not fitted to.
#include <string>

#include "kernels/index.hpp"

namespace mollis::estimate {

struct Validation {
  Index points = 0;       ///< at which something is predicted
  double misfit = 0.0;    ///< root mean square of the deviations over their noise: about 1 where equation and noise are right
  bool of_states = true;  ///< of the fitted states from the data; else of residuals from 0, where states are not fitted
};

}  // namespace mollis::estimate
