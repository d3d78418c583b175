#pragma once
/// Arrays of Python as fields (DLPack).
#include "kernels/field.hpp"

namespace mollis::python {

/// PyTorch's name of the memory in which kernels work: "cpu" or "cuda" (HIP's, too).
char const* device();

/// A row of doubles as a field: the array itself where it lies in the memory in which kernels work, else a copy there.
class Lent {
 public:
  /// device_type, device_number: of DLPack. filled: its values are wanted. std::invalid_argument for a device on which Mollis does not work.
  Lent(double* data, Index size, int device_type, int device_number, bool filled);

  Field const& field() const { return field_; }
  /// Writes a copy's values to the array.
  void give_back() const;

 private:
  double* data_;
  Field field_;
  bool copy_;
};

}  // namespace mollis::python
