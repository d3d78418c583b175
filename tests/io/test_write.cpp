#include <nlohmann/json.hpp>

#include "files.hpp"
#include "io/result_file.hpp"

using namespace mollis;

namespace {

double number(Index flat) { return 0.5 * static_cast<double>(flat) - 3.0; }

std::string text_attribute(std::string const& file, std::string const& object, std::string const& name) {
  hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t const attribute = H5Aopen_by_name(id, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  hid_t const type = H5Aget_type(attribute);
  char* text = nullptr;
  H5Aread(attribute, type, &text);
  std::string const result = text ? text : "";
  H5free_memory(text);
  H5Tclose(type);
  H5Aclose(attribute);
  H5Fclose(id);
  return result;
}

double number_attribute(std::string const& file, std::string const& object, std::string const& name) {
  hid_t const id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t const attribute = H5Aopen_by_name(id, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  double value = 0.0;
  H5Aread(attribute, H5T_NATIVE_DOUBLE, &value);
  H5Aclose(attribute);
  H5Fclose(id);
  return value;
}

}  // namespace

TEST(ResultFile, FieldsOverAnyAxesLandWhole) {
  std::string const directory = files::directory("result") + "/deep/er";
  grid::Grid const g = files::make({files::axis("t", 3), files::axis("y", 4), files::axis("x", 5)});
  std::vector<std::vector<int>> const subsets{{}, {0}, {1}, {2}, {1, 2}, {0, 2}, {0, 1, 2}};
  {
    io::ResultSet set(MPI_COMM_WORLD, directory);
    io::ResultFile result(g, set);
    for (auto const& kept : subsets) {
      grid::Grid const over = g.restricted_to(kept);
      Field const field = files::fill(over, [](Index flat, Extents const&) { return number(flat); });
      result.write("/parameters/p" + std::to_string(kept.size()) + (kept.empty() ? "" : g.axis(kept[0]).name), over,
                   field, {{"unit", std::string("m^2/s")}});
    }
    result.write_table("/sweep/lambda", {{"weight", {1.0, 10.0}}, {"risk", {0.5, 0.25}}});
    io::Provenance provenance;
    provenance.command_line = "mollis invert heat.toml";
    provenance.deck = std::string(100000, '#');  // longer than an object header
    result.write_provenance(provenance);
    result.add_attributes({{"iterations", Index{12}}, {"residual_rms", 0.125}});
    EXPECT_FALSE(std::filesystem::exists(directory + "/result.h5"));
    result.commit();
    EXPECT_FALSE(std::filesystem::exists(directory + "/result.h5"));
    set.commit({});
  }
  std::string const file = directory + "/result.h5";
  files::on_root([&] {
    for (auto const& kept : subsets) {
      std::string const name =
          "/parameters/p" + std::to_string(kept.size()) + (kept.empty() ? "" : g.axis(kept[0]).name);
      SCOPED_TRACE(name);
      std::vector<hsize_t> shape, expected;
      for (int a : kept) expected.push_back(static_cast<hsize_t>(g.axis(a).size()));
      std::vector<double> const values = files::read_all(file, name, &shape);
      EXPECT_EQ(shape, expected);
      for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], number(static_cast<Index>(i)));
    }
    EXPECT_EQ(files::read_all(file, "/coordinates/y"), g.axis(1).coordinates());
    EXPECT_EQ(files::read_all(file, "/sweep/lambda/risk"), (std::vector<double>{0.5, 0.25}));
    EXPECT_EQ(text_attribute(file, "/parameters/p2t", "axes"), "t x");
    EXPECT_EQ(text_attribute(file, "/parameters/p2t", "unit"), "m^2/s");
    EXPECT_EQ(text_attribute(file, "/", "command_line"), "mollis invert heat.toml");
    EXPECT_EQ(text_attribute(file, "/", "deck").size(), 100000u);
    EXPECT_EQ(number_attribute(file, "/", "iterations"), 12.0);
    EXPECT_EQ(number_attribute(file, "/", "residual_rms"), 0.125);
    EXPECT_TRUE(std::filesystem::exists(directory + "/result.xmf"));
    EXPECT_EQ(files::names(directory), (std::vector<std::string>{"result.h5", "result.xmf", "summary.json"}));
  });
  EXPECT_EQ(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL), 0);
}

TEST(ResultFile, AbandonedResultLeavesTheOldOne) {
  std::string const directory = files::directory("abandoned");
  grid::Grid const g = files::make({files::axis("x", 6)});
  auto const write = [&](double value, bool commit) {
    io::ResultSet set(MPI_COMM_WORLD, directory);
    io::ResultFile result(g, set);
    result.write("/state/u", g, files::fill(g, [&](Index, Extents const&) { return value; }));
    result.commit();
    if (commit) set.commit({});
  };
  write(1.0, true);
  write(2.0, false);
  MPI_Barrier(MPI_COMM_WORLD);
  files::on_root([&] {
    EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(6, 1.0));
    EXPECT_EQ(files::names(directory), (std::vector<std::string>{"result.h5", "result.xmf", "summary.json"}));
  });
  write(3.0, true);
  files::on_root(
      [&] { EXPECT_EQ(files::read_all(directory + "/result.h5", "/state/u"), std::vector<double>(6, 3.0)); });
}

