#include "equation/expression.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace mollis::equation {

namespace {

constexpr int max_depth = 2000;
constexpr std::size_t max_nodes = 200000, max_parts = 4000000;
constexpr double max_exponent = 1024.0;  ///< integer powers up to here are products

void mix(std::size_t& hash, std::size_t value) { hash ^= value + 0x9e3779b97f4a7c15ull + (hash << 6) + (hash >> 2); }

std::size_t hash_of(Node const& node) {
  std::size_t hash = static_cast<std::size_t>(node.kind) * 64 + static_cast<std::size_t>(node.function);
  mix(hash, std::hash<double>()(node.value));
  mix(hash, static_cast<std::size_t>(node.feature.kind));
  mix(hash, static_cast<std::size_t>(node.feature.index));
  for (int n : node.feature.order) mix(hash, static_cast<std::size_t>(n));
  for (int n : node.order) mix(hash, static_cast<std::size_t>(n));
  for (auto const& part : node.parts) {
    mix(hash, part.expr->id);
    mix(hash, std::hash<double>()(part.weight));
  }
  return hash;
}

bool same(Node const& a, Node const& b) {
  return a.kind == b.kind && a.function == b.function && a.value == b.value && a.feature == b.feature &&
         a.order == b.order && a.parts == b.parts;
}

/// Adds up the weights of equal parts, drops zeros, sorts by age.
std::vector<Part> merged(std::vector<Part> parts) {
  std::stable_sort(parts.begin(), parts.end(), [](Part const& a, Part const& b) { return a.expr->id < b.expr->id; });
  std::vector<Part> result;
  for (auto const& part : parts) {
    if (!result.empty() && result.back().expr == part.expr) {
      result.back().weight += part.weight;
    } else {
      result.push_back(part);
    }
  }
  result.erase(std::remove_if(result.begin(), result.end(), [](Part const& p) { return p.weight == 0.0; }),
               result.end());
  return result;
}

}  // namespace

int total_order(MultiIndex const& order) { return std::accumulate(order.begin(), order.end(), 0); }

MultiIndex operator+(MultiIndex const& a, MultiIndex const& b) {
  MultiIndex result{};
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = a[i] + b[i];
  if (total_order(result) > max_order) {
    throw Limit("the total order of a derivative is at most " + std::to_string(max_order));
  }
  return result;
}

std::pair<double, Expr> split_factor(Expr e) {
  if (e->kind == Kind::sum && e->value == 0.0 && e->parts.size() == 1) return {e->parts[0].weight, e->parts[0].expr};
  return {1.0, e};
}

double value_of(Function function, double x, double y, double z) {
  double const undefined = x + y;  // of comparisons: where one is not a number
  switch (function) {
    case Function::sqrt: return std::sqrt(x);
    case Function::exp: return std::exp(x);
    case Function::log: return std::log(x);
    case Function::sin: return std::sin(x);
    case Function::cos: return std::cos(x);
    case Function::tan: return std::tan(x);
    case Function::tanh: return std::tanh(x);
    case Function::sinh: return std::sinh(x);
    case Function::cosh: return std::cosh(x);
    case Function::asin: return std::asin(x);
    case Function::acos: return std::acos(x);
    case Function::atan: return std::atan(x);
    case Function::erf: return std::erf(x);
    case Function::abs: return std::abs(x);
    case Function::sign: return x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : x);
    case Function::step: return x >= 0.0 ? 1.0 : (x < 0.0 ? 0.0 : x);
    case Function::atan2: return std::atan2(x, y);
    case Function::min: return x < y ? x : (x >= y ? y : undefined);
    case Function::max: return x > y ? x : (x <= y ? y : undefined);
    case Function::where: return x == 0.0 ? z : (std::isnan(x) ? x : y);
    case Function::less: return std::isnan(undefined) ? undefined : (x < y ? 1.0 : 0.0);
    case Function::less_equal: return std::isnan(undefined) ? undefined : (x <= y ? 1.0 : 0.0);
    case Function::equal: return std::isnan(undefined) ? undefined : (x == y ? 1.0 : 0.0);
    case Function::unequal: return std::isnan(undefined) ? undefined : (x != y ? 1.0 : 0.0);
  }
  return x;
}

Expr Context::share(Node&& node) {
  for (auto const& part : node.parts) {
    node.contains |= part.expr->contains;
    node.axes |= part.expr->axes;
    node.depth = std::max(node.depth, part.expr->depth + 1);
  }
  if (node.kind == Kind::derivative) node.contains |= Contains::derivatives;
  if (node.depth > max_depth) throw Limit("nested too deeply");
  auto const hash = hash_of(node);
  auto const range = known_.equal_range(hash);
  for (auto it = range.first; it != range.second; ++it) {
    if (same(*it->second, node)) return it->second;
  }
  parts_ += node.parts.size();
  if (nodes_.size() >= max_nodes || parts_ > max_parts) throw Limit("the expression grows too large");
  node.id = nodes_.size();
  nodes_.push_back(std::move(node));
  known_.emplace(hash, &nodes_.back());
  return &nodes_.back();
}

