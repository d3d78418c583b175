// [[experiment]]
#include <gtest/gtest.h>

#include "decks.hpp"
#include "deck/effective.hpp"
#include "deck/experiments.hpp"
#include "run/error.hpp"

namespace mollis::deck {
namespace {

using test::parse_text;

std::string const head = R"([grid]
axes = ["y", "x"]
points = [8, 16]
lower = [0, 0]
upper = [1, 2]
[parameters.a]
over = ["y", "x"]
[equation]
residual = "a*lap(u) + m*s"
[fields.s]
value = 2
)";

std::string const two = head + R"([observations.u]
file = "all.h5"
noise = 0.01
[[experiment]]
name = "left"
[experiment.observations.u]
dataset = "u1"
[experiment.fields.m]
value = "x"
[[experiment]]
[experiment.observations.u]
dataset = "u2"
noise = 0.5
[experiment.fields.m]
value = "1 - x"
[experiment.fields.s]
value = 3
)";

std::string message_of(std::string const& text, std::vector<std::string> const& overrides = {}) {
  try {
    parse_text(text, overrides);
  } catch (run::Error const& error) {
    return error.what();
  }
  return "";
}

TEST(Experiments, BecomeStatesAndFieldsOfTheirOwn) {
  Deck const deck = parse_text(two);
  ASSERT_EQ(deck.experiments.size(), 2u);
  EXPECT_EQ(deck.experiments[0].name, "left");
  EXPECT_EQ(deck.experiments[1].name, "2");
  using Names = std::map<std::string, std::string>;
  EXPECT_EQ(deck.experiments[0].names, (Names{{"u", "u_left"}, {"m", "m_left"}, {"s", "s"}}));
  EXPECT_EQ(deck.experiments[1].names, (Names{{"u", "u_2"}, {"m", "m_2"}, {"s", "s_2"}}));
  ASSERT_EQ(deck.observations.size(), 2u);
  EXPECT_EQ(deck.observations[0].first, "u_left");
  EXPECT_EQ(deck.observations[0].second.file, "/decks/all.h5");
  EXPECT_EQ(deck.observations[0].second.dataset, "u1");
  EXPECT_EQ(std::get<double>(deck.observations[0].second.noise), 0.01);
  EXPECT_EQ(deck.observations[1].second.dataset, "u2");
  EXPECT_EQ(std::get<double>(deck.observations[1].second.noise), 0.5);
  ASSERT_EQ(deck.fields.size(), 4u);
  for (auto const& [name, values] : deck.fields)
    EXPECT_EQ(values.expression, name == "m_left" ? "x" : name == "m_2" ? "1 - x" : name == "s_2" ? "3" : "2") << name;
}

TEST(Experiments, StandAloneAsDecksOfTheirOwn) {
  auto const decks = decks_of_experiments(parse_text(two));
  ASSERT_EQ(decks.size(), 2u);
  for (auto const& deck : decks) {
    ASSERT_EQ(deck.observations.size(), 1u);
    EXPECT_EQ(deck.observations[0].first, "u");
    EXPECT_EQ(deck.fields.size(), 2u);
    EXPECT_TRUE(deck.experiments.empty());
  }
  EXPECT_EQ(decks[1].observations[0].second.dataset, "u2");
  auto const plain = decks_of_experiments(parse_text(test::minimal()));
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_EQ(effective(plain[0]), effective(parse_text(test::minimal())));
}

TEST(Experiments, AreInTheEffectiveDeckAsTheyStand) {
  Deck const deck = parse_text(two);
  std::string const text = effective(deck);
  EXPECT_NE(text.find("[[experiment]]\nname = \"left\"\n\n[experiment.observations.u]\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("u_left"), std::string::npos) << text;
  Deck const again = parse_text(text);
  EXPECT_EQ(effective(again), text);
  EXPECT_EQ(again.experiments[1].names, deck.experiments[1].names);
}

TEST(Experiments, ColumnsAreCalledAsTheStateOfTheResiduals) {
  Deck const deck = parse_text(head + "[[experiment]]\n[experiment.observations.u]\nkind = \"points\"\nfile = \"a.csv\"\n[experiment.fields.m]\nvalue = 1\n");
  EXPECT_EQ(deck.observations.at(0).second.columns.at("value"), "u");
}

TEST(Experiments, AStateThatIsNotObservedNeedsSayingOnce) {
  Deck const deck = parse_text(head + "[observations.p]\nkind = \"none\"\n[fields.m]\nvalue = 1\n[[experiment]]\n[experiment.observations.u]\nfile = \"a.h5\"\n"
                               "dataset = \"u\"\n[[experiment]]\n[experiment.observations.u]\nfile = \"b.h5\"\ndataset = \"u\"\n");
  ASSERT_EQ(deck.observations.size(), 4u);
  EXPECT_EQ(deck.experiments[1].names.at("p"), "p_2");
}

TEST(Experiments, AMaskForAllIsThatOfTheGridOnce) {
  Deck const deck = parse_text(two + "[observations.u.mask]\nvalue = \"x - 0.1\"\n");
  ASSERT_TRUE(deck.grid.mask);
  EXPECT_EQ(deck.grid.mask->expression, "x - 0.1");
}

TEST(Experiments, AreReachedByOverrides) {
  Deck const deck = parse_text(two, {"experiment.left.observations.u.noise=0.25", "experiment.2.fields.m.value=7 + x", "observations.u.about=4",
                                     "experiment.2.observations.u.file=other.h5"});
  EXPECT_EQ(std::get<double>(deck.observations[0].second.noise), 0.25);
  EXPECT_EQ(deck.observations[1].second.about, 4.0);
  EXPECT_EQ(deck.observations[1].second.file, "/decks/other.h5");
  auto const second = decks_of_experiments(deck).at(1);
  for (auto const& [name, values] : second.fields) EXPECT_EQ(values.expression, name == "m" ? "7 + x" : "3") << name;
  EXPECT_NE(message_of(two, {"experiment.right.observations.u.noise=1"}).find("no such experiment"), std::string::npos);
}

TEST(Experiments, FaultsOfWhatHoldsForAllAreToldOnceWhereTheyStand) {
  std::string text = two;
  text.replace(text.find("noise = 0.01"), 12, "noise = -0.1");
  auto const message = message_of(text);
  EXPECT_NE(message.find("case.toml:14:9: [observations.u] noise: "), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST(Experiments, OwnFaultsAreCalledByTheExperiment) {
  std::string text = two;
  text.replace(text.find("noise = 0.5"), 11, "noise = -50");
  EXPECT_NE(message_of(text).find("case.toml:24:9: [experiment.2.observations.u] noise: "), std::string::npos) << message_of(text);
}

}  // namespace
}  // namespace mollis::deck
