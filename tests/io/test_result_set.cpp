#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "files.hpp"
#include "io/install.hpp"
#include "io/lock.hpp"
#include "io/result_file.hpp"
#include "io/scratch.hpp"
#include "io/stand_in.hpp"
#include "io/text.hpp"
#include "temporaries.hpp"

using namespace mollis;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

Names const five{"deck.toml", "history.csv", "result.h5", "result.xmf", "summary.json"};
Names const four{"deck.toml", "result.h5", "result.xmf", "summary.json"};

/// Writes a set whose texts, fields and summary say `number`; with history, or without.
void write(std::string const& directory, int number, bool history = true, io::Protection const& protection = {}) {
  grid::Grid const g = files::make({files::axis("x", 6)});
  io::ResultSet set(MPI_COMM_WORLD, directory, history ? five : four, protection);
  if (history) set.write_text("history.csv", std::to_string(number));
  set.write_text("deck.toml", std::to_string(number));
  io::ResultFile result(g, set);
  result.write("/state/u", g, files::fill(g, [&](Index, Extents const&) { return number; }));
  result.commit();
  set.commit({{"number", number}});
}

/// Checks that the directory holds that set, whole, and these other files. On rank 0.
void expect_set(std::string const& directory, int number, Names others = {}, Names const& names = five) {
  others.insert(others.end(), names.begin(), names.end());
  std::sort(others.begin(), others.end());
  EXPECT_EQ(files::names(directory), others);
  EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(6, number));
  auto const summary = nlohmann::json::parse(files::content(directory + "/summary.json"));
  EXPECT_EQ(summary["number"], number);
  EXPECT_EQ(summary["run"].get<std::string>().size(), 12u);
  EXPECT_EQ(summary["files"].size(), names.size() - 2);
  for (auto const& [name, sum] : summary["files"].items()) EXPECT_EQ(sum, io::checksum(files::content(directory + "/" + name)));
  EXPECT_EQ(files::content(directory + "/deck.toml"), std::to_string(number));
}

ino_t inode(std::string const& path) {
  struct stat facts {};
  EXPECT_EQ(stat(path.c_str(), &facts), 0);
  return facts.st_ino;
}

void put_foreign(std::string const& directory) {
  std::ofstream(directory + "/notes.txt") << "mine";
  fs::create_directories(directory + "/pictures/deep");
  std::ofstream(directory + "/pictures/deep/a.png") << "picture";
  fs::create_symlink("../elsewhere", directory + "/link");
}

Names const foreign{"link", "notes.txt", "pictures"};

void expect_foreign(std::string const& directory) {
  EXPECT_EQ(files::content(directory + "/notes.txt"), "mine");
  EXPECT_EQ(files::content(directory + "/pictures/deep/a.png"), "picture");
  EXPECT_TRUE(fs::is_symlink(directory + "/link"));
}

/// A whole set that a dead run left in `directory`: the files of a run beside it. Its name.
std::string leave_whole_set(std::string const& directory, int number) {
  write(directory + ".source", number);
  auto const set = files::temporary(files::dead(), io::scratch_beginning, io::whole_end);
  files::on_root([&] {
    fs::create_directories(directory);
    fs::rename(directory + ".source", directory + "/" + set);
  });
  return set;
}

void expect_refused(std::string const& directory, io::Protection const& protection, Names const& parts) {
  auto const error = files::error_of([&] { write(directory, 9, true, protection); });
  EXPECT_EQ(error.code(), run::Exit::usage);
  for (auto const& part : parts) EXPECT_TRUE(files::contains(error, part)) << error.what();
}

}  // namespace

TEST(ResultSet, AppearsWholeAndLeavesTheRest) {
  std::string const directory = files::directory("set") + "/out";
  write(directory, 1);
  ino_t before = 0;
  files::on_root([&] {
    expect_set(directory, 1);
    put_foreign(directory);
    before = inode(directory);
  });
  write(directory + "/", 2);
  files::on_root([&] {
    expect_set(directory, 2, foreign);
    expect_foreign(directory);
    EXPECT_EQ(inode(directory), before);
    EXPECT_EQ(files::names(io::parent_of(directory)), Names{"out"});
  });
  write(directory, 3, false);  // without a history, and so that of run 2 goes
  files::on_root([&] { expect_set(directory, 3, foreign, four); });
}

TEST(ResultSet, ShowsNothingBeforeItIsCommitted) {
  std::string const directory = files::directory("set_open");
  write(directory, 1);
  {
    io::ResultSet set(MPI_COMM_WORLD, directory, five);
    set.write_text("deck.toml", "new");
    files::on_root([&] { EXPECT_EQ(files::content(directory + "/deck.toml"), "1"); });
  }
  files::on_root([&] { expect_set(directory, 1); });
}

TEST(ResultSet, NotCommittedLeavesNoDirectories) {
  std::string const directory = files::directory("set_abandoned");
  {
    io::ResultSet set(MPI_COMM_WORLD, directory + "/a/b");
    set.write_text("deck.toml", "1");
  }
  files::on_root([&] { EXPECT_EQ(files::names(directory), Names{}); });
}

