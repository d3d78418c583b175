#include "uncertainty/student.hpp"

#include <cmath>

namespace mollis::uncertainty {

double widening(double n, double z) {
  double const f = n, z2 = z * z;
  double const g1 = (z2 + 1.0) / 4.0, g2 = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0, g3 = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
  double const g4 = ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0;
  return 1.0 + g1 / f + g2 / (f * f) + g3 / (f * f * f) + g4 / (f * f * f * f);
}

}  // namespace mollis::uncertainty
