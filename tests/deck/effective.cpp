// The effective deck reads back as the same deck; the reference names every key.
#include "run/error.hpp"
#include "deck/effective.hpp"

#include <gtest/gtest.h>

#include "deck/schema.hpp"
#include "deck/suggest.hpp"
#include "decks.hpp"
#include "rich_decks.hpp"

namespace mollis::deck {

namespace {

using test::minimal;
using test::parse_text;
using test::points_in_a_disc;
using test::rich;

template <class T>
std::string show(T const& noise) {
  return std::visit(
      [](auto const& v) -> std::string {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, Automatic>)
          return "auto";
        else if constexpr (std::is_same_v<V, Relative>)
          return "relative " + std::to_string(v.fraction);
        else if constexpr (std::is_same_v<V, observations::Proportional>)
          return "proportional " + std::to_string(v.share) + " " + std::to_string(v.floor);
        else if constexpr (std::is_same_v<V, observations::Counts>)
          return "counts " + std::to_string(v.gain) + " " + std::to_string(v.offset);
        else if constexpr (std::is_same_v<V, observations::UnknownCounts>)
          return "counts " + (v.gain ? std::to_string(*v.gain) : "auto") + " " + (v.offset ? std::to_string(*v.offset) : "auto");
        else if constexpr (std::is_same_v<V, observations::Dataset>)
          return "dataset " + v.file + " " + v.dataset;
        else
          return std::to_string(v);
      },
      noise);
}

void expect_equal(io::Part const& a, io::Part const& b) {
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.crop, b.crop);
  EXPECT_EQ(a.bin, b.bin);
}

void expect_equal(Values const& a, Values const& b) {
  expect_equal(a.part, b.part);
  EXPECT_EQ(a.expression, b.expression);
  EXPECT_EQ(a.file, b.file);
  EXPECT_EQ(a.dataset, b.dataset);
}

void expect_equal(Parameter const& a, Parameter const& b) {
  EXPECT_EQ(a.over, b.over);
  EXPECT_EQ(a.initial, b.initial);
  EXPECT_EQ(a.lower, b.lower);
  EXPECT_EQ(a.upper, b.upper);
  EXPECT_EQ(a.log, b.log);
  EXPECT_EQ(a.smoothness_order, b.smoothness_order);
  EXPECT_EQ(show(a.smoothness_weight), show(b.smoothness_weight));
  ASSERT_EQ(a.truth.has_value(), b.truth.has_value());
  if (a.truth) expect_equal(*a.truth, *b.truth);
}

void expect_equal(Grid const& a, Grid const& b) {
  EXPECT_EQ(a.axes, b.axes);
  EXPECT_EQ(a.points, b.points);
  EXPECT_EQ(a.lower, b.lower);
  EXPECT_EQ(a.upper, b.upper);
  EXPECT_EQ(a.periodic, b.periodic);
  EXPECT_EQ(a.coordinate_file, b.coordinate_file);
  EXPECT_EQ(a.coordinate_datasets, b.coordinate_datasets);
  EXPECT_EQ(a.period, b.period);
  EXPECT_EQ(a.time_unit, b.time_unit);
  expect_equal(a.coordinate_part, b.coordinate_part);
  EXPECT_EQ(a.reflect, b.reflect);
  EXPECT_EQ(a.decomposition, b.decomposition);
  ASSERT_EQ(a.mask.has_value(), b.mask.has_value());
  if (a.mask) expect_equal(*a.mask, *b.mask);
  EXPECT_EQ(a.mask_above, b.mask_above);
  EXPECT_EQ(a.mask_filled, b.mask_filled);
}

void expect_equal(Forward const& a, Forward const& b) {
  EXPECT_EQ(a.equation, b.equation);
  EXPECT_EQ(a.coefficient, b.coefficient);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.states, b.states);
  EXPECT_EQ(a.boundary, b.boundary);
  EXPECT_EQ(a.conditions, b.conditions);
  EXPECT_EQ(a.velocity, b.velocity);
  EXPECT_EQ(a.initial, b.initial);
  EXPECT_EQ(a.perturbation, b.perturbation);
  EXPECT_EQ(a.spin_up, b.spin_up);
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.mobility, b.mobility);
  EXPECT_EQ(a.gradient_energy, b.gradient_energy);
  EXPECT_EQ(a.refine, b.refine);
  EXPECT_EQ(show(a.noise), show(b.noise));
  EXPECT_EQ(a.dropout, b.dropout);
  EXPECT_EQ(a.seed, b.seed);
}

