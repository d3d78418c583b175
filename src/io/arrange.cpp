// From a box of a file to a box of a grid.
#include "io/layout.hpp"

namespace mollis::io {

Slab slab_of(Layout const& layout, std::vector<grid::Range> const& box) {
  Slab slab;
  for (auto const& range : box) slab.none = slab.none || range.size() <= 0;
  for (auto const& own : layout) {
    auto const range = own.axis < 0 ? grid::Range{0, 1} : box[static_cast<std::size_t>(own.axis)];
    slab.start.push_back(own.first + (own.turned ? own.points - range.upper : range.lower) * own.bin);
    slab.count.push_back(range.size() * own.bin);
  }
  return slab;
}

bool arranged(Layout const& layout) {
  int last = -1;
  for (auto const& own : layout) {
    if (own.bin != 1 || own.turned || (own.axis >= 0 && own.axis < last)) return false;
    last = std::max(last, own.axis);
  }
  return true;
}

void arrange(Layout const& layout, std::vector<grid::Range> const& box, double const* slab, double* out) {
  // Strides of the slab by axes of the grid, and all offsets within a bin.
  std::vector<Index> stride(box.size(), 0), offsets{0};
  Index step = 1, base = 0;
  for (std::size_t d = layout.size(); d-- > 0;) {
    auto const& own = layout[d];
    if (own.axis < 0) continue;
    auto const a = static_cast<std::size_t>(own.axis);
    std::vector<Index> more;
    for (Index k = 0; k < own.bin; ++k)
      for (Index offset : offsets) more.push_back(offset + k * step);
    offsets = std::move(more);
    stride[a] = step * own.bin;
    step *= own.bin * box[a].size();
    if (!own.turned) continue;
    base += stride[a] * (box[a].size() - 1);
    stride[a] = -stride[a];
  }
  Index points = 1;
  for (auto const& range : box) points *= range.size();
  std::vector<Index> at(box.size(), 0);
  for (Index n = 0; n < points; ++n) {
    double sum = 0.0;
    for (Index offset : offsets) sum += slab[base + offset];
    out[n] = sum / static_cast<double>(offsets.size());
    for (std::size_t a = box.size(); a-- > 0;) {
      base += stride[a];
      if (++at[a] < box[a].size()) break;
      base -= stride[a] * at[a];
      at[a] = 0;
    }
  }
}

}  // namespace mollis::io
