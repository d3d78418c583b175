// Decks that are right: every value arrives, every default is the contract's.
#include <gtest/gtest.h>

#include <cmath>

#include "decks.hpp"

namespace mollis::deck {

std::string test::contract() {
  return R"deck([grid]
axes     = ["y", "x"]             # slowest first, always in the order t, z, y, x (as HDF5 and ParaView have it)
points   = [128, 128]
lower    = [0.0, 0.0]
upper    = [1.0, 1.0]             # the last point; on a periodic axis lower + period (not a point)
periodic = []                     # e.g. ["x"]
# coordinates = { file = "a.h5", datasets = ["t", "x"], period = { t = 3.15e7 } }   instead; stretched axes allowed
reflect = {}                      # known symmetry at both ends: { y = "even", x = "odd" }

[observations.u]                  # one table a state
file = "obs.h5"
dataset = "u"                     # any real or integer type; NaN: not observed
noise = "auto"                    # standard deviation, { relative = 0.01 } (of the std of the data), or "auto" (never below rounding)

[fields.m]
value = "10"                      # expression of coordinates, a number, or file/dataset; NaN makes a gap

[parameters.lambda]
over = ["y", "x"]                 # [] is a constant
initial = 1.0
lower = 0.05                      # upper; always respected (affine problems: solve free first, TAO only if violated)
transform = "none"                # "log": the fit and the smoothness act on log lambda
smoothness = { order = 1, weight = "auto" }
truth = { value = "1 + 0.5*sin(2*pi*x)*sin(2*pi*y)" }   # optional, scored only, never used by the fit

[equation]
residual = "lambda*lap(u) + m"    # = 0; residuals = [...] for systems; [equation.let] names sub-expressions
form = "strong"                   # "weak": rows whose footprint lies inside; what it cannot express is a deck error

[mollifier]
kernel = "bump"                   # "polynomial" with exponent = 9, "cosine", "gaussian"; support |s| < 1, s = j/(radius + 1)
radius = "auto"                   # cells; a number, per axis { t = 4, x = 12 }, or per axis and order { x = { 0 = 8, 2 = 12 } }; 0 = no filter
degree = 4                        # of the local polynomial (strong form)

[inversion]
method = "equation-error"         # "pointwise", "joint" ([joint] spline_degree = 7, penalty = "auto")

[forward]                         # read by `mollis forward` alone
equation = "elliptic"             # or states = { u = "expression" } (manufactured)
boundary = "0"
refine = 4                        # 2 in 3D
noise = { relative = 0.01 }
dropout = 0.0
seed = 1

[output]
directory = "heat2d.out"
)deck";
}

