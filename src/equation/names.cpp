#include "equation/names.hpp"

#include <algorithm>

#include "equation/lexer.hpp"

namespace mollis::equation {

namespace {

constexpr std::pair<char const*, Function> functions[] = {
    {"sqrt", Function::sqrt}, {"exp", Function::exp}, {"log", Function::log},
    {"sin", Function::sin},   {"cos", Function::cos}, {"tan", Function::tan},
    {"tanh", Function::tanh}, {"abs", Function::abs}, {"sign", Function::sign}};
constexpr char const* operators[] = {"dt", "dx", "dy", "dz", "d", "lap"};

char const* called(Meaning::Kind kind) {
  switch (kind) {
    case Meaning::Kind::axis: return "axis";
    case Meaning::Kind::state: return "state";
    case Meaning::Kind::parameter: return "parameter";
    case Meaning::Kind::field: return "field";
    case Meaning::Kind::let: return "let";
  }
  return "";
}

}  // namespace

std::optional<Function> find_function(std::string const& name) {
  for (auto const& [known, function] : functions) {
    if (name == known) return function;
  }
  return std::nullopt;
}

std::string name_of(Function function) {
  for (auto const& [known, value] : functions) {
    if (function == value) return known;
  }
  return "";
}

bool is_operator(std::string const& name) {
  return std::any_of(std::begin(operators), std::end(operators), [&](char const* known) { return name == known; });
}

std::vector<std::string> callable_names() {
  std::vector<std::string> result(std::begin(operators), std::end(operators));
  for (auto const& function : functions) result.emplace_back(function.first);
  return result;
}

bool is_reserved(std::string const& name) {
  return name == "pi" || is_operator(name) || find_function(name).has_value();
}

Names::Names(Symbols const& symbols) : symbols_(symbols) {
  if (symbols.axes.size() > static_cast<std::size_t>(max_axes)) throw std::invalid_argument("more than 4 axes");
  auto const add_all = [&](std::vector<std::string> const& list, Meaning::Kind kind) {
    for (std::size_t i = 0; i < list.size(); ++i) add(list[i], called(kind), {kind, static_cast<int>(i)});
  };
  add_all(symbols.axes, Meaning::Kind::axis);
  add_all(symbols.states, Meaning::Kind::state);
  add_all(symbols.parameters, Meaning::Kind::parameter);
  add_all(symbols.fields, Meaning::Kind::field);
  for (auto const& entry : symbols.let) add(entry.first, "let", {Meaning::Kind::let, -1});
}

void Names::add(std::string const& name, char const* list, Meaning meaning) {
  Source const source{std::string(list) + "." + name, name};
  if (!is_identifier(name)) throw error_at(source, 0, "not a name (letters, digits and _, no digit first)");
  if (is_reserved(name)) throw error_at(source, 0, "'" + name + "' is a word of the language; choose another name");
  auto const [it, fresh] = meanings_.emplace(name, meaning);
  if (!fresh) {
    throw error_at(source, 0, "'" + name + "' names both the " + called(it->second.kind) + " and the " + list +
                                  "; choose different names");
  }
}

std::optional<Meaning> Names::find(std::string const& name) const {
  auto const it = meanings_.find(name);
  return it == meanings_.end() ? std::nullopt : std::optional<Meaning>(it->second);
}

int Names::find_axis(std::string const& name) const {
  auto const meaning = find(name);
  return meaning && meaning->kind == Meaning::Kind::axis ? meaning->index : -1;
}

std::vector<std::string> Names::all() const {
  std::vector<std::string> result{"pi"};
  for (auto const& entry : meanings_) result.push_back(entry.first);
  return result;
}

unsigned Names::axes_of(Feature::Kind kind, int index) const {
  if (kind == Feature::Kind::coordinate) return 1u << static_cast<unsigned>(index);
  auto const& table = kind == Feature::Kind::parameter ? symbols_.depends : symbols_.field_depends;
  auto const i = static_cast<std::size_t>(index);
  if (kind == Feature::Kind::state || i >= table.size()) return all_axes();
  unsigned bits = 0;
  for (std::size_t a = 0; a < symbols_.axes.size(); ++a) {
    if (a >= table[i].size() || table[i][a]) bits |= 1u << a;
  }
  return bits;
}

}  // namespace mollis::equation