void expect_equal(Deck const& a, Deck const& b) {
  expect_equal(a.grid, b.grid);
  ASSERT_EQ(a.observations.size(), b.observations.size());
  for (std::size_t i = 0; i < a.observations.size(); ++i) {
    EXPECT_EQ(a.observations[i].first, b.observations[i].first);
    EXPECT_EQ(a.observations[i].second.kind, b.observations[i].second.kind);
    EXPECT_EQ(a.observations[i].second.columns, b.observations[i].second.columns);
    EXPECT_EQ(a.observations[i].second.scale, b.observations[i].second.scale);
    EXPECT_EQ(a.observations[i].second.density.offset, b.observations[i].second.density.offset);
    EXPECT_EQ(a.observations[i].second.density.gain, b.observations[i].second.density.gain);
    EXPECT_EQ(a.observations[i].second.file, b.observations[i].second.file);
    EXPECT_EQ(a.observations[i].second.dataset, b.observations[i].second.dataset);
    EXPECT_EQ(show(a.observations[i].second.noise), show(b.observations[i].second.noise));
  }
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (std::size_t i = 0; i < a.fields.size(); ++i) expect_equal(a.fields[i].second, b.fields[i].second);
  ASSERT_EQ(a.parameters.size(), b.parameters.size());
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    EXPECT_EQ(a.parameters[i].first, b.parameters[i].first);
    expect_equal(a.parameters[i].second, b.parameters[i].second);
  }
  EXPECT_EQ(a.equation.residuals, b.equation.residuals);
  EXPECT_EQ(a.equation.let, b.equation.let);
  EXPECT_EQ(a.equation.weak, b.equation.weak);
  EXPECT_EQ(a.mollifier.kernel, b.mollifier.kernel);
  EXPECT_EQ(a.mollifier.exponent, b.mollifier.exponent);
  EXPECT_EQ(a.mollifier.automatic, b.mollifier.automatic);
  EXPECT_EQ(a.mollifier.radius, b.mollifier.radius);
  EXPECT_EQ(a.mollifier.adaptive, b.mollifier.adaptive);
  EXPECT_EQ(a.mollifier.degree, b.mollifier.degree);
  EXPECT_EQ(a.mollifier.filter, b.mollifier.filter);
  EXPECT_EQ(a.derivatives, b.derivatives);
  EXPECT_EQ(a.inversion.method, b.inversion.method);
  EXPECT_EQ(a.inversion.reweight, b.inversion.reweight);
  EXPECT_EQ(a.inversion.tolerance, b.inversion.tolerance);
  EXPECT_EQ(a.inversion.max_iterations, b.inversion.max_iterations);
  EXPECT_EQ(a.has_forward, b.has_forward);
  expect_equal(a.forward, b.forward);
  EXPECT_EQ(a.output_directory, b.output_directory);
  EXPECT_EQ(a.checkpoint, b.checkpoint);
}

/// Reads the effective deck from another directory: nothing in it may be relative.
void expect_round_trip(Deck const& deck, Command command = Command::invert) {
  std::string const text = effective(deck);
  SCOPED_TRACE(text);
  Deck const again = parse({"elsewhere.toml", "/else/where", text}, {}, command);
  expect_equal(deck, again);
  EXPECT_EQ(effective(again), text);
}

TEST(Effective, RoundTripOfTheContract) { expect_round_trip(parse_text(test::contract())); }
TEST(Effective, RoundTripOfTheMinimalDeck) { expect_round_trip(parse_text(minimal())); }

/// A deck of [forward] with that equation and more keys, on that grid.
Deck forward_deck(std::string const& axes, std::string const& equation, std::string const& more) {
  std::string list;
  for (char const axis : axes) list += std::string(list.empty() ? "" : ", ") + '"' + axis + '"';
  auto const each = [&](std::string const& number) {
    std::string numbers = number;
    for (std::size_t a = 1; a < axes.size(); ++a) numbers += ", " + number;
    return "[" + numbers + "]\n";
  };
  return parse_text("[grid]\naxes = [" + list + "]\npoints = " + each("5") + "lower = " + each("0") +
                        "upper = " + each("1") + R"deck(
[observations.u]
file = "u.h5"
dataset = "u"
[parameters.a]
over = []
truth = { value = 1.5 }
[forward]
)deck" + "equation = \"" +
                        equation + "\"\n" + more,
                    {}, Command::forward);
}

/// Every equation with every key that it reads.
std::vector<Deck> forward_decks() {
  std::string const start = R"deck(
initial = "sin(y) + x"
perturbation = 0.1
spin_up = 2
steps = 3
)deck";
  std::string const in_time = start + "conditions = { y = \"neumann\" }\n";
  return {forward_deck("tyx", "elliptic", in_time),
          forward_deck("tyx", "divergence", in_time),
          forward_deck("tyx", "advection-diffusion", in_time + "velocity = { y = \"x*t\", x = 2 }\n"),
          forward_deck("tyx", "phase-field", start + "mobility = 3\ngradient_energy = 0.5\n"),
          forward_deck("yx", "phase-field", start + "refine = 1\n"),
          forward_deck("tx", "langevin", "initial = 0.2\nsteps = 5\n"),
          forward_deck("yx", "plate", "source = 1\nrefine = 3\n")};
}

TEST(Effective, RoundTripOfForwardEquations) {
  for (auto const& deck : forward_decks()) expect_round_trip(deck, Command::forward);
}

