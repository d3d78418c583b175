#pragma once
/// In which order the axes of a set of derivatives are filtered: internal to the room, no MPI. Fastest first, by one DerivativeTree; or the slowest
/// one first, and a tree for what each of its orders leaves, where that takes fewer multiply-adds: along an axis whose results are few beside what
/// they read (some frames of open time, a thin block of a cut axis) all other passes then run on its results alone.
#include <memory>
#include <optional>

#include "mollifier/derivative_tree.hpp"

namespace mollis::mollifier {

class JetPasses {
 public:
  /// As DerivativeTree.
  JetPasses(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& ghosted, grid::Box const& results);

  /// Works in the memory of other derivatives, of whatever box, from now on: as much as the larger of both needs.
  void share_workspace(JetPasses& other);
  /// out[k] (results) := sums[k] of `in` (ghosted box).
  void apply(Field const& in, std::vector<Field> const& out);
  /// out (ghosted box) := sum_k sums[k]^T in[k] (results), added to what stands there if `add`.
  void apply_transpose(std::vector<Field> const& in, Field const& out, bool add);

 private:
  /// The pass along the slowest axis that is filtered, over arrays [outer][axis][inner].
  struct First {
    kernels::LinePass pass;
    Index outer, inner;
  };
  /// What the other axes make of one of its results.
  struct Part {
    DerivativeTree tree;
    std::vector<std::size_t> sums;   ///< which of all they are
  };
  /// The results of the first pass.
  struct Workspace {
    Index size = 0;        ///< doubles that the largest of those who share it needs
    Field memory;          ///< made when first worked in
  };
  Index size_of_result() const { return first_->outer * first_->pass.outputs() * first_->inner; }
  std::vector<Field> results_of_first() const;

  std::optional<First> first_;           ///< none: fastest axis first
  std::vector<Part> parts_;              ///< one an order of the first pass, increasing; without one, of all sums
  std::shared_ptr<Workspace> workspace_ = std::make_shared<Workspace>();
};

}  // namespace mollis::mollifier
