#pragma once
/// Weighted least-squares fit of a local polynomial, as weights on the values: internal to the room.
#include <vector>

#include "mollifier/kernel.hpp"

namespace mollis::mollifier {

/// Weights w_j such that sum_j w_j g_j = P^(order)(0), P the polynomial of `degree` that minimises
/// sum_j e_j (P(d_j) - g_j)^2. offsets: d_j, distinct; importance: e_j > 0. Exact on polynomials up to `degree`.
/// Orthonormal polynomials by Arnoldi (Brubeck, Nakatsukasa, Trefethen 2021), so that no ill-conditioned matrix arises.
std::vector<double> local_fit(std::vector<double> const& offsets, std::vector<double> const& importance, int degree,
                              int order);

/// The same for several orders at once.
std::vector<std::vector<double>> local_fits(std::vector<double> const& offsets, std::vector<double> const& importance, int degree,
                                            std::vector<int> const& orders);

}  // namespace mollis::mollifier
