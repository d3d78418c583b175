// The Hessian as a sparse matrix: whole, it is the Hessian; for each wave of a periodic time with coefficients that do
// not change in time it is, too; a response to a constant is decoupled from all else.
#include "estimators/joint/gauss_newton.hpp"
#include "estimators/joint/local_values.hpp"
#include "estimators/joint/section_choice.hpp"
#include "estimators/joint/section_model.hpp"
#include "estimators/joint/spectrum.hpp"
#include "petsc/access.hpp"
#include "problem/case.hpp"

namespace {

using namespace mollis;
using test::pi;

struct Fixture {
  Fixture(std::string const& deck, deck::Named<test::Formula> const& states,
          std::vector<test::Formula> const& parameters, double w)
      : c(deck, states, {0.01, 1, {}, {}, MPI_COMM_WORLD}),
        problem(c.problem()),
        objective(problem, joint::Lattice(c.grid, c.system, 7)),
        x(objective.make_vector()) {
    objective.weights() = {std::vector<double>(static_cast<std::size_t>(c.system.residuals), w),
                           std::vector<double>(c.space.unknowns().size(), 1e-3)};
    for (std::size_t s = 0; s < states.size(); ++s)
      petsc::copy_in(test::sample(objective.lattice().extended(), states[s].second), x, objective.layout().state[s]);
    objective.put_parameters(test::vector_of(c, parameters), x);
    objective.move_to(x);
    objective.linearise();
  }

  /// Where the states and the fields of a section stand in a vector: offset, entries of this rank.
  std::vector<std::pair<Index, Index>> pieces_of(std::vector<int> const& fields) const {
    auto const& layout = objective.layout();
    std::vector<std::pair<Index, Index>> pieces;
    for (Index const offset : layout.state) pieces.emplace_back(offset, layout.state_size);
    for (int const u : fields) {
      auto const& unknown = c.space.unknowns()[static_cast<std::size_t>(u)];
      if (unknown.owner) pieces.emplace_back(layout.parameters + unknown.offset, unknown.grid.local_size());
    }
    return pieces;
  }

  /// |P m H m y - m y| / |m y| over the entries of the states and of the fields of the section, y random there, m =
  /// `moves` or 1.
  double error(joint::SectionModel& model, std::vector<int> const& fields, Vec moves = nullptr) {
    auto const y = objective.make_vector();
    test::Random random(5);
    random.fill(y);
    return error_of(model, fields, y, moves);
  }

  double error_of(joint::SectionModel& model, std::vector<int> const& fields, Vec y, Vec moves = nullptr) {
    auto const b = petsc::like(y);
    if (moves != nullptr) petsc::check(VecPointwiseMult(y, y, moves));
    auto const pieces = pieces_of(fields);
    std::vector<HostField> r, z;
    objective.apply_hessian(y, b);
    if (moves != nullptr) petsc::check(VecPointwiseMult(b, b, moves));
    double left = 0.0, size = 0.0;
    petsc::Reading const from(b), truth(y);
    for (auto const& [offset, count] : pieces) {
      r.push_back(joint::values_of(from.piece(offset, count)));
      z.emplace_back("z", static_cast<std::size_t>(count));
    }
    model.apply_add(1.0, r, z);
    for (std::size_t k = 0; k < pieces.size(); ++k) {
      auto const want = joint::values_of(truth.piece(pieces[k].first, pieces[k].second));
      for (std::size_t i = 0; i < want.extent(0); ++i) {
        left += std::pow(z[k][i] - want[i], 2);
        size += std::pow(want[i], 2);
      }
    }
    return std::sqrt(joint::sum_over(c.grid.comm(), left) / joint::sum_over(c.grid.comm(), size));
  }

