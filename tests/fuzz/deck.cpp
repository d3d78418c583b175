// Any bytes as a deck: it is understood, and what it says with all defaults in means the same again; or it is refused with a
// place for each fault, in lines that can be read.
#include <sstream>

#include "deck/effective.hpp"
#include "deck/read.hpp"
#include "fuzz.hpp"
#include "run/error.hpp"

using namespace mollis;

namespace {

constexpr char const* path = "case.toml";

void check_message(run::Error const& error) {
  bool const deck = error.code() == run::Exit::bad_deck || error.code() == run::Exit::usage;
  fuzz::require(deck, "the code is one of decks", error.what());
  std::istringstream lines(error.what());
  for (std::string line; std::getline(lines, line);) {
    int row = 0, column = 0;
    bool const placed = std::sscanf(line.c_str(), "case.toml:%d:%d: ", &row, &column) == 2 && row > 0 && column > 0;
    fuzz::require(placed, "each line begins with a place", error.what());
    fuzz::require(line.size() < 2000, "lines can be read", error.what());
  }
}

void check(std::string const& text, deck::Command command) {
  deck::Deck first;
  try {
    first = deck::parse({path, "/data", text}, {}, command);
  } catch (run::Error const& error) {
    return check_message(error);
  }
  auto const effective = deck::effective(first);
  try {
    auto const again = deck::effective(deck::parse({path, "/data", effective}, {}, command));
    fuzz::require(again == effective, "the effective deck is its own", effective + "\n---\n" + again);
  } catch (run::Error const& error) {
    fuzz::require(false, "the effective deck is valid", effective + "\n---\n" + error.what());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const text(reinterpret_cast<char const*>(data), size);
  for (auto const command : {deck::Command::invert, deck::Command::forward}) check(text, command);
  return 0;
}
