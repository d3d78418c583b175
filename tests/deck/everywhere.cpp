// Files: what is read, and the same deck or error on every rank.
#include <gtest/gtest.h>
#include <mpi.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "deck/effective.hpp"
#include "decks.hpp"
#include "run/error.hpp"

namespace mollis::deck {

namespace {

namespace fs = std::filesystem;

/// A directory of this run, the same name on all ranks, made and removed by rank 0.
class Everywhere : public testing::Test {
 protected:
  void SetUp() override {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    long id = static_cast<long>(getpid());
    MPI_Bcast(&id, 1, MPI_LONG, 0, MPI_COMM_WORLD);
    directory_ = fs::temp_directory_path() / ("mollis_deck_" + std::to_string(id));
    if (rank_ == 0) fs::create_directories(directory_);
    MPI_Barrier(MPI_COMM_WORLD);
  }
  void TearDown() override {
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank_ == 0) fs::remove_all(directory_);
    MPI_Barrier(MPI_COMM_WORLD);
  }
  std::string write(std::string const& name, std::string const& text) {
    fs::path const path = directory_ / name;
    if (rank_ == 0) std::ofstream(path, std::ios::binary) << text;
    MPI_Barrier(MPI_COMM_WORLD);
    return path.string();
  }
  /// Message and code of the error that reading gives on this rank.
  std::pair<run::Exit, std::string> failure(std::string const& path, std::vector<std::string> const& overrides = {}) {
    try {
      read_on_all(MPI_COMM_WORLD, path, overrides, Command::invert);
    } catch (run::Error const& error) {
      return {error.code(), error.what()};
    }
    return {run::Exit::converged, ""};
  }
  int rank_ = 0;
  fs::path directory_;
};

TEST_F(Everywhere, SameDeckOnEveryRank) {
  std::string const path = write("heat.toml", test::contract());
  Deck const deck = read_on_all(MPI_COMM_WORLD, path, {"mollifier.degree=6"}, Command::invert);
  EXPECT_EQ(deck.mollifier.degree, 6);
  EXPECT_EQ(deck.path, path);
  EXPECT_EQ(deck.text, test::contract());
  EXPECT_EQ(deck.observations[0].second.file, (directory_ / "obs.h5").string());
  EXPECT_EQ(deck.output_directory, (directory_ / "heat2d.out").string());
  EXPECT_EQ(effective(deck), effective(read(path, {"mollifier.degree=6"})));
}

TEST_F(Everywhere, OnlyRankZeroReadsTheFile) {
  std::string path = write("minimal.toml", test::minimal());
  if (rank_ != 0) path = "/nowhere/minimal.toml";
  Deck const deck = read_on_all(MPI_COMM_WORLD, path, {}, Command::invert);
  EXPECT_EQ(deck.output_directory, (directory_ / "minimal.out").string());
}

TEST_F(Everywhere, SameErrorOnEveryRank) {
  auto const [code, message] = failure(write("bad.toml", test::minimal("[mollifier]\ndegree = 99\n")));
  EXPECT_EQ(code, run::Exit::bad_deck);
  EXPECT_NE(message.find("bad.toml:14:10: [mollifier] degree: 99 is out of range"), std::string::npos) << message;
}

TEST_F(Everywhere, MissingDeck) {
  auto const [code, message] = failure((directory_ / "no.toml").string());
  EXPECT_EQ(code, run::Exit::missing_input);
  EXPECT_NE(message.find("no.toml: no such deck"), std::string::npos) << message;
}

TEST_F(Everywhere, DirectoryInsteadOfDeck) {
  auto const [code, message] = failure(directory_.string());
  EXPECT_EQ(code, run::Exit::missing_input);
  EXPECT_NE(message.find("is a directory"), std::string::npos) << message;
}

TEST_F(Everywhere, EmptyDeck) {
  auto const [code, message] = failure(write("empty.toml", ""));
  EXPECT_EQ(code, run::Exit::bad_deck);
  EXPECT_NE(message.find("empty.toml:1:1: [grid]: required section is missing"), std::string::npos) << message;
}

TEST_F(Everywhere, NotUtf8) {
  auto const [code, message] = failure(write("latin.toml", test::minimal("# caf\xE9\n")));
  EXPECT_EQ(code, run::Exit::bad_deck);
  EXPECT_NE(message.find("latin.toml:13:"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST_F(Everywhere, BinaryRubbish) {
  EXPECT_EQ(failure(write("rubbish.toml", std::string("\x89HDF\r\n\x1a\n\0\0", 10))).first, run::Exit::bad_deck);
}

TEST_F(Everywhere, OverridesAloneToBlame) {
  std::string const path = write("good.toml", test::minimal());
  EXPECT_EQ(failure(path, {"nonsense"}).first, run::Exit::usage);
  EXPECT_EQ(failure(path, {"mollifier.raduis=3"}).first, run::Exit::usage);
  EXPECT_EQ(failure(path, {"mollifier.radius=\xff"}).first, run::Exit::usage);
}

}  // namespace

}  // namespace mollis::deck
