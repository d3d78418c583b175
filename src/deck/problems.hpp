#pragma once
/// What is wrong with a deck, collected so that all of it is told at once.
#include <string>
#include <vector>

#include "deck/deck.hpp"

namespace mollis::deck {

using run::line;

struct Problem {
  Place place;
  std::string message;
};

class Problems {
 public:
  void add(Place const& place, std::string const& message);
  bool empty() const { return problems_.empty(); }
  std::vector<Problem> const& list() const { return problems_; }

  /// Throws run::Error with a line for each problem, by place: Exit::usage where overrides alone are to blame, else
  /// Exit::bad_deck. Returns where there is none.
  void raise() const;

 private:
  std::vector<Problem> problems_;
};

}  // namespace mollis::deck
