#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "files.hpp"
#include "io/result_file.hpp"

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
  io::ResultSet set(MPI_COMM_WORLD, directory);
  io::ResultFile result(g, set);
  result.write("/state/u", g, files::fill(g, [&](Index, Extents const&) { return value; }));
  result.commit();
  set.commit({});
}

}  // namespace

TEST(WriteErrors, AFileInPlaceOfTheDirectory) {
  std::string const directory = files::directory("blocked") + "/out";
  files::on_root([&] { std::ofstream(directory) << "in the way"; });
  for (std::string const& at : {directory, directory + "/below", directory + "2/" + std::string(300, 'a')}) {
    run::Error const error = files::error_of([&] { io::ResultSet set(MPI_COMM_WORLD, at); });
    EXPECT_EQ(error.code(), Exit::output_failed);
    EXPECT_TRUE(files::contains(error, at)) << error.what();
  }
  files::on_root([&] { EXPECT_FALSE(std::filesystem::exists(directory + "2")); });
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
    EXPECT_TRUE(files::contains(error, directory)) << error.what();
  }
  MPI_Barrier(MPI_COMM_WORLD);
  files::on_root([&] {
    EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(128 * 64, 1.0));
    EXPECT_EQ(files::names(directory), (std::vector<std::string>{"result.h5", "result.xmf", "summary.json"}));
  });
  write_result(g, directory, 3.0);  // and the library is still in order
  files::on_root(
      [&] { EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(128 * 64, 3.0)); });
}

TEST(WriteErrors, AFieldTwice) {
  std::string const directory = files::directory("twice");
  grid::Grid const g = files::make({files::axis("x", 6)});
  run::Error const error = files::error_of([&] {
    io::ResultSet set(MPI_COMM_WORLD, directory);
    io::ResultFile result(g, set);
    Field const u = files::fill(g, [](Index, Extents const&) { return 1.0; });
    result.write("/state/u", g, u);
    result.write("/state/u", g, u);
  });
  EXPECT_EQ(error.code(), Exit::output_failed);
}
