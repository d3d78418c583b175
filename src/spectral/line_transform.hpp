#pragma once
/// Orthonormal real transforms along one axis of a local array: the bases in which filters that wrap or reflect are
/// diagonal. An interface, so that another library (of a GPU) can take the place of FFTW.
#include <memory>
#include <vector>

#include "kernels/field.hpp"

namespace mollis::spectral {

enum class Basis {
  none,            ///< no transform
  fourier,         ///< periodic: cosines and sines, r_0, r_1, ..., r_(n/2), ..., i_2, i_1
  cosine,          ///< open ends: even about half a cell past the ends (DCT-II)
  even,            ///< even about the end points (DCT-I, end points weighted for orthonormality)
  odd,             ///< odd about the end points (DST-I of the points between; the end points stay as they are)
  modes            ///< an orthogonal matrix (matrix_transform.hpp)
};

/// Angle theta_k of each coefficient: a filter sum_j w_j g_(i+j), w even, multiplies it by sum_j w_j cos(j theta).
std::vector<double> angles(Basis basis, Index points);

/// Of lines [outer][points][inner].
class LineTransform {
 public:
  LineTransform(Index outer, Index points, Index inner) : outer_(outer), points_(points), inner_(inner) {}
  virtual ~LineTransform() = default;
  /// data := Q^T data along the middle axis (forward), or Q data.
  virtual void forward(double* data) const = 0;
  virtual void backward(double* data) const = 0;
  /// to := Q^T of lines of `points` points, at most as many as there are, which zeros continue.
  virtual void forward_from(double const* from, Index points, double* to) const;
  /// to := the first `points` points of Q data; data is written over.
  virtual void backward_to(double* data, double* to, Index points) const;

 protected:
  Index outer_, points_, inner_;
};

/// Cosines of up to so many points, an odd number, are products with the matrix of the modes: faster than FFTW at the lengths that lattices have.
constexpr Index longest_by_matrix = 200;

/// Whether a length has a prime factor above 64, which fast transforms make sums of (131, 262) or a convolution (251). Waves of up to
/// longest_slow points are products with the matrix of the modes there (ns a value on one core: 151 points 24 by FFTW and 6, 251 16 and 8, 262 21 and 9, 401
/// 16 and 14; 502 17 and 19).
bool has_slow_factor(Index points);
constexpr Index longest_slow = 400;

/// Whether a transform is such a product; its matrix takes points^2 doubles.
bool by_matrix(Basis basis, Index points);

/// By such a matrix (matrix_transform.hpp), by packs of lines (packed_transform.hpp) or by FFTW, whose plans are made here, estimated (the same on every run).
std::unique_ptr<LineTransform> make_line_transform(Basis basis, Index outer, Index points, Index inner);

}  // namespace mollis::spectral
