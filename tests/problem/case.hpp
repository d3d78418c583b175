#pragma once
/// An inversion in memory: a deck as text, states as formulas of the coordinates, no files.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <random>

#include "deck/read.hpp"
#include "estimators/equation_error/candidate.hpp"
#include "forward/noise.hpp"
#include "kernels/field.hpp"
#include "problem/from_deck.hpp"
#include "problem/make_grid.hpp"
#include "scores/score.hpp"

namespace mollis::test {

using Coordinates = std::vector<double>;  ///< of a point, along the axes of its grid, slowest first
using Formula = std::function<double(Coordinates const&)>;
constexpr double pi = 3.14159265358979323846;

/// The points of the local box of a grid, in the order of fields over it.
inline std::vector<Extents> local_points(grid::Grid const& grid) {
  std::vector<Extents> points;
  for (Index i = 0; i < grid.local_size(); ++i) {
    Extents point{};
    Index rest = i;
    for (int a = grid.dimension() - 1; a >= 0; --a) {
      auto const range = grid.owned()[a];
      point[static_cast<std::size_t>(a)] = range.lower + rest % range.size();
      rest /= range.size();
    }
    points.push_back(point);
  }
  return points;
}

inline Coordinates coordinates_of(grid::Grid const& grid, Extents const& point) {
  Coordinates x;
  for (int a = 0; a < grid.dimension(); ++a) x.push_back(grid.axis(a).at(point[static_cast<std::size_t>(a)]));
  return x;
}

inline Field to_field(std::vector<double> const& values) {
  Field field = make_field("values", static_cast<Index>(values.size()));
  auto const host = Kokkos::create_mirror_view(field);
  for (std::size_t i = 0; i < values.size(); ++i) host(i) = values[i];
  Kokkos::deep_copy(field, host);
  return field;
}

inline std::vector<double> to_vector(Field const& field) {
  auto const host = on_host(field);
  return {host.data(), host.data() + host.extent(0)};
}

/// A formula at this rank's points.
inline Field sample(grid::Grid const& grid, Formula const& formula) {
  std::vector<double> values;
  for (auto const& point : local_points(grid)) values.push_back(formula(coordinates_of(grid, point)));
  return to_field(values);
}

inline double sum_over(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm);
  return value;
}

inline double largest_over(MPI_Comm comm, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, comm);
  return value;
}

inline double dot(Field const& a, Field const& b) {
  auto const x = on_host(a), y = on_host(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < x.extent(0); ++i) sum += x(i) * y(i);
  return sum;
}

inline double dot(Vec a, Vec b) {
  PetscScalar value = 0.0;
  petsc::check(VecDot(a, b, &value));
  return value;
}

/// Random numbers in [-1, 1], different on each rank.
class Random {
 public:
  explicit Random(unsigned seed) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    engine_.seed(seed + 1000u * static_cast<unsigned>(rank));
  }
  double number() { return std::uniform_real_distribution<double>(-1.0, 1.0)(engine_); }
  Field field(Index size) {
    std::vector<double> values(static_cast<std::size_t>(size));
    for (auto& value : values) value = number();
    return to_field(values);
  }
  void fill(Vec vector) {
    PetscInt local = 0;
    PetscScalar* entries = nullptr;
    petsc::check(VecGetLocalSize(vector, &local));
    petsc::check(VecGetArray(vector, &entries));
    for (PetscInt i = 0; i < local; ++i) entries[i] = number();
    petsc::check(VecRestoreArray(vector, &entries));
  }

 private:
  std::mt19937 engine_;
};

/// Sends standard output to nowhere while it lives: the progress lines of fits.
class Quiet {
 public:
  Quiet() : kept_(dup(1)) {
    std::fflush(stdout);
    if (auto* const nowhere = std::fopen("/dev/null", "w")) {
      dup2(fileno(nowhere), 1);
      std::fclose(nowhere);
    }
  }
  ~Quiet() {
    std::fflush(stdout);
    dup2(kept_, 1);
    close(kept_);
  }
  Quiet(Quiet const&) = delete;
  Quiet& operator=(Quiet const&) = delete;

 private:
  int kept_;
};

struct Options {
  double noise = 0.0;  ///< standard deviation over that of the clean state
  std::uint64_t seed = 1;
  std::vector<std::string> overrides;
  std::vector<grid::Axis> axes;  ///< in place of the deck's
  MPI_Comm comm = MPI_COMM_WORLD;
};

