#pragma once
/// What a file tells of a dataset, whatever its format.
#include <optional>
#include <string>
#include <vector>

#include "kernels/index.hpp"

namespace mollis::io {

/// An axis of a dataset.
struct Dimension {
  std::string name;  ///< "" where the file has no name for it
  Index size = 0;
  std::string coordinates;  ///< the dataset of the same file that holds its coordinates; "" where there is none
  double spacing = 0.0;     ///< 0: not known
  std::string unit;
  std::vector<std::string> labels = {};  ///< what the file calls each index along it ("DAPI"); none where it has no names for them
};

/// From stored to true values: NaN where the stored value v is a fill, no number or not in [low, high], else
/// scale v + offset (CF conventions; NIfTI's slope and intercept). Where unsigned_bits > 0, 2^unsigned_bits is added to
/// v < 0 first.
struct Packing {
  double scale = 1.0, offset = 0.0;
  std::vector<double> fills;
  std::optional<double> low, high;
  int unsigned_bits = 0;

  bool plain() const { return scale == 1.0 && offset == 0.0 && fills.empty() && !low && !high && unsigned_bits == 0; }
};

/// Values in place, from stored to true.
void unpack(Packing const& packing, double* values, Index count);

struct Description {
  std::string dataset;          ///< as the file calls it
  std::vector<Dimension> axes;  ///< slowest first; none for a single number
  std::string type;             ///< of the stored values: "int16", "float32"
  std::string unit, title;      ///< in the file's words; "" where there are none
  Packing packing;
  bool contiguous = false;  ///< HDF5: stored in one piece; collective transfers are safe and quick
  bool scales = false;      ///< holds coordinates of an axis, by the file's own word

  std::vector<Index> shape() const;
};

/// "(4, 5)"; "()" for a single number.
std::string shape_text(std::vector<Index> const& shape);
/// "(time: 4, y: 5)", names where there are any.
std::string shape_text(std::vector<Dimension> const& axes);

/// As bytes and back, to be told to other ranks.
std::string to_bytes(Description const& description);
Description description_from(std::string const& bytes);

}  // namespace mollis::io
