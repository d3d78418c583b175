#include "equation/names.hpp"

#include <algorithm>

#include "equation/lexer.hpp"

namespace mollis::equation {

namespace {

struct KnownFunction {
  char const* name;
  Function function;
  std::size_t arguments;
  char const* meaning;
};

constexpr KnownFunction functions[] = {
    {"sqrt", Function::sqrt, 1, "square root"},
    {"exp", Function::exp, 1, "exponential"},
    {"log", Function::log, 1, "natural logarithm"},
    {"sin", Function::sin, 1, "sine, of radians"},
    {"cos", Function::cos, 1, "cosine, of radians"},
    {"tan", Function::tan, 1, "tangent, of radians"},
    {"asin", Function::asin, 1, "arc sine, in radians"},
    {"acos", Function::acos, 1, "arc cosine, in radians"},
    {"atan", Function::atan, 1, "arc tangent, in radians"},
    {"atan2", Function::atan2, 2, "atan2(y, x): the angle of the point (x, y), in radians"},
    {"sinh", Function::sinh, 1, "hyperbolic sine"},
    {"cosh", Function::cosh, 1, "hyperbolic cosine"},
    {"tanh", Function::tanh, 1, "hyperbolic tangent"},
    {"erf", Function::erf, 1, "error function"},
    {"abs", Function::abs, 1, "absolute value; its derivative is sign"},
    {"sign", Function::sign, 1, "-1, 0 or 1; its derivative is 0"},
    {"step", Function::step, 1, "0 below 0, 1 from there on; its derivative is 0"},
    {"min", Function::min, 2, "the least of two or more; its derivative is that of the one"},
    {"max", Function::max, 2, "the largest, likewise"},
    {"where", Function::where, 3, "where(condition, a, b): a where the condition is not 0, b elsewhere"}};
constexpr std::pair<char const*, char const*> operators[] = {{"dt", "first derivative in time"},
                                                             {"dx", "first derivative along x"},
                                                             {"dy", "first derivative along y"},
                                                             {"dz", "first derivative along z"},
                                                             {"d", "derivative along the axes in quotes: d(u, \"xxyy\")"},
                                                             {"lap", "Laplacian: second derivatives along the axes of space, summed"}};

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
  for (auto const& known : functions) {
    if (name == known.name) return known.function;
  }
  return std::nullopt;
}

std::string name_of(Function function) {
  for (auto const& known : functions) {
    if (function == known.function) return known.name;
  }
  return "";
}

std::size_t arguments_of(Function function) {
  for (auto const& known : functions) {
    if (function == known.function) return known.arguments;
  }
  return 2;
}

bool is_operator(std::string const& name) {
  return std::any_of(std::begin(operators), std::end(operators), [&](auto const& known) { return name == known.first; });
}

std::vector<std::string> callable_names() {
  std::vector<std::string> result;
  for (auto const& word : operator_words()) result.push_back(word.name);
  for (auto const& word : function_words()) result.push_back(word.name);
  return result;
}

std::vector<Word> function_words() {
  std::vector<Word> words;
  for (auto const& known : functions) words.push_back({known.name, known.meaning});
  return words;
}

std::vector<Word> operator_words() {
  std::vector<Word> words;
  for (auto const& [name, meaning] : operators) words.push_back({name, meaning});
  return words;
}

bool is_reserved(std::string const& name) {
  return name == "pi" || is_operator(name) || find_function(name).has_value();
}

Names::Names(Symbols const& symbols, std::size_t experiment) : symbols_(symbols) {
  if (symbols.axes.size() > static_cast<std::size_t>(max_axes)) throw std::invalid_argument("more than 4 axes");
  auto const add_all = [&](std::vector<std::string> const& list, Meaning::Kind kind) {
    for (std::size_t i = 0; i < list.size(); ++i) add(list[i], called(kind), {kind, static_cast<int>(i)});
  };
  add_all(symbols.axes, Meaning::Kind::axis);
  auto const add_known = [&](std::vector<std::string> const& list, Meaning::Kind kind) {
    if (symbols.experiments.empty()) return add_all(list, kind);
    for (auto const& [name, whole] : symbols.experiments.at(experiment)) {
      auto const found = std::find(list.begin(), list.end(), whole);
      if (found != list.end()) add(name, called(kind), {kind, static_cast<int>(found - list.begin())});
    }
  };
  add_known(symbols.states, Meaning::Kind::state);
  add_all(symbols.parameters, Meaning::Kind::parameter);
  add_known(symbols.fields, Meaning::Kind::field);
  for (auto const& entry : symbols.let) add(entry.first, "let", {Meaning::Kind::let, -1});
}

void Names::add(std::string const& name, char const* list, Meaning meaning) {
  Source const source{std::string(list) + "." + name, name};
  if (!is_identifier(name)) throw error_at(source, 0, "not a name (letters, digits and _, no digit first)");
  if (is_reserved(name)) throw error_at(source, 0, "'" + shown(name) + "' is a word of the language; choose another name");
  auto const [it, fresh] = meanings_.emplace(name, meaning);
  if (!fresh) {
    throw error_at(source, 0, "'" + shown(name) + "' names both the " + called(it->second.kind) + " and the " + list +
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
