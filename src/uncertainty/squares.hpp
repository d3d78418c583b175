#pragma once
/// Sums of squares of what moves the parameters, at each point of the fields, and of products of the constants.
#include <vector>

#include "kernels/pointwise.hpp"

namespace mollis::uncertainty {

struct Squares {
  std::vector<Field> fields;       ///< of each parameter, over its own points
  std::vector<double> constants;   ///< [constant][constant]

  /// Zeros, like these pieces.
  Squares(std::vector<Field> const& pieces, std::size_t constants_) : constants(constants_ * constants_, 0.0) {
    for (auto const& piece : pieces) fields.emplace_back("mean square", piece.extent(0));
  }
  void scale(double factor) {
    for (auto const& field : fields) kernels::scale(factor, field);
    for (double& value : constants) value *= factor;
  }
  static void add_square(Field const& value, Field const& sum) {
    Field const one = make_field("one", static_cast<Index>(value.extent(0)));
    Kokkos::deep_copy(one, 1.0);
    kernels::add_product(value, value, one, sum);
  }
  void add(std::vector<Field> const& pieces, std::vector<double> const& values) {
    for (std::size_t p = 0; p < pieces.size(); ++p) add_square(pieces[p], fields[p]);
    add_outer(values, constants);
  }
  static void add_outer(std::vector<double> const& values, std::vector<double>& sums) {
    auto const size = values.size();
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j) sums[i * size + j] += values[i] * values[j];
  }
};

}  // namespace mollis::uncertainty
