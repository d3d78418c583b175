// Any bytes as an expression: compiled in either form, and what it was understood as compiles again; or refused with a place
// inside the text and a message that can be read.
#include "equation/system.hpp"
#include "fuzz.hpp"

using namespace mollis;

namespace {

equation::Symbols symbols() {
  equation::Symbols all;
  all.axes = {"t", "y", "x"};
  all.states = {"u", "v"};
  all.parameters = {"k", "c"};
  all.depends = {{false, true, true}, {false, false, false}};
  all.fields = {"m"};
  all.let = {{"flux", "k*dx(u)"}, {"speed", "sqrt(u^2 + v^2)"}};
  all.state_about = {0.0, 1.5};
  return all;
}

void check_message(equation::SyntaxError const& error, std::string const& text) {
  fuzz::require(error.column <= text.size(), "the place is in the text", error.what());
  fuzz::require(std::string(error.what()).size() < 2000, "the message can be read", error.what());
}

void compile(std::string const& text, equation::Form form) {
  std::string understood;
  try {
    understood = equation::compile({text}, symbols(), form).text.front();
  } catch (equation::SyntaxError const& error) {
    return check_message(error, text);
  }
  fuzz::require(!understood.empty(), "a residual that was understood can be shown", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const text(reinterpret_cast<char const*>(data), size);
  compile(text, equation::Form::strong);
  compile(text, equation::Form::weak);
  try {
    equation::compile_pointwise(text, {"t", "y", "x"}, {}, {0, 1, 2});
  } catch (equation::SyntaxError const& error) {
    check_message(error, text);
  }
  return 0;
}
