#pragma once
/// The joint objective over x = (g, p): coefficients g of every state on the extended lattice, parameters p,
///   J(x) = sum_s |H_s S g_s - d_s|^2_{N_s} / 2 + sum_s tau_s/2 <g_s, L_g g_s> + sum_k w_k/2 |M_R R_k(jets g, p)|^2
///        + sum_p beta_p/2 <p, L_p p>,
/// u_s = S g_s the mollified state, jets its exact derivatives, H_s what was observed of it (observations/operator.hpp) and N_s
/// its noise: |r|^2_N = sum r_i^2 / sigma_i^2, 0 in gaps. M_R masks points where R is not defined, L_g is the roughness at open
/// ends, tau_s the data a point over sigma_s^2 (more along axes where data are scarce: Roughness::scales), L_p the smoothness form; p stands for log lambda where
/// transform = "log". Its Gauss-Newton matrix, with P_kf = dR_k/df:
///   H = diag((H_s S)^T N^-1 H_s S + tau L_g, beta L_p) + sum_k w_k (dR_k)^T M_R (dR_k),  dR_k = sum_f P_kf D^f g + sum_f A_kf D^f p.
#include <cstdint>
#include <optional>

#include "estimate/linearisation.hpp"
#include "estimators/joint/roughness.hpp"
#include "kernels/jet_sums.hpp"
#include "parameters/smoothness_product.hpp"
#include "petsc/access.hpp"
#include "problem/problem.hpp"
#include "residual/residual_model.hpp"

namespace mollis::joint {

/// Of a wall's known value against an observation: exact to a hundredth of the noise.
constexpr double wall_weight = 1e4;

/// What is weighed against what.
struct Weights {
  std::vector<double> equation;  ///< w_k, one a residual
  std::vector<double> smoothness;  ///< beta_p, one a parameter
};

/// The parts of the objective, sums over the whole grid.
struct Parts {
  double misfit = 0.0;  ///< sum_s |H S g - d|^2_N, N^-1 with the weights of the loss at the last reweigh()
  double cost = 0.0;    ///< sum over the data of what their loss says: the same where that is their square
  std::vector<double> residual;          ///< |R_k|^2
  std::vector<double> roughness;         ///< <p, L p>
  double prior = 0.0;                    ///< sum_s tau_s <g, L g>
  std::vector<double> of_states;         ///< tau_s <g, L g>, one a state
  double value(Weights const& weights) const;
};

/// Where the entries of a rank stand in its part of x.
struct Layout {
  std::vector<Index> state;  ///< offset of each state's coefficients
  Index state_size = 0;      ///< points of the extended lattice on this rank
  Index parameters = 0;      ///< offset of the parameters (as ParameterSpace has them)
  Index size = 0;
};

class Objective {
 public:
  /// Strong form only. Collective.
  Objective(problem::Problem const& problem, Lattice const& lattice);

  Layout const& layout() const { return layout_; }
  Roughness const& roughness() const { return roughness_; }
  /// Whether data of some state are more than two cells apart, or none are outside the domain: preconditioners, which spread them evenly, then serve less.
  bool is_scarce() const { return scarce_; }
  /// Whether preconditioners made of averages have been tried and do not serve; what solves with this Hessian sees it.
  bool averages_fail() const { return averages_fail_; }
  void set_averages_fail(bool fail) { averages_fail_ = fail; }
  /// Whether conjugate gradients on H take many iterations, and solves go by the saddle point (Saddle).
  bool is_stiff() const { return stiff_; }
  void set_stiff(bool stiff) { stiff_ = stiff; }
  /// Degrees of freedom of a field over those that averages tell (Spectrum::freedom), where the Hessian itself has told them; else 1.
  double told(std::size_t unknown) const { return told_[unknown]; }
  std::vector<double> const& told() const { return told_; }
  void set_told(std::vector<double> told) { told_ = std::move(told); }
  /// beta of a field over the weight that the field itself supports, 1 at least.
  double overweight(std::size_t unknown) const { return overweight_[unknown]; }
  void set_overweight(std::vector<double> overweight) { overweight_ = std::move(overweight); }
  double hidden(std::size_t unknown) const { return hidden_[unknown]; }
  void set_hidden(std::vector<double> hidden) { hidden_ = std::move(hidden); }
  /// Data a point over sigma^2; of a state that was not observed what stands in for that (set_sizes).
  double information(std::size_t state) const { return states_[state].information; }
  /// tau of a state over information(), one an axis.
  std::vector<double> const& prior_scales(std::size_t state) const { return states_[state].scales; }
  /// tau of a state, one an axis; the weight of every datum, 1 / sigma^2, 0 in gaps.
  std::vector<double> const& prior(std::size_t state) const { return states_[state].prior; }
  Field const& data_weight(std::size_t state) const { return states_[state].weight; }
  Lattice const& lattice() const { return lattice_; }
  problem::Problem const& problem() const { return problem_; }
  petsc::Vector make_vector() const;                                      ///< zeros. Collective.

