#include "mollifier/kernel.hpp"

#include <array>
#include <cmath>
#include <stdexcept>

namespace mollis::mollifier {
namespace {

constexpr int highest = 6;
constexpr double pi = 3.14159265358979323846;

/// A truncated Taylor series at s: coefficient n is (d^n f / ds^n) / n!.
using Series = std::array<double, highest + 1>;

/// 1 - (s + t)^2 in powers of t.
Series one_minus_square(double s) {
  Series f{};
  f[0] = (1.0 - s) * (1.0 + s);
  f[1] = -2.0 * s;
  f[2] = -1.0;
  return f;
}

/// cos(rate (s + t)) in powers of t.
Series cosine(double rate, double s) {
  Series f{};
  double const value[4] = {std::cos(rate * s), -std::sin(rate * s), -std::cos(rate * s), std::sin(rate * s)};
  double scale = 1.0;
  for (int n = 0; n <= highest; ++n) {
    f[n] = value[n % 4] * scale;
    scale *= rate / (n + 1);
  }
  return f;
}

/// exp(f): n e_n = sum_{k=1..n} k f_k e_{n-k}.
Series exp(Series const& f) {
  Series e{};
  e[0] = std::exp(f[0]);
  for (int n = 1; n <= highest; ++n) {
    for (int k = 1; k <= n; ++k) e[n] += k * f[k] * e[n - k];
    e[n] /= n;
  }
  return e;
}

/// f^m for f_0 > 0: n f_0 p_n = sum_{k=1..n} (k m - n + k) f_k p_{n-k}.
Series power(Series const& f, double m) {
  Series p{};
  p[0] = std::pow(f[0], m);
  for (int n = 1; n <= highest; ++n) {
    for (int k = 1; k <= n; ++k) p[n] += (k * m - n + k) * f[k] * p[n - k];
    p[n] /= n * f[0];
  }
  return p;
}

Series scaled(Series f, double factor) {
  for (double& c : f) c *= factor;
  return f;
}

Series expand(Kernel const& kernel, double s) {
  switch (kernel.family) {
    case Kernel::Family::bump:
      return exp(scaled(power(one_minus_square(s), -1.0), -1.0));
    case Kernel::Family::polynomial:
      return power(one_minus_square(s), kernel.exponent);
    case Kernel::Family::cosine:
      return power(cosine(0.5 * pi, s), kernel.exponent);
    case Kernel::Family::gaussian: {
      Series square = scaled(one_minus_square(s), 4.5);  // -(s^2) / (2 / 9) = 4.5 (1 - s^2) - 4.5
      square[0] = -4.5 * s * s;
      return exp(square);
    }
  }
  throw std::logic_error("a kernel family without a formula");
}

}  // namespace

double Kernel::operator()(double s) const { return derivative(s, 0); }

double Kernel::derivative(double s, int order) const {
  if (order < 0 || order > highest) throw std::invalid_argument("kernel derivatives are known for orders 0 to 6");
  if (!(std::abs(s) < 1.0)) return 0.0;
  double factorial = 1.0;
  for (int n = 2; n <= order; ++n) factorial *= n;
  return factorial * expand(*this, s)[static_cast<std::size_t>(order)];
}

}  // namespace mollis::mollifier
