#include "estimators/methods.hpp"

#include <stdexcept>

namespace mollis::estimators {

std::vector<Method> const& methods() {
  static std::vector<Method> const all{{"equation-error", true, true, false, 1}, {"joint", false, true, true, 2}, {"pointwise", true, false, false, 1}};
  return all;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names{"auto"};
  for (auto const& method : methods()) names.push_back(method.name);
  return names;
}

bool is_automatic(std::string const& name) { return name == "auto"; }

Method const& method_named(std::string const& name) {
  static Method const any{"auto", true, true, false, 2};
  if (is_automatic(name)) return any;
  for (auto const& method : methods())
    if (method.name == name) return method;
  throw std::out_of_range("no method " + name);
}

}  // namespace mollis::estimators
