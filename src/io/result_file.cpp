#include "io/result_file.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "io/output_file.hpp"
#include "io/shown.hpp"
#include "io/small_datasets.hpp"
#include "io/vtkhdf.hpp"
#include "io/xdmf.hpp"

namespace mollis::io {

struct ResultFile::Data {
  grid::Grid grid;
  std::string stem;
  ResultSet& set;
  OutputFile file;
  std::vector<WrittenField> fields;
  std::vector<std::pair<std::string, Attributes>> notes;  ///< object and what it gets at the end
  std::vector<std::pair<std::string, Table>> tables;

  void finish(hid_t id) const;
  Index room() const;  ///< bytes that it needs, texts and tables above all
};

namespace {

std::string joined(std::vector<std::string> const& words) {
  std::string text;
  for (std::string const& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> names_of(std::vector<grid::Axis> const& axes) {
  std::vector<std::string> names;
  for (grid::Axis const& axis : axes) names.push_back(axis.name);
  return names;
}

}  // namespace

ResultFile::ResultFile(grid::Grid grid, ResultSet& set, std::string const& stem) {
  set.open();
  auto const name = stem + ".h5";
  data_.reset(new Data{grid, stem, set, {grid.comm(), set.path(name), set.shown(name)}, {}, {}, {}});
}

ResultFile::~ResultFile() = default;

void ResultFile::write(std::string const& path, grid::Grid const& over, Field const& field, Attributes attributes) {
  data_->file.write(over, path, field);
  std::vector<std::string> const axes = names_of(over.axes());
  data_->fields.push_back({path, axes});
  attributes.insert(attributes.begin(), {"axes", joined(axes)});
  data_->notes.emplace_back(path, std::move(attributes));
}

void ResultFile::write_table(std::string const& path, Table table) {
  data_->tables.emplace_back(path, std::move(table));
}

void ResultFile::add_attributes(Attributes attributes) { data_->notes.emplace_back("/", std::move(attributes)); }

/// What rank 0 adds alone.
void ResultFile::Data::finish(hid_t id) const {
  for (grid::Axis const& axis : grid.axes()) write_coordinates(id, "/coordinates/" + axis.name, axis);
  for (auto const& [path, table] : tables) {
    for (auto const& [column, values] : table) write_vector(id, path + "/" + column, values);
  }
  for (auto const& [path, attributes] : notes) {
    Handle const object(H5Oopen(id, path.c_str(), H5P_DEFAULT), H5Oclose);
    write_attributes(object, attributes);
  }
  write_vtkhdf(id, grid.axes(), fields);
  write_attributes(id, {{"files", nlohmann::json(set.checksums()).dump()}});
  write_mark(id, "mollis", set.id());
}

Index ResultFile::Data::room() const {
  Index bytes = coordinate_bytes(grid.axes());
  for (auto const& entry : tables) {
    for (auto const& column : entry.second) bytes += static_cast<Index>(column.second.size() * sizeof(double));
  }
  for (auto const& note : notes) {
    for (auto const& attribute : note.second) {
      auto const* text = std::get_if<std::string>(&attribute.second);
      bytes += 1024 + (text ? 2 * static_cast<Index>(text->size()) : 0);
    }
  }
  return bytes;
}

void ResultFile::commit() {
  data_->set.write_text(data_->stem + ".xmf", xdmf_text(data_->stem + ".h5", data_->grid.axes(), data_->fields));
  data_->file.commit(data_->room(), [this](hid_t id) { data_->finish(id); });
}

}  // namespace mollis::io
