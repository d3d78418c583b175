#pragma once
/// Sums over draws of squares of what moves the parameters, at each point (this rank's), and of products of the constants. Not collective.
#include <vector>

#include "kernels/pointwise.hpp"

namespace mollis::uncertainty {

struct Squares {
  std::vector<Field> fields;       ///< of each parameter, over its own points: sum v(x)^2, in its unit squared
  std::vector<double> constants;   ///< [constant][constant]: sum v_i v_j

  /// Zeros, like these pieces.
  Squares(std::vector<Field> const& pieces, std::size_t constants_) : constants(constants_ * constants_, 0.0) {
    for (auto const& piece : pieces) fields.emplace_back("mean square", piece.extent(0));
  }
  void scale(double factor) {   ///< all sums
    for (auto const& field : fields) kernels::scale(factor, field);
    for (double& value : constants) value *= factor;
  }
  static void add_square(Field const& value, Field const& sum) {   ///< sum := sum + value^2
    Field const one = make_field("one", static_cast<Index>(value.extent(0)));
    Kokkos::deep_copy(one, 1.0);
    kernels::add_product(value, value, one, sum);
  }
  void add(std::vector<Field> const& pieces, std::vector<double> const& values) {   ///< a draw: pieces of all parameters, values of constants
    for (std::size_t p = 0; p < pieces.size(); ++p) add_square(pieces[p], fields[p]);
    add_outer(values, constants);
  }
  static void add_outer(std::vector<double> const& values, std::vector<double>& sums) {   ///< sums := sums + values values^T
    auto const size = values.size();
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j) sums[i * size + j] += values[i] * values[j];
  }
};

}  // namespace mollis::uncertainty
