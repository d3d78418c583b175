#include <fstream>

#include "files.hpp"
#include "io/dataset_file.hpp"

using namespace mollis;

namespace {

double number(Index flat) { return 0.5 * static_cast<double>(flat) - 3.0; }

grid::Grid small() { return files::make({files::axis("y", 4), files::axis("x", 5)}); }

/// Writes one dataset, named like this, whose values are all `value`.
void write(std::string const& file, std::string const& name, double value, io::Protection const& protection = {}) {
  grid::Grid const g = small();
  io::DatasetFiles to(MPI_COMM_WORLD, {{file, {}}}, protection);
  to.write(g, to.path(0), {{name, files::fill(g, [&](Index, Extents const&) { return value; })}});
  to.commit();
}

std::vector<double> all(double value) { return std::vector<double>(20, value); }

/// The refusal, which must name this.
void expect_refused(std::string const& file, io::Protection const& protection, std::string const& part) {
  auto const error = files::error_of([&] { write(file, "u", 9.0, protection); });
  EXPECT_EQ(error.code(), run::Exit::usage);
  EXPECT_TRUE(files::contains(error, part)) << error.what();
}

}  // namespace

TEST(DatasetFiles, HoldFieldsAndCoordinatesAndReplaceTheirOwn) {
  std::string const directory = files::directory("datasets"), file = directory + "/made/obs.h5";
  grid::Grid const g = small();
  Field const u = files::fill(g, [](Index flat, Extents const&) { return number(flat); });
  Field const v = files::fill(g, [](Index flat, Extents const&) { return flat == 7 ? std::nan("") : 1.0; });
  write(file, "old", 1.0);
  {
    io::DatasetFiles to(MPI_COMM_WORLD, {{file, {}}, {directory + "/made/../made/obs.h5", {}}});
    EXPECT_EQ(to.path(0), to.path(1));
    to.write(g, to.path(0), {{"u", u}, {"group/v", v}}, {{"seed", Index{3}}});
    files::on_root([&] { EXPECT_EQ(files::read_all(file, "old"), all(1.0)); });
    to.commit();
  }
  files::on_root([&] {
    std::vector<double> const values = files::read_all(file, "u");
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], number(static_cast<Index>(i)));
    EXPECT_TRUE(std::isnan(files::read_all(file, "group/v")[7]));
    EXPECT_EQ(files::read_all(file, "x"), g.axis(1).coordinates());
    hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    EXPECT_EQ(H5Lexists(id, "old", H5P_DEFAULT), 0);
    EXPECT_GT(H5Aexists(id, "seed"), 0);
    H5Fclose(id);
    EXPECT_EQ(files::names(directory + "/made"), std::vector<std::string>{"obs.h5"});
  });
}

TEST(DatasetFiles, AbandonedOnesLeaveNoTrace) {
  std::string const directory = files::directory("datasets_abandoned");
  {
    grid::Grid const g = small();
    io::DatasetFiles to(MPI_COMM_WORLD, {{directory + "/a/b/obs.h5", {}}});
    to.write(g, to.path(0), {{"u", files::fill(g, [](Index, Extents const&) { return 1.0; })}});
  }
  files::on_root([&] { EXPECT_EQ(files::names(directory), std::vector<std::string>{}); });
}

TEST(DatasetFiles, KeepWhatMollisDidNotWrite) {
  std::string const directory = files::directory("datasets_foreign"), measured = directory + "/measured.h5";
  std::string const link = directory + "/link.h5", text = directory + "/notes.txt", own = directory + "/own.h5";
  write(own, "u", 1.0);
  files::on_root([&] {
    files::add_dataset(measured, "u", {2}, {1.0, 2.0});
    std::filesystem::create_symlink("measured.h5", link);
    std::ofstream(text) << "mine";
  });
  for (auto const& file : {measured, link, text}) expect_refused(file, {}, "Mollis did not write it");
  expect_refused(directory, {}, "it is a directory");
  expect_refused("/dev/null", {}, "it is no plain file");
  write(own, "u", 2.0);
  files::on_root([&] { files::add_dataset(own, "mine", {2}, {1.0, 2.0}); });
  expect_refused(own, {}, "Mollis did not write it, or it was changed since");
  files::on_root([&] {
    EXPECT_EQ(files::read_all(own, "u"), all(2.0));
    EXPECT_EQ(files::read_all(measured, "u"), (std::vector<double>{1.0, 2.0}));
    EXPECT_EQ(files::content(text), "mine");
    EXPECT_EQ(files::names(directory), (std::vector<std::string>{"link.h5", "measured.h5", "notes.txt", "own.h5"}));
  });
  write(own, "u", 3.0, {"", {}, true});
  write(link, "u", 4.0, {"", {}, true});  // and links stay links
  files::on_root([&] {
    EXPECT_EQ(files::read_all(own, "u"), all(3.0));
    EXPECT_EQ(files::read_all(measured, "u"), all(4.0));
    EXPECT_TRUE(std::filesystem::is_symlink(link));
  });
  write(link, "u", 5.0);  // its own by now
}

TEST(DatasetFiles, KeepDeckAndInputsHoweverTheyAreCalled) {
  std::string const directory = files::directory("datasets_inputs"), own = directory + "/own.h5", hard = directory + "/hard.h5";
  write(own, "u", 1.0);
  files::on_root([&] { std::filesystem::create_hard_link(own, hard); });
  for (auto const& name : {own, hard, directory + "/x/../own.h5", directory + "/../" + std::filesystem::path(directory).filename().string() + "/own.h5"}) {
    files::on_root([&] { std::filesystem::create_directories(directory + "/x"); });
    expect_refused(own, {"", {{name, "[fields.m] file", {}}}, false}, "[fields.m] file reads it");
    expect_refused(own, {name, {}, false}, "it is this deck");
    expect_refused(own, {name, {}, true}, "it is this deck");
  }
  write(own, "u", 2.0, {"", {{own, "[fields.m] file", {}}}, true});
  files::on_root([&] { EXPECT_EQ(files::read_all(hard, "u"), all(1.0)); });
}

TEST(DatasetFiles, AreLocked) {
  std::string const directory = files::directory("datasets_locked"), file = directory + "/obs.h5";
  write(file, "u", 1.0);
  files::on_root([&] { std::filesystem::create_symlink("obs.h5", directory + "/link.h5"); });
  {
    io::DatasetFiles const first(MPI_COMM_WORLD, {{file, {}}});
    for (auto const& name : {file, directory + "/link.h5"}) {
      auto const error = files::error_of([&] { write(name, "u", 2.0); });
      EXPECT_EQ(error.code(), run::Exit::output_failed);
      EXPECT_TRUE(files::contains(error, "obs.h5: another run of Mollis writes here")) << error.what();
    }
    write(directory + "/other.h5", "u", 2.0);
  }
  write(file, "u", 3.0);
  files::on_root([&] { EXPECT_EQ(files::read_all(file, "u"), all(3.0)); });
}

TEST(DatasetFiles, NameTooLong) {
  std::string const directory = files::directory("datasets_long");
  for (auto const& file : {directory + "/" + std::string(300, 'a'), directory + "/a/" + std::string(300, 'b') + "/c.h5"}) {
    auto const error = files::error_of([&] { write(file, "u", 2.0); });
    EXPECT_EQ(error.code(), run::Exit::output_failed) << error.what();
  }
  write(directory + "/" + std::string(250, 'a'), "u", 1.0);
  files::on_root([&] { EXPECT_EQ(files::names(directory).size(), 1u); });
}