namespace {

using test::minimal;
using test::parse_text;
using Texts = std::vector<std::string>;

TEST(GoodDeck, ContractGridAndData) {
  Deck const deck = parse_text(test::contract());
  EXPECT_EQ(deck.grid.axes, (Texts{"y", "x"}));
  EXPECT_EQ(deck.grid.points, (std::vector<Index>{128, 128}));
  EXPECT_EQ(deck.grid.lower, (std::vector<double>{0, 0}));
  EXPECT_EQ(deck.grid.upper, (std::vector<double>{1, 1}));
  EXPECT_TRUE(deck.grid.periodic.empty() && deck.grid.reflect.empty() && deck.grid.decomposition.empty());
  EXPECT_TRUE(deck.grid.coordinate_file.empty());
  ASSERT_EQ(deck.observations.size(), 1u);
  EXPECT_EQ(deck.observations[0].first, "u");
  EXPECT_EQ(deck.observations[0].second.file, "/decks/obs.h5");
  EXPECT_EQ(deck.observations[0].second.dataset, "u");
  EXPECT_TRUE(std::holds_alternative<Automatic>(deck.observations[0].second.noise));
  ASSERT_EQ(deck.fields.size(), 1u);
  EXPECT_EQ(deck.fields[0].first, "m");
  EXPECT_EQ(deck.fields[0].second.expression, "10");
  EXPECT_TRUE(deck.fields[0].second.file.empty());
}

TEST(GoodDeck, ContractParameterAndEquation) {
  Deck const deck = parse_text(test::contract());
  ASSERT_EQ(deck.parameters.size(), 1u);
  EXPECT_EQ(deck.parameters[0].first, "lambda");
  Parameter const& lambda = deck.parameters[0].second;
  EXPECT_EQ(lambda.over, (Texts{"y", "x"}));
  EXPECT_EQ(lambda.initial, 1.0);
  EXPECT_EQ(lambda.lower, 0.05);
  EXPECT_FALSE(lambda.upper);
  EXPECT_FALSE(lambda.log);
  EXPECT_EQ(lambda.smoothness_order, 1);
  EXPECT_TRUE(std::holds_alternative<Automatic>(lambda.smoothness_weight));
  ASSERT_TRUE(lambda.truth);
  EXPECT_EQ(lambda.truth->expression, "1 + 0.5*sin(2*pi*x)*sin(2*pi*y)");
  EXPECT_EQ(deck.equation.residuals, (Texts{"lambda*lap(u) + m"}));
  EXPECT_FALSE(deck.equation.weak);
  EXPECT_EQ(deck.mollifier.kernel, "bump");
  EXPECT_TRUE(deck.mollifier.automatic);
  EXPECT_EQ(deck.mollifier.degree, 4);
}

TEST(GoodDeck, ContractMethodForwardAndOutput) {
  Deck const deck = parse_text(test::contract(), {}, Command::forward);
  EXPECT_EQ(deck.inversion.method, "equation-error");
  ASSERT_TRUE(deck.has_forward);
  EXPECT_EQ(deck.forward.equation, "elliptic");
  EXPECT_EQ(deck.forward.coefficient, "lambda");
  EXPECT_EQ(deck.forward.source, "m");
  EXPECT_EQ(deck.forward.boundary, "0");
  EXPECT_EQ(deck.forward.refine, 4);
  EXPECT_EQ(std::get<Relative>(deck.forward.noise).fraction, 0.01);
  EXPECT_EQ(deck.forward.dropout, 0.0);
  EXPECT_EQ(deck.forward.seed, 1u);
  EXPECT_EQ(deck.output_directory, "/decks/heat2d.out");
}

TEST(GoodDeck, SmoothnessOrderFollowsTheMethodUnlessNamed) {
  auto const order = [](std::vector<std::string> const& overrides) {
    return parse_text(minimal(), overrides).parameters[0].second.smoothness_order;
  };
  EXPECT_EQ(order({}), 2);
  EXPECT_EQ(order({"inversion.method=equation-error"}), 1);
  EXPECT_EQ(order({"inversion.method=joint"}), 2);
  EXPECT_EQ(order({"inversion.method=joint", "parameters.a.smoothness.weight=1.0"}), 2);
  EXPECT_EQ(order({"inversion.method=joint", "parameters.a.smoothness.order=1"}), 1);
  EXPECT_EQ(order({"parameters.a.smoothness.order=3"}), 3);
}

TEST(GoodDeck, DefaultsOfTheMinimalDeck) {
  Deck const deck = parse_text(minimal());
  Mollifier const mollifier;
  Inversion const inversion;
  EXPECT_EQ(deck.mollifier.kernel, mollifier.kernel);
  EXPECT_EQ(deck.mollifier.exponent, mollifier.exponent);
  EXPECT_TRUE(deck.mollifier.automatic && deck.mollifier.radius.empty());
  EXPECT_EQ(deck.mollifier.degree, mollifier.degree);
  EXPECT_EQ(deck.mollifier.filter, mollifier.filter);
  EXPECT_EQ(deck.inversion.method, inversion.method);
  EXPECT_EQ(deck.inversion.reweight, inversion.reweight);
  EXPECT_EQ(deck.inversion.tolerance, inversion.tolerance);
  EXPECT_EQ(deck.inversion.max_iterations, inversion.max_iterations);
  Parameter const& a = deck.parameters[0].second;
  EXPECT_FALSE(a.initial);
  EXPECT_FALSE(a.lower || a.upper || a.log || a.truth);
  EXPECT_FALSE(deck.has_forward);
  EXPECT_EQ(deck.output_directory, "/decks/case.out");
  EXPECT_TRUE(deck.derivatives.empty());
}

TEST(GoodDeck, CoordinatesFromAFile) {
  Deck const deck = parse_text(R"deck(
[grid]
axes = ["t", "x"]
coordinates = { file = "../a.h5", datasets = ["time", "lon"], period = { x = 360.0 } }
periodic = ["x"]
reflect = { t = "even" }
decomposition = [1, 3]
[observations.h]
file = "/abs/h.h5"
dataset = "h"
noise = { relative = 0.02 }
[observations.v]
file = "v.h5"
dataset = "v"
noise = 3
[parameters.k]
over = []
transform = "log"
lower = 0
[equation]
residuals = ["dt(h) - k*v", """
  dx(v) + s"""]
form = "weak"
[equation.let]
s = "h^2"
)deck");
  EXPECT_EQ(deck.grid.coordinate_file, "/a.h5");
  EXPECT_EQ(deck.grid.coordinate_datasets, (Texts{"time", "lon"}));
  EXPECT_EQ(deck.grid.period.at("x"), 360.0);
  EXPECT_EQ(deck.grid.reflect.at("t"), "even");
  EXPECT_EQ(deck.grid.decomposition, (std::vector<int>{1, 3}));
  EXPECT_EQ(deck.observations[0].second.file, "/abs/h.h5");
  EXPECT_EQ(std::get<Relative>(deck.observations[0].second.noise).fraction, 0.02);
  EXPECT_EQ(std::get<double>(deck.observations[1].second.noise), 3.0);
  EXPECT_TRUE(deck.parameters[0].second.over.empty());
  EXPECT_TRUE(deck.parameters[0].second.log);
  EXPECT_TRUE(deck.equation.weak);
  EXPECT_EQ(deck.equation.let.at("s"), "h^2");
  ASSERT_EQ(deck.equation.residuals.size(), 2u);
  EXPECT_EQ(deck.equation.residuals[1], "  dx(v) + s");
  EXPECT_EQ(deck.equation.residual_places[0].line, 21);
  EXPECT_EQ(deck.equation.residual_places[0].column, 15);  // past the quote
  EXPECT_EQ(deck.equation.residual_places[1].line, 22);
  EXPECT_EQ(deck.equation.residual_places[1].column, 1);
  EXPECT_EQ(deck.equation.let_places.at("s").line, 25);
  EXPECT_EQ(deck.equation.let_places.at("s").column, 6);
}

TEST(GoodDeck, FormsOfTheRadius) {
  auto const radius = [](std::string const& toml) {
    return parse_text(minimal("[mollifier]\nradius = " + toml)).mollifier;
  };
  using Radii = std::map<std::string, AxisRadius>;
  EXPECT_TRUE(radius("\"auto\"").automatic);
  EXPECT_FALSE(radius("\"auto\"").adaptive);
  EXPECT_TRUE(radius("\"adaptive\"").automatic && radius("\"adaptive\"").adaptive);
  EXPECT_EQ(radius("12").radius, (Radii{{"y", {{-1, 12}}}, {"x", {{-1, 12}}}}));
  EXPECT_EQ(radius("0").radius, (Radii{{"y", {{-1, 0}}}, {"x", {{-1, 0}}}}));
  EXPECT_EQ(radius("{ y = 4, x = 12 }").radius, (Radii{{"y", {{-1, 4}}}, {"x", {{-1, 12}}}}));
  EXPECT_EQ(radius("{ y = 4, x = { 0 = 8, 2 = 12 } }").radius, (Radii{{"y", {{-1, 4}}}, {"x", {{0, 8}, {2, 12}}}}));
  EXPECT_FALSE(radius("12").automatic);
}

TEST(GoodDeck, EntriesKeepTheDecksOrder) {
  Deck const deck = parse_text(minimal("[parameters.z2]\nover = []\n[parameters.b]\nover = [\"x\"]\n"));
  ASSERT_EQ(deck.parameters.size(), 3u);
  EXPECT_EQ(deck.parameters[0].first, "a");
  EXPECT_EQ(deck.parameters[1].first, "z2");
  EXPECT_EQ(deck.parameters[2].first, "b");
}

TEST(GoodDeck, ManufacturedStatesAndDefaultsInThreeDimensions) {
  Deck const deck = parse_text(R"deck(
[grid]
axes = ["z", "y", "x"]
points = [4, 5, 6]
lower = [0, 0, 0]
upper = [1, 1, 1]
[observations.u]
file = "u.h5"
dataset = "u"
[fields.m]
value = 10
[forward]
states = { u = "sin(x)" }
noise = 0.5
boundary = 2.5
seed = 7
dropout = 0.25
)deck",
                               {}, Command::forward);
  EXPECT_FALSE(deck.forward.equation);
  EXPECT_EQ(deck.forward.states.at("u"), "sin(x)");
  EXPECT_EQ(deck.forward.refine, 2);
  EXPECT_EQ(std::get<double>(deck.forward.noise), 0.5);
  EXPECT_EQ(deck.forward.boundary, "2.5");
  EXPECT_EQ(deck.forward.dropout, 0.25);
  EXPECT_EQ(deck.forward.seed, 7u);
  EXPECT_EQ(deck.fields[0].second.expression, "10");
}

