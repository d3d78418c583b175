#pragma once
/// The order in which method = "auto" tries methods.
#include <string>
#include <vector>

#include "problem/problem.hpp"

namespace mollis::inference {

struct Candidate {
  std::string method, why;   ///< why it comes where it does, for the log
  bool weak = false;         ///< in the weak form, where the equation and the data have one
};

/// Whether no parameter is over an axis. Not collective.
bool constants_alone(problem::Problem const& problem);

/// - the weak form: equation error, which alone serves it;
/// - gaps or a mask on three axes and more, up to second order, one number for the noise, and no single field over all axes: equation error
///   first, as joint fits may take hours;
/// - other gaps and masks, noise that varies, derivatives of third order and more: states fitted with the parameters first, as noise or gaps
///   leave little of mollified data;
/// - one field over all axes, undifferentiated: likewise, as there is no smoothing bias and no search for radii;
/// - all else: equation error first, from which the joint fit would start, and which takes a fraction of its time where parameters
///   are differentiated or live on some of the axes.
/// Constants alone of data without gaps are asked in the weak form, too, which bends nothing: on three axes and more before a joint fit, which may
/// take hours, else after it, as fitted states see more of a wrong equation.
/// Not collective.
std::vector<Candidate> candidates(problem::Problem const& problem);

}  // namespace mollis::inference
