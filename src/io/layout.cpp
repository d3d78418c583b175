#include "io/layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>

#include "deck/suggest.hpp"
#include "io/formats/all.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

class Maker {
 public:
  Maker(std::vector<grid::Axis> const& axes, Description const& description, Part const& part, bool subset,
        std::string const& where)
      : grid_(axes),
        file_(description.axes),
        part_(part),
        subset_(subset),
        where_(where),
        fixed_(file_.size(), false),
        layout_(file_.size()) {
    for (auto const& axis : file_) names_.push_back(axis.name);
  }

  Layout make() {
    fix();
    name();
    fix_named();
    if (!by_name()) by_position();
    cut();
    check_sizes();
    return layout_;
  }

 private:
  [[noreturn]] void blame(std::string const& key, std::string const& what) const {
    throw Error(Exit::bad_deck, fmt::format("{}, which has axes {}: {}", where_, shape_text(file_), what), key);
  }

  std::vector<std::string> grid_names() const {
    std::vector<std::string> names;
    for (auto const& axis : grid_) names.push_back(axis.name);
    return names;
  }

  int in_grid(std::string const& name) const {
    for (std::size_t a = 0; a < grid_.size(); ++a)
      if (grid_[a].name == name) return static_cast<int>(a);
    return -1;
  }

  /// Axes that are not fixed; those of one point too where `all`.
  std::vector<std::size_t> left(bool all) const {
    std::vector<std::size_t> axes;
    for (std::size_t d = 0; d < file_.size(); ++d)
      if (!fixed_[d] && (all || file_[d].size > 1)) axes.push_back(d);
    return axes;
  }

  void fix_axis(std::size_t d, std::string const& key, Index index) {
    Index const size = file_[d].size;
    if (fixed_[d]) blame("at", fmt::format("\"{}\" names an axis that is fixed already; name each axis once", key));
    if (index == -1) index = size - 1;
    if (index < 0 || index >= size)
      blame("at", fmt::format("{} = {} is outside 0 to {}; choose an index of that axis (-1: the last)", key, index,
                              size - 1));
    fixed_[d] = true;
    layout_[d].first = index;
  }

  /// Those that go by number or by the file's own name.
  void fix() {
    for (auto const& [key, index] : part_.at) {
      std::size_t number = 0;
      auto const parsed = std::from_chars(key.data(), key.data() + key.size(), number);
      if (parsed.ec == std::errc() && parsed.ptr == key.data() + key.size()) {
        if (number >= file_.size())
          blame("at", fmt::format("there is no axis number {}; the first is 0, the last {}", key, file_.size() - 1));
        fix_axis(number, key, index);
        continue;
      }
      bool const ordered = std::count(part_.order.begin(), part_.order.end(), key) > 0;
      for (std::size_t d = 0; d < file_.size() && !ordered; ++d)
        if (file_[d].name == key) fix_axis(d, key, index);
    }
  }

