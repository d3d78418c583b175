#pragma once
/// The equation as a system of first order in time: which unknowns a frame has, and which residual moves which state.
#include <string>
#include <vector>

#include "equation/system.hpp"

namespace mollis::predict {

/// An unknown of a frame: d^order/dt^order of a state.
struct Component {
  int state, order;
};

struct Layout {
  int time = -1;                            ///< the axis t; -1: none
  std::vector<int> top;                     ///< [state]: its highest derivative in time
  std::vector<int> residual_of;             ///< [state]: the residual that moves it
  std::vector<Component> components;        ///< of a state: orders 0 to max(top, 1) - 1, next to each other
  std::vector<int> first;                   ///< [state]: its component of order 0

  bool steady() const;                      ///< no derivative in time at all
  int last_of(int state) const { return first[static_cast<std::size_t>(state)] + std::max(top[static_cast<std::size_t>(state)], 1) - 1; }
};

/// Every state gets a residual of its own, that with its highest derivative in time where there is one. run::Error bad_deck (without a
/// place) where that cannot be: another number of residuals than states, a state in none of them, third derivatives in time.
Layout lay_out(equation::System const& system, std::vector<std::string> const& axes, std::vector<std::string> const& states);

/// The order of a feature of a state in time, and in space (0 along t).
int order_in_time(Layout const& layout, equation::Feature const& feature);
mollifier::MultiIndex order_in_space(Layout const& layout, equation::Feature const& feature);

}  // namespace mollis::predict
