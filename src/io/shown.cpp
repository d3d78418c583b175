#include "io/shown.hpp"

#include <algorithm>

namespace mollis::io {

double Image::origin(int slot) const {
  auto const* axis = axes[static_cast<std::size_t>(slot)];
  return axis ? axis->front() : 0.0;
}

double Image::spacing(int slot) const { return size(slot) > 1 ? axes[static_cast<std::size_t>(slot)]->spacing() : 1.0; }

bool Image::uniform() const {
  return std::all_of(axes.begin(), axes.end(), [](grid::Axis const* axis) { return axis == nullptr || (axis->uniform && !axis->falls); });
}

Image image_of(std::vector<grid::Axis> const& axes) {
  Image image;
  bool const only_time = axes.size() == 1 && axes[0].name == "t";
  for (grid::Axis const& axis : axes) {
    if (axis.name == "z") image.axes[0] = &axis;
    if (axis.name == "y") image.axes[1] = &axis;
    if (axis.name == "x" || only_time) image.axes[2] = &axis;
    if (axis.name == "t" && !only_time) image.time = &axis;
  }
  return image;
}

Appearance appearance(Image const& image, WrittenField const& field) {
  std::vector<std::string> still;
  for (grid::Axis const* axis : image.axes) {
    if (axis) still.push_back(axis->name);
  }
  if (field.axes == still && !still.empty()) return Appearance::still;
  std::vector<std::string> moving = still;
  moving.insert(moving.begin(), "t");
  return image.time && field.axes == moving ? Appearance::moving : Appearance::none;
}

std::vector<std::string> display_names(std::vector<WrittenField> const& fields) {
  std::vector<std::string> names;
  for (WrittenField const& field : fields) {
    std::string name = field.path.substr(field.path.rfind('/') + 1);
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      name = field.path.substr(field.path.find_first_not_of('/'));
      std::replace(name.begin(), name.end(), '/', '_');
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace mollis::io
