#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "files.hpp"
#include "io/dataset_file.hpp"
#include "io/result_file.hpp"
#include "io/text.hpp"

using namespace mollis;
using run::Exit;

namespace {

/// No file may grow past `bytes` while this lives: a full disk, made at home.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    rlimit const now{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~SizeLimit() { setrlimit(RLIMIT_FSIZE, &old_); }

 private:
  rlimit old_{};
};

void write_result(grid::Grid const& g, std::string const& directory, double value) {
  io::ResultFile result(g, directory);
  result.write("/state/u", g, files::fill(g, [&](Index, Extents const&) { return value; }));
  result.commit();
}

}  // namespace

TEST(WriteErrors, AFileInPlaceOfTheDirectory) {
  std::string const directory = files::directory("blocked") + "/out";
  files::on_root([&] { std::ofstream(directory) << "in the way"; });
  grid::Grid const g = files::make({files::axis("x", 6)});
  for (std::string const& at : {directory, directory + "/below"}) {
    run::Error const error = files::error_of([&] { io::ResultFile result(g, at); });
    EXPECT_EQ(error.code(), Exit::output_failed);
    EXPECT_TRUE(files::contains(error, at)) << error.what();
  }
}

TEST(WriteErrors, FullDiskLeavesTheOldResult) {
  std::string const directory = files::directory("full");
  grid::Grid const g = files::make({files::axis("y", 128), files::axis("x", 64)});
  write_result(g, directory, 1.0);
  for (rlim_t const bytes : {rlim_t{0}, rlim_t{1000}, rlim_t{1 << 20}, rlim_t{(1 << 20) + 40000}}) {
    SCOPED_TRACE(bytes);
    SizeLimit const limit(bytes);
    run::Error const error = files::error_of([&] { write_result(g, directory, 2.0); });
    EXPECT_EQ(error.code(), Exit::output_failed) << error.what();
    EXPECT_TRUE(files::contains(error, directory + "/result")) << error.what();
  }
  MPI_Barrier(MPI_COMM_WORLD);
  files::on_root([&] {
    EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(128 * 64, 1.0));
    EXPECT_FALSE(std::filesystem::exists(directory + "/result.h5.partial"));
  });
  write_result(g, directory, 3.0);  // and the library is still in order
  files::on_root(
      [&] { EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(128 * 64, 3.0)); });
}

TEST(WriteErrors, AFieldTwice) {
  std::string const directory = files::directory("twice");
  grid::Grid const g = files::make({files::axis("x", 6)});
  run::Error const error = files::error_of([&] {
    io::ResultFile result(g, directory);
    Field const u = files::fill(g, [](Index, Extents const&) { return 1.0; });
    result.write("/state/u", g, u);
    result.write("/state/u", g, u);
  });
  EXPECT_EQ(error.code(), Exit::output_failed);
}
