#include "equation/system.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "equation/differentiate.hpp"
#include "equation/parity.hpp"
#include "equation/parser.hpp"
#include "equation/print.hpp"
#include "equation/product_rule.hpp"
#include "equation/tape_builder.hpp"
#include "equation/unbiased.hpp"
#include "equation/weak.hpp"

namespace mollis::equation {

namespace {

std::vector<Feature> as_features(std::vector<Expr> const& leaves) {
  std::vector<Feature> features;
  for (Expr leaf : leaves) features.push_back(leaf->feature);
  return features;
}

Term make_term(Context& context, Expr factor) {
  auto const parts = corrected(context, factor);
  Expr const unbiased = total(context, parts);
  std::vector<Expr> outputs{unbiased}, series;
  Term term;
  for (Expr leaf : features_of({factor})) {
    if (leaf->feature.kind != Feature::Kind::state) continue;
    term.states.push_back(leaf->feature.index);
    outputs.push_back(partial(context, unbiased, leaf->feature));
  }
  if (!parts.exact) series.assign(parts.parts.begin() + 1, parts.parts.end());
  auto all = outputs;
  all.insert(all.end(), series.begin(), series.end());
  auto const inputs = features_of(all);
  term.features = as_features(inputs);
  term.tape = build_tape(outputs, inputs);
  term.series = build_tape(series, inputs);
  return term;
}

void add_term_pairs(Context& context, std::vector<Expr> const& terms, System& system) {
  std::vector<Expr> unbiased;
  for (Expr const term : terms) unbiased.push_back(total(context, corrected(context, term)));
  for (std::size_t a = 0; a < terms.size(); ++a)
    for (std::size_t b = a; b < terms.size(); ++b) {
      std::vector<Expr> outputs{first_order_covariance(context, unbiased[a], unbiased[b])};
      Expr const exactly = unbiased_covariance(context, terms[a], terms[b]);
      if (is_number(outputs[0], 0.0) && is_number(exactly, 0.0)) continue;
      if (exactly != outputs[0]) outputs.push_back(exactly);
      auto const inputs = features_of(outputs);
      system.term_pairs.push_back({static_cast<int>(a), static_cast<int>(b), as_features(inputs), build_tape(outputs, inputs)});
    }
}

/// The partials of all residuals by the inputs of one kind, those that vanish left out.
struct Partials {
  std::vector<Partial> list;
  std::vector<Expr> expressions;
  unsigned contains = 0;

  Partials(Context& context, std::vector<Expr> const& residuals, std::vector<Expr> const& inputs, Feature::Kind kind) {
    for (std::size_t r = 0; r < residuals.size(); ++r) {
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (inputs[k]->feature.kind != kind) continue;
        Expr const e = partial(context, residuals[r], inputs[k]->feature);
        if (is_number(e, 0.0)) continue;
        list.push_back({static_cast<int>(r), static_cast<int>(k)});
        expressions.push_back(e);
        contains |= e->contains;
      }
    }
  }
};

/// Numbers are multiples of each other.
std::vector<Multiple> multiples_of(Partials const& partials) {
  std::vector<Multiple> multiples;
  std::map<std::pair<int, Expr>, int> numbers;  // by residual and what is left without its factor
  for (std::size_t j = 0; j < partials.list.size(); ++j) {
    Expr const whole = partials.expressions[j];
    auto const [factor, rest] = whole->kind == Kind::number ? std::pair<double, Expr>(whole->value, nullptr) : split_factor(whole);
    auto const at = numbers.insert({{partials.list[j].residual, rest}, static_cast<int>(numbers.size())}).first;
    multiples.push_back({at->second, factor});
  }
  return multiples;
}

/// d(state partial) / d(parameter feature) of an affine system.
void add_mixed_partials(Context& context, System& system, Partials const& by_state, std::vector<Expr> const& inputs) {
  std::vector<Expr> expressions;
  for (std::size_t s = 0; s < by_state.list.size(); ++s) {
    for (std::size_t p = 0; p < system.by_parameter.size(); ++p) {
      if (system.by_parameter[p].residual != by_state.list[s].residual) continue;
      auto const& feature = system.features[static_cast<std::size_t>(system.by_parameter[p].feature)];
      Expr const e = partial(context, by_state.expressions[s], feature);
      if (is_number(e, 0.0)) continue;
      system.mixed.push_back({static_cast<int>(s), static_cast<int>(p)});
      expressions.push_back(e);
    }
  }
  system.mixed_partials = build_tape(expressions, inputs);
}

System assemble(Context& context, std::vector<Expr> const& residuals, std::vector<Expr> const& terms, Form form) {
  System system;
  system.form = form;
  system.residuals = static_cast<int>(residuals.size());
  auto const inputs = features_of(residuals);
  Partials const by_parameter(context, residuals, inputs, Feature::Kind::parameter);
  Partials const by_state(context, residuals, inputs, form == Form::weak ? Feature::Kind::term : Feature::Kind::state);
  system.features = as_features(inputs);
  system.residual = build_tape(residuals, inputs);
  system.by_parameter = by_parameter.list;
  system.parameter_partials = build_tape(by_parameter.expressions, inputs);
  system.by_state = by_state.list;
  system.state_partials = build_tape(by_state.expressions, inputs);
  system.multiples = multiples_of(by_state);
  system.affine = (by_parameter.contains & Contains::parameters) == 0;
  system.parameter_free_state_partials = (by_state.contains & Contains::parameters) == 0;
  if (system.affine) add_mixed_partials(context, system, by_state, inputs);
  for (std::size_t a = 0; a < system.mixed_along.size(); ++a)
    system.mixed_along[a] = std::any_of(residuals.begin(), residuals.end(), [&](Expr residual) { return is_mixed_along(residual, a); });
  for (Expr term : terms) system.terms.push_back(make_term(context, term));
  add_term_pairs(context, terms, system);
  return system;
}

}  // namespace

