// What users are told of places: lines and columns as editors count them, texts of any length in lines that can be read.
#include "run/place.hpp"

#include <gtest/gtest.h>

#include "run/error.hpp"
#include "run/shown.hpp"

using namespace mollis;

namespace {

run::Place const start{"case.toml", "equation", "residual", 7, 12};

TEST(Place, OfAByteOfAText) {
  EXPECT_EQ(run::within(start, "abc", 2).column, 14);
  EXPECT_EQ(run::within(start, "abc", 99).column, 15);  // past the end: at it
  auto const below = run::within(start, "ab\ncd\n  ef", 8);
  EXPECT_EQ(below.line, 9);
  EXPECT_EQ(below.column, 3);
  EXPECT_EQ(run::within(start, "ab\n", 3).column, 1);
}

TEST(Place, ColumnsCountCharacters) {
  EXPECT_EQ(run::within(start, "\xc3\xa4*\xe2\x88\x82u", 6).column, 15);  // two bytes, one, three
  EXPECT_EQ(run::within(start, "\xc3\xa4\n\xc3\xa4*q", 6).column, 3);
}

TEST(Place, OfAnOverrideStays) {
  auto const place = run::within({"override \"a.b=c\"", "a", "b", 0, 0}, "c\nd", 2);
  EXPECT_EQ(place.line, 0);
  EXPECT_EQ(run::line(place, "no"), "override \"a.b=c\": [a] b: no");
  EXPECT_EQ(run::deck_error(place, "no").code(), run::Exit::usage);
  EXPECT_EQ(run::deck_error(start, "no").code(), run::Exit::bad_deck);
}

TEST(Place, OfADefaultIsTheSectionInTheNameOfTheKey) {
  run::Places const places{{"case.toml", "mollifier", "", 3, 2}, {{"radius", {"case.toml", "mollifier", "radius", 4, 10}}}};
  EXPECT_EQ(run::line(places.of("radius"), "no"), "case.toml:4:10: [mollifier] radius: no");
  EXPECT_EQ(run::line(places.of("degree"), "no"), "case.toml:3:2: [mollifier] degree: no");
}

TEST(Shown, CutsBetweenCharacters) {
  EXPECT_EQ(run::shown("short"), "short");
  EXPECT_EQ(run::shown("a\nb\x7f"), "a?b?");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(run::shown(umlauts, 11), umlauts.substr(0, 10) + "...");
  EXPECT_EQ(run::shown(std::string(1000000, 'x')).size(), 63u);
  EXPECT_LT(run::line({"case.toml", std::string(100000, 's'), std::string(100000, 'k'), 1, 1}, "no").size(), 300u);
}

TEST(Errors, GetTheirPlaceAndStayTheSameOnAllRanks) {
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  try {
    run::placed(start, [&] {
      run::collectively(MPI_COMM_WORLD, [&] {
        if (rank == size - 1) throw run::Error(run::Exit::bad_data, "no");
      });
    });
    FAIL() << "nothing thrown";
  } catch (run::Error const& error) {
    EXPECT_EQ(error.code(), run::Exit::bad_data);
    EXPECT_STREQ(error.what(), "case.toml:7:12: [equation] residual: no");
  }
  EXPECT_EQ(run::placed(start, [] { return 3; }), 3);
}

TEST(Errors, WhatIsToBlameReachesAllRanks) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  try {
    run::collectively(MPI_COMM_WORLD, [&] {
      if (rank == 0) throw run::Error(run::Exit::bad_deck, "no", "boundary");
    });
    FAIL() << "nothing thrown";
  } catch (run::Error const& error) {
    EXPECT_EQ(error.blamed(), "boundary");
  }
}

}  // namespace
