#include "mollifier/local_fit.hpp"

#include <algorithm>
#include <cmath>

namespace mollis::mollifier {
namespace {

using Real = long double;
using Values = std::vector<Real>;

Real inner(Values const& a, Values const& b, Values const& weight) {
  Real sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j] * weight[j];
  return sum;
}

/// A polynomial known by its values on the points and its derivatives 0 .. order at 0.
struct Polynomial {
  Values values, at_zero;
};

void subtract(Polynomial& p, Real factor, Polynomial const& q) {
  for (std::size_t j = 0; j < p.values.size(); ++j) p.values[j] -= factor * q.values[j];
  for (std::size_t k = 0; k < p.at_zero.size(); ++k) p.at_zero[k] -= factor * q.at_zero[k];
}

void normalise(Polynomial& p, Values const& weight) {
  Real const factor = 1 / std::sqrt(inner(p.values, p.values, weight));
  for (Real& v : p.values) v *= factor;
  for (Real& v : p.at_zero) v *= factor;
}

/// t p(t); (t p)^(k)(0) = k p^(k-1)(0).
Polynomial times_t(Polynomial const& p, Values const& t) {
  Polynomial q = p;
  for (std::size_t j = 0; j < t.size(); ++j) q.values[j] *= t[j];
  for (std::size_t k = 0; k < p.at_zero.size(); ++k) q.at_zero[k] = k == 0 ? Real(0) : Real(k) * p.at_zero[k - 1];
  return q;
}

std::vector<Polynomial> orthonormal_basis(Values const& t, Values const& weight, int degree, int order) {
  Polynomial one{Values(t.size(), 1), Values(static_cast<std::size_t>(order) + 1, 0)};
  one.at_zero[0] = 1;
  normalise(one, weight);
  std::vector<Polynomial> basis{one};
  while (static_cast<int>(basis.size()) <= degree) {
    Polynomial next = times_t(basis.back(), t);
    for (int sweep = 0; sweep < 2; ++sweep)
      for (Polynomial const& q : basis) subtract(next, inner(next.values, q.values, weight), q);
    normalise(next, weight);
    basis.push_back(next);
  }
  return basis;
}

}  // namespace

std::vector<std::vector<double>> local_fits(std::vector<double> const& offsets, std::vector<double> const& importance, int degree,
                                            std::vector<int> const& orders) {
  Real scale = 0;
  for (double d : offsets) scale = std::max(scale, std::abs(Real(d)));
  if (scale == 0) scale = 1;
  Values t(offsets.begin(), offsets.end());
  for (Real& v : t) v /= scale;
  Values const weight(importance.begin(), importance.end());
  auto const basis = orthonormal_basis(t, weight, degree, *std::max_element(orders.begin(), orders.end()));
  std::vector<std::vector<double>> all;
  for (int const order : orders) {
    Values sum(t.size(), 0);
    for (Polynomial const& q : basis)
      for (std::size_t j = 0; j < t.size(); ++j) sum[j] += weight[j] * q.values[j] * q.at_zero[static_cast<std::size_t>(order)];
    Real const unit = std::pow(scale, Real(-order));
    all.emplace_back(t.size());
    for (std::size_t j = 0; j < t.size(); ++j) all.back()[j] = static_cast<double>(sum[j] * unit);
  }
  return all;
}

std::vector<double> local_fit(std::vector<double> const& offsets, std::vector<double> const& importance, int degree,
                              int order) {
  return local_fits(offsets, importance, degree, {order}).front();
}

}  // namespace mollis::mollifier
