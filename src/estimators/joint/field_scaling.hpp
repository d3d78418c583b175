#pragma once
/// Parameters over all axes as the line models take them: q = T p with T = (dR/dp) / c at each point, c the size of all other terms of the
/// residual that sees p best (c^2 = sum of kappa P^2, kappa the terms' AveragedWaves::sizes_of_terms()). The residual then reads alpha q with
/// a constant alpha; what of dR/dq varies enters by its variance. T is a number where dR/dp changes its sign, or several fields share a residual.
#include "estimators/joint/averaged_waves.hpp"
#include "estimators/joint/line_model.hpp"

namespace mollis::joint {

class FieldScaling {
 public:
  FieldScaling(Objective const& objective, AveragedWaves const& waves) : objective_(objective), waves_(waves) {}

  /// For these parameters, at the objective's last linearise() and its weights; `edges`: with what EdgeModel takes of the coupling. Collective.
  void update(Averages const& averages, std::vector<int> const& unknowns, bool edges);
  /// The parameters alone, no coupling: where no averages are made.
  void set_unknowns(std::vector<int> const& unknowns) { coupling_.unknowns = unknowns; }
  /// As if dR/dq did not vary: where the equation is stiff. Not collective.
  void forget_variance();
  /// Frees what edges alone read of the coupling, once they are made of it. Not collective.
  void forget_places();
  FieldCoupling const& coupling() const { return coupling_; }

  /// This rank's values of parameter i over T, on the extended lattice; 0 beyond the grid. Not collective.
  HostField embedded(Field const& piece, std::size_t i) const;
  /// The reverse, of z = P r: T divides once more. Not collective.
  void take_out(HostField const& field, std::size_t i, Field const& piece) const;

 private:
  struct Slopes {
    std::vector<HostField> of;   ///< dR_k/dp, one a residual
    std::size_t lead = 0;        ///< the residual that sees p best
  };
  void clear(std::size_t fields, std::size_t residuals);
  Slopes slopes_of(Averages const& averages, std::size_t unknown) const;
  bool find_scale(Averages const& averages, std::vector<double> const& kappa, Slopes const& slopes, std::size_t i);
  void find_means(Averages const& averages, Slopes const& slopes, bool steady, std::size_t i);
  void find_roughened(std::size_t i);
  std::vector<HostField> find_varying(Averages const& averages, std::size_t i, bool edges);
  void put_unit(std::size_t i, double unit);
  void add_squares(double weight, HostField const& points, HostField const& lattice) const;
  std::size_t size() const { return static_cast<std::size_t>(objective_.problem().grid.local_size()); }
  double points() const { return static_cast<double>(objective_.problem().grid.points()); }
  MPI_Comm comm() const { return objective_.problem().grid.comm(); }

  Objective const& objective_;
  AveragedWaves const& waves_;
  FieldCoupling coupling_;
  std::vector<HostField> scale_;   ///< T of each parameter at this rank's points
};

}  // namespace mollis::joint
