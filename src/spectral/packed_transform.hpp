#pragma once
/// Waves and cosines of lines side by side (packed_fourier.hpp). FFTW's real transforms take one value at a time: cosines, ns a value on one core with
/// AVX-512 beside others, values of a line far apart and (behind the stroke) adjacent: 270 points 1.0 | 1.6, FFTW 4.0 | 3.6; 518 points 2.5 | 2.7 and
/// 7.2 | 6.7; by the matrix of the modes 24 points 0.6 | 1.3 and 1.0 | 2.8, 70 points 0.8 | 1.5 and 1.9 | 2.8, 198 points 1.0 | 1.6 and 4.5 | 5.5.
#include "spectral/line_transform.hpp"

namespace mollis::spectral {

/// Whether make_packed_transform() has a way: waves (Basis::fourier) and cosines of an even number of points without a prime factor above 63.
bool can_pack(Basis basis, Index points);
std::unique_ptr<LineTransform> make_packed_transform(Basis basis, Index outer, Index points, Index inner);

}  // namespace mollis::spectral
