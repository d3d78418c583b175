#pragma once
/// Jets of arrays some points of which do not exist. Along a single axis of moment filters rows that meet a gap are refitted with the
/// points that exist (mollifier::LineRefit); over several axes, and with other filters, what meets a gap does not exist and is 0.
#include <optional>
#include <vector>

#include "mollifier/jets.hpp"
#include "mollifier/line_refit.hpp"

namespace mollis::python {

/// What moment filters are made of, to refit them.
struct Moments {
  mollifier::Kernel kernel;
  std::vector<mollifier::Radii> radii;   ///< [axis]
  int degree;
};

class MaskedJets {
 public:
  /// mask: 0 where a point does not exist, over the whole grid, slowest axis first; empty: all exist. moments: none for filters that are
  /// not refitted. std::invalid_argument where the axis to refit along is cut over ranks. Collective.
  MaskedJets(mollifier::Jets jets, std::vector<double> const& mask, std::optional<Moments> const& moments);

  mollifier::Jets const& jets() const { return jets_; }
  /// Of the local box: 1 where all derivatives exist, else 0.
  std::vector<double> const& valid() const { return valid_; }

  /// out[k] := D^k of `in` (local box), 0 where it does not exist; what stands in the gaps of `in` is not used. Collective.
  void apply(Field const& in, std::vector<Field> const& out) const;
  /// out := sum_k (D^k)^T in[k]: the exact transpose. Collective.
  void transpose(std::vector<Field> const& in, Field const& out) const;
  /// out (of the host) := variance of D^k of white noise of variance 1, 0 where it does not exist.
  void variance(std::size_t k, double* out) const;

 private:
  void refit(int axis, Moments const& moments);
  void find_footprints();
  void keep_masks();
  void add_refitted(std::vector<Field> const& in, Field const& out) const;
  std::vector<double> factors_of(int axis, int order) const;
  int slot(std::size_t k) const;   ///< of D^k in the filter of the refitted axis

  mollifier::Jets jets_;
  std::vector<double> exists_, valid_;   ///< local box; exists_ empty: everywhere
  Field existing_, inside_, filtered_;   ///< the same on the device, and what is valid without a refit
  std::optional<mollifier::LineRefit> refit_;
  int axis_ = 0;          ///< along which rows are refitted
  Index inner_ = 1;       ///< stride along it
};

}  // namespace mollis::python
