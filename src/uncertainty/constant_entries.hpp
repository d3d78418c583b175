#pragma once
/// The entries of constants in a vector of parameters (ParameterSpace), on all ranks.
#include <vector>

#include "parameters/parameter_space.hpp"

namespace mollis::uncertainty {

class ConstantEntries {
 public:
  /// space: outlives this. Not collective.
  explicit ConstantEntries(parameters::ParameterSpace const& space);
  /// The constants' entries, in the order of `positions`. Collective.
  std::vector<double> read(Vec parameters) const;
  /// Where among `positions` the unknowns from `first` on, `count` of them, stand. Not collective.
  std::vector<std::size_t> places_of(std::size_t first, int count) const;
  /// 1 at constant i, 0 elsewhere. Collective.
  petsc::Vector unit(std::size_t i) const;

  std::vector<std::size_t> positions;   ///< of the constants among the unknowns

 private:
  parameters::ParameterSpace const& space_;
};

}  // namespace mollis::uncertainty
