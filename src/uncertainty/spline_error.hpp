#pragma once
/// What the splines of fitted states err by where these change a lot from point to point.
#include "estimate/estimate.hpp"
#include "uncertainty/uncertainty.hpp"

namespace mollis::uncertainty {

/// The m-th derivative of a spline of odd degree d through values of a wave of `angle` radians a point, over the wave's own, less 1:
///   sum_k (angle + 2 pi k)^(m-d-1) angle^(d+1-m) / sum_k (angle / (angle + 2 pi k))^(d+1)  -  1        (Poisson's sum over its images).
double spline_error(int degree, int order, double angle);

/// Adds it to the deviation of every parameter, as a share of its size: that of the highest derivative along the worst axis, at the angle
/// that the fitted states have there, |D^(m+2) u| h^2 / |D^m u| by differences (their core, evenly spaced axes). Collective.
void add_spline_error(problem::Problem const& problem, estimate::Estimate const& estimate, Uncertainty& uncertainty);

}  // namespace mollis::uncertainty