  test::Case c;
  problem::Problem problem;
  joint::Objective objective;
  petsc::Vector x;
};

double wave(test::Coordinates const& x) { return std::sin(3.0 * x[0]) * std::cos(2.0 * x[1]) + 0.1 * x[0]; }

/// Two states, two parameters that are differentiated, open and periodic axes, a nonlinear residual.
TEST(Section, WholeIsTheHessian) {
  std::string const deck =
      "[grid]\naxes = [\"y\", \"x\"]\npoints = [17, 14]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\nperiodic = [\"x\"]\n"
      "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n"
      "[parameters.b]\nover = [\"y\", \"x\"]\nsmoothness = { order = 1, weight = 1.0 }\n"
      "[equation]\nresiduals = [\"dx(a*dx(u)) + dy(a*dy(u)) + b*v*u\", \"dx(v) - b*dy(u) + v\"]\n";
  Fixture f(deck,
            {{"u", wave}, {"v", [](test::Coordinates const& x) { return std::cos(x[0] + std::sin(2.0 * pi * x[1])); }}},
            {[](test::Coordinates const& x) { return 1.0 + 0.3 * x[0]; },
             [](test::Coordinates const& x) { return 2.0 - x[0] * x[0]; }},
            3.0);
  joint::SectionModel model(f.objective, -1, {0, 1});
  model.update(nullptr, true);
  EXPECT_LT(f.error(model, {0, 1}), 1e-6);

  auto const moves = f.objective.make_vector();
  petsc::check(VecSet(moves, 1.0));
  {
    petsc::Writing entries(moves);
    Field const some = entries.piece(f.objective.layout().parameters, f.c.space.unknowns()[0].grid.local_size() / 2);
    Kokkos::deep_copy(some, 0.0);
  }
  model.update(moves, true);
  EXPECT_LT(f.error(model, {0, 1}, moves), 1e-5);
}

TEST(Section, IsDearInSpaceAndWaitsForAveragesToFail) {
  std::string const deck =
      "[grid]\naxes = [\"z\", \"y\", \"x\"]\npoints = [15, 15, 15]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 1.0, 1.0]\n"
      "[parameters.a]\nover = [\"z\", \"y\", \"x\"]\n[equation]\nresiduals = [\"a*lap(u) + u^2\"]\n";
  Fixture f(deck, {{"u", wave}}, {[](test::Coordinates const& x) { return 1.0 + 0.3 * x[0]; }}, 3.0);
  EXPECT_FALSE(joint::choose_section(f.objective, false));
  auto const after = joint::choose_section(f.objective, true);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->is_dear);
  EXPECT_EQ(after->wave, -1);
}

/// Ranks that share a machine share its memory, and hold a part each; ranks on machines of their own need less on each.
TEST(Section, HasRoomOnAnyNumberOfRanks) {
  estimators::SectionChoice choice;
  choice.is_dear = true;
  choice.rows = 10000.0;
  choice.bytes = 1e9;
  auto const fits = [&choice](int ranks, int neighbours, double memory) {
    run::Machine machine;
    machine.ranks = ranks;
    machine.neighbours = neighbours;
    machine.memory = memory;
    return joint::has_room(choice, machine);
  };
  double const least = 2.0 * choice.peak(true);
  for (int const ranks : {1, 2, 5, 64}) {
    EXPECT_TRUE(fits(ranks, ranks, 1.01 * least)) << ranks;
    EXPECT_FALSE(fits(ranks, ranks, 0.99 * least)) << ranks;
  }
  EXPECT_TRUE(fits(8, 2, 0.26 * least));
  EXPECT_FALSE(fits(8, 2, 0.24 * least));
  EXPECT_TRUE(fits(2, 2, 0.0));   // unknown
}

/// Factors go by the points inside a mask, but every row stands in the matrix.
TEST(Section, CountsRowsOutsideTheDomain) {
  estimators::SectionShape shape;
  shape.points = {27, 31, 31};
  shape.reach = {6, 6, 6};
  shape.wraps = {false, false, false};
  shape.whole = 1.0;
  auto const whole = estimators::choose_section(shape);
  shape.inside = 0.3;
  auto const part = estimators::choose_section(shape);
  ASSERT_TRUE(part);
  EXPECT_FALSE(whole);
  EXPECT_EQ(part->rows, 27.0 * 31.0 * 31.0 + 21.0 * 25.0 * 25.0);
}

