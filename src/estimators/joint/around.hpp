#pragma once
/// The linear algebra around a joint fit: x = (g, p), rows S g - d and R_k, W = (M / sigma^2, w_k M_R), P = tau L_g + beta L_p. Collective as its base.
#include "estimate/linearisation.hpp"
#include "estimators/joint/gauss_newton.hpp"

namespace mollis::joint {

class Around final : public estimate::Linearisation {
 public:
  /// Takes over the problem and the objective on it, which stands at x, a vector of Objective::make_vector(). Collective.
  Around(std::unique_ptr<problem::Problem const> problem, std::unique_ptr<Objective> objective, petsc::Vector x);

  petsc::Vector make_vector() const override { return objective_->make_vector(); }
  void take_parameters(Vec x, Vec parameters) const override { objective_->take_parameters(x, parameters); }
  void put_parameters(Vec parameters, Vec x) const override { objective_->put_parameters(parameters, x); }
  Field state(Vec x, std::size_t s) override { return objective_->state_of(x, s); }
  estimate::Rows jacobian(Vec v) override { return objective_->jacobian(v); }
  void jacobian_transposed(estimate::Rows const& rows, Vec out) override { objective_->jacobian_transposed(rows, out); }
  estimate::Rows weights() const override { return objective_->row_weights(); }
  void prior(Vec v, Vec out) override { objective_->apply_prior(v, out); }
  void hessian(Vec v, Vec out) override { objective_->apply_hessian(v, out); }
  bool pull_of_states(Vec v, Vec out) override {
    objective_->pull_of_states(v != nullptr ? v : static_cast<Vec>(x_), out);
    return true;
  }
  estimate::Rows draw_noise(int number, Vec noise) override { return objective_->draw_noise(number, noise); }
  void draw_prior(int number, Vec prior) override { objective_->draw_prior(number, prior); }
  double overweight(std::size_t unknown) const override { return objective_->overweight(unknown); }
  double hidden(std::size_t unknown) const override { return objective_->hidden(unknown); }
  std::vector<estimate::Rows> slopes_at(Vec x, std::vector<std::size_t> const& unknowns) override;
  bool may_be_curved() const override;
  double rise(Vec v) override;
  bool is_white() const override { return true; }
  Solved solve(Vec b, Vec x, double tolerance) override;

  /// States and parameters of the fit.
  Vec solution() const { return x_; }
  Objective& objective() const { return *objective_; }

 private:
  struct Solver;                                  ///< made when first asked for
  std::unique_ptr<problem::Problem const> problem_;
  std::unique_ptr<Objective> objective_;
  petsc::Vector x_;
  std::shared_ptr<Solver> solver_;
};

}  // namespace mollis::joint
