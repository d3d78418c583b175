#pragma once
/// Functions of the coordinates, sampled on tensor-product lattices of any fineness.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernels/field.hpp"

namespace mollis::forward {

using Lattice = std::vector<std::vector<double>>;  ///< coordinates along each axis, slowest axis first

/// Number of points of a lattice.
inline Index size_of(Lattice const& lattice) {
  Index size = 1;
  for (auto const& axis : lattice) size *= static_cast<Index>(axis.size());
  return size;
}

/// A function of the coordinates: its values at all points of a lattice, row-major. Not collective.
using Function = std::function<std::vector<double>(Lattice const&)>;

/// The function that `text` describes; `let` holds texts of names that it may use. Throws equation::SyntaxError.
Function from_expression(std::string const& text, std::vector<std::string> const& axes,
                         std::map<std::string, std::string> const& let = {});

}  // namespace mollis::forward
