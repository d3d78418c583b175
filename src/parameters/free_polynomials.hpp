#pragma once
/// What a smoothness of an order leaves free: the monomials of a total degree below it, on [-1, 1] along each open axis (along a period
/// nothing but constants is free). One field each over the local box. Not collective.
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::parameters {

std::vector<Field> free_polynomials(grid::Grid const& grid, int order);

}  // namespace mollis::parameters
