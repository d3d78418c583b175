#pragma once
/// Parameters that are no part of the line models: over fewer axes than the grid has, or over all of them where the states are odd about a
/// wall, as they are not. An averaged Schur complement over their own waves, sensitivity + beta L, serves each of them; or, beside a second
/// level, its own part of the Hessian.
#include "estimators/joint/averaged_waves.hpp"
#include "estimators/joint/own_inverse.hpp"

namespace mollis::joint {

class ReducedParameters {
 public:
  /// Collective.
  ReducedParameters(Objective& objective, AveragedWaves const& waves, std::vector<std::size_t> const& unknowns);

  bool empty() const { return all_.empty(); }
  bool are_constants() const;                   ///< all of them
  bool can_own() const;                         ///< whether each has an OwnInverse
  void own();                                   ///< from now on by these, constants not at all. Collective.

  /// At the objective's last linearise() and its weights. Collective.
  void update(Averages const& averages);
  /// Their entries of z := S^-1 those of r, constants only if asked for; all other entries 0. Collective.
  void apply(Vec r, Vec z, bool constants) const;

 private:
  struct One {
    std::size_t unknown;
    std::unique_ptr<spectral::SpectralBox> box;   ///< over its own grid; none for a constant
    HostField smoothness;                         ///< symbol of L at this rank's coefficients
    HostField sensitivity;                        ///< Schur complement of the data, there (one: the same for all)
    std::unique_ptr<OwnInverse> own;
  };
  HostField smoothness_of(One const& one) const;
  HostField sensitivity_of_field(Averages const& averages, One const& one) const;
  HostField sensitivity_of_fewer_axes(Averages const& averages, One const& one) const;
  void divide(One const& one, HostField& values) const;
  parameters::Unknown const& unknown(One const& one) const { return objective_.problem().space().unknowns()[one.unknown]; }

  Objective& objective_;
  AveragedWaves const& waves_;
  bool owned_ = false;
  std::vector<One> all_;
};

}  // namespace mollis::joint
