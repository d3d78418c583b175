#include "io/xdmf.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mollis::io {
namespace {

/// A mesh's sizes as XDMF wants them.
std::string sizes(Image const& image) { return fmt::format("{} {} {}", image.size(0), image.size(1), image.size(2)); }

std::string regular_mesh(Image const& image) {
  return fmt::format(
      R"(      <Topology TopologyType="3DCoRectMesh" Dimensions="{}"/>
      <Geometry GeometryType="ORIGIN_DXDYDZ">
        <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">{} {} {}</DataItem>
        <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">{} {} {}</DataItem>
      </Geometry>
)",
      sizes(image), image.origin(0), image.origin(1), image.origin(2), image.spacing(0), image.spacing(1),
      image.spacing(2));
}

std::string stretched_mesh(Image const& image, std::string const& h5) {
  std::string text = fmt::format(R"(      <Topology TopologyType="3DRectMesh" Dimensions="{}"/>
      <Geometry GeometryType="VXVYVZ">
)",
                                 sizes(image));
  for (int slot = 2; slot >= 0; --slot) {
    auto const* axis = image.axes[static_cast<std::size_t>(slot)];
    std::string const format = axis ? "HDF" : "XML",
                      value = axis ? fmt::format("{}:/coordinates/{}", h5, axis->name) : "0";
    text += fmt::format(R"(        <DataItem Dimensions="{}" NumberType="Float" Precision="8" Format="{}">{}</DataItem>
)",
                        image.size(slot), format, value);
  }
  return text + "      </Geometry>\n";
}

std::string dataset(std::string const& h5, std::string const& path, std::string const& shape) {
  return fmt::format(R"(<DataItem Dimensions="{}" NumberType="Float" Precision="8" Format="HDF">{}:{}</DataItem>)",
                     shape, h5, path);
}

/// Time `k` of a dataset [t][..].
std::string slab(std::string const& h5, std::string const& path, Image const& image, Index k) {
  std::vector<Index> start, stride, count, shape;
  auto const add = [&](Index first, Index taken, Index all) {
    start.push_back(first);
    stride.push_back(1);
    count.push_back(taken);
    shape.push_back(all);
  };
  add(k, 1, image.time->size());
  for (auto const* axis : image.axes) {
    if (axis) add(0, axis->size(), axis->size());
  }
  return fmt::format(R"(<DataItem ItemType="HyperSlab" Dimensions="{}" Type="HyperSlab">
          <DataItem Dimensions="3 {}" Format="XML">{} {} {}</DataItem>
          {}
        </DataItem>)",
                     sizes(image), shape.size(), fmt::join(start, " "), fmt::join(stride, " "), fmt::join(count, " "),
                     dataset(h5, path, fmt::format("{}", fmt::join(shape, " "))));
}

/// One image: its mesh and its fields (at time `k` of the grid's times).
std::string frame(std::string const& h5, Image const& image, std::vector<WrittenField> const& fields, Index k) {
  std::string text = image.uniform() ? regular_mesh(image) : stretched_mesh(image, h5);
  std::vector<std::string> const names = display_names(fields);
  for (std::size_t f = 0; f < fields.size(); ++f) {
    Appearance const shown = appearance(image, fields[f]);
    if (shown == Appearance::none) continue;
    text += fmt::format(
        R"(      <Attribute Name="{}" AttributeType="Scalar" Center="Node">
        {}
      </Attribute>
)",
        names[f],
        shown == Appearance::moving ? slab(h5, fields[f].path, image, k) : dataset(h5, fields[f].path, sizes(image)));
  }
  return text;
}

}  // namespace

std::string xdmf_text(std::string const& h5, std::vector<grid::Axis> const& axes,
                      std::vector<WrittenField> const& fields) {
  Image const image = image_of(axes);
  std::string text = "<?xml version=\"1.0\" ?>\n<Xdmf Version=\"2.0\">\n  <Domain>\n";
  if (image.time) {
    text += "    <Grid Name=\"mollis\" GridType=\"Collection\" CollectionType=\"Temporal\">\n";
    for (Index k = 0; k < image.time->size(); ++k) {
      text +=
          fmt::format("    <Grid Name=\"time {}\" GridType=\"Uniform\">\n      <Time Value=\"{}\"/>\n{}    </Grid>\n",
                      k, image.time->at(k), frame(h5, image, fields, k));
    }
    text += "    </Grid>\n";
  } else {
    text +=
        fmt::format("    <Grid Name=\"mollis\" GridType=\"Uniform\">\n{}    </Grid>\n", frame(h5, image, fields, 0));
  }
  return text + "  </Domain>\n</Xdmf>\n";
}

}  // namespace mollis::io
