#include "files.hpp"
#include "io/lock.hpp"
#include "io/mark.hpp"
#include "io/owner.hpp"
#include "io/scratch.hpp"
#include "io/text.hpp"
#include "temporaries.hpp"

using namespace mollis;

TEST(Owner, SurvivesTextsAndNames) {
  auto owner = io::this_process();
  for (std::string const host : {"a", "node-17.some-where.org", "x-y"}) {
    owner.host = host;
    auto const read = io::owner_of(io::text_of(owner));
    ASSERT_TRUE(read);
    EXPECT_EQ(io::text_of(*read), io::text_of(owner));
    auto const named = io::owner_of_name(files::temporary(owner, ".b-", ".whole"), ".b-", ".whole");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->host, host);
    EXPECT_EQ(named->process, owner.process);
    EXPECT_EQ(named->started, owner.started);
    EXPECT_EQ(named->space, owner.space);
    EXPECT_EQ(named->boot, owner.boot);
  }
  auto const mine = io::owner_of_name(io::temporary_name(".b-"), ".b-");
  ASSERT_TRUE(mine);
  EXPECT_EQ(io::life_of(*mine), io::Life::alive);
  EXPECT_NE(io::temporary_name(".b-"), io::temporary_name(".b-"));
  for (auto const* other : {".b-", ".b-0123", ".b-notes-of-my-own-on-the-b-side", ".b-0123456789ab-1-2-3-4-", "notes"})
    EXPECT_FALSE(io::owner_of_name(other, ".b-")) << other;
  for (auto const* text : {"", "host a\nprocess 1\n", "nothing at all"}) EXPECT_FALSE(io::owner_of(text)) << text;
}

TEST(Owner, IsAliveDeadOrElsewhere) {
  auto const here = io::this_process();
  EXPECT_EQ(io::life_of(here), io::Life::alive);
  EXPECT_EQ(io::life_of(files::dead()), io::Life::dead);
  auto other = here;
  other.started = "17";  // the number is used again
  EXPECT_EQ(io::life_of(other), io::Life::dead);
  other = here;
  other.boot = "12345678";
  EXPECT_EQ(io::life_of(other), io::Life::dead);
  other = here;
  other.host += "2";
  EXPECT_EQ(io::life_of(other), io::Life::unknown);
  other = here;
  other.space += "2";
  EXPECT_EQ(io::life_of(other), io::Life::unknown);
}

TEST(Lock, KeepsOthersAwayWhileItsOwnerLives) {
  std::string const directory = files::directory("lock"), file = directory + "/.lock";
  files::on_root([&] {
    {
      io::Lock const lock(file, "the place");
      try {
        io::Lock const second(file, "the place");
        FAIL() << "locked twice";
      } catch (run::Error const& error) {
        EXPECT_EQ(error.code(), run::Exit::output_failed);
        for (auto const& part : {std::string("the place: another run of Mollis writes here (process "),
                                 std::to_string(getpid()), io::this_process().host, std::string("since 20")})
          EXPECT_TRUE(files::contains(error, part)) << error.what();
      }
      EXPECT_EQ(files::names(directory), std::vector<std::string>{".lock"});
    }
    EXPECT_EQ(files::names(directory), std::vector<std::string>{});
  });
}

TEST(Lock, OfTheDeadIsTakenOver) {
  std::string const directory = files::directory("stale"), file = directory + "/.lock";
  files::on_root([&] {
    io::write_text(file, io::text_of(files::dead()), file);
    { io::Lock const lock(file, "the place"); }
    EXPECT_EQ(files::names(directory), std::vector<std::string>{});
    auto elsewhere = io::this_process();
    elsewhere.host = "another";
    for (auto const& text : {io::text_of(elsewhere), std::string("not a lock")}) {
      io::write_text(file, text, file);
      try {
        io::Lock const lock(file, "the place");
        FAIL() << "taken from a process that may live: " << text;
      } catch (run::Error const& error) {
        EXPECT_TRUE(files::contains(error, "if it is over, remove " + file)) << error.what();
      }
      EXPECT_EQ(files::content(file), text);
    }
  });
}

TEST(Lock, OfAnotherIsLeft) {
  std::string const directory = files::directory("changed"), file = directory + "/.lock";
  files::on_root([&] {
    {
      io::Lock const lock(file, "the place");
      io::write_text(file, "of another", file);  // after somebody removed the first by hand
    }
    EXPECT_EQ(files::content(file), "of another");
  });
}

TEST(Scratch, OfTheDeadIsSweptAndNothingElse) {
  std::string const directory = files::directory("sweep");
  files::on_root([&] {
    auto elsewhere = io::this_process();
    elsewhere.host = "another";
    auto const old = files::temporary(elsewhere, io::scratch_beginning);
    std::vector<std::string> kept{".mollis-lock", ".mollis-notes", "mollis-run-1", "notes",
                                  files::temporary(io::this_process(), io::scratch_beginning),
                                  files::temporary(elsewhere, io::scratch_beginning)};
    for (auto const& name : kept) std::filesystem::create_directory(directory + "/" + name);
    for (auto const& name : {files::temporary(files::dead(), io::scratch_beginning), old}) {
      std::filesystem::create_directory(directory + "/" + name);
      io::write_text(directory + "/" + name + "/result.h5", "half", "");
    }
    std::filesystem::last_write_time(directory + "/" + old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
    io::write_text(directory + "/" + files::temporary(files::dead(), io::lock_in_the_making), "", "");
    io::sweep(directory);
    std::sort(kept.begin(), kept.end());
    EXPECT_EQ(files::names(directory), kept);
  });
}

TEST(Checksum, IsThatOfZlib) {
  EXPECT_EQ(io::checksum("123456789"), "cbf43926");
  EXPECT_EQ(io::checksum(""), "00000000");
  EXPECT_NE(io::checksum("a\n"), io::checksum("a"));
}