TEST(ResultSet, IsForOneRunAtATime) {
  std::string const directory = files::directory("set_locked");
  {
    io::ResultSet const set(MPI_COMM_WORLD, directory);
    auto const error = files::error_of([&] { write(directory + "/../" + fs::path(directory).filename().string(), 1); });
    EXPECT_EQ(error.code(), run::Exit::output_failed);
    EXPECT_TRUE(files::contains(error, "another run of Mollis writes here")) << error.what();
  }
  write(directory, 1);
}

TEST(ResultSet, KeepsWhatMollisDidNotWrite) {
  for (auto const& name : five) {
    SCOPED_TRACE(name);
    std::string const directory = files::directory("set_foreign"), file = directory + "/" + name;
    files::on_root([&] { std::ofstream(file) << "mine"; });
    expect_refused(directory, {}, {file, "Mollis did not write it", "--overwrite"});
    files::on_root([&] {
      EXPECT_EQ(files::content(file), "mine");
      EXPECT_EQ(files::names(directory), Names{name});
    });
    write(directory, 1, true, {"", {}, true});
    files::on_root([&] { expect_set(directory, 1); });
  }
}

TEST(ResultSet, KeepsWhatWasChanged) {
  for (auto const& name : {"deck.toml", "history.csv", "result.xmf"}) {
    std::string const directory = files::directory("set_edited"), file = directory + "/" + name;
    write(directory, 1);
    files::on_root([&] { std::ofstream(file, std::ios::app) << "# my thoughts\n"; });
    expect_refused(directory, {}, {file, "changed since"});
  }
  std::string const directory = files::directory("set_edited");
  write(directory, 1);
  files::on_root([&] { files::add_dataset(directory + "/result.h5", "mine", {2}, {1.0, 2.0}); });
  expect_refused(directory, {}, {"result.h5", "changed since"});
}

TEST(ResultSet, KnowsItsTextsByOneWitnessOfTwo) {
  for (auto const& name : {"result.h5", "summary.json"}) {
    std::string const directory = files::directory("set_witness");
    write(directory, 1);
    files::on_root([&] { fs::remove(directory + "/" + name); });
    write(directory, 2);
    files::on_root([&] { expect_set(directory, 2); });
  }
}

TEST(ResultSet, KeepsDeckAndInputs) {
  std::string const directory = files::directory("set_inputs"), deck = directory + "/../mollis_io_set_inputs_deck.toml";
  write(directory, 1);
  files::on_root([&] {
    fs::remove(deck);
    fs::create_hard_link(directory + "/deck.toml", deck);
    fs::remove(directory + "/link.h5");
    fs::create_symlink("result.h5", directory + "/link.h5");
  });
  expect_refused(directory, {deck, {}, false}, {"deck.toml", "it is this deck"});
  expect_refused(directory, {deck, {}, true}, {"deck.toml", "it is this deck"});
  expect_refused(directory, {"", {{directory + "/link.h5", "[observations.u] file", {}}}, false}, {"result.h5", "[observations.u] file reads it"});
  write(directory, 2, true, {"", {{directory + "/link.h5", "[observations.u] file", {}}}, true});
  files::on_root([&] {
    expect_set(directory, 2, {"link.h5"});
    fs::remove(deck);
  });
}

TEST(ResultSet, WhatAppearsMeanwhileIsKeptAndSoAreTheResults) {
  std::string const directory = files::directory("set_late");
  write(directory, 1);
  auto const error = files::error_of([&] {
    io::ResultSet set(MPI_COMM_WORLD, directory, five);
    set.write_text("deck.toml", "2");
    files::on_root([&] { std::ofstream(directory + "/deck.toml") << "mine"; });
    set.commit({{"number", 2}});
  });
  EXPECT_EQ(error.code(), run::Exit::output_failed);
  files::on_root([&] {
    EXPECT_EQ(files::content(directory + "/deck.toml"), "mine");
    auto const left = files::names(directory).at(2);
    ASSERT_EQ(left.rfind("mollis-run-", 0), 0u) << left;
    EXPECT_TRUE(files::contains(error, left)) << error.what();
    EXPECT_EQ(files::names(directory + "/" + left), (Names{"deck.toml", "summary.json"}));
  });
}

TEST(Recover, FinishesAWholeSet) {
  std::string const directory = files::directory("recover") + "/out";
  write(directory, 1);
  auto const set = leave_whole_set(directory, 2);
  files::on_root([&] {
    put_foreign(directory);
    fs::create_directory(directory + "/" + files::temporary(files::dead(), io::scratch_beginning));
  });
  { io::ResultSet const next(MPI_COMM_WORLD, directory); }
  files::on_root([&] {
    expect_set(directory, 2, foreign);
    expect_foreign(directory);
  });
}

