#pragma once
/// The linear algebra around an equation-error fit: x = lam, J = dR/dlam, W = 1 / Var R,
/// P = sum_p beta_p L_p - N (see NormalMatrix). Vectors of ParameterSpace; rows are R_k over the local box. Collective as Linearisation's members.
#include "estimate/linearisation.hpp"
#include "estimators/equation_error/candidate.hpp"
#include "kernels/field.hpp"

namespace mollis::equation_error {

class Around final : public estimate::Linearisation {
 public:
  /// Takes the candidate over, which was made with these radii and can be made again; `fit` stands where it is linearised. Collective.
  Around(problem::Problem const& problem, mollifier::Settings mollifier, std::unique_ptr<Candidate> candidate, Fit const& fit);

  petsc::Vector make_vector() const override { return problem_.space().make_vector(); }
  void take_parameters(Vec x, Vec parameters) const override;
  void put_parameters(Vec parameters, Vec x) const override;
  estimate::Rows jacobian(Vec v) override;
  void jacobian_transposed(estimate::Rows const& rows, Vec out) override;
  estimate::Rows weights() const override { return {{}, weights_}; }
  void prior(Vec v, Vec out) override;
  void hessian(Vec v, Vec out) override;
  /// e: the response of the residuals to a draw of the data's noise, correlated as the filters make it.
  estimate::Rows draw_noise(int number, Vec noise) override;
  void draw_prior(int number, Vec prior) override;
  /// Of affine systems in the strong form, where NoiseBias does not apply.
  bool pull_of_noise(int number, Vec out) override;
  bool is_white() const override { return false; }
  void set_down() override;
  Solved solve(Vec b, Vec x, double tolerance) override;

 private:
  Candidate& candidate();           ///< made again where it was set down
  EquationError& equation() { return candidate().equation(); }
  void linearise();
  Mat matrix();

  problem::Problem const& problem_;
  mollifier::Settings mollifier_;
  std::unique_ptr<Candidate> candidate_;
  petsc::Vector x_;
  std::vector<Field> weights_;
  std::vector<double> beta_;
  std::vector<Field> partials_;
  bool assembled_ = false;          ///< H stands in the candidate's solver
};

}  // namespace mollis::equation_error