/// The deck, with an [observations.NAME] for each state added, and all that stands between it and a fit.
class Case {
 public:
  Case(std::string const& text, run::Named<Formula> const& formulas, Options const& options = {})
      : deck(read(text, formulas, options)), progress(options.comm), made(make(formulas, options)), grid(made.grid),
        fields(made.fields()), system(made.system()), space(made.space()), states(made.states) {}
  Case(Case const&) = delete;
  Case& operator=(Case const&) = delete;

  /// With what the deck says by now.
  problem::Problem problem() const {
    auto copy = made;
    copy.settings = problem::settings_of(deck);
    return copy;
  }

  deck::Deck deck;
  run::Progress progress;

 private:
  problem::Problem made;

 public:
  grid::Grid const& grid;
  std::vector<observations::KnownField> const& fields;
  equation::System const& system;
  parameters::ParameterSpace const& space;
  std::vector<observations::State>& states;

 private:
  static deck::Deck read(std::string text, run::Named<Formula> const& formulas, Options const& options) {
    for (auto const& [name, formula] : formulas)
      text += "\n[observations." + name + "]\nfile = \"none.h5\"\ndataset = \"" + name + "\"\n";
    return deck::parse({"case.toml", "/nowhere", text}, options.overrides, deck::Command::invert);
  }
  static grid::Decomposition cut(Options const& options) {
    int ranks = 1;
    MPI_Comm_size(options.comm, &ranks);
    return grid::decompose(options.axes, ranks);
  }
  problem::Problem make(run::Named<Formula> const& formulas, Options const& options) {
    auto const whole = options.axes.empty() ? problem::make_grid(options.comm, deck)
                                            : grid::Grid(options.comm, options.axes, cut(options));
    return problem::from_deck(whole, deck, observe(whole, formulas, options), progress);
  }
  static std::vector<observations::State> observe(grid::Grid const& grid, run::Named<Formula> const& formulas,
                                                  Options const& options) {
    std::vector<observations::State> list;
    for (auto const& [name, formula] : formulas) {
      auto const clean = sample(grid, formula);
      double const deviation = forward::moments(grid, clean).deviation;
      double const sigma = std::max(options.noise, 1e-14) * deviation;
      observations::State state;
      state.name = name;
      state.data = forward::with_noise(grid, clean, sigma, options.seed, static_cast<int>(list.size()));
      state.sigma = sigma;
      list.push_back(std::move(state));
    }
    return list;
  }
};

/// The parameters as the equation has them, pieces.
inline std::vector<Field> parameters_of(Case const& c, Vec x) {
  auto pieces = c.space.scatter(x);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!c.space.unknowns()[p].settings.log) continue;
    auto values = to_vector(pieces[p]);
    for (auto& value : values) value = std::exp(value);
    pieces[p] = to_field(values);
  }
  return pieces;
}

/// relative_l2 of parameter p against a formula of its own coordinates.
inline double error_of(Case const& c, Vec x, std::size_t p, Formula const& truth, bool core = false) {
  auto const& unknown = c.space.unknowns()[p];
  return scores::score(c.space, unknown, parameters_of(c, x)[p], sample(unknown.grid, truth), core).relative_l2;
}

/// The vector of unknowns with parameter p sampled from formula p (of the fitted variable, in its own coordinates).
inline petsc::Vector vector_of(Case const& c, std::vector<Formula> const& formulas) {
  auto x = c.space.make_vector();
  auto const& unknowns = c.space.unknowns();
  for (std::size_t p = 0; p < unknowns.size(); ++p)
    if (unknowns[p].owner) petsc::copy_in(sample(unknowns[p].grid, formulas[p]), x, unknowns[p].offset);
  return x;
}

/// The fit with the deck's radii and fixed smoothness weights.
inline equation_error::Fit fit(Case& c, std::vector<double> const& beta) {
  Quiet const quiet;
  equation_error::Candidate candidate(c.problem(), c.deck.mollifier, c.deck.inversion.tolerance);
  equation_error::Fit result;
  result.x = parameters::first_guess(c.space);
  result.beta = beta;
  candidate.equation().fit(result, c.deck.inversion.reweight);
  return result;
}

}  // namespace mollis::test
