#pragma once
/// Fields kept in single precision, half the memory, for what only preconditions: kernels on them compute in double precision.
#include "kernels/field.hpp"

namespace mollis::kernels {

using SingleField = Kokkos::View<float*, Execution::memory_space>;

/// The field, rounded.
SingleField in_single(Field const& field);

/// field := a.
void widen(SingleField const& a, Field const& field);

/// out += factor * a.
void add_scaled(double factor, SingleField const& a, Field const& out);

/// sum_i a_i b_i over the local box.
double dot(SingleField const& a, Field const& b);

}  // namespace mollis::kernels