TEST(Effective, MaskOfAnObservationIsTheDomain) {
  std::string text = points_in_a_disc;
  auto const mask = text.find("mask = ");
  auto const line = text.substr(mask, text.find('\n', mask) - mask + 1);
  text.erase(mask, line.size());
  text.insert(text.find("[observations.w]\n") + std::string("[observations.w]\n").size(), line);
  Deck const moved = parse_text(text), before = parse_text(points_in_a_disc);
  ASSERT_TRUE(moved.grid.mask.has_value());
  EXPECT_EQ(effective(moved), effective(before));
  text.insert(text.find("[observations.h]\n") + std::string("[observations.h]\n").size(), line);
  EXPECT_THROW(parse_text(text), mollis::run::Error);
}

/// A parameter over a state, beside constants before and after it.
std::string curve_deck() {
  return minimal("[parameters.D]\nover = [\"u\"]\ncoefficients = 5\nrange = [0.5, 2.0]\ntransform = \"log\"\ntruth = { value = \"1 + u\" }\n"
                 "[parameters.k]\nover = []\n");
}

TEST(Effective, RoundTripOfCurves) {
  auto const deck = parse_text(curve_deck(), {"equation.residual=D*lap(u) + a + k"});
  expect_round_trip(deck);
  ASSERT_EQ(deck.parameters.size(), 7u);
  EXPECT_EQ(deck.parameters[deck.curves.at(0).first].first, "D_1");
  EXPECT_TRUE(deck.parameters[deck.curves.at(0).first].second.log);
  EXPECT_EQ(effective(deck).find("D_1"), std::string::npos);
  EXPECT_NE(effective(deck).find("over = [\"u\"]\ncoefficients = 5\nrange = [0.5, 2.0]"), std::string::npos);
}

TEST(Effective, RoundTripOfPoints) { expect_round_trip(parse_text(points_in_a_disc)); }

TEST(Effective, RoundTripOfEverything) { expect_round_trip(parse_text(rich)); }

TEST(Effective, RoundTripForMollify) {
  std::string text = minimal();
  text.resize(text.find("[parameters"));
  expect_round_trip(parse_text(text, {}, Command::mollify), Command::mollify);
}

TEST(Effective, ShowsPicksMadeLater) {
  Deck deck = parse_text(minimal());
  deck.mollifier.automatic = false;
  deck.mollifier.radius = {{"y", {{0, 8}, {2, 12}}}, {"x", {{-1, 5}}}};
  deck.parameters[0].second.smoothness_weight = 0.1 + 0.2;
  deck.observations[0].second.noise = 1.0 / 3.0;
  expect_round_trip(deck);
  EXPECT_NE(effective(deck).find("radius = { x = 5, y = { 0 = 8, 2 = 12 } }"), std::string::npos);
  EXPECT_NE(effective(deck).find("weight = 0.30000000000000004"), std::string::npos);
}

TEST(Effective, LeavesRadiiThatVaryToTheData) {
  Deck deck = parse_text(minimal("[mollifier]\nradius = \"adaptive\""));
  expect_round_trip(deck);
  deck.mollifier.automatic = false;
  deck.mollifier.radius = {{"y", {{-1, 5}}}, {"x", {{-1, 5}}}};
  EXPECT_NE(effective(deck).find("radius = \"adaptive\""), std::string::npos);
}

TEST(Effective, HasEveryKeyThatADeckCanHold) {
  std::string text = effective(parse_text(rich)) + effective(parse_text(test::contract())) + effective(parse_text(points_in_a_disc)) +
                     effective(parse_text(curve_deck(), {"equation.residual=D*lap(u) + a + k", "observations.u.noise=0.1", "observations.u.noise_blur=1.5"}));
  text += effective(parse_text(minimal("[[experiment]]\nname = \"one\"\n[experiment.observations.u]\nnoise = 1\n[experiment.fields.m]\nvalue = 1\n"),
                               {"equation.residual=a*lap(u) + m"}));
  for (auto const& deck : forward_decks()) text += effective(deck);
  for (auto const& section : schema()) {
    for (auto const& key : section.keys) {
      bool const tables = section.repeated && key.type == Type::table;  // [experiment.KEY.NAME]
      EXPECT_NE(text.find(tables ? "[" + section.pattern + "." + key.name + "." : key.name + " = "), std::string::npos) << key.name;
    }
  }
}

TEST(Reference, NamesEverySectionAndKeyWithItsDefault) {
  std::string const text = reference();
  for (auto const& section : schema()) {
    EXPECT_NE(text.find("[" + section.title() + "]"), std::string::npos) << section.title();
    for (auto const& key : section.keys) {
      EXPECT_NE(text.find("\n  " + key.name + " "), std::string::npos) << key.name;
      EXPECT_FALSE(key.help.empty()) << key.name;
      EXPECT_NE(text.find(key.fallback), std::string::npos) << key.name;
    }
  }
}

TEST(Suggest, DistancesAndThresholds) {
  EXPECT_EQ(edit_distance("points", "points"), 0u);
  EXPECT_EQ(edit_distance("pionts", "points"), 1u);  // a swap is one step
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(nearest("Points", {"axes", "points"}), "points");
  EXPECT_EQ(nearest("zzzzzz", {"axes", "points"}), "");
  EXPECT_EQ(nearest("a", {"b"}), "");  // one letter is no likeness
}

}  // namespace

}  // namespace mollis::deck
