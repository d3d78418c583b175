#pragma once
/// The passes that make a set of derivatives from one ghosted block, and their transpose: internal to the room, no MPI.
#include <memory>
#include <vector>

#include "kernels/line_filter.hpp"
#include "kernels/line_patches.hpp"
#include "mollifier/jets.hpp"
#include "mollifier/pass_plan.hpp"

namespace mollis::mollifier {

/// Results of a pass along one axis with rows of their own: o counts over all axes slower than it, as they are in the input.
struct LevelPatches {
  kernels::LinePatches rows;
  std::vector<Index> begin;  ///< of each plane of the march (last pass: of each slice), and the end
};

/// Line passes as plan_passes has them, a tree but for its last level. Axes whose filter only copies have no pass. The axis of the last pass is the *march*: the passes before it
/// run on a few planes of it at a time, so that what they hand on stays in cache; only what the last pass reads is kept
/// whole. The workspace is kept between calls (no thread may share a tree).
class DerivativeTree {
 public:
  /// results: the box of the points wanted.
  DerivativeTree(std::vector<LineFilter> const& filters, std::vector<Sum> const& sums, grid::Box const& ghosted,
                 grid::Box const& results);

  /// From now on `apply` puts these in place of what passes give: one an axis that is filtered, fastest first. std::logic_error where
  /// derivatives are added up.
  void set_patches(std::vector<LevelPatches> patches);

  /// From now on `apply` adds those sums to what stands in their fields. One entry a sum; not where no axis has a pass (std::logic_error).
  void add_to(std::vector<bool> const& sums);

  /// Works in the memory of other derivatives, of whatever box, from now on: as much as the larger of both needs.
  void share_workspace(DerivativeTree& other);

  /// out[k] (results) := sums[k] of `in` (ghosted box).
  void apply(Field const& in, std::vector<Field> const& out);
  /// out (ghosted box) := sum_k sums[k]^T in[k] (results), added to what stands there if `add`.
  void apply_transpose(std::vector<Field> const& in, Field const& out, bool add);

 private:
  /// The passes along one axis see arrays [outer][axis][inner]; outer counts, for one plane, what is between march and
  /// axis.
  struct Level {
    Index outer, inputs, outputs, inner;
  };
  /// A field ahead of its pass. Children: nodes of the next level, or sums behind the last pass.
  struct Node {
    struct Child {
      int target, slot;        ///< slot of the filter: of the first row
      bool add;
    };
    std::shared_ptr<kernels::LinePass const> pass;
    std::vector<Child> children;
    std::size_t buffer = 0;  ///< where the field stands, of those of its level
  };

  void add_level(int axis, LineFilter const& filter, std::vector<PlannedNode> const& plan);
  void plan_march(std::vector<int> const& active);
  /// What the passes hand on, before the results: doubles of each field.
  struct Workspace {
    Index size = 0;        ///< doubles that the largest of those who share it needs
    Field memory;          ///< made when first worked in
  };
  void lay_out();
  void prepare();
  std::size_t last() const { return levels_.size() - 1; }
  kernels::Lines input_of(std::size_t level, int node, Index plane) const;
  void descend(std::size_t level, int node, kernels::ConstLines const& in, Index slice, Index plane, Index planes) const;
  void patch(std::size_t level, Node const& node, Index first, Index count, kernels::ConstLines const& in,
             std::vector<kernels::Lines> const& out) const;
  void ascend(std::size_t level, int node, kernels::Lines const& out, Index plane, Index planes, bool add) const;

  grid::Box ghosted_, results_;
  std::vector<Level> levels_;
  std::vector<std::vector<Node>> nodes_;  ///< [level]
  std::vector<double> copies_;            ///< [sum] where no axis has a pass: how many times the field
  Index slices_ = 1;                      ///< independent problems: the axes slower than the march
  Index planes_ = 0;                      ///< ghosted points of the march
  Index plane_in_ = 0;                    ///< ghosted points of a plane
  Index plane_stride_ = 0;                ///< between the planes of what the last pass reads
  Index planes_at_once_ = 1;
  std::vector<LevelPatches> patches_;     ///< [level]; empty: none
  std::shared_ptr<Workspace> workspace_ = std::make_shared<Workspace>();
  std::vector<std::vector<Index>> places_;     ///< [level][buffer]: where it begins in the workspace, none at level 0
  std::vector<std::vector<double*>> work_;     ///< the same in memory
};

}  // namespace mollis::mollifier