namespace {

Expr read_residual(Scope& scope, Source const& source, Form form, std::vector<Expr>& terms) {
  try {
    Expr e = scope.parse(source);
    if (form == Form::weak) e = weak_residual(scope, e, source, terms);
    if (e->kind == Kind::number) throw error_at(source, 0, "the residual is a constant: " + to_text(e, scope.names.symbols()));
    return e;
  } catch (Limit const& limit) {
    throw error_at(source, 0, limit.what());
  }
}

}  // namespace

System compile(std::vector<std::string> const& residuals, Symbols const& symbols, Form form) {
  Context context;
  std::vector<Expr> expressions, terms;
  std::vector<std::string> text;
  std::deque<Source> sources;
  for (std::size_t experiment = 0; experiment < std::max<std::size_t>(symbols.experiments.size(), 1); ++experiment) {
    Names const names(symbols, experiment);
    Scope scope(context, names, form);
    for (auto const& entry : symbols.let) scope.let_value(entry.first, {});
    for (std::size_t r = 0; r < residuals.size(); ++r) {
      Source const& source = sources.emplace_back(Source{"residual " + std::to_string(r + 1), residuals[r]});
      expressions.push_back(read_residual(scope, source, form, terms));
      text.push_back(to_text(expressions.back(), symbols, terms));
    }
  }
  try {
    System system = assemble(context, expressions, terms, form);
    system.text = std::move(text);
    return system;
  } catch (Limit const& limit) {  // the derivatives of what could be read
    throw error_at(sources.front(), 0, std::string("its derivatives: ") + limit.what());
  }
}

namespace {

Expr derived(Context& context, Expr e, MultiIndex const& order, Source const& source) {
  try {
    return differentiate(context, e, order);
  } catch (Limit const& limit) {
    throw error_at(source, 0, std::string("its derivatives: ") + limit.what());
  }
}

}  // namespace

kernels::Tape compile_pointwise(std::string const& text, std::vector<std::string> const& axes,
                                std::map<std::string, std::string> const& let, MultiIndex const& derivative) {
  Symbols symbols;
  symbols.axes = axes;
  symbols.let = let;
  Names const names(symbols);
  Context context;
  Scope scope(context, names, Form::strong);
  Source const source{"expression", text};
  Expr const parsed = scope.parse(source), e = derived(context, parsed, derivative, source);
  std::vector<Expr> inputs;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    inputs.push_back(context.feature({Feature::Kind::coordinate, static_cast<int>(a), {}}, 1u << a));
  }
  return build_tape({e}, inputs);
}

std::vector<int> derivatives_of(std::string const& text, std::vector<std::string> const& axes) {
  Symbols symbols;
  symbols.axes = axes;
  Names const names(symbols);
  Context context;
  Scope scope(context, names, Form::strong);
  Source const source{"expression", text};
  Expr const parsed = scope.parse(source);
  std::vector<int> result;
  for (std::size_t a = 0; a < axes.size(); ++a) result.push_back(derivatives_along(scope, parsed, a));
  return result;
}

}  // namespace mollis::equation
