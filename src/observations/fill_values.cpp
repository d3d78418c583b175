#include "observations/fill_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "run/error.hpp"

namespace mollis::observations {
namespace {

constexpr double large = 1e-3, small = 1e-3 * 2.220446049250313e-16;  ///< of the largest value
constexpr double drowned = 0.05, between = 1e-3;                      ///< shares of the values that are not 0

}  // namespace

void refuse_fill_values(MPI_Comm comm, double const* values, std::size_t size, double largest, std::string const& what) {
  double counts[4] = {0.0, 0.0, 0.0, 0.0};  // not 0; small; large; the largest of the small
  for (std::size_t i = 0; i < size; ++i) {
    double const value = std::abs(values[i]);
    if (!(value > 0.0)) continue;
    counts[0] += 1.0;
    counts[1] += value < small * largest ? 1.0 : 0.0;
    counts[2] += value > large * largest ? 1.0 : 0.0;
    if (value < small * largest) counts[3] = std::max(counts[3], value);
  }
  MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_DOUBLE, MPI_SUM, comm);
  MPI_Allreduce(MPI_IN_PLACE, counts + 3, 1, MPI_DOUBLE, MPI_MAX, comm);
  if (counts[1] < drowned * counts[0] || counts[1] == 0.0 || counts[0] - counts[1] - counts[2] > between * counts[0]) return;
  throw run::Error(run::Exit::bad_data,
                   fmt::format("{}: {:.0f} values are as large as {:.3g}, {:.0f} not above {:.2g}, less than its rounding: fill values, or data "
                               "gone wrong; write NaN where nothing was observed", what, counts[2], largest, counts[1], counts[3]));
}

}  // namespace mollis::observations
