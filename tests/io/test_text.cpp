#include <fstream>
#include <sstream>

#include "files.hpp"
#include "io/text.hpp"

using namespace mollis;

namespace {

std::string content(std::string const& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST(Text, IsReplacedWhole) {
  std::string const file = files::directory("text") + "/summary.json";
  io::write_text_atomically(MPI_COMM_WORLD, file, "a long first version\n");
  files::on_root([&] { EXPECT_EQ(content(file), "a long first version\n"); });
  io::write_text_atomically(MPI_COMM_WORLD, file, files::rank() == 0 ? "short\n" : "of another rank\n");
  files::on_root([&] {
    EXPECT_EQ(content(file), "short\n");
    EXPECT_FALSE(std::filesystem::exists(io::partial_name(file)));
  });
}

TEST(Text, FailureIsSharedAndLeavesTheOldFile) {
  std::string const directory = files::directory("text_bad");
  auto const missing =
      files::error_of([&] { io::write_text_atomically(MPI_COMM_WORLD, directory + "/none/a.csv", "x"); });
  EXPECT_EQ(missing.code(), run::Exit::output_failed);
  std::string const file = directory + "/a.csv";
  io::write_text_atomically(MPI_COMM_WORLD, file, "old\n");
  files::on_root([&] { std::filesystem::create_symlink("/dev/full", io::partial_name(file)); });
  auto const full = files::error_of([&] { io::write_text_atomically(MPI_COMM_WORLD, file, "new\n"); });
  EXPECT_EQ(full.code(), run::Exit::output_failed);
  EXPECT_TRUE(files::contains(full, file)) << full.what();
  files::on_root([&] { EXPECT_EQ(content(file), "old\n"); });
}