/// Parameters over one of the axes each, one of them differentiated, beside one over both.
TEST(Section, WholeIsTheHessianBesideProfiles) {
  std::string const deck =
      "[grid]\naxes = [\"y\", \"x\"]\npoints = [15, 12]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\nperiodic = [\"x\"]\n"
      "[parameters.a]\nover = [\"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n"
      "[parameters.b]\nover = [\"y\", \"x\"]\nsmoothness = { order = 1, weight = 1.0 }\n"
      "[parameters.c]\nover = [\"y\"]\nsmoothness = { order = 2, weight = 1.0 }\n"
      "[equation]\nresiduals = [\"dx(a*dx(u)) + c*dy(dy(u)) + b*u^2\"]\n";
  Fixture f(deck, {{"u", wave}},
            {[](test::Coordinates const& x) { return 1.5 + std::sin(2.0 * pi * x[0]); },
             [](test::Coordinates const& x) { return 2.0 - x[0] * x[0]; },
             [](test::Coordinates const& x) { return 1.0 + 0.3 * x[0]; }},
            3.0);
  joint::SectionModel model(f.objective, -1, {0, 1, 2});
  model.update(nullptr, true);
  EXPECT_LT(f.error(model, {0, 1, 2}), 1e-6);

  auto const moves = f.objective.make_vector();
  petsc::check(VecSet(moves, 1.0));
  {
    auto const& c = f.c.space.unknowns()[2];
    petsc::Writing entries(moves);
    Kokkos::deep_copy(entries.piece(f.objective.layout().parameters + c.offset, c.owner ? c.grid.local_size() / 2 : 0), 0.0);
  }
  model.update(moves, true);
  EXPECT_LT(f.error(model, {0, 1, 2}, moves), 1e-5);
}

/// H with a share of what is believed of the states.
struct LittlePrior final : solver::Operator {
  LittlePrior(joint::Objective& objective_, double share_) : objective(objective_), share(share_), believed(objective.make_vector()) {}
  void apply(Vec in, Vec out) override {
    objective.apply_hessian(in, out);
    objective.pull_of_states(in, believed);
    petsc::check(VecAXPY(out, share - 1.0, believed));
  }
  joint::Objective& objective;
  double share;
  petsc::Vector believed;
};

/// The whole Hessian's inverse.
struct Factors final : solver::Preconditioner {
  Factors(joint::SectionModel& model_, std::vector<std::pair<Index, Index>> pieces_) : model(model_), pieces(std::move(pieces_)) {}
  void apply(Vec r, Vec z) override {
    std::vector<HostField> in, out;
    {
      petsc::Reading const from(r);
      for (auto const& [offset, count] : pieces) {
        in.push_back(joint::values_of(from.piece(offset, count)));
        out.emplace_back("z", static_cast<std::size_t>(count));
      }
    }
    model.apply_add(1.0, in, out);
    petsc::check(VecSet(z, 0.0));
    petsc::Writing to(z);
    for (std::size_t k = 0; k < pieces.size(); ++k) Kokkos::deep_copy(to.piece(pieces[k].first, pieces[k].second), out[k]);
  }
  joint::SectionModel& model;
  std::vector<std::pair<Index, Index>> pieces;
};

