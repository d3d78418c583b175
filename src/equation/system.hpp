#pragma once
/// From the deck's text of a residual to tapes: parse once, differentiate symbolically, expand every derivative of an
/// expression into jets (strong form) or into derivatives of pointwise terms of the data (weak form), compile.
#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/tape.hpp"
#include "mollifier/multi_index.hpp"

namespace mollis::equation {

using mollifier::MultiIndex;

/// Names that an expression may use. Order gives the index in Feature.
struct Symbols {
  std::vector<std::string> axes;          ///< grid axes, slowest first
  std::vector<std::string> states;
  std::vector<std::string> parameters;
  std::vector<std::string> fields;        ///< known fields
  std::map<std::string, std::string> let; ///< named sub-expressions, may use each other (no cycles)
  std::vector<std::vector<bool>> depends; ///< [parameter][axis]: a derivative along an axis it does not depend on is 0
  std::vector<std::vector<bool>> field_depends;  ///< [field][axis], likewise
  /// [field][axis]: how often it may be differentiated before it jumps (0: it jumps, 1: it has kinks); empty: any number.
  std::vector<std::vector<int>> field_derivatives;
  std::vector<bool> log_parameter;        ///< [parameter]: stands for exp(parameter) in every residual
  std::vector<double> state_about;        ///< [state]: what the residual means is this much above the state; empty: 0
  /// Experiments, in each of which all residuals hold: what the names of states and fields in them stand for, among those above
  /// (others are unknown there). Empty: one, names as they are.
  std::vector<std::map<std::string, std::string>> experiments;
};

/// Something a residual reads at a point: a coordinate, D^order of a state, parameter or known field, or (weak form)
/// D^order of term number `index`; terms read the variance of the noise of a state, too.
struct Feature {
  enum class Kind { coordinate, state, parameter, field, term, variance };
  Kind kind;
  int index;
  MultiIndex order{};
  bool operator==(Feature const& o) const { return kind == o.kind && index == o.index && order == o.order; }
};

/// A pointwise expression f of raw states, coordinates and known fields (weak form), as its unbiased estimate f~ under the
/// noise (see unbiased.hpp).
struct Term {
  std::vector<Feature> features;       ///< inputs of both tapes; with variances of 0 f~ is f
  kernels::Tape tape;                  ///< outputs: f~, then df~/d(state) for each state in `states`
  std::vector<int> states;             ///< states on which f depends
  kernels::Tape series;                ///< the parts of f~ - f of rising order, where it is no finite sum; else no outputs
};

/// What the noise makes of two terms at a point: their covariance.
struct TermPair {
  int first, second;                   ///< terms, first <= second
  std::vector<Feature> features;
  kernels::Tape tape;                  ///< outputs: to first order (as a matrix never negative), unbiased; one where they agree
};

/// A partial derivative dR_residual / d features[feature] that is not identically zero.
struct Partial {
  int residual;
  int feature;
};

/// How a partial derivative compares with others of its residual: factor times an expression, which has a number.
struct Multiple {
  int expression;
  double factor;
};

/// A second derivative d2R / d(state or term feature) d(parameter feature) that is not identically zero, as positions in
/// System::by_state and System::by_parameter (both of one residual).
struct MixedPartial {
  int state_partial;
  int parameter_partial;
};

enum class Form { strong, weak };

struct System {
  Form form = Form::strong;
  int residuals = 0;
  std::vector<Feature> features;            ///< inputs of all tapes below, in this order
  kernels::Tape residual;                   ///< outputs: R_0 .. R_{residuals-1}
  std::vector<Partial> by_parameter;        ///< partials by parameter features
  kernels::Tape parameter_partials;         ///< outputs in the order of by_parameter
  std::vector<Partial> by_state;            ///< partials by state features (strong) or term features (weak)
  kernels::Tape state_partials;             ///< outputs in the order of by_state
  std::vector<Multiple> multiples;          ///< [by_state]
  std::vector<MixedPartial> mixed;          ///< second derivatives; empty where the system is not affine
  kernels::Tape mixed_partials;             ///< outputs in the order of mixed; they do not depend on parameters
  bool affine = false;                      ///< no parameter partial depends on a parameter
  bool parameter_free_state_partials = false;  ///< no state partial depends on a parameter
  std::vector<Term> terms;                  ///< weak form only
  std::vector<TermPair> term_pairs;         ///< those that share noise
  std::array<bool, max_axes> mixed_along{};  ///< [axis]: some residual has terms of both parities along it (is_mixed_along)
  std::vector<std::string> text;            ///< residuals as understood, for logs
};

/// A text that cannot be understood. `column` is the 0-based offset in the text of expression `which` ("residual 1",
/// "let.name"); what() is the message with the text and a caret below.
class SyntaxError : public std::runtime_error {
 public:
  SyntaxError(std::string const& which_, std::size_t column_, std::string const& message)
      : std::runtime_error(message), which(which_), column(column_) {}
  std::string which;
  std::size_t column;
};

/// Residuals of the first experiment, then of the next. Throws SyntaxError: unknown names (with the nearest known one), derivatives along absent axes, total order over 6,
/// what the weak form cannot express, name collisions.
System compile(std::vector<std::string> const& residuals, Symbols const& symbols, Form form);

/// A pointwise expression of coordinates alone (inputs: the axes, in order), differentiated `derivative` times along
/// each. `let` names sub-expressions that the text may use. Derivative operators are allowed in it. Throws SyntaxError.
kernels::Tape compile_pointwise(std::string const& text, std::vector<std::string> const& axes,
                                std::map<std::string, std::string> const& let = {}, MultiIndex const& derivative = {});

/// How often a pointwise expression may be differentiated along each axis before it jumps (see Symbols). Throws SyntaxError.
std::vector<int> derivatives_of(std::string const& text, std::vector<std::string> const& axes);

/// Names that users may not take: functions, operators, pi.
bool is_reserved(std::string const& name);

}  // namespace mollis::equation
