// The deck knows the words of the expression language without reading that room.
#include <gtest/gtest.h>

#include "deck/names.hpp"
#include "equation/names.hpp"

namespace mollis {
namespace {

TEST(Words, OfTheLanguageAreReservedInDecks) {
  for (auto const& name : equation::callable_names()) EXPECT_TRUE(deck::is_reserved(name)) << name;
  EXPECT_TRUE(deck::is_reserved("pi"));
  EXPECT_FALSE(deck::is_reserved("lambda"));
}

}  // namespace
}  // namespace mollis
