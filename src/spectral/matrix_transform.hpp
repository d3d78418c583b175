#pragma once
/// A transform by any orthogonal matrix: for bases that no fast transform has, and lines too short for one to pay.
#include "spectral/line_transform.hpp"

namespace mollis::spectral {

/// The modes of an axis as columns of an orthogonal matrix Q, row-major [point][mode].
using Modes = std::shared_ptr<std::vector<double> const>;

/// data := Q^T data (forward) or Q data along the middle axis of [outer][points][inner], at the rate of a dense product: 2 points flops a
/// value, half of them where each mode is even or odd about the middle of the line or about a point, as all bases here are but the odd one.
/// Keeps the transpose of Q beside it.
std::unique_ptr<LineTransform> make_matrix_transform(Modes modes, Index outer, Index points, Index inner);

}  // namespace mollis::spectral