/// beta tr(L H^-1) of each field, entry by entry by products and solves, and the rank of L, against the derivative of log det H; H with a
/// ten-thousandth of what is believed of the states, which is no data.
TEST(Section, TellsHowMuchOfASmoothnessTheDataDoNot) {
  std::string const deck =
      "[grid]\naxes = [\"y\", \"x\"]\npoints = [9, 8]\nlower = [0.0, 0.0]\nupper = [1.0, 1.0]\nperiodic = [\"x\"]\n"
      "[parameters.a]\nover = [\"y\", \"x\"]\nsmoothness = { order = 2, weight = 1.0 }\n"
      "[parameters.b]\nover = [\"y\"]\nsmoothness = { order = 1, weight = 1.0 }\n"
      "[equation]\nresiduals = [\"a*lap(u) + b*u^2\"]\n";
  Fixture f(deck, {{"u", wave}}, {[](test::Coordinates const& x) { return 1.0 + 0.3 * x[0]; }, [](test::Coordinates const&) { return 2.0; }}, 3.0);
  f.objective.weights().smoothness = {1e-2, 1.0};
  joint::SectionModel model(f.objective, -1, {0, 1});
#if defined(PETSC_HAVE_MUMPS)
  ASSERT_TRUE(model.untold(0).has_value());
#else
  GTEST_SKIP() << "MUMPS alone tells determinants";
#endif
  LittlePrior hessian(f.objective, 1e-4);
  model.update(nullptr, true);
  Factors factors(model, f.pieces_of({0, 1}));
  solver::ConjugateGradients gradients(f.c.grid.comm(), f.objective.layout().size, hessian, &factors, {1e-8, 2000, false});
  auto const unit = f.objective.make_vector(), pull = petsc::like(unit), solved = petsc::like(unit);
  for (std::size_t p = 0; p < 2; ++p) {
    if (p == 0 && f.c.grid.ranks() > 1) continue;  // many solves: one rank shows it
    auto const& unknown = f.c.space.unknowns()[p];
    double trace = 0.0;
    for (int rank = 0; rank < f.c.grid.ranks(); ++rank) {
      Index entries = unknown.owner ? unknown.grid.local_size() : 0;
      MPI_Bcast(&entries, 1, MPI_INT64_T, rank, f.c.grid.comm());
      for (Index i = 0; i < entries; ++i) {
        petsc::check(VecSet(unit, 0.0));
        if (rank == f.c.grid.rank()) {
          petsc::Writing to(unit);
          Kokkos::deep_copy(to.piece(f.objective.layout().parameters + unknown.offset + i, 1), 1.0);
        }
        f.objective.apply_prior(unit, pull);
        petsc::check(VecSet(solved, 0.0));
        ASSERT_TRUE(gradients.solve(pull, solved).converged);
        trace += test::dot(unit, solved);
      }
    }
    EXPECT_NEAR(*model.untold(p), trace, 1e-4 * trace);
  }
  joint::Spectrum const spectrum(f.objective);
  EXPECT_EQ(spectrum.rank(0), 72 - 2);  // all but what is linear in y
  EXPECT_EQ(spectrum.rank(1), 9 - 1);
}

TEST(Section, WavesAreTheHessianWhereTimeIsPeriodicAndNothingChangesInIt) {
  std::string const deck =
      "[grid]\naxes = [\"t\", \"y\", \"x\"]\npoints = [12, 9, 10]\nlower = [0.0, 0.0, 0.0]\nupper = [1.0, 1.0, "
      "1.0]\nperiodic = [\"t\"]\n"
      "[parameters.D]\nover = []\n[equation]\nresidual = \"dt(u) - D*(1 + y)*lap(u)\"\n";
  Fixture f(deck, {{"u", [](test::Coordinates const& x) { return std::sin(2.0 * pi * x[0]) + x[1] * x[2]; }}},
            {[](test::Coordinates const&) { return 0.3; }}, 0.5);
  f.objective.hold_parameters(true);
  joint::SectionModel model(f.objective, 0, {});
  model.update(nullptr, true);
  EXPECT_LT(f.error(model, {}), 1e-6);
  joint::SectionModel slow(f.objective, 0, {}, joint::SectionModel::Waves::slow);   // of 12 points: waves 0, 1 and 2
  slow.update(nullptr, true);
  auto const wave_of = [&](double k) {
    auto y = f.objective.make_vector();
    petsc::copy_in(test::sample(f.objective.lattice().extended(), [&](test::Coordinates const& x) { return std::cos(2.0 * pi * k * x[0] + x[1]) * (1.0 + x[2]); }), y,
                   f.objective.layout().state[0]);
    return y;
  };
  EXPECT_LT(f.error_of(slow, {}, wave_of(2.0)), 1e-6);
  EXPECT_NEAR(f.error_of(slow, {}, wave_of(3.0)), 1.0, 1e-9);   // nothing of the others
}

}  // namespace