TEST(GoodDeck, EquationsInTime) {
  std::string const head = R"deck(
[grid]
axes = ["t", "y", "x"]
points = [4, 5, 6]
lower = [0, 0, 0]
upper = [1, 1, 1]
periodic = ["x"]
[observations.u]
file = "u.h5"
dataset = "u"
[parameters.D]
over = []
truth = { value = 0.1 }
[forward]
initial = "sin(pi*y)"
)deck";
  Deck const plain = parse_text(head, {}, Command::forward);
  EXPECT_EQ(plain.forward.equation, "elliptic");
  EXPECT_EQ(plain.forward.conditions, (std::map<std::string, std::string>{{"y", "dirichlet"}}));
  EXPECT_EQ(plain.forward.initial, "sin(pi*y)");
  EXPECT_EQ(plain.forward.perturbation, 0.0);
  EXPECT_EQ(plain.forward.spin_up, 0.0);
  EXPECT_EQ(plain.forward.steps, 8);
  Deck const flow = parse_text(head + R"deck(
equation = "advection-diffusion"
velocity = { y = 1, x = "1 - y^2" }
conditions = { y = "neumann" }
perturbation = 0.1
spin_up = 2
steps = 3
)deck",
                               {}, Command::forward);
  EXPECT_EQ(flow.forward.velocity, (std::map<std::string, std::string>{{"y", "1"}, {"x", "1 - y^2"}}));
  EXPECT_EQ(flow.forward.conditions, (std::map<std::string, std::string>{{"y", "neumann"}}));
  EXPECT_EQ(flow.forward.perturbation, 0.1);
  EXPECT_EQ(flow.forward.spin_up, 2.0);
  EXPECT_EQ(flow.forward.steps, 3);
  EXPECT_EQ(flow.forward.places.keys.count("velocity.x"), 1u);
  Deck const phase = parse_text(head + "equation = \"phase-field\"\nmobility = 5\n", {}, Command::forward);
  EXPECT_EQ(phase.forward.mobility, 5.0);
  EXPECT_EQ(phase.forward.gradient_energy, 1.0);
}

