#include "results/curves.hpp"

#include <algorithm>
#include <cmath>

#include "deck/curves.hpp"
#include "deck/experiments.hpp"
#include "equation/system.hpp"
#include "kernels/pointwise.hpp"
#include "uncertainty/constant_entries.hpp"

namespace mollis::results {
namespace {

using Json = nlohmann::ordered_json;
constexpr int points = 101;
constexpr double most = 1.96;  ///< deviations that hold 95 %

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// How many data lie nearest to each of the values, by what the fit says there.
std::vector<double> visits(problem::Problem const& problem, deck::Deck const& deck, estimate::Estimate const& estimate, deck::Curve const& curve) {
  std::vector<double> counts(points, 0.0);
  auto const [lower, upper] = *curve.range;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    auto const& state = problem.states[s];
    if (deck::name_in_residuals(deck.experiments, state.name) != curve.state || state.unobserved) continue;
    auto const data = on_host(state.data), fitted = on_host(state.points ? estimate.predicted[s] : estimate.states[s]);
    for (std::size_t i = 0; i < data.extent(0); ++i) {
      double const at = std::round((fitted(i) + state.about - lower) / (upper - lower) * (points - 1));
      if (std::isfinite(data(i)) && at >= 0.0 && at < points) counts[static_cast<std::size_t>(at)] += 1.0;
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, counts.data(), points, MPI_DOUBLE, MPI_SUM, problem.grid.comm());
  return counts;
}

/// An expression of the state at the values.
std::vector<double> values_of(std::string const& expression, std::string const& state, std::vector<double> const& at) {
  auto const tape = equation::compile_pointwise(expression, {state});
  Field in = make_field("state", points), out = make_field("truth", points);
  auto const host = Kokkos::create_mirror_view(in);
  for (std::size_t i = 0; i < at.size(); ++i) host(i) = at[i];
  Kokkos::deep_copy(in, host);
  Extents extents, strides{};
  extents.fill(1);
  extents[max_axes - 1] = points;
  strides[max_axes - 1] = 1;
  kernels::evaluate(tape, {{in.data(), strides}}, {out.data()}, extents);
  Kokkos::fence();
  auto const values = on_host(out);
  return {values.data(), values.data() + points};
}

run::Table table_of(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome, deck::Curve const& curve) {
  uncertainty::ConstantEntries const constants(problem.space());
  auto const fitted = constants.read(outcome.estimate.parameters);
  auto const places = constants.places_of(curve.first, curve.coefficients);
  auto const& known = outcome.uncertainty.constants;
  bool const sure = outcome.uncertainty.computed && known.unknowns == constants.positions;
  std::vector<double> at, value, deviation, share;
  double square = 0.0;
  for (int i = 0; i < points; ++i) {
    at.push_back((*curve.range)[0] + ((*curve.range)[1] - (*curve.range)[0]) * i / (points - 1));
    auto weight = deck::basis(curve, at.back());
    double sum = 0.0, variance = 0.0;
    for (std::size_t k = 0; k < places.size(); ++k) {
      double const own = fitted[places[k]], coefficient = curve.written.log ? std::exp(own) : own;
      sum += weight[k] * coefficient;
      if (curve.written.log) weight[k] *= coefficient;  // by the fitted logarithm
    }
    for (std::size_t j = 0; sure && j < places.size(); ++j)
      for (std::size_t k = 0; k < places.size(); ++k)
        if (weight[j] != 0.0 && weight[k] != 0.0) variance += weight[j] * weight[k] * known.at(places[j], places[k]);
    value.push_back(sum);
    deviation.push_back(std::sqrt(variance));
    square += sum * sum / points;
  }
  for (double const d : deviation) share.push_back(std::isfinite(d) ? std::max(0.0, 1.0 - d * d / square) : 0.0);
  run::Table table{{curve.state, at}, {"value", value}};
  if (sure) table.emplace_back("std", deviation);
  if (sure) table.emplace_back("known", share);
  table.emplace_back("data", visits(problem, deck, outcome.estimate, curve));
  if (curve.written.truth) table.emplace_back("truth", values_of(curve.written.truth->expression, curve.state, at));
  return table;
}

Json scores_of(std::vector<double> const& value, std::vector<double> const& truth, std::vector<double> const* deviation) {
  double error = 0.0, size = 0.0, worst = 0.0, largest = 0.0, covered = 0.0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    double const off = std::abs(value[i] - truth[i]);
    error += off * off;
    size += truth[i] * truth[i];
    worst = std::max(worst, off);
    largest = std::max(largest, std::abs(truth[i]));
    if (deviation && off <= most * (*deviation)[i]) covered += 1.0 / static_cast<double>(value.size());
  }
  Json json{{"relative_l2", number(std::sqrt(error / size))}, {"max_relative", number(worst / largest)}};
  if (deviation) json["coverage95"] = covered;
  return json;
}

}  // namespace

std::vector<double> const* column(run::Table const& table, std::string const& name) {
  auto const found = std::find_if(table.begin() + 1, table.end(), [&](auto const& named) { return named.first == name; });
  return found == table.end() ? nullptr : &found->second;
}

run::Named<run::Table> tables_of_curves(problem::Problem const& problem, deck::Deck const& deck, Outcome const& outcome) {
  run::Named<run::Table> tables;
  for (auto const& curve : deck.curves) tables.emplace_back(curve.name, table_of(problem, deck, outcome, curve));
  return tables;
}

nlohmann::ordered_json summary_of(run::Table const& curve) {
  auto const& at = curve.front().second;
  auto const& value = *column(curve, "value");
  auto const mean = [](std::vector<double> const& values) {
    double sum = 0.0;
    for (double const v : values) sum += v / static_cast<double>(values.size());
    return number(sum);
  };
  Json entry{{"over", Json::array({curve.front().first})}, {"range", Json::array({at.front(), at.back()})}, {"min", number(*std::min_element(value.begin(), value.end()))},
             {"max", number(*std::max_element(value.begin(), value.end()))}, {"mean", mean(value)}};
  auto const* deviation = column(curve, "std");
  entry["standard_error"] = deviation ? mean(*deviation) : Json();
  if (auto const* truth = column(curve, "truth")) entry["truth"] = scores_of(value, *truth, deviation);
  return entry;
}

}  // namespace mollis::results
