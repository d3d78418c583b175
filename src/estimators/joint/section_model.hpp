#pragma once
/// The joint Hessian as a sparse matrix, factorised: of all axes, where it is the Hessian itself (states and the
/// parameters that are fields); or, where time is an axis, of the space axes for each wave of time, averaged over time:
/// the part of F^H H F that is diagonal in the waves F (T. Chan's optimal circulant, a block for each wave). Data are
/// where they are, coefficients as they vary, ends of the section as they are; beside it stands the line model along
/// time, which knows the ends of time (preconditioner.hpp).
#include <complex>
#include <memory>
#include <optional>

#include "estimators/joint/averages.hpp"
#include "estimators/joint/section_rows.hpp"
#include "run/ticker.hpp"
#include "solver/sparse_inverse.hpp"
#include "spectral/line_transform.hpp"

namespace mollis::joint {

class SectionModel {
 public:
  enum class Waves { all, slow };   ///< slow: of six points or more, the model being 0 of all others
  /// fields: the parameters over all or some axes that are part of it; none beside waves. Collective.
  SectionModel(Objective& objective, int wave, std::vector<int> fields, Waves waves = Waves::all);

  /// Forms and factorises at the objective's last linearise(): the Hessian itself if that differs enough from the last
  /// time, waves once the linear solves since then (since the start: without them) have taken as many iterations as pay
  /// for new factors, or `now`. `moves`: see Preconditioner::update. Collective.
  void update(Vec moves, bool now);
  bool is_ready() const { return waves_.front().inverse != nullptr; }
  /// beta tr(L H^-1) of a field, H the Hessian at the objective's last linearise() and its weights, all axes in the section: how much of
  /// what L holds the data do not tell. The prior of the states is all but left out of this H: it damps their short waves, and would make out
  /// that those of the field are told. As the derivative of log det H, from two factorisations; nothing where there is none. Collective.
  std::optional<double> untold(std::size_t unknown);
  /// An iteration without it.
  void count() { ++used_; }
  /// Fields over this rank's box, states, then parameters: z += factor * model^-1 r. Collective.
  void apply_add(double factor, std::vector<HostField> const& r, std::vector<HostField> const& z);

 private:
  struct Wave {
    std::size_t real, imaginary;  ///< rows of the transformed fields; alike where the wave is real
    std::unique_ptr<solver::SparseInverse> inverse;
    petsc::Vector r, z;
  };
  bool is_fresh(Vec moves, bool now) const;
  /// Many ranks on a machine may have no room for copies of dear factors.
  solver::SparseInverse::Place place() const { return is_dear_ ? solver::SparseInverse::Place::spread : solver::SparseInverse::Place::copies; }
  void remember(Vec moves);
  petsc::Matrix make_matrix(SectionRows::Hessians const& hessians, PetscInt parts) const;
  petsc::Matrix matrix_of(SectionRows::Hessians const& hessians, std::size_t wave);
  void finish(Mat matrix, Vec moves) const;
  void leave_others(std::vector<HostField> const& data) const;

  Objective& objective_;
  int wave_;
  bool is_dear_ = false;
  SectionRows rows_;
  std::unique_ptr<Symbols> symbols_;
  std::unique_ptr<spectral::LineTransform> transform_;
  std::vector<Wave> waves_;
  std::unique_ptr<solver::SparseInverse> evidence_;   ///< of untold(), kept for the order of its entries
  run::Ticker tick_;         ///< while they are made
  petsc::Matrix places_[2];  ///< of the entries of real and of complex waves, without values, once assembled
  // At the last factorisation.
  bool held_ = false;
  int used_ = 0;  ///< times since
  Weights weights_;
  std::vector<double> shares_;   ///< of the states' prior
  std::vector<Field> partials_;
  petsc::Vector moves_;
};

}  // namespace mollis::joint
