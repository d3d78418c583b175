#pragma once
/// Averages of a linearised residual over the grid, from which preconditioners with constant coefficients are made. Not collective but averages_of.
#include "estimators/joint/objective.hpp"
#include "spectral/spectral_box.hpp"

namespace mollis::joint {

/// Symbols of the spline filters along each axis of the extended lattice: [axis][order][coefficient]; even orders
/// sum_j w_j cos(j theta), odd ones sum_j w_j sin(j theta).
class Symbols {
 public:
  using Angles = std::vector<std::vector<double>>;  ///< theta of each coefficient, [axis][coefficient], radians a place
  Symbols(Lattice const& lattice, equation::System const& system, Angles const& angles);
  /// Of the coefficients of the extended lattice in its bases.
  Symbols(Lattice const& lattice, equation::System const& system);
  static Angles angles_of(Lattice const& lattice);
  double at(int axis, int order, Index k) const {
    return tables_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(order)][static_cast<std::size_t>(k)];
  }

 private:
  std::vector<std::vector<std::vector<double>>> tables_;
};

/// Bases in which the lattice's filters are (open ends: nearly) diagonal.
std::vector<spectral::Basis> bases_of(Lattice const& lattice);

/// The mode of a box of coefficients with that row-major number.
using Mode = std::array<Index, max_axes>;
Mode mode_of(grid::Box const& box, Index number);

/// A term P_kf D^f u_s of residual k.
struct Term {
  int residual, state, partial;      ///< partial: position in System::by_state
  mollifier::MultiIndex order;
};
std::vector<Term> terms_of(equation::System const& system);   ///< all, residual by residual

/// Means over the points of the grid, at the objective's last linearise().
struct Averages {
  std::vector<Term> terms;
  std::vector<double> mean;                   ///< of P, one a term
  std::vector<std::vector<double>> second;    ///< of P_a P_b for two terms of one residual, else 0; 0 where their orders
                                              ///< differ in parity along some axis, as on average over a wave's phase
  std::vector<std::vector<std::vector<int>>> of;  ///< [residual][state]: terms; in place [states] those of all states
  std::vector<double> data;                   ///< data a point / sigma^2, one a state
  std::vector<std::vector<double>> prior;     ///< tau over `data`, [state][axis]
  std::vector<double> equation;               ///< w_k times the share of points that carry a residual
};
/// The same with E P_a P_b = E P_a E P_b. Not collective.
Averages of_means(Averages averages);
/// Of the objective at its last linearise() and its weights; the same on all ranks. Collective.
Averages averages_of(Objective& objective);

/// products := those of the terms' symbols over the axes of a mode, but for `line` (-1: all axes).
void put_symbols(Averages const& averages, Symbols const& symbols, Mode const& mode, int axes, int line,
                 std::vector<double>& products);
/// The same over a list of axes.
void put_symbols(Averages const& averages, Symbols const& symbols, Mode const& mode, std::vector<int> const& axes,
                 std::vector<double>& products);
/// S, the symbol of the mollifier, over the axes of a mode but for `line`.
double smoothing_of(Symbols const& symbols, Mode const& mode, int axes, int line = -1);

/// body(number, products, S) for every wave of a box of coefficients in row-major order: put_symbols() over all axes, and S by `of_data`.
template <class Body>
void over_waves(grid::Box const& box, Averages const& averages, Symbols const& of_terms, Symbols const& of_data, Body const& body) {
  int const last = box.dimension() - 1;
  std::vector<double> ahead, products(averages.terms.size());
  for (Index m = 0; m < box.size();) {
    auto const mode = mode_of(box, m);
    put_symbols(averages, of_terms, mode, box.dimension(), last, ahead);
    double const smoothing = smoothing_of(of_data, mode, box.dimension(), last);
    for (Index k = box[last].lower; k < box[last].upper; ++k, ++m) {
      for (std::size_t t = 0; t < products.size(); ++t)
        products[t] = ahead[t] * of_terms.at(last, averages.terms[t].order[static_cast<std::size_t>(last)], k);
      body(m, products, smoothing * of_data.at(last, 0, k));
    }
  }
}

/// sigma^2 K / |S|^2: the variance that the noise of a state puts into a wave of a residual, from the products of the terms'
/// symbols and S.
double noise_in(Averages const& averages, std::vector<double> const& products, double smoothing, std::size_t residual,
                std::size_t state);
/// Angles of the waves over a grid: cosines along open axes, whatever reflects, Fourier's along periodic ones.
Symbols::Angles angles_of(grid::Grid const& grid);
/// Those by which a derivative sees waves: between open ends what is constant in a residual comes from a tilt or a bend of the
/// state, the noise of which is that of half a wave.
Symbols::Angles tilted(Symbols::Angles angles, grid::Grid const& grid);

/// What a list of terms of one residual is taken for: the root of second_moment(), with the sign of the mean.
double amplitude(Averages const& averages, std::vector<int> const& terms, std::vector<double> const& symbols);
/// E (sum_a P_a s_a)^2 over a list of terms of one residual with their symbols.
double second_moment(Averages const& averages, std::vector<int> const& terms, std::vector<double> const& symbols);

}  // namespace mollis::joint
