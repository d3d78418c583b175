#include "predict/frames.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/read.hpp"
#include "run/error.hpp"

namespace mollis::predict {
namespace {

[[noreturn]] void refuse(std::string const& what) { throw run::Error(run::Exit::usage, "mollis predict: " + what); }

/// Times of the file past the crop of the fit, all of them.
std::vector<double> all_in_file(MPI_Comm comm, deck::Grid const& grid) {
  auto part = grid.coordinate_part;
  auto const& dataset = grid.coordinate_datasets.front();
  auto const size = static_cast<Index>(io::read_vector(comm, grid.coordinate_file, dataset).size());
  auto const crop = part.crop.find("t");
  auto const bin = part.bin.count("t") > 0 ? part.bin.at("t") : 1;
  Index const first = crop == part.crop.end() ? 0 : crop->second[0];
  part.crop["t"] = {first, size - (size - first) % bin};
  return io::read_axis(comm, {grid.coordinate_file, dataset, part}, "t", grid.time_unit);
}

std::vector<double> later_times(MPI_Comm comm, deck::Grid const& grid, std::vector<double> const& fit, double until) {
  std::vector<double> later;
  if (!grid.coordinate_file.empty()) {
    for (double const t : all_in_file(comm, grid))
      if (t > fit.back() && t <= until) later.push_back(t);
    if (later.empty())
      refuse(fmt::format("--until {}: {} has no later times up to there than {}, the last of the fit; fit fewer frames ([grid.coordinates] crop = "
                         "{{ t = [0, N] }}, and the same in [observations.*])", until, grid.coordinate_file, fit.back()));
    return later;
  }
  if (fit.size() < 2) refuse("--until: one frame does not say how far later ones are apart; leave --until out");
  auto const refined = grid.refine.find("t");
  auto const frames = static_cast<double>((static_cast<Index>(fit.size()) - 1) / (refined == grid.refine.end() ? 1 : refined->second));
  double const step = (fit.back() - fit.front()) / frames;
  double const most = (until - fit.back()) / step + 1e-9;
  if (most < 1.0) refuse(fmt::format("--until {}: the next frame after the fit's is at {}", until, fit.back() + step));
  if (most > 1e7) refuse(fmt::format("--until {}: {:.1e} frames, {} apart; choose an earlier time", until, most, step));
  for (int k = 1; k <= static_cast<int>(most); ++k) later.push_back(fit.front() + step * (frames + static_cast<double>(k)));
  return later;
}

grid::Grid like(grid::Grid const& grid, std::vector<grid::Axis> axes) { return {grid.comm(), std::move(axes), grid.decomposition()}; }

}  // namespace

Times make_times(MPI_Comm comm, deck::Deck const& deck, grid::Grid const& fit, Settings const& settings) {
  Times times;
  if (fit.find_axis("t") < 0) {
    if (settings.from || settings.until) refuse("--from and --until are times, but the deck's grid has no axis t; leave them out");
    times.fit = times.run = {0.0};
    return times;
  }
  times.fit = fit.axis(0).coordinates();
  double const from = settings.from.value_or(times.fit.front()), until = settings.until.value_or(times.fit.back());
  if (from < times.fit.front()) refuse(fmt::format("--from {}: the first frame of the fit is at {}", from, times.fit.front()));
  times.first = static_cast<std::size_t>(std::upper_bound(times.fit.begin(), times.fit.end(), from) - times.fit.begin()) - 1;
  for (std::size_t f = times.first; f < times.fit.size(); ++f)
    if (f == times.first || times.fit[f] <= until) times.run.push_back(times.fit[f]);
  times.fitted = times.run.size();
  if (until > times.fit.back()) {
    auto const later = later_times(comm, deck.grid, times.fit, until);
    times.run.insert(times.run.end(), later.begin(), later.end());
  }
  if (times.run.size() < 2)
    refuse(fmt::format("there is no frame to predict after {}, where the run begins; choose an earlier --from, or a later --until (the fit ends at {})",
                       times.run.front(), times.fit.back()));
  return times;
}

grid::Grid with_times(grid::Grid const& grid, std::vector<double> const& times) {
  auto axes = grid.axes();
  int const t = grid.find_axis("t");
  if (t >= 0) axes[static_cast<std::size_t>(t)] = grid::axis_from_coordinates("t", times, 0.0);
  return like(grid, std::move(axes));
}

grid::Grid insulated(grid::Grid const& grid) {
  auto axes = grid.axes();
  for (auto& axis : axes)
    if (axis.name != "t" && !axis.periodic && axis.reflection == grid::Reflection::none) axis.reflection = grid::Reflection::even;
  return like(grid, std::move(axes));
}

Field frames(Field const& field, std::size_t all, std::size_t first, std::size_t count) {
  std::size_t const size = field.extent(0) / all;
  Field const part("frames", count * size);
  Kokkos::deep_copy(part, Kokkos::subview(field, std::pair(first * size, (first + count) * size)));
  return part;
}

Field joined(Field const& before, Field const& after) {
  Field const all("frames", before.extent(0) + after.extent(0));
  Kokkos::deep_copy(Kokkos::subview(all, std::pair<std::size_t, std::size_t>(0, before.extent(0))), before);
  Kokkos::deep_copy(Kokkos::subview(all, std::pair(before.extent(0), all.extent(0))), after);
  return all;
}

Field filled(std::size_t size, double value) {
  Field const field("filled", size);
  Kokkos::deep_copy(field, value);
  return field;
}

}  // namespace mollis::predict