TEST(GoodDeck, MollifyNeedsNoEquation) {
  std::string const text = R"deck(
[grid]
axes = ["t", "x"]
points = [4, 5]
lower = [0, 0]
upper = [1, 1]
[observations.u]
file = "u.h5"
dataset = "u"
[mollify]
derivatives = ["", "u", "t", "xx", "txx"]
)deck";
  EXPECT_EQ(parse_text(text, {}, Command::mollify).derivatives, (Texts{"", "u", "t", "xx", "txx"}));
  EXPECT_ANY_THROW(parse_text(text, {}, Command::invert));
  EXPECT_ANY_THROW(parse_text(text, {}, Command::check));
}

TEST(GoodDeck, SourceDefaultsToZeroWithoutFields) {
  Deck const deck = parse_text(minimal("[forward]\nequation = \"divergence\"\n"));
  EXPECT_EQ(deck.forward.equation, "divergence");
  EXPECT_EQ(deck.forward.source, "0");
  EXPECT_EQ(deck.forward.coefficient, "a");
}

TEST(GoodDeck, ByteOrderMarkAndWindowsLineEnds) {
  std::string text = "\xEF\xBB\xBF" + minimal();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  EXPECT_EQ(parse_text(text).grid.points, (std::vector<Index>{8, 16}));
}

}  // namespace

}  // namespace mollis::deck
