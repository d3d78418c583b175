#include "spectral/spectral_box.hpp"

#include <algorithm>

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

Index quick_length(Index points, Index reach) {
  if (points <= longest_by_matrix) return points;
  if (!has_slow_factor(points)) return points;
  for (Index length = points + reach + (points + reach) % 2;; length += 2) {
    Index rest = length;
    for (Index const factor : {2, 3, 5, 7})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1 || rest == 11 || rest == 13) return length;
  }
}

SpectralBox::SpectralBox(grid::Grid const& grid, std::vector<Basis> bases, int line, std::vector<Modes> const& modes,
                         Index reach)
    : grid_(grid), bases_(std::move(bases)), line_(line) {
  auto& extents = coefficients_;
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
    auto& extent = extents[static_cast<std::size_t>(a)];
    step.outer = product(box, 0, a);
    step.inner = product(box, a + 1, axes);
    step.points = step.after > 0 ? box[a].size() : 0;
    if (reach > 0 && basis == Basis::cosine) {
      extent = quick_length(extent, reach);
      for (auto& part : cut)
        if (part.size() > 0) part[a] = {0, extent};
    }
    step.length = step.after > 0 ? extent : 0;
    if (basis == Basis::modes && step.after > 0)
      step.transform = make_matrix_transform(modes[static_cast<std::size_t>(a)], step.outer, step.length, step.inner);
    else if (basis != Basis::modes)
      step.transform = make_line_transform(basis, step.outer, step.length, step.inner);
    steps_.push_back(std::move(step));
  }
  if (line >= 0) steps_.push_back(make_whole(line));
  grid::Box const& box = cut[me];
  lines_ = {box, 1, 1, box.size()};
  if (line >= 0 && box.size() > 0) lines_ = {box, product(box, 0, line), box[line].size(), product(box, line + 1, axes)};
  if (box.size() == 0) lines_.outer = 0;
}

/// may_write: whether the values given may be written over.
HostField SpectralBox::pass(HostField data, bool may_write) const {
  for (auto const& step : steps_) {
    if (step.move) {
      HostField const moved = make_host_field("lines", step.after);
      step.move->apply(data.data(), moved.data());
      data = moved;
      may_write = true;
    }
    if (!step.transform) continue;
    if (may_write && step.length == step.points) {
      step.transform->forward(data.data());
      continue;
    }
    HostField const waves = make_host_field("lines", step.outer * step.length * step.inner);
    step.transform->forward_from(data.data(), step.points, waves.data());
    data = waves;
    may_write = true;
  }
  if (may_write) return data;
  HostField const copy = make_host_field("lines", lines_.box.size());
  std::copy_n(data.data(), lines_.box.size(), copy.data());
  return copy;
}

void SpectralBox::backward(HostField& data) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->transform && step->length != step->points) {
      HostField const points = make_host_field("lines", step->outer * step->points * step->inner);
      step->transform->backward_to(data.data(), points.data(), step->points);
      data = points;
    } else if (step->transform) {
      step->transform->backward(data.data());
    }
    if (step->back) {
      HostField const moved = make_host_field("lines", step->before);
      step->back->apply(data.data(), moved.data());
      data = moved;
    }
  }
}

std::vector<Basis> wave_bases(grid::Grid const& grid) {
  std::vector<Basis> bases;
  for (auto const& axis : grid.axes()) bases.push_back(axis.periodic ? Basis::fourier : Basis::cosine);
  return bases;
}

HostField squared_angles(SpectralBox const& box, std::vector<double> const& factors) {
  auto const& lines = box.lines();
  HostField const out("squared angles", static_cast<std::size_t>(lines.outer * lines.points * lines.inner));
  std::vector<std::vector<double>> along;
  for (std::size_t a = 0; a < factors.size(); ++a) along.push_back(angles(box.bases()[a], box.coefficients(static_cast<int>(a))));
  for (std::size_t m = 0; m < out.extent(0); ++m) {
    auto rest = static_cast<Index>(m);
    for (std::size_t a = factors.size(); a-- > 0;) {
      auto const range = lines.box[static_cast<int>(a)];
      double const theta = along[a][static_cast<std::size_t>(range.lower + rest % range.size())];
      out(m) += std::pow(factors[a] * theta, 2);
      rest /= range.size();
    }
  }
  return out;
}

}  // namespace mollis::spectral
