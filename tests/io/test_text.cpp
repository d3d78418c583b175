#include "files.hpp"
#include "io/text.hpp"

using namespace mollis;

namespace {

/// The error of what rank 0 does alone.
run::Error error_on_root(std::function<void()> const& work) {
  return files::error_of([&] {
    run::collectively(MPI_COMM_WORLD, [&] {
      if (files::rank() == 0) work();
    });
  });
}

}  // namespace

TEST(Text, IsWrittenWholeOrNamesTheFile) {
  std::string const directory = files::directory("text"), file = directory + "/a.csv";
  files::on_root([&] {
    io::write_text(file, "a long first version\n", file);
    io::write_text(file, "short\n", file);
    EXPECT_EQ(files::content(file), "short\n");
    EXPECT_EQ(io::read_text(file), "short\n");
    EXPECT_EQ(io::read_text(directory + "/none"), std::nullopt);
  });
  for (std::string const& at : {directory + "/none/a.csv", std::string("/dev/full")}) {
    auto const error = error_on_root([&] { io::write_text(at, "x", "out/summary.json"); });
    EXPECT_EQ(error.code(), run::Exit::output_failed);
    EXPECT_TRUE(files::contains(error, "out/summary.json: cannot be written")) << error.what();
  }
}

TEST(MadeDirectory, GoesAgainUnlessSomethingCameIntoIt) {
  std::string const directory = files::directory("made");
  files::on_root([&] {
    { io::MadeDirectory const made(directory + "/a/b/../c/"); }
    EXPECT_EQ(files::names(directory), std::vector<std::string>{});
    {
      io::MadeDirectory const made(directory + "/a/b");
      EXPECT_EQ(made.path(), std::filesystem::canonical(directory).string() + "/a/b");
      io::write_text(directory + "/a/notes", "mine", "");
    }
    EXPECT_EQ(files::names(directory + "/a"), std::vector<std::string>{"notes"});
  });
  auto const error = error_on_root([&] { io::MadeDirectory const made(directory + "/d/" + std::string(300, 'e')); });
  EXPECT_EQ(error.code(), run::Exit::output_failed);
  files::on_root([&] { EXPECT_EQ(files::names(directory), std::vector<std::string>{"a"}); });
}
