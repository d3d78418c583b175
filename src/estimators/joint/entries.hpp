#pragma once
/// What sparse forms of the joint Hessian are put together from: taps of products of line filters, and rows of smoothness.
#include <petscmat.h>

#include "grid/numbering.hpp"
#include "parameters/parameter_space.hpp"

namespace mollis::joint {

/// body(column, offset) for each point of a box of `width` along `axes` axes from `first` on, the last axis fastest: the points that a product of
/// line filters reads. Not collective.
template <class Body>
void for_each_tap(std::size_t axes, grid::Numbering::Point const& first, grid::Numbering::Point const& width, Body const& body) {
  Index taps = 1;
  for (std::size_t i = 0; i < axes; ++i) taps *= width[i];
  for (Index tap = 0; tap < taps; ++tap) {
    grid::Numbering::Point offset{}, column{};
    Index rest = tap;
    for (std::size_t i = axes; i-- > 0;) {
      offset[i] = rest % width[i];
      column[i] = first[i] + offset[i];
      rest /= width[i];
    }
    body(column, offset);
  }
}

/// to += beta L, the rows of this rank's points of a parameter that it owns, at the places that `numbers` gives them. Not collective.
void add_smoothness(Mat to, parameters::Unknown const& unknown, grid::Numbering const& numbers, double beta);

}  // namespace mollis::joint