  Weights& weights() { return weights_; }
  Weights const& weights() const { return weights_; }

  /// How large states that were not observed may be, one a state (0 of all others). A size S stands for the datum 0
  /// with deviation S sqrt(N) at each of the N points, one of deviation S in all, and for the roughness at open ends of
  /// data of deviation S. Collective.
  void set_sizes(std::vector<double> const& sizes);
  std::vector<double> const& sizes() const { return sizes_; }
  /// tau of each state over what the data tell, 1 at first; what is read off the objective stands no more. Not collective.
  void set_prior_shares(std::vector<double> const& shares);
  std::vector<double> const& prior_shares() const { return prior_shares_; }
  /// As the deck has them, else what such a state has to be for the equation to hold at the point of the last
  /// linearise(): the residual's root mean square over the most that a wave as long as the domain brings in.
  /// Collective.
  std::vector<double> expected_sizes() const;

  /// While true, parameters do not move: their part of gradients and Hessians is 0.
  void hold_parameters(bool hold) { held_ = hold; }
  bool holds_parameters() const { return held_; }

  /// Takes a new point: jets, residuals, misfits. Nothing to do where x, as it is, was the last. Collective.
  Parts const& move_to(Vec x);
  /// Weighs data by their loss at the point of move_to (iteratively reweighted least squares). Nothing where all losses
  /// are squares. Collective.
  Parts const& reweigh();
  /// The weights of the losses, 0 to 1, a row a datum; empty where that is a square. Not collective.
  Field trust(std::size_t state) const;
  /// How many data count, each as its loss weighs it. Collective.
  double counted() const;
  double counted(std::size_t state) const;
  Parts const& parts() const { return parts_; }
  /// The partials at the point of move_to, kept for the products below until the next linearise(). To come before any
  /// product that follows a move, as these overwrite the jets: std::logic_error. Not collective.
  void linearise();
  /// The gradient at the point of move_to, which it linearises. Collective.
  void gradient(Vec out);
  /// out := H v, H of the last linearise() at the current weights. Collective.
  void apply_hessian(Vec v, Vec out);

  /// J v, J^T rows and the diagonal of W in H = J^T W J + P at the last linearise(), of H S g - d and R_k; P v. Collective.
  estimate::Rows jacobian(Vec v);
  void jacobian_transposed(estimate::Rows const& rows, Vec out);
  estimate::Rows row_weights() const;
  void apply_prior(Vec v, Vec out);
  void add_priors(Vec v, Vec out);               ///< out += P v
  void pull_of_states(Vec v, Vec out);           ///< P v of the states that were observed alone
  /// See Linearisation. Collective.
  estimate::Rows draw_noise(int number, Vec noise);
  void draw_prior(int number, Vec prior);

  /// The blocks of H between states and parameters alone: the parameters' part of H v, v's own smoothness left out, and
  /// H v for v without states, likewise. Collective.
  void couple_to_parameters(Vec v, Vec out);
  void couple_to_states(Vec v, Vec out);

  /// Parameters and coefficients in their own vectors, and back. Collective.
  void take_parameters(Vec x, Vec parameters) const;
  void put_parameters(Vec parameters, Vec x) const;
  /// Coefficients that fit the data alone: least squares with ridge |g|^2 / sigma^2 added; parameters 0. Collective.
  petsc::Vector fit_states(double ridge);
  /// Masks points where a residual or a partial derivative is not finite at the present point. Not collective.
  void mask_undefined();
  /// Frees what moves and gradients alone need: those of derivatives that products do not, parameters, L p and tau L g. The next move_to() makes them again,
  /// and comes before any gradient: std::logic_error. Not collective.
  void set_down();

  /// Fields of the last move_to, which the next one puts others in place of: mollified states and residuals (0 where masked).
  Field state(int s) const { return states_[static_cast<std::size_t>(s)].mollified; }
  /// S g of a state's part of x, whatever the point. Collective.
  Field state_of(Vec x, std::size_t s);
  /// H S g, 0 in gaps; maybe the state itself.
  Field predicted(int s) const { return states_[static_cast<std::size_t>(s)].observed; }
  std::vector<Field> const& residuals() const { return residuals_; }
  Field const& mask() const { return mask_; }

