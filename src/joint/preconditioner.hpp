#pragma once
/// Preconditioner of the joint Gauss-Newton matrix: the mean of the averaged Hessians' inverses that are each exact along
/// one open axis (LineModel), or the one inverse in Fourier space where no axis is open. Parameters over all axes are part
/// of these models, scaled by what multiplies them in the residuals where that hardly changes sign (q = T p, so that the
/// residual reads alpha q with a constant alpha); parameters over fewer axes follow by a block L D L^T with their true
/// coupling and an averaged Schur complement.
#include "joint/line_model.hpp"

namespace mollis::joint {

class Preconditioner {
 public:
  explicit Preconditioner(Objective& objective);  ///< Collective.

  /// For the objective's last linearise() and its present weights. Collective.
  void update();
  /// z := P r. Collective.
  void apply(Vec r, Vec z);

 private:
  /// A parameter over fewer axes than the grid has.
  struct Reduced {
    std::size_t unknown;
    std::unique_ptr<spectral::SpectralBox> box;       ///< over its own grid
    std::vector<double> smoothness;                   ///< symbol of L at this rank's coefficients
    double sensitivity = 0.0;                         ///< Schur complement of the data, an entry
  };
  void scale_fields(Averages const& averages);
  void find_sensitivities(Averages const& averages);
  void apply_fields(Vec r, Vec z);
  void apply_reduced(Vec r, Vec z);
  std::vector<std::vector<double>> unpack(Vec r) const;
  void pack(std::vector<std::vector<double>> const& fields, Vec z) const;
  std::vector<double> spectrum_of(Field const& a);
  double seen_by_data(Averages const& averages, std::vector<std::vector<double>> const& left,
                      std::vector<std::vector<double>> const& right);

  Objective& objective_;
  std::vector<std::unique_ptr<LineModel>> models_;
  spectral::SpectralBox whole_;                       ///< all axes of the extended lattice transformed
  Symbols symbols_;
  FieldCoupling coupling_;
  std::vector<std::vector<double>> scale_;            ///< T of each field parameter at this rank's points
  std::vector<Reduced> reduced_;
};

}  // namespace mollis::joint