/// A stand-in that never stood: killed while it was filled, with the lock of its run in it.
TEST(Recover, DissolvesWhatIsBeside) {
  std::string const directory = files::directory("beside") + "/out";
  write(directory, 1);
  files::on_root([&] {
    std::string const lock = directory + "/" + io::directory_lock, begun = files::temporary(files::dead(), ".out.mollis-");
    std::string const beside = io::parent_of(directory) + "/", stand_in = beside + begun;
    put_foreign(directory);
    std::ofstream(lock) << io::text_of(files::dead());
    fs::create_directory(stand_in);
    std::ofstream(stand_in + "/.mollis-stand-in") << begun;
    fs::create_hard_link(lock, stand_in + "/.mollis-lock");
    fs::create_hard_link(directory + "/notes.txt", stand_in + "/notes.txt");
    fs::create_symlink("../" + begun + "/pictures", stand_in + "/pictures");
    fs::create_directory(beside + files::temporary(files::dead(), ".out.mollis-"));    // killed at birth
    fs::create_directory(beside + files::temporary(files::dead(), ".other.mollis-"));  // of another directory
  });
  write(directory, 2);
  files::on_root([&] {
    expect_set(directory, 2, foreign);
    expect_foreign(directory);
    EXPECT_EQ(files::names(io::parent_of(directory)).size(), 2u);
  });
}

/// Where directories cannot be exchanged a run may be killed between two renames.
TEST(Recover, FinishesASetThatIsPartlyInPlace) {
  for (std::size_t moved = 1; moved <= five.size(); ++moved) {
    std::string const directory = files::directory("recover_part") + "/out";
    write(directory, 1);
    auto const set = leave_whole_set(directory, 2);
    files::on_root([&] {
      Names const order{"result.h5", "deck.toml", "history.csv", "result.xmf", "summary.json"};
      for (std::size_t i = 0; i < moved; ++i) fs::rename(directory + "/" + set + "/" + order[i], directory + "/" + order[i]);
    });
    { io::ResultSet const next(MPI_COMM_WORLD, directory, five); }
    files::on_root([&] { expect_set(directory, 2); });
  }
}

TEST(Recover, WaitsWhereTheUserPutSomething) {
  std::string const directory = files::directory("recover_foreign") + "/out";
  auto const set = leave_whole_set(directory, 2);
  files::on_root([&] { std::ofstream(directory + "/deck.toml") << "mine"; });
  expect_refused(directory, {}, {"deck.toml", "Mollis did not write it"});
  files::on_root([&] {
    EXPECT_EQ(files::content(directory + "/deck.toml"), "mine");
    EXPECT_EQ(files::names(directory + "/" + set).size(), five.size());
    fs::remove(directory + "/deck.toml");
  });
  { io::ResultSet const next(MPI_COMM_WORLD, directory, five); }
  files::on_root([&] { expect_set(directory, 2); });
}

/// A run killed while a stand-in has the directory's name: everything is there meanwhile, and the next run puts it right.
TEST(Recover, WithdrawsAStandIn) {
  std::string const directory = files::directory("stand_in") + "/out";
  write(directory, 1);
  auto const set = leave_whole_set(directory, 2);
  files::on_root([&] {
    put_foreign(directory);
    std::ofstream(directory + "/" + io::directory_lock) << io::text_of(files::dead());
    auto const before = inode(directory);
    auto const stand_in = io::put_stand_in(directory, set, {});
    if (!stand_in) return;  // not on this file system
    auto const& itself = stand_in->itself;
    EXPECT_NE(inode(directory), before);
    EXPECT_EQ(inode(itself), before);
    EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(6, 2.0));
    EXPECT_EQ(files::read_all(itself + "/result.h5", "/state/u"), std::vector<double>(6, 1.0));
    expect_foreign(directory);
    std::ofstream(directory + "/notes.txt", std::ios::app) << ", and more";  // people go on
    std::ofstream(directory + "/new.txt") << "new";
    fs::create_directory(directory + "/new");
    std::ofstream(directory + "/edited") << "edited";
    fs::rename(directory + "/edited", directory + "/link");
    fs::rename(itself + "/" + set + "/result.h5", itself + "/result.h5");
  });
  { io::ResultSet const next(MPI_COMM_WORLD, directory, five); }
  files::on_root([&] {
    if (!fs::exists(directory + "/new.txt")) return;
    expect_set(directory, 2, {"link", "new", "new.txt", "notes.txt", "pictures"});
    EXPECT_EQ(files::content(directory + "/notes.txt"), "mine, and more");
    EXPECT_EQ(files::content(directory + "/pictures/deep/a.png"), "picture");
    EXPECT_EQ(files::content(directory + "/link"), "edited");
    EXPECT_EQ(files::names(io::parent_of(directory)), Names{"out"});
  });
}

TEST(ResultSet, IsReplacedAmongVeryManyFilesToo) {
  std::string const directory = files::directory("many") + "/out";
  Names others;
  for (int i = 0; i < 1001; ++i) others.push_back("file" + std::to_string(i));
  write(directory, 1);
  files::on_root([&] {
    for (auto const& name : others) std::ofstream(directory + "/" + name) << name;
    EXPECT_FALSE(io::put_stand_in(directory, "none", {}));  // so one by one
    EXPECT_EQ(files::names(io::parent_of(directory)), Names{"out"});
  });
  write(directory, 2, false);
  files::on_root([&] { expect_set(directory, 2, others, four); });
}