  /// Gives the names of `order` to the axes.
  void name() {
    auto const& order = part_.order;
    if (order.empty()) return;
    std::vector<std::size_t> all(file_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (auto const& axes : {all, left(true), left(false)}) {
      if (axes.size() != order.size()) continue;
      for (std::size_t n = 0; n < axes.size(); ++n) {
        auto const& own = file_[axes[n]].name;
        if (own != order[n] && in_grid(own) >= 0 && in_grid(order[n]) >= 0)
          blame("order",
                fmt::format("the file calls \"{}\" what order calls \"{}\"; write the axes as they stand in the file",
                            own, order[n]));
        names_[axes[n]] = order[n];
      }
      return;
    }
    blame("order",
          fmt::format(
              "it names {} axes; name each axis of the file once, slowest first (those of one point and those that "
              "`at` fixes may be left out)",
              order.size()));
  }

  void fix_named() {
    for (auto const& [key, index] : part_.at) {
      bool const number = key.find_first_not_of("0123456789") == std::string::npos;
      bool const own =
          std::any_of(file_.begin(), file_.end(), [&, &key = key](Dimension const& axis) { return axis.name == key; });
      bool const ordered = std::count(part_.order.begin(), part_.order.end(), key) > 0;
      if (number || (own && !ordered)) continue;
      auto const found = std::find(names_.begin(), names_.end(), key);
      if (found == names_.end()) {
        std::vector<std::string> known;
        for (auto const& name : names_)
          if (!name.empty()) known.push_back(name);
        blame("at", fmt::format("\"{}\" is none of them{}; name an axis of the file, of order, or its number from 0",
                                key, deck::did_you_mean(key, known)));
      }
      fix_axis(static_cast<std::size_t>(found - names_.begin()), key, index);
    }
  }

  /// True where names alone tell which axis is which.
  bool by_name() {
    auto const axes = left(false);
    std::vector<std::string> meant;
    for (std::size_t d : axes) meant.push_back(part_.order.empty() ? axis_meant(names_[d]) : names_[d]);
    if (!part_.order.empty())
      for (std::size_t n = 0; n < axes.size(); ++n)
        if (in_grid(meant[n]) < 0)
          blame("order",
                fmt::format("\"{0}\" is no axis of the grid{1}; choose from {2}, or fix it: at = {{ {0} = 0 }}",
                            meant[n], deck::did_you_mean(meant[n], grid_names()), deck::quoted_list(grid_names())));
    for (std::size_t n = 0; n < axes.size(); ++n)
      if (in_grid(meant[n]) < 0 || std::count(meant.begin(), meant.end(), meant[n]) > 1) return false;
    for (std::size_t n = 0; n < axes.size(); ++n) layout_[axes[n]].axis = in_grid(meant[n]);
    return true;
  }

  void by_position() {
    auto const axes = left(false);
    auto const targets = subset_ && axes.size() < wide().size() ? only_subset(axes) : wide();
    if (axes.size() != targets.size()) refuse_shape();
    for (std::size_t n = 0; n < axes.size(); ++n) {
      int const meant = in_grid(axis_meant(names_[axes[n]]));
      if (meant >= 0 && meant != targets[n])
        throw Error(
            Exit::bad_data,
            fmt::format(
                "{}: its axes are {}, but the grid's are ({}); name the file's axes as the grid does: order = [...]",
                where_, shape_text(file_), fmt::join(grid_names(), ", ")));
      layout_[axes[n]].axis = targets[n];
    }
  }

  /// Axes of the grid with more than one point.
  std::vector<int> wide() const {
    std::vector<int> axes;
    for (std::size_t a = 0; a < grid_.size(); ++a)
      if (grid_[a].size() > 1) axes.push_back(static_cast<int>(a));
    return axes;
  }

  /// The only subset of the grid's axes that has the sizes of these axes.
  std::vector<int> only_subset(std::vector<std::size_t> const& axes) const {
    std::vector<std::vector<int>> matches;
    for (unsigned subset = 0; subset < 1u << grid_.size(); ++subset) {
      std::vector<int> some;
      for (std::size_t a = 0; a < grid_.size(); ++a)
        if ((subset >> a & 1u) != 0) some.push_back(static_cast<int>(a));
      bool same = some.size() == axes.size();
      for (std::size_t n = 0; same && n < axes.size(); ++n)
        same = points(axes[n], some[n]) == grid_[static_cast<std::size_t>(some[n])].size();
      if (same) matches.push_back(some);
    }
    if (matches.size() == 1) return matches.front();
    throw Error(
        Exit::bad_data,
        fmt::format("{} has shape {}, which {} of the grid's axes {} with {} points{}", where_, shape_text(file_),
                    matches.empty() ? "fits no subset" : "fits several subsets", fmt::join(grid_names(), ", "),
                    sizes_text(), matches.empty() ? "" : "; name its axes: order = [\"x\"], say"));
  }

  std::string sizes_text() const {
    std::vector<Index> sizes;
    for (auto const& axis : grid_) sizes.push_back(axis.size());
    return shape_text(sizes);
  }

  std::array<Index, 2> crop_of(std::size_t d, std::string const& name) const {
    auto const found = part_.crop.find(name);
    return found == part_.crop.end() ? std::array<Index, 2>{0, file_[d].size} : found->second;
  }

  Index bin_of(std::string const& name) const {
    auto const found = part_.bin.find(name);
    return found == part_.bin.end() ? 1 : found->second;
  }

  /// Points of a file's axis as an axis of the grid.
  Index points(std::size_t d, int axis) const {
    auto const& name = grid_[static_cast<std::size_t>(axis)].name;
    auto const [first, end] = crop_of(d, name);
    return (end - first) / bin_of(name);
  }

  /// Crop and bin.
  void cut() {
    for (std::size_t d = 0; d < file_.size(); ++d) {
      auto& own = layout_[d];
      if (own.axis < 0) continue;
      auto const& name = grid_[static_cast<std::size_t>(own.axis)].name;
      auto const [first, end] = crop_of(d, name);
      if (end > file_[d].size)
        blame("crop", fmt::format("{} = [{}, {}] ends past its {} points; the end is the index after the last", name,
                                  first, end, file_[d].size));
      own.bin = bin_of(name);
      if ((end - first) % own.bin != 0)
        blame("bin",
              fmt::format("{} points along {} are no whole bins of {}; crop to a multiple: crop = {{ {} = [{}, {}] }}",
                          end - first, name, own.bin, name, first, end - (end - first) % own.bin));
      own.first = first;
      own.points = (end - first) / own.bin;
      own.turned = grid_[static_cast<std::size_t>(own.axis)].falls;
    }
    for (auto const* key : {"crop", "bin"})
      for (auto const& name : cut_names(key))
        if (std::none_of(layout_.begin(), layout_.end(),
                         [&](FileAxis const& own) { return own.axis >= 0 && own.axis == in_grid(name); }))
          blame(key, fmt::format("no axis of the file is \"{}\"", name));
  }

  std::vector<std::string> cut_names(std::string const& key) const {
    std::vector<std::string> names;
    if (key == "crop")
      for (auto const& item : part_.crop) names.push_back(item.first);
    else
      for (auto const& item : part_.bin) names.push_back(item.first);
    return names;
  }

  void check_sizes() const {
    std::vector<Index> filled(grid_.size(), 1);
    std::vector<bool> there(grid_.size(), false);
    for (auto const& own : layout_)
      if (own.axis >= 0) {
        filled[static_cast<std::size_t>(own.axis)] = own.points;
        there[static_cast<std::size_t>(own.axis)] = true;
      }
    for (std::size_t a = 0; a < grid_.size(); ++a)
      if (filled[a] != grid_[a].size() && (there[a] || !subset_)) refuse_shape();
  }

  [[noreturn]] void refuse_shape() const {
    std::string cut;
    if (!part_.whole()) {
      std::vector<Index> read;
      for (auto const& own : layout_)
        if (own.axis >= 0) read.push_back(own.points);
      if (!read.empty()) cut = fmt::format(", read as {}", shape_text(read));
    }
    throw Error(Exit::bad_data,
                fmt::format("{}: has shape {}{}, but the grid has {} points along ({}){}", where_, shape_text(file_),
                            cut, sizes_text(), fmt::join(grid_names(), ", "), advice()));
  }

  std::string name_of(std::size_t d) const { return names_[d].empty() ? std::to_string(d) : names_[d]; }

  /// The first of these axes of the file that is most likely none of the grid: by its name, else by its size, else the first.
  std::size_t extra(std::vector<std::size_t> const& axes, std::vector<int> const& targets) const {
    auto const first = [&](auto const& is) { return std::find_if(axes.begin(), axes.end(), is); };
    auto at = first([&](std::size_t d) { return !names_[d].empty() && in_grid(axis_meant(names_[d])) < 0 && in_grid(names_[d]) < 0; });
    if (at == axes.end())
      at = first([&](std::size_t d) {
        return std::none_of(targets.begin(), targets.end(), [&](int a) { return grid_[static_cast<std::size_t>(a)].size() == file_[d].size; });
      });
    return at == axes.end() ? axes.front() : *at;
  }

  /// What to do about another shape: fix an axis, or name them in another order.
  std::string advice() const {
    auto const axes = left(false);
    auto const targets = wide();
    if (axes.size() > targets.size())
      return fmt::format("; fix what is too much: at = {{ {} = 0 }}", name_of(extra(axes, targets)));
    if (!part_.crop.empty() || !part_.bin.empty())
      return "; crop and bin of the data and of [grid.coordinates] must say the same, or the grid's points be as many";
    if (axes.size() != targets.size() || !part_.whole()) return "";
    std::vector<std::string> order;
    std::vector<bool> used(targets.size(), false);
    for (std::size_t d : axes)
      for (std::size_t n = 0; n < targets.size(); ++n) {
        auto const& axis = grid_[static_cast<std::size_t>(targets[n])];
        if (used[n] || axis.size() != file_[d].size) continue;
        used[n] = true;
        order.push_back(axis.name);
        break;
      }
    if (order.size() != axes.size()) return "";
    return fmt::format("; if its axes stand in another order, say so: order = [{}]", deck::quoted_list(order));
  }

  std::vector<grid::Axis> const& grid_;
  std::vector<Dimension> const& file_;
  Part const& part_;
  bool subset_;
  std::string where_;
  std::vector<std::string> names_;
  std::vector<bool> fixed_;
  Layout layout_;
};

}  // namespace

Layout lay_out(std::vector<grid::Axis> const& axes, Description const& description, Part const& part, bool subset,
               std::string const& where) {
  return Maker(axes, description, part, subset, where).make();
}

std::string axis_meant(std::string const& name) {
  static std::map<std::string, std::string> const usual{
      {"t", "t"},     {"time", "t"}, {"times", "t"}, {"frame", "t"},    {"z", "z"}, {"depth", "z"}, {"lev", "z"},
      {"level", "z"}, {"y", "y"},    {"lat", "y"},   {"latitude", "y"}, {"x", "x"}, {"lon", "x"},   {"longitude", "x"}};
  auto const found = usual.find(lower_case(name));
  return found == usual.end() ? "" : found->second;
}

}  // namespace mollis::io
