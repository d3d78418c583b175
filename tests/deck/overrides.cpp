// section.key=value on the command line.
#include <gtest/gtest.h>

#include "decks.hpp"
#include "run/error.hpp"

namespace mollis::deck {

namespace {

using test::minimal;
using test::parse_text;

Deck with(std::vector<std::string> const& overrides) { return parse_text(test::contract(), overrides); }

TEST(Overrides, ReplaceValues) {
  Deck const deck = with({"grid.points=[64, 32]", "parameters.lambda.smoothness.weight=3", "mollifier.radius={y=3,x=4}",
                          "observations.u.noise={relative=0.25}", "inversion.tolerance=1e-6"});
  EXPECT_EQ(deck.grid.points, (std::vector<Index>{64, 32}));
  EXPECT_EQ(std::get<double>(deck.parameters[0].second.smoothness_weight), 3.0);
  EXPECT_EQ(deck.parameters[0].second.smoothness_order, 1);
  EXPECT_EQ(deck.mollifier.radius.at("y").at(-1), 3);
  EXPECT_EQ(deck.mollifier.radius.at("x").at(-1), 4);
  EXPECT_EQ(std::get<Relative>(deck.observations[0].second.noise).fraction, 0.25);
  EXPECT_EQ(deck.inversion.tolerance, 1e-6);
}

TEST(Overrides, PlainWordsAreText) {
  Deck const deck = with({"output.directory=some where", "observations.u.noise=auto", "mollifier.kernel=cosine",
                          "equation.residual=lambda*lap(u) + 2*m"});
  EXPECT_EQ(deck.output_directory, "/decks/some where");
  EXPECT_TRUE(std::holds_alternative<Automatic>(deck.observations[0].second.noise));
  EXPECT_EQ(deck.mollifier.kernel, "cosine");
  EXPECT_EQ(deck.equation.residuals[0], "lambda*lap(u) + 2*m");
}

TEST(Overrides, TextKeysTakeTheirValueAsItStands) {
  Deck const deck = with({"output.directory=2024-01-31", "observations.u.dataset=17", "forward.boundary=0.50"});
  EXPECT_EQ(deck.output_directory, "/decks/2024-01-31");
  EXPECT_EQ(deck.observations[0].second.dataset, "17");
  EXPECT_EQ(deck.forward.boundary, "0.50");
}

TEST(Overrides, QuotedTomlIsRead) {
  EXPECT_EQ(with({"output.directory=\"a\\tb\""}).output_directory, "/decks/a\tb");
  EXPECT_EQ(with({"output.directory='c'"}).output_directory, "/decks/c");
  EXPECT_EQ(with({" output.directory = d "}).output_directory, "/decks/d");
}

TEST(Overrides, TheLastOneWins) { EXPECT_EQ(with({"mollifier.degree=2", "mollifier.degree=6"}).mollifier.degree, 6); }

TEST(Overrides, MakeSectionsAndKeysThatWereAbsent) {
  Deck const deck = parse_text(minimal(), {"mollifier.degree=2", "fields.m.value=3", "parameters.b.over=[]",
                                           "parameters.a.truth.value=1 + x", "equation.let.s=u^2"});
  EXPECT_EQ(deck.mollifier.degree, 2);
  EXPECT_EQ(deck.fields.at(0).second.expression, "3");
  ASSERT_EQ(deck.parameters.size(), 2u);
  EXPECT_EQ(deck.parameters[0].first, "a");
  EXPECT_EQ(deck.parameters[1].first, "b");
  EXPECT_EQ(deck.parameters[0].second.truth->expression, "1 + x");
  EXPECT_EQ(deck.equation.let.at("s"), "u^2");
}

TEST(Overrides, ASubKeyReplacesAWord) {
  Deck const deck = with({"observations.u.noise.relative=0.5", "mollifier.radius.y=4", "mollifier.radius.x=8"});
  EXPECT_EQ(std::get<Relative>(deck.observations[0].second.noise).fraction, 0.5);
  EXPECT_EQ(deck.mollifier.radius.at("y").at(-1), 4);
  EXPECT_EQ(deck.mollifier.radius.at("x").at(-1), 8);
}

TEST(Overrides, CompleteADeckThatIsNotYetRight) {
  std::string const text = "[grid]\naxes = [\"x\"]\npoints = [1]\nlower = [0]\nupper = [1]\n";
  Deck const deck =
      parse_text(text, {"grid.points=[9]", "observations.u.file=u.h5", "observations.u.dataset=u"}, Command::mollify);
  EXPECT_EQ(deck.grid.points, (std::vector<Index>{9}));
  EXPECT_EQ(deck.observations.at(0).second.file, "/decks/u.h5");
}

TEST(Overrides, CannotSmuggleInASecondKey) {
  try {
    with({"mollifier.degree=2\nradius=3"});
    FAIL() << "accepted";
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::usage);
  }
}

TEST(Overrides, PlacesNameTheOverride) {
  Deck const deck = with({"equation.residual=lambda*lap(u)"});
  EXPECT_EQ(deck.equation.residual_places.at(0).line, 0);
  EXPECT_EQ(deck.equation.residual_places.at(0).file, "override \"equation.residual=lambda*lap(u)\"");
}

}  // namespace

}  // namespace mollis::deck
