// Every deck of tests/decks_invalid gives the messages that its first lines ask for:
//   # expect: part of a line of the message     # errors: number of lines
//   # command: forward                          # override: section.key=value     # exit: code (78 where absent)
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "decks.hpp"
#include "run/error.hpp"

namespace mollis::deck {

namespace {

namespace fs = std::filesystem;

struct Case {
  std::vector<std::string> expected, overrides;
  int errors = 0, exit = 78;
  Command command = Command::invert;
};

Case read_case(fs::path const& path) {
  Case wanted;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text) && text.rfind("# ", 0) == 0;) {
    auto const colon = text.find(": ");
    std::string const word = text.substr(2, colon - 2), value = text.substr(colon + 2);
    if (word == "expect")
      wanted.expected.push_back(value);
    else if (word == "override")
      wanted.overrides.push_back(value);
    else if (word == "errors")
      wanted.errors = std::stoi(value);
    else if (word == "exit")
      wanted.exit = std::stoi(value);
    else if (word == "command" && value == "forward")
      wanted.command = Command::forward;
    else
      ADD_FAILURE() << path << ": " << text;
  }
  return wanted;
}

std::vector<fs::path> all_decks() {
  std::vector<fs::path> paths;
  for (auto const& entry : fs::directory_iterator(MOLLIS_INVALID_DECKS)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

class InvalidDeck : public testing::TestWithParam<fs::path> {};

TEST_P(InvalidDeck, SaysWhatIsWrong) {
  Case const wanted = read_case(GetParam());
  ASSERT_FALSE(wanted.expected.empty());
  try {
    read(GetParam().string(), wanted.overrides, wanted.command);
    FAIL() << "accepted";
  } catch (run::Error const& error) {
    std::string const message = error.what();
    for (auto const& text : wanted.expected) {
      EXPECT_NE(message.find(text), std::string::npos) << "wanted: " << text << "\ngot:\n" << message;
    }
    EXPECT_EQ(1 + std::count(message.begin(), message.end(), '\n'), wanted.errors) << message;
    EXPECT_EQ(static_cast<int>(error.code()), wanted.exit) << message;
    std::istringstream lines(message);
    for (std::string text; std::getline(lines, text);) {
      std::string const path = GetParam().string() + ":";
      bool const placed = text.rfind(path, 0) == 0 &&
                          std::regex_search(text.substr(path.size()), std::regex("^[1-9][0-9]*:[1-9][0-9]*: "));
      EXPECT_TRUE(placed || text.rfind("override \"", 0) == 0) << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, InvalidDeck, testing::ValuesIn(all_decks()),
                         [](auto const& deck) { return deck.param.stem().string(); });

TEST(InvalidDecks, AreManyAndEachWouldBeFineWithoutItsFault) {
  EXPECT_GE(all_decks().size(), 40u);
  EXPECT_NO_THROW(test::parse_text(test::minimal()));
}

}  // namespace

}  // namespace mollis::deck
