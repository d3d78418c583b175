#include "spectral/spectral_box.hpp"

namespace mollis::spectral {
namespace {

Index product(grid::Box const& box, int from, int to) {
  Index size = 1;
  for (int a = from; a < to; ++a) size *= box[a].size();
  return size;
}

bool is_whole(Cut const& cut, int axis, Index points) {
  for (auto const& box : cut)
    if (box.size() > 0 && box[axis].size() != points) return false;
  return true;
}

}  // namespace

SpectralBox::SpectralBox(grid::Grid const& grid, std::vector<Basis> bases, int line, std::vector<Modes> const& modes)
    : grid_(grid), bases_(std::move(bases)), line_(line) {
  std::vector<Index> extents;
  for (auto const& axis : grid.axes()) extents.push_back(axis.size());
  auto const me = static_cast<std::size_t>(grid.rank());
  int const axes = grid.dimension();
  Cut cut = boxes_of(grid);
  auto const make_whole = [&](int axis) {
    Step step;
    step.before = cut[me].size();
    if (!is_whole(cut, axis, extents[static_cast<std::size_t>(axis)])) {
      Cut const next = pencils(extents, axis, grid.ranks());
      step.move = std::make_unique<Redistribution>(grid.comm(), cut, next);
      step.back = std::make_unique<Redistribution>(grid.comm(), next, cut);
      cut = next;
    }
    step.after = cut[me].size();
    return step;
  };
  for (int a = axes - 1; a >= 0; --a) {
    Basis const basis = bases_[static_cast<std::size_t>(a)];
    if (a == line || basis == Basis::none) continue;
    Step step = make_whole(a);
    grid::Box const& box = cut[me];
    Index const inner = product(box, a + 1, axes);
    if (basis == Basis::modes && step.after > 0)
      step.transform = make_matrix_transform(modes[static_cast<std::size_t>(a)], product(box, 0, a), box[a].size(), inner);
    else if (basis != Basis::modes)
      step.transform = make_line_transform(basis, product(box, 0, a), step.after > 0 ? box[a].size() : 0, inner);
    steps_.push_back(std::move(step));
  }
  if (line >= 0) steps_.push_back(make_whole(line));
  grid::Box const& box = cut[me];
  lines_ = {box, 1, 1, box.size()};
  if (line >= 0 && box.size() > 0) lines_ = {box, product(box, 0, line), box[line].size(), product(box, line + 1, axes)};
  if (box.size() == 0) lines_.outer = 0;
}

void SpectralBox::forward(HostField& data) const {
  for (auto const& step : steps_) {
    if (step.move) {
      HostField const moved = make_host_field("lines", step.after);
      step.move->apply(data.data(), moved.data());
      data = moved;
    }
    if (step.transform) step.transform->forward(data.data());
  }
}

void SpectralBox::backward(HostField& data) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->transform) step->transform->backward(data.data());
    if (step->back) {
      HostField const moved = make_host_field("lines", step->before);
      step->back->apply(data.data(), moved.data());
      data = moved;
    }
  }
}

}  // namespace mollis::spectral
