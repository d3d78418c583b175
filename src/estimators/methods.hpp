#pragma once
/// The methods that [inversion] method may name, and what tells them apart to those who do not run them. Plain data.
#include <string>
#include <vector>

namespace mollis::estimators {

struct Method {
  std::string name;
  bool weak_form;           ///< serves [equation] form = "weak"
  bool couples_points;      ///< neighbours count: parameters may be differentiated, and are smoothed
  bool fits_states;         ///< states are unknowns; otherwise data are mollified beforehand, by radii
  int smoothness_order;     ///< of parameters whose deck names none: evidence, which is what fits of states go by, undersmooths at 1
};

/// Joint fits of so many unknowns keep the directions of their linear solves: where chance could decide whether the Hessian is factorised. Two
/// vectors each, so many of them from the start, more as a solve comes to need them.
constexpr double most_unknowns_with_directions = 20000.0;
constexpr int directions_from_the_start = 10;

std::vector<Method> const& methods();
/// What a deck may say: "auto" and the methods.
std::vector<std::string> method_names();
bool is_automatic(std::string const& name);
/// std::out_of_range where there is none of that name: the deck has checked it. "auto": what one method or another can.
Method const& method_named(std::string const& name);

}  // namespace mollis::estimators