  /// Partials of the last linearise(), in the order of System::by_state and by_parameter.
  struct Partials {
    std::vector<Field> state, parameter;
  };
  Partials const& partials() const { return linear_; }
  /// dR/dp of the parameters' part of v, and its transpose: the parameters' entries of out. Collective.
  std::vector<Field> parameter_rows(Vec v) const { return model_.jacobian(linear_.parameter, parameters_of(v)); }
  void parameter_rows_transposed(std::vector<Field> const& sums, Vec out) const { put_parameters_transposed(sums, out); }
  /// dR_residual / d(parameter), the parameter undifferentiated, 0 where masked.
  Field slope(std::size_t residual, std::size_t unknown) const;

 private:
  struct State {
    std::vector<int> features;                 ///< in the system: of the jets, -1 for the state itself if nothing reads it
    std::unique_ptr<mollifier::Jets> jets;     ///< the state itself first
    std::vector<int> leads;                    ///< in the system: of the sums, their first derivative
    std::unique_ptr<mollifier::Jets> sums;     ///< the state itself, and derivatives that products read alike, added up (SummedJets)
    std::vector<Field> work;                   ///< jets or sums at the points of the grid
    Field mollified;                           ///< the state at the last move_to. Replaced, never changed, as is `observed`
    double information = 0.0;                  ///< data a point / sigma^2
    std::vector<double> scales, prior;         ///< tau over what the data tell, tau; one an axis
    Field pulled;                              ///< tau L g at the last move_to; empty without open ends
    std::unique_ptr<observations::Operator> observe;
    Field observed;                            ///< H S g at the last move_to
    Field data,
        weight;       ///< a row a datum: observations, 0 in gaps; 1 / sigma^2 times the weight of its loss, 0 in gaps. Replaced, never changed
    Field precision;  ///< 1 / sigma^2, 0 in gaps; the same array as `weight` where the loss is a square
    double spread =
        1.0;  ///< of the misfit over sigma, where it is larger than that: losses are of deviations over both
  };
  State make_state(std::size_t s, std::vector<double> const& spacing) const;
  void set_features();
  void take_up();
  /// H S g - d of a state at the last move_to.
  Field misfit(State const& state) const;
  /// What the loss of a state's data says at the last move_to. Collective.
  double cost(State const& state) const;
  void add_misfits();
  /// H S g of a state, g the argument of what stands in its work arrays; maybe the first of these.
  Field observe(State const& state, Field const& coefficients) const;
  /// work_0 := what (H S)^T rows adds to S g; out += what it adds to g.
  void put_rows_transposed(State const& state, Field const& rows, Field const& out) const;
  /// The partials of a residual by the sums of a state, with the work arrays of these.
  std::vector<kernels::WeightedJet> terms(State const& state, int residual) const;
  static std::vector<Field> summed(State const& state);
  void apply(Vec v, Vec out, bool from_states, bool to_states);
  /// sums_k += dR_k/dg v; H S v of every state, maybe where its work array is. Leaves the sums of v in the work arrays.
  std::vector<Field> apply_states(Vec v, std::vector<Field> const& sums);
  /// out := (H S)^T rows + sum_k (dR_k/dg)^T M sums_k, rows one field a state, or none at all.
  void put_states_transposed(std::vector<Field> const& rows, std::vector<Field> const& sums, Vec out);
  std::vector<Field> parameters_of(Vec x) const;
  /// The parameters' entries of out := sum_k (dR_k/dp)^T M sums_k; += beta L p, L p given.
  void put_parameters_transposed(std::vector<Field> const& sums, Vec out) const;
  void add_smooth(std::vector<Field> const& smooth, Vec out) const;
  double move_prior_to(Vec x);
  void add_prior(Vec v, Vec out);
  Field equation_weight(std::size_t k) const;   ///< w_k where residuals exist, else 0
  Field zeros() const { return Field("joint", static_cast<std::size_t>(extents_product_)); }
  Extents strides() const { return kernels::window(extents_, {0, 0, 0, 0}).stride; }

  problem::Problem const& problem_;
  Lattice lattice_;
  Roughness roughness_;
  Extents extents_;
  Index extents_product_;
  std::vector<State> states_;
  Layout layout_;
  Field mask_;
  residual::ResidualModel model_;               ///< reads the work arrays of the states
  parameters::SmoothnessProduct smoothness_;
  std::vector<Field> smooth_;                  ///< L p at the last move_to
  Weights weights_;
  std::vector<double> sizes_, told_, overweight_, hidden_, prior_shares_;
  bool held_ = false;
  bool scarce_ = false, averages_fail_ = false, stiff_ = false;
  Parts parts_;
  std::vector<Field> residuals_;
  Partials linear_;
  std::optional<std::uint64_t> at_;            ///< fingerprint of the last point that nothing else has changed since
  bool jets_stand_ = false;                    ///< the work arrays hold the jets of the last move_to
  bool linearised_ = false;                    ///< linear_ is of the last move_to
  bool down_ = false;                          ///< since set_down()
};

}  // namespace mollis::joint
