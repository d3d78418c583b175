// Which derivatives products of the Jacobian may add up.
#include "estimators/joint/summed_jets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace {

using namespace mollis;
using equation::Feature;

equation::System compiled(std::vector<std::string> const& residuals) {
  equation::Symbols symbols;
  symbols.axes = {"y", "x"};
  symbols.states = {"u", "v"};
  symbols.parameters = {"D"};
  symbols.depends = {{true, true}};
  symbols.log_parameter = {false};
  return equation::compile(residuals, symbols, equation::Form::strong);
}

/// Sums of the derivatives of u, one text each: factors and orders, "1 [20] + 2 [22]".
std::vector<std::string> sums_of_u(equation::System const& system) {
  std::vector<int> features{-1};
  for (std::size_t f = 0; f < system.features.size(); ++f) {
    auto const& feature = system.features[f];
    if (feature.kind != Feature::Kind::state || feature.index != 0) continue;
    if (feature.order == mollifier::MultiIndex{}) features.front() = static_cast<int>(f);
    else features.push_back(static_cast<int>(f));
  }
  std::vector<std::string> texts;
  for (auto const& sum : joint::sums_alike(system, features)) {
    std::string text;
    for (auto const& [order, factor] : sum.derivatives)
      text += (text.empty() ? "" : " + ") + std::to_string(static_cast<int>(factor)) + " [" + std::to_string(order[0]) + std::to_string(order[1]) + "]";
    EXPECT_EQ(system.features[static_cast<std::size_t>(sum.lead)].order, sum.derivatives.front().order);
    texts.push_back(text);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(SummedJets, LaplaciansAreOne) {
  EXPECT_EQ(sums_of_u(compiled({"D*lap(u) + dx(D)*dx(u) + dy(D)*dy(u) - u"})), (Texts{"1 [01]", "1 [02] + 1 [20]", "1 [10]"}));
  EXPECT_EQ(sums_of_u(compiled({"u^2*lap(u) - lap(lap(u))"})), (Texts{"1 [02] + 1 [20]", "1 [04] + 2 [22] + 1 [40]"}));
}

TEST(SummedJets, OnlyWhereEveryResidualAgrees) {
  EXPECT_EQ(sums_of_u(compiled({"lap(u) + v", "2*lap(u) - v"})), (Texts{"1 [02] + 1 [20]"}));
  EXPECT_EQ(sums_of_u(compiled({"lap(u) + v", "d(u, \"xx\") - v"})), (Texts{"1 [02]", "1 [20]"}));
  EXPECT_EQ(sums_of_u(compiled({"lap(u) + v", "lap(u) + d(u, \"yy\") - v"})), (Texts{"1 [02]", "1 [20]"}));
  EXPECT_EQ(sums_of_u(compiled({"D*d(u, \"xx\") + D^2*d(u, \"yy\")"})), (Texts{"1 [02]", "1 [20]"}));
}

}  // namespace
