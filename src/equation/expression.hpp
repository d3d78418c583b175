#pragma once
/// Expressions as immutable shared nodes (not collective): equal expressions are the same node, kept in a normal form by construction
///   sum     = c + sum_k w_k part_k          (parts are neither sums nor numbers, and carry no factor of their own)
///   product = prod_k part_k^n_k             (integer n_k, parts distinct; a numeric factor stands in an enclosing sum)
#include <deque>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "equation/system.hpp"

namespace mollis::equation {

enum class Kind : std::uint8_t { number, feature, sum, product, power, function, derivative };
/// The comparisons come last: 1 or 0.
enum class Function : std::uint8_t {
  sqrt, exp, log, sin, cos, tan, tanh, sinh, cosh, asin, acos, atan, erf, abs, sign, step, atan2, min, max, where,
  less, less_equal, equal, unequal
};
inline bool is_comparison(Function function) { return function >= Function::less; }

/// Classes of features that a node contains, as bits; derivative: an operator that is not carried out (weak form).
enum Contains : unsigned {
  coordinates = 1, states = 2, parameters = 4, fields = 8, term_features = 16, derivatives = 32, variances = 64
};

struct Node;
using Expr = Node const*;

struct Part {
  Expr expr;
  double weight;  ///< coefficient in a sum, integer exponent in a product; 1 elsewhere
  bool operator==(Part const& o) const { return expr == o.expr && weight == o.weight; }
};

struct Node {
  Kind kind = Kind::number;
  Function function = Function::sqrt;
  double value = 0.0;           ///< of a number; constant of a sum
  Feature feature{};
  MultiIndex order{};           ///< of a derivative
  std::vector<Part> parts;      ///< power: base and exponent; function: arguments; derivative: the argument
  std::size_t id = 0;           ///< order of creation
  unsigned contains = 0;        ///< bits of Contains
  unsigned axes = 0;            ///< bit a: may vary along axis a
  int depth = 0;
};

/// A text asks for more than the language gives (order over 6, too deep, too large); positions are added by the parser.
struct Limit : std::length_error {
  using std::length_error::length_error;
};

constexpr int max_order = 6;   ///< highest total order of a derivative

int total_order(MultiIndex const& order);
MultiIndex operator+(MultiIndex const& a, MultiIndex const& b);

/// Makes and owns nodes, which live as long as it does. What makes one simplifies it, and throws Limit where a text asks for too much.
class Context {
 public:
  Expr number(double value);
  /// `axes`: bits of the axes along which the feature varies.
  Expr feature(Feature const& feature, unsigned axes);
  Expr sum(double constant, std::vector<Part> const& parts);
  Expr product(double factor, std::vector<Part> const& parts);
  Expr power(Expr base, Expr exponent);
  Expr function(Function function, Expr argument) { return this->function(function, std::vector<Expr>{argument}); }
  Expr function(Function function, std::vector<Expr> const& arguments);
  /// D^order argument, kept as an operator; simplified where it is 0 or nested.
  Expr derivative(Expr argument, MultiIndex const& order);

  Expr add(Expr a, Expr b) { return sum(0.0, {{a, 1.0}, {b, 1.0}}); }
  Expr scale(double factor, Expr a) { return sum(0.0, {{a, factor}}); }
  Expr multiply(Expr a, Expr b) { return product(1.0, {{a, 1.0}, {b, 1.0}}); }
  Expr divide(Expr a, Expr b) { return product(1.0, {{a, 1.0}, {b, -1.0}}); }

 private:
  Expr share(Node&& node);

  std::deque<Node> nodes_;
  std::size_t parts_ = 0;  ///< of all nodes
  std::unordered_multimap<std::size_t, Expr> known_;
};

/// Is it this very number?
inline bool is_number(Expr e, double value) { return e->kind == Kind::number && e->value == value; }
/// The numeric factor of an expression and the rest: e = factor * rest.
std::pair<double, Expr> split_factor(Expr e);
/// The value of a function of numbers; where(c, a, b) is a, b or (not a number) c.
double value_of(Function function, double a, double b = 0.0, double c = 0.0);

}  // namespace mollis::equation
