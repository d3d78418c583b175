#pragma once
/// Linear maps of distributed vectors, matrix-free.
#include "petsc/handles.hpp"

namespace mollis::solver {

/// A symmetric positive matrix A.
class Operator {
 public:
  virtual ~Operator() = default;
  virtual void apply(Vec in, Vec out) = 0;  ///< out := A in. Collective.
};

/// A symmetric positive approximation of A^-1.
class Preconditioner {
 public:
  virtual ~Preconditioner() = default;
  virtual void apply(Vec r, Vec z) = 0;     ///< z := P r. Collective.
};

}  // namespace mollis::solver
