#include "io/vtkhdf.hpp"

#include <algorithm>

#include "io/attributes.hpp"

namespace mollis::io {
namespace {

Handle create_group(hid_t parent, char const* name) {
  return Handle(H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
}

void describe(hid_t group, Image const& image) {
  write_ascii_attribute(group, "Type", "ImageData");
  write_attributes(
      group, {{"Version", std::vector<Index>{1, 0}},
              {"WholeExtent", std::vector<Index>{0, image.size(2) - 1, 0, image.size(1) - 1, 0, image.size(0) - 1}},
              {"Origin", std::vector<double>{image.origin(2), image.origin(1), image.origin(0)}},
              {"Spacing", std::vector<double>{image.spacing(2), image.spacing(1), image.spacing(0)}},
              {"Direction", std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1}}});
}

/// VTK's reader writes past the end of an array on images that are flat along an axis (seen in 9.1 and 9.2).
bool readable(Image const& image) {
  return image.uniform() && std::min({image.size(0), image.size(1), image.size(2)}) > 1;
}

}  // namespace

void write_vtkhdf(hid_t file, std::vector<grid::Axis> const& axes, std::vector<WrittenField> const& fields) {
  Image const image = image_of(axes);
  std::vector<std::string> const names = display_names(fields);
  Handle group, points;
  if (!readable(image)) return;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (appearance(image, fields[f]) != Appearance::still) continue;
    if (!group.open()) {
      group = create_group(file, "VTKHDF");
      describe(group, image);
      points = create_group(group, "PointData");
    }
    require(H5Lcreate_soft(fields[f].path.c_str(), points, names[f].c_str(), H5P_DEFAULT, H5P_DEFAULT));
  }
}

}  // namespace mollis::io