Expr Context::number(double value) {
  Node node;
  node.value = value + 0.0;  // no negative zero
  return share(std::move(node));
}

Expr Context::feature(Feature const& feature, unsigned axes) {
  Node node;
  node.kind = Kind::feature;
  node.feature = feature;
  node.contains = 1u << static_cast<unsigned>(feature.kind == Feature::Kind::coordinate ? 0
                                              : feature.kind == Feature::Kind::state    ? 1
                                              : feature.kind == Feature::Kind::parameter ? 2
                                              : feature.kind == Feature::Kind::field     ? 3
                                              : feature.kind == Feature::Kind::term      ? 4
                                                                                         : 6);
  node.axes = axes;
  return share(std::move(node));
}

Expr Context::sum(double constant, std::vector<Part> const& parts) {
  std::vector<Part> flat;
  for (auto const& [expr, weight] : parts) {
    if (weight == 0.0) continue;
    if (expr->kind == Kind::number) {
      constant += weight * expr->value;
    } else if (expr->kind == Kind::sum) {
      constant += weight * expr->value;
      for (auto const& part : expr->parts) flat.push_back({part.expr, weight * part.weight});
    } else {
      flat.push_back({expr, weight});
    }
  }
  flat = merged(std::move(flat));
  if (flat.empty()) return number(constant);
  if (constant == 0.0 && flat.size() == 1 && flat[0].weight == 1.0) return flat[0].expr;
  Node node;
  node.kind = Kind::sum;
  node.value = constant + 0.0;
  node.parts = std::move(flat);
  return share(std::move(node));
}

Expr Context::product(double factor, std::vector<Part> const& parts) {
  std::vector<Part> flat;
  for (auto const& [expr, exponent] : parts) {
    auto const [number_in, rest] = split_factor(expr);
    factor *= std::pow(number_in, exponent);
    if (rest->kind == Kind::number) {
      factor *= std::pow(rest->value, exponent);
    } else if (rest->kind == Kind::product) {
      for (auto const& part : rest->parts) flat.push_back({part.expr, part.weight * exponent});
    } else {
      flat.push_back({rest, exponent});
    }
  }
  flat = merged(std::move(flat));
  if (flat.empty() || factor == 0.0 || !std::isfinite(factor)) return number(factor);
  if (flat.size() == 1 && flat[0].weight == 1.0) return sum(0.0, {{flat[0].expr, factor}});
  Node node;
  node.kind = Kind::product;
  node.parts = std::move(flat);
  return sum(0.0, {{share(std::move(node)), factor}});
}

Expr Context::power(Expr base, Expr exponent) {
  if (exponent->kind == Kind::number) {
    double const n = exponent->value;
    if (base->kind == Kind::number) return number(std::pow(base->value, n));
    if (n == std::round(n) && std::abs(n) <= max_exponent) return product(1.0, {{base, n}});
    if (n == 0.5) return function(Function::sqrt, base);
    if (n == -0.5) return product(1.0, {{function(Function::sqrt, base), -1.0}});
  }
  if (is_number(base, 1.0)) return base;
  Node node;
  node.kind = Kind::power;
  node.parts = {{base, 1.0}, {exponent, 1.0}};
  return share(std::move(node));
}

Expr Context::function(Function function, std::vector<Expr> const& arguments) {
  bool const known = std::all_of(arguments.begin(), arguments.end(), [](Expr a) { return a->kind == Kind::number; });
  auto const value = [&](std::size_t i) { return i < arguments.size() ? arguments[i]->value : 0.0; };
  if (known) return number(value_of(function, value(0), value(1), value(2)));
  if (function == Function::where) {
    if (arguments[0]->kind == Kind::number) return arguments[arguments[0]->value != 0.0 ? 1 : 2];
    if (is_number(arguments[1], 0.0) && is_number(arguments[2], 0.0)) return arguments[1];
  }
  Node node;
  node.kind = Kind::function;
  node.function = function;
  for (Expr argument : arguments) node.parts.push_back({argument, 1.0});
  return share(std::move(node));
}

Expr Context::derivative(Expr argument, MultiIndex const& order) {
  if (total_order(order) == 0) return argument;
  for (std::size_t a = 0; a < order.size(); ++a) {
    if (order[a] > 0 && (argument->axes >> a & 1u) == 0) return number(0.0);
  }
  Node node;
  node.kind = Kind::derivative;
  node.order = order;
  if (argument->kind == Kind::derivative) {
    node.order = argument->order + order;
    argument = argument->parts[0].expr;
  }
  node.parts = {{argument, 1.0}};
  return share(std::move(node));
}

}  // namespace mollis::equation
