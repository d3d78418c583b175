// Jets inside masks: largest error on polynomials up to the edge, points kept, and processor time over that of jets without a mask on
// the same grid, each pair timed in turn. One rank. Usage: bench_masked_jets [rounds [part of a name]]. Prints the two tables of docs/performance.md.
#include <fmt/format.h>
#include <mpi.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>

#include "mollifier/blended_jets.hpp"

namespace {

using namespace mollis;
using mollifier::MultiIndex;
using Place = std::array<double, 3>;
using Inside = std::function<bool(Place const&)>;

constexpr double slope[] = {0.5, -0.3, 0.4};

/// D^order of prod_a (1 + c_a x_a)^4.
double polynomial(Place const& x, int dimension, MultiIndex const& order) {
  double value = 1.0;
  for (std::size_t a = 0; a < static_cast<std::size_t>(dimension); ++a) {
    for (int k = 0; k < order[a]; ++k) value *= slope[a] * (4 - k);
    value *= std::pow(1.0 + slope[a] * x[a], 4 - order[a]);
  }
  return value;
}

grid::Grid cube(int dimension, Index points) {
  static char const* const names[] = {"z", "y", "x"};
  std::vector<grid::Axis> axes;
  for (int a = 0; a < dimension; ++a) axes.push_back(grid::uniform_axis(names[3 - dimension + a], points, -1.0, 1.0, false));
  return {MPI_COMM_SELF, axes, grid::decompose(axes, 1)};
}

Place place(grid::Grid const& grid, Index point) {
  Place x{};
  for (int a = grid.dimension() - 1; a >= 0; --a) {
    x[static_cast<std::size_t>(a)] = grid.axis(a).coordinate(point % grid.axis(a).size());
    point /= grid.axis(a).size();
  }
  return x;
}

std::vector<MultiIndex> jets_of(int dimension) {
  std::vector<MultiIndex> set(1);
  for (int a = 0; a < dimension; ++a) {
    set.emplace_back();
    set.back()[static_cast<std::size_t>(a)] = 2;
  }
  return set;
}

mollifier::Settings settings(Index radius) {
  mollifier::Settings out;
  out.automatic = false;
  for (char const* name : {"x", "y", "z"}) out.radius[name] = mollifier::AxisRadius{{-1, radius}};
  return out;
}

Field on_grid(grid::Grid const& grid, std::function<double(Index)> const& value) {
  Field const field = make_field("data", grid.local_size());
  auto const host = Kokkos::create_mirror_view(field);
  for (Index p = 0; p < grid.local_size(); ++p) host(static_cast<std::size_t>(p)) = value(p);
  Kokkos::deep_copy(field, host);
  return field;
}

bool in_nucleus(Place const& x) {
  double const angle = std::atan2(x[0], 1.3 * x[1]), radius = std::hypot(x[0], 1.3 * x[1]);
  return radius + 0.3 * x[2] * x[2] < 0.8 + 0.1 * std::sin(3.0 * angle) + 0.05 * std::cos(7.0 * angle) &&
         std::hypot(x[0] - 0.2, x[1] + 0.1) > 0.12;
}

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void report(std::string const& name, int dimension, Index points, Index radius, Inside const& inside, int rounds) {
  auto const grid = cube(dimension, points);
  auto const set = jets_of(dimension);
  Field const whole = on_grid(grid, [&](Index p) { return polynomial(place(grid, p), dimension, {}); });
  Field const data = on_grid(grid, [&](Index p) { return inside(place(grid, p)) ? polynomial(place(grid, p), dimension, {}) : std::nan(""); });
  mollifier::BlendedJets jets(grid, settings(radius), false, set);
  mollifier::Jets const plain(grid, mollifier::make_filters(grid, settings(radius), false, set), set);
  double const before = seconds();
  jets.refit_around(data);
  double const made = seconds() - before;
  auto const fields = jets.apply(data);
  std::vector<std::string> errors;
  Index observed = 0, kept = 0;
  auto const host_data = on_host(data);
  for (std::size_t k = 0; k < set.size(); ++k) {
    auto const host = on_host(fields[k]);
    double largest = 0.0, error = 0.0;
    for (std::size_t i = 0; i < host.extent(0); ++i) {
      if (k == 0) observed += std::isfinite(host_data(i)) ? 1 : 0;
      if (!std::isfinite(host(i))) continue;
      if (k == 0) ++kept;
      double const truth = polynomial(place(grid, static_cast<Index>(i)), dimension, set[k]);
      largest = std::max(largest, std::abs(truth));
      error = std::max(error, std::abs(host(i) - truth));
    }
    errors.push_back(fmt::format("{:.0e}", error / largest));
  }
  std::vector<double> ratios;
  plain.apply(whole);
  for (int r = 0; r < rounds; ++r) {
    int const times = dimension == 2 ? 20 : 1;
    double spent[2] = {0.0, 0.0};
    auto const clear = plain.apply(whole);   // outputs are kept: allocation is not what is timed
    for (int t = 0; t < times; ++t)
      for (int which = 0; which < 2; ++which) {
        double const start = seconds();
        if (which == 0) plain.apply(whole, clear);
        if (which == 1) jets.apply_into(data, fields);
        spent[which] += seconds() - start;
      }
    ratios.push_back(spent[1] / spent[0]);
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("| {} | {}^{} | {} | {} of {} | {} | {} | {:.2f} ({:.2f} to {:.2f}) | {:.1f} |\n", name, points, dimension, radius, kept, observed,
             errors[0], fmt::join(errors.begin() + 1, errors.end(), ", "), ratios[ratios.size() / 2], ratios.front(), ratios.back(), made);
  std::fflush(stdout);
}

void tables(int rounds, std::string const& only) {
  auto const line = [&](std::string const& name, int dimension, Index points, Index radius, Inside const& inside) {
    if (name.find(only) != std::string::npos) report(name, dimension, points, radius, inside, rounds);
  };
  auto const disc = [](double share) {
    double const square = share * 4.0 / 3.14159265358979;
    return [=](Place const& x) { return x[0] * x[0] + x[1] * x[1] < square; };
  };
  auto const ball = [](Place const& x) { return x[0] * x[0] + x[1] * x[1] + x[2] * x[2] < 1.0; };
  auto const half = [](Place const& x) { return x[0] + 0.6 * x[1] + 0.2 * x[2] < 0.3; };
  auto const gaps = [](double share) {
    auto const draw = std::make_shared<std::mt19937>(7u);
    return [=](Place const&) { return std::uniform_real_distribution<double>(0.0, 1.0)(*draw) >= share; };
  };
  fmt::print("| inside | grid | radius | points with jets | largest error of u | of second derivatives | time over no mask | s to make |\n"
             "|---|---|---|---|---|---|---|---|\n");
  line("nothing missing", 2, 256, 8, [](Place const&) { return true; });
  line("disc, 78.5 % of the square", 2, 256, 8, disc(0.785));
  line("half plane", 2, 256, 8, half);
  line("nucleus", 2, 256, 8, in_nucleus);
  line("2 % missing", 2, 256, 8, gaps(0.02));
  line("20 % missing", 2, 256, 8, gaps(0.2));
  line("ball, 52 % of the cube", 3, 128, 8, ball);
  line("half space", 3, 128, 8, half);
  line("nucleus", 3, 128, 8, in_nucleus);
  line("2 % missing", 3, 64, 6, gaps(0.02));
  line("20 % missing", 3, 64, 6, gaps(0.2));
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  Kokkos::initialize(argc, argv);
  tables(argc > 1 ? std::atoi(argv[1]) : 5, argc > 2 ? argv[2] : "");
  Kokkos::finalize();
  MPI_Finalize();
}
