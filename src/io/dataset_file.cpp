#include "io/dataset_file.hpp"

#include "io/output_file.hpp"
#include "io/small_datasets.hpp"

namespace mollis::io {

void write_dataset_file(grid::Grid const& grid, std::string const& file,
                        std::vector<std::pair<std::string, Field>> const& fields, Attributes const& attributes) {
  OutputFile output(grid.comm(), file);
  for (auto const& [name, field] : fields) output.write(grid, name, field);
  output.commit(coordinate_bytes(grid.axes()), [&](hid_t id) {
    for (grid::Axis const& axis : grid.axes()) {
      if (H5Lexists(id, axis.name.c_str(), H5P_DEFAULT) <= 0) write_coordinates(id, axis.name, axis);
    }
    write_attributes(id, attributes);
  });
}

}  // namespace mollis::io
