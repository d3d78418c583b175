#pragma once
/// A transform by any orthogonal matrix, for bases that no fast transform has.
#include "spectral/line_transform.hpp"

namespace mollis::spectral {

/// The modes of an axis as columns of an orthogonal matrix Q, row-major [point][mode].
using Modes = std::shared_ptr<std::vector<double> const>;

/// data := Q^T data (forward) or Q data along the middle axis of [outer][points][inner]: 4 points^2 flops a line, at the rate of
/// a dense product. Keeps the transpose of Q beside it.
std::unique_ptr<LineTransform> make_matrix_transform(Modes modes, Index outer, Index points, Index inner);

}  // namespace mollis::spectral
