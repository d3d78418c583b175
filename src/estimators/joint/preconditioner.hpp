#pragma once
/// Preconditioner of the joint Gauss-Newton matrix: the mean of the averaged Hessians' inverses that are each exact along
/// one open axis (LineModel), and where the ends of two of these meet an inverse exact along both (EdgeModel), or the one inverse in Fourier
/// space where no axis is open. Parameters over all axes are part
/// of these models, scaled by what multiplies them in the residuals where that hardly changes sign (q = T p, so that the
/// residual reads alpha q with a constant alpha); parameters over fewer axes follow by a block L D L^T with their true
/// coupling and an averaged Schur complement. Where data are scattered or scarce, or the domain is no box, averages say little, as
/// they do where a solve by them has failed: there
/// the Hessian itself is factorised, as a sparse matrix where its factors are cheap, or for each wave of time, and that model's inverse
/// and those of the lines are averaged (SectionModel). Few unknowns with parameters over some of the axes: solver::DenseInverse.
#include "estimators/joint/coarse_model.hpp"
#include "estimators/joint/constant_directions.hpp"
#include "estimators/joint/edge_model.hpp"
#include "estimators/joint/field_scaling.hpp"
#include "estimators/joint/reduced_parameters.hpp"
#include "estimators/joint/section_model.hpp"
#include "estimators/joint/stiff_directions.hpp"
#include "kernels/field.hpp"
#include "solver/dense_inverse.hpp"

namespace mollis::joint {

class Preconditioner final : public solver::Preconditioner {
 public:
  explicit Preconditioner(Objective& objective);  ///< Collective.

  /// For the objective's last linearise() and its present weights. `moves`: 1 or 0, one an entry; null: all move. `many`: many solves
  /// follow, for which the dearest factors pay. Collective.
  void update(Vec moves = nullptr, bool many = false);
  bool is_exact() const { return kind_ == Kind::exact; }
  /// From the next update() on: whether edges are left as the lines have them. What lives there is then next to invisible in the norm r^T P r, in
  /// which a rough step ends sooner.
  void leave_edges(bool leave) { leaves_edges_ = leave; }
  /// SectionModel::untold() of a parameter; nothing where the Hessian is not factorised. Collective.
  std::optional<double> untold(std::size_t unknown) const {
    return is_exact() ? section_->untold(unknown) : std::nullopt;
  }
  /// Whether it is made of averages where factors of the Hessian are cheap enough: set_averages_fail() of the objective, and a preconditioner
  /// made after that takes to them. Collective.
  bool can_leave_averages() const;
  /// z := P r. Collective.
  void apply(Vec r, Vec z) override;
  /// (z, multipliers) := K^-1 (r, rows), K the averaged matrix of Saddle; where the objective is stiff and is_one_model(). Returns y^T z, y the right-hand
  /// side that is left of both for z: the square of an error in the norm of the averaged Hessian. Collective.
  double apply_saddle(Vec r, std::vector<Field> const& rows, Vec z, std::vector<Field>& multipliers);
  /// Whether the models are the averaged Hessian's inverse itself, not a mean of several.
  bool is_one_model() const { return kind_ == Kind::averages && models_.size() == 1 && !has_levels(); }
  /// What it is for these data, in words; empty where it is made of averages. Collective.
  static std::string describe(Objective const& objective);

 private:
  void make_models();
  void update_models(Averages const& averages);
  void apply_fields(Vec r, Vec z);
  void apply_to_rest(Vec r, Vec z);
  void apply_levels(Vec r, Vec z);
  void apply_section(Vec r, Vec z);
  bool has_directions() const { return section_ && section_->is_ready() && !objective_.holds_parameters(); }
  bool has_levels() const { return !coarse_.empty(); }
  bool serves_constants() const { return !has_directions() && !has_levels(); }   ///< by a Schur complement of their own

  std::vector<HostField> states_and_fields(Vec r) const;
  void put_states_and_fields(std::vector<HostField> const& values, petsc::Writing& to) const;
  std::vector<Field> rows_of(std::vector<HostField> const& waves) const;
  void add_rows_transposed(std::vector<Field> const& rows, std::vector<HostField> const& waves) const;

  Objective& objective_;
  enum class Kind { averages, dense, exact, waves };
  static Kind kind_of(Objective const& objective);
  Kind kind_;
  std::unique_ptr<solver::DenseInverse> dense_;       ///< in place of all that follows, where it is wanted
  std::unique_ptr<SectionModel> section_;             ///< in place of the line models, or beside them where waves are taken apart
  std::vector<std::unique_ptr<LineModel>> models_;
  std::vector<std::unique_ptr<EdgeModel>> edges_;     ///< of each two of their lines
  std::vector<std::unique_ptr<CoarseModel>> coarse_;  ///< beside the lines, where these leave much that is smooth
  bool leaves_edges_ = false, has_edges_ = false;     ///< from the next update() on, now
  AveragedWaves waves_;
  std::vector<int> fields_;                           ///< unknowns that are part of the line models
  FieldScaling scaling_;                              ///< of these, or of none while parameters are held
  std::unique_ptr<ReducedParameters> reduced_;        ///< all others
  ConstantDirections directions_;                     ///< of constants, beside a section
  StiffDirections stiff_;                             ///< of fields in the models, where many solves follow
};

}  // namespace mollis::joint
