#include "deck/problems.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "run/error.hpp"

namespace mollis::deck {

void Problems::add(Place const& place, std::string const& message) { problems_.push_back({place, message}); }

void Problems::raise() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](Problem const& a, Problem const& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  std::string text;
  std::set<std::string> said;  // elements of a list in an override have one place, and may have one fault
  bool overrides_alone = true;
  for (auto const& problem : sorted) {
    auto const one = line(problem.place, problem.message);
    if (said.insert(one).second) text += (text.empty() ? "" : "\n") + one;
    overrides_alone = overrides_alone && problem.place.line == 0;
  }
  throw run::Error(overrides_alone ? run::Exit::usage : run::Exit::bad_deck, text);
}

}  // namespace mollis::deck
