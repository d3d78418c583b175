#pragma once
/// The linear algebra around an estimate x* that minimises |rows(x)|_W^2 / 2 + prior(x): with J the rows' derivative there,
///   H = J^T W J + P,   P the prior's second derivative (less what noise adds to J^T W J, where a method takes that out).
/// All members are collective.
#include <cmath>
#include <vector>

#include "kernels/field.hpp"
#include "petsc/handles.hpp"

namespace mollis::estimate {

/// Rows of a least-squares problem: what the data say of the states (H S g - d, one field a state, a row a datum of this rank; none
/// where states are no unknowns) and what the equation says (R, one field a residual, over the local box). 0 where there is no row.
struct Rows {
  std::vector<Field> data, equation;
};

class Linearisation {
 public:
  virtual ~Linearisation() = default;

  /// Zeros, of the size of x: the parameters alone, or states and parameters.
  virtual petsc::Vector make_vector() const = 0;
  /// The parameters' entries of x (a vector of ParameterSpace), and back.
  virtual void take_parameters(Vec x, Vec parameters) const = 0;
  virtual void put_parameters(Vec parameters, Vec x) const = 0;

  /// S g of a state's part of x, over the local box; empty where states are no unknowns.
  virtual Field state(Vec, std::size_t) { return {}; }

  virtual Rows jacobian(Vec v) = 0;                                   ///< J v
  virtual void jacobian_transposed(Rows const& rows, Vec out) = 0;    ///< out := J^T rows
  virtual Rows weights() const = 0;                                   ///< the diagonal of W
  virtual void prior(Vec v, Vec out) = 0;                             ///< out := P v
  virtual void hessian(Vec v, Vec out) = 0;                           ///< out := H v
  /// out := the part of P v that is what was believed of observed states, v null: of P x*. False where states are no unknowns.
  virtual bool pull_of_states(Vec /*v*/, Vec /*out*/) { return false; }

  /// A draw e of the rows' noise, with the covariance that it really has, and noise := J^T W e; prior := a draw of N(0, P). So
  /// H^-1 (noise + prior) is a draw of the error of x*, and e less J of it one of what the fit leaves of the rows (perturb and
  /// optimise: Papandreou and Yuille, NIPS 2010). The same for a number on any number of ranks.
  virtual Rows draw_noise(int number, Vec noise) = 0;
  virtual void draw_prior(int number, Vec prior) = 0;
  Rows draw(int number, Vec noise, Vec prior) {
    draw_prior(number, prior);
    return draw_noise(number, noise);
  }
  /// The smoothness weight of a field over the one that the field itself supports, f / <p, L p> with f its degrees of freedom; 1 where it is
  /// no more, or a method does not tell. Not collective.
  virtual double overweight(std::size_t /*unknown*/) const { return 1.0; }
  /// Standard deviation of what a field may vary by, in the fitted variable, though its smoothness weight has left it no variation of its own; 0 where
  /// it has some, or a method does not tell. Not collective.
  virtual double hidden(std::size_t /*unknown*/) const { return 0.0; }
  /// dR/dc of each of these constants (one Rows a constant, data empty) where the states of the fit have moved by those of x; nothing where
  /// states are no unknowns.
  virtual std::vector<Rows> slopes_at(Vec /*x*/, std::vector<std::size_t> const& /*unknowns*/) { return {}; }
  /// out := dJ^T W e, e that of draw() and dJ what the same noise changes in J: on average what noise in what the parameters multiply pulls a
  /// fit by. False where a method takes that out, where states are fitted, and where it is not told.
  virtual bool pull_of_noise(int /*number*/, Vec /*out*/) { return false; }
  /// Whether it is in doubt that rows are linear over the error of x*, so that rise() is asked for: data that do not cover the states.
  virtual bool may_be_curved() const { return false; }
  /// How much the objective rises where parameters move by those of v, a draw of the error, and states follow, over what H says of it: 1 where rows are linear as
  /// far as that. NaN where it is not told.
  virtual double rise(Vec /*v*/) { return NAN; }
  /// Whether W^-1 is the covariance of the rows' noise, so that H^-1 is that of the error. Not collective.
  virtual bool is_white() const = 0;

  /// Frees what solves, draws and products work with, which are made again where one is asked for: while another fit stands beside this one.
  virtual void set_down() {}

  struct Solved {
    bool converged = false;
    int iterations = 0;
  };
  /// x := H^-1 b to a relative `tolerance`; x holds the first guess.
  virtual Solved solve(Vec b, Vec x, double tolerance) = 0;
};

}  // namespace mollis::estimate
