#include "io/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "io/format.hpp"
#include "io/formats/cf.hpp"
#include "io/layout.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

bool is_root(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank == 0;
}

std::string where_of(std::string const& file, Description const& description) {
  return description.dataset.empty() ? file : file + ": " + description.dataset;
}

/// Errors of `work` with their places in the deck: of the key that they blame, or of the file.
template <class Work>
auto placed(Source const& source, Work&& work) {
  try {
    return work();
  } catch (Error const& error) {
    auto const& places = source.part.places;
    if (places.section.file.empty()) throw;
    auto const place = places.of(error.blamed().empty() ? source.key : error.blamed());
    if (error.code() == Exit::bad_deck) throw run::deck_error(place, error.what());
    throw Error(error.code(), run::line(place, error.what()));
  }
}

}  // namespace

std::vector<Index> dataset_shape(MPI_Comm comm, std::string const& file, std::string const& dataset) {
  return describe_on_all(comm, file, dataset).shape();
}

namespace {

std::vector<double> read_whole(MPI_Comm comm, std::string const& file, Description const& description) {
  auto const shape = description.shape();
  if (std::count_if(shape.begin(), shape.end(), [](Index n) { return n != 1; }) > 1) {
    throw Error(Exit::bad_data, fmt::format("{}: has shape {}, but one axis is wanted", where_of(file, description),
                                            shape_text(shape)));
  }
  Index const size = std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
  std::vector<double> values(static_cast<std::size_t>(size));
  run::collectively(comm, [&] {
    if (!is_root(comm)) return;
    format_of(file)
        .open(MPI_COMM_SELF, file, description)
        ->read({std::vector<Index>(shape.size(), 0), shape, size == 0}, values.data());
    unpack(description.packing, values.data(), size);
  });
  run::broadcast(comm, values);
  return values;
}

/// Means of bins of the cropped values.
std::vector<double> cut(std::vector<double> const& values, Source const& source, std::string const& axis) {
  auto const crop = source.part.crop.find(axis);
  auto const bins = source.part.bin.find(axis);
  Index const size = static_cast<Index>(values.size()), bin = bins == source.part.bin.end() ? 1 : bins->second;
  auto const [first, end] = crop == source.part.crop.end() ? std::array<Index, 2>{0, size} : crop->second;
  auto const refuse = [&](std::string const& what) {
    throw Error(Exit::bad_deck, fmt::format("{}: {}: has {} values, {}", source.file, source.dataset, size, what));
  };
  if (end > size) refuse(fmt::format("but crop ends at {}; the end is the index after the last", end));
  if ((end - first) % bin != 0)
    refuse(fmt::format("of which {} are no whole bins of {}; crop to a multiple", end - first, bin));
  std::vector<double> means;
  for (Index i = first; i < end; i += bin)
    means.push_back(std::accumulate(values.begin() + i, values.begin() + i + bin, 0.0) / static_cast<double>(bin));
  return means;
}

}  // namespace

std::vector<double> read_vector(MPI_Comm comm, std::string const& file, std::string const& dataset) {
  return read_whole(comm, file, describe_on_all(comm, file, dataset));
}

std::vector<double> read_axis(MPI_Comm comm, Source const& source, std::string const& axis,
                              std::string const& time_unit) {
  auto const description = describe_on_all(comm, source.file, source.dataset);
  if (auto const fault = time_unit.empty() ? "" : fault_of_times(description.unit); !fault.empty())
    throw Error(Exit::bad_data,
                fmt::format("{}: its times, \"{}\", {}", where_of(source.file, description), description.unit, fault));
  auto values = cut(read_whole(comm, source.file, description), source, axis);
  double const seconds = time_unit.empty() ? 0.0 : seconds_in(description.unit);
  double const unit = time_unit == "d" ? 86400.0 : time_unit == "h" ? 3600.0 : time_unit == "min" ? 60.0 : 1.0;
  if (seconds > 0.0 && seconds != unit)
    for (double& value : values) value *= seconds / unit;
  auto const missing = std::find_if_not(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  if (missing != values.end())
    throw Error(Exit::bad_data,
                fmt::format("{}: value {} of the coordinates is missing or not finite; an axis has none of these",
                            where_of(source.file, description), missing - values.begin()));
  return values;
}

std::vector<int> axes_of(grid::Grid const& grid, Source const& source) {
  return placed(source, [&] {
    auto const description = describe_on_all(grid.comm(), source.file, source.dataset);
    std::vector<int> axes;
    for (auto const& own : lay_out(grid.axes(), description, source.part, true, where_of(source.file, description)))
      if (own.axis >= 0) axes.push_back(own.axis);
    std::sort(axes.begin(), axes.end());
    return axes;
  });
}

void require_shape(grid::Grid const& grid, Source const& source) {
  placed(source, [&] {
    auto const description = describe_on_all(grid.comm(), source.file, source.dataset);
    lay_out(grid.axes(), description, source.part, false, where_of(source.file, description));
  });
}

Reach reach_of(grid::Grid const& grid, Source const& source, int axis) {
  return placed(source, [&] {
    auto const description = describe_on_all(grid.comm(), source.file, source.dataset);
    auto const layout = lay_out(grid.axes(), description, source.part, true, where_of(source.file, description));
    for (std::size_t d = 0; d < layout.size(); ++d)
      if (layout[d].axis == axis)
        return Reach{layout[d].first, layout[d].bin, (description.axes[d].size - layout[d].first) / layout[d].bin};
    return Reach{};
  });
}

namespace {

Field read_box(grid::Grid const& grid, Source const& source, bool as_is) {
  return placed(source, [&] {
    auto const description = describe_on_all(grid.comm(), source.file, source.dataset);
    auto layout = lay_out(grid.axes(), description, source.part, false, where_of(source.file, description));
    for (auto& own : layout) own.turned = own.turned && !as_is;
    Format const* format = nullptr;
    run::collectively(grid.comm(), [&] {
      require_readable(source.file);
      format = &format_of(source.file);
    });
    Field const field = make_field("mollis::io::read", grid.local_size());
    auto const host = Kokkos::create_mirror_view(field);
    auto slab = slab_of(layout, grid.owned().ranges);
    slab.none = grid.local_size() == 0;
    bool const direct = arranged(layout);
    std::vector<double> buffer(direct ? 0 : static_cast<std::size_t>(slab.size()));
    double* const values = direct ? host.data() : buffer.data();
    std::unique_ptr<Reader> reader;
    run::collectively(grid.comm(), [&] { reader = format->open(grid.comm(), source.file, description); });
    run::collectively(grid.comm(), [&] { reader->read(slab, values); });
    unpack(description.packing, values, slab.size());
    if (!direct && !slab.none) arrange(layout, grid.owned().ranges, values, host.data());
    Kokkos::deep_copy(field, host);
    return field;
  });
}

}  // namespace

Field read_dataset(grid::Grid const& grid, Source const& source) { return read_box(grid, source, false); }

Field read_dataset(grid::Grid const& grid, std::string const& file, std::string const& dataset) {
  return read_box(grid, Source{file, dataset, {}}, false);
}

Field read_as_is(grid::Grid const& grid, std::string const& file, std::string const& dataset) {
  return read_box(grid, Source{file, dataset, {}}, true);
}

}  // namespace mollis::io
