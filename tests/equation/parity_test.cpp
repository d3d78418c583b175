// Along which axes residuals are sums of terms of both parities.
#include "point.hpp"

namespace mollis::equation {
namespace {

/// Along y, then along x.
std::array<bool, 2> mixed(std::string const& residual) {
  auto const system = compile({residual}, plane(), Form::strong);
  return {system.mixed_along[0], system.mixed_along[1]};
}

TEST(Parity, OfTermsThatAreAllEvenOrAllOdd) {
  std::array<bool, 2> const neither{false, false};
  for (auto const* text : {"lap(u) - lambda*u", "dx(lambda*dx(u)) + dy(lambda*dy(u)) + m", "dx(u)", "dx(u)*lambda + dx(dx(dx(u)))", "dx(u)^2 + dy(u)^2 - u",
                           "dx(dy(u)) + sin(dx(dy(u)))", "u*cos(dx(u)) - abs(dy(u))", "x*lap(u) + k"})
    EXPECT_EQ(mixed(text), neither) << text;
}

TEST(Parity, OfTermsThatAreBoth) {
  for (auto const* text : {"dy(u) - dx(lambda*dx(u))", "dy(u) + u", "u*exp(dy(u))", "max(dy(u), 0) + u", "1 + dy(u)", "sqrt(1 + dy(u)) + k*dx(dx(u))"})
    EXPECT_EQ(mixed(text), (std::array<bool, 2>{true, false})) << text;
  EXPECT_EQ(mixed("dy(u) + lambda*dx(u) - lap(u)"), (std::array<bool, 2>{true, true}));
}

}  // namespace
}  // namespace mollis::equation
