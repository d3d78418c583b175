#pragma once
/// Linear solves with the joint Hessian where the equation's weight is large, as a saddle point: with multipliers mu_k = w_k (dR_k x) of the
/// residuals' rows, H x = b is
///   | N  J^T  | | x  |   | b |
///   | J  -1/w | | mu | = | 0 |,   N the data's and the priors' part of H, J = dR.
/// In H what the averaged equation gets wrong of J stands w times over, and iterations grow with the root of w; here it stands alone. The
/// preconditioner is the same matrix with the averaged equation in the place of J, whose inverse that of the averaged Hessian gives
/// (inexact constraint preconditioning: Benzi, Golub and Liesen, Acta Numerica 14 (2005), section 10; the same system is that of weak-constraint
/// 4D-Var: Fisher and Guerol, Q. J. R. Meteorol. Soc. 143 (2017)). Conjugate gradients on this pair, both symmetric and neither positive,
/// are the symmetric variant of biconjugate gradients (Freund and Nachtigal 1994) and may break down: what they leave is for those on H.
#include "estimators/joint/preconditioner.hpp"
#include "run/ticker.hpp"

namespace mollis::joint {

class Saddle {
 public:
  /// Both must outlive this.
  Saddle(Objective& objective, Preconditioner& preconditioner);

  struct Outcome {
    int iterations = 0;
    bool solved = false;
    double first = 0.0;    ///< (b^T P b)^(1/2)
  };
  /// x := about H^-1 b, to `tolerance` of the size of b in the norm of the averaged Hessian's inverse, in at most so many iterations; x = 0 where
  /// these do not get there. `moves`: 1 or 0, one an entry; null: all move. Collective.
  Outcome solve(Vec b, Vec x, Vec moves, double tolerance, int most);

 private:
  struct Pair {
    petsc::Vector x;
    std::vector<Field> rows;
  };
  Pair make_pair() const;
  void multiply(Pair const& in, Pair& out, Vec moves);
  double precondition(Pair const& in, Pair& out, Vec moves);
  double dot(Pair const& a, Pair const& b) const;
  /// y := a x + b y.
  static void update(double a, Pair const& x, double b, Pair& y);

  Objective& objective_;
  Preconditioner& preconditioner_;
  run::Ticker tick_;
};

}  // namespace mollis::joint
