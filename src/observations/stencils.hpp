#pragma once
/// Line filters that noise is estimated with.
#include <array>

#include "mollifier/line_filter.hpp"

namespace mollis::observations {

/// Passes values through unchanged.
mollifier::LineFilter identity(grid::Axis const& axis);

/// [1 -4 6 -4 1] / sqrt(70) where it fits: passes white noise with unit gain and hardly any smooth signal. Axes of 5 points or more.
mollifier::LineFilter fourth_difference(grid::Axis const& axis);
/// The same about the point `shift` (-1, 0, 1) beside each, where all three fit. Axes of 7 points or more.
mollifier::LineFilter fourth_difference(grid::Axis const& axis, Index shift);

/// What the cubic of the seven points at an open end leaves of them, seen from each of the three points nearest to that end: rows of three
/// orthogonal filters of unit gain, the first of which alone passes a value there (by sqrt(1 - h), h its leverage: 0.27 at the end, 0.74
/// beside it). Rows further in pass nothing. Axes of 7 points or more.
std::array<mollifier::LineFilter, 3> left_at_ends(grid::Axis const& axis);

/// [1 -8 28 -56 70 -56 28 -8 1] / sqrt(12870), likewise. Axes of 9 points or more.
mollifier::LineFilter eighth_difference(grid::Axis const& axis);

/// Sums over the points at most `reach` away, fewer beyond which an open axis ends. reach <= (points - 1) / 2.
mollifier::LineFilter sum_within(grid::Axis const& axis, Index reach);

}  // namespace mollis::observations
