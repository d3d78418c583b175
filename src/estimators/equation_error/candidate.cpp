#include "estimators/equation_error/candidate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "random/white_noise.hpp"
#include "run/error.hpp"

namespace mollis::equation_error {
namespace {

residual::ResidualModel make_model(problem::Problem const& problem, residual::DataFeatures const& features) {
  residual::ResidualModel model(problem.space(), problem.system(), features.bank(), features.noise(), features.mask());
  model.move_to(problem.space().scatter(parameters::first_guess(problem.space())));
  model.mask_undefined();
  return model;
}

}  // namespace

Candidate::Candidate(problem::Problem const& problem, mollifier::Settings const& mollifier, double tolerance)
    : features_(problem.grid, problem.system(), mollifier, problem.states, problem.fields()),
      model_(make_model(problem, features_)),
      equation_(model_, with_tolerance(problem.settings.inversion, tolerance), problem.progress) {
  if (auto const* jets = features_.first_jets(); jets != nullptr) equation_.share_workspace(*jets);
}

estimators::Settings Candidate::with_tolerance(estimators::Settings inversion, double tolerance) {
  inversion.tolerance = tolerance;
  return inversion;
}

std::vector<Field> Candidate::by_state(std::vector<Field> const& changes) const {
  auto const responses = features_.response(changes);
  for (auto const& field : responses) kernels::apply_mask(model_.mask(), field);
  auto const& list = features_.state_features();
  std::vector<Field> out;
  for (auto const& partial : model_.system().by_state)
    out.push_back(responses[static_cast<std::size_t>(std::find(list.begin(), list.end(), partial.feature) - list.begin())]);
  return out;
}

std::vector<Field> Candidate::response(std::vector<Field> const& changes) const {
  auto const features = by_state(changes), partials = model_.state_partials();
  std::vector<Field> out;
  for (int k = 0; k < model_.system().residuals; ++k) out.emplace_back("residual response", model_.mask().extent(0));
  for (std::size_t j = 0; j < partials.size(); ++j)
    kernels::add_product(partials[j], features[j], model_.mask(), out[static_cast<std::size_t>(model_.system().by_state[j].residual)]);
  return out;
}

std::vector<Field> Candidate::slope_response(std::vector<Field> const& changes) const {
  auto const features = by_state(changes), mixed = model_.mixed_partials();
  std::vector<Field> out;
  for (std::size_t i = 0; i < model_.system().by_parameter.size(); ++i) out.emplace_back("slope response", model_.mask().extent(0));
  for (std::size_t m = 0; m < mixed.size(); ++m) {
    auto const& pair = model_.system().mixed[m];
    kernels::add_product(mixed[m], features[static_cast<std::size_t>(pair.state_partial)], model_.mask(), out[static_cast<std::size_t>(pair.parameter_partial)]);
  }
  return out;
}

Index count_points(problem::Problem const& problem, Candidate& candidate) {
  auto const host = on_host(candidate.model().mask());
  Index count = 0;
  for (std::size_t i = 0; i < host.extent(0); ++i) count += host(i) != 0.0 ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_INT64_T, MPI_SUM, problem.grid.comm());
  if (count == 0)
    throw run::Error(run::Exit::bad_data,
                     run::line(problem.settings.mollifier.places.of("radius"),
                               "no point carries a residual: every footprint meets a gap or an edge, or the equation is not finite at "
                               "the first guess of the parameters; use smaller radii, filter along one axis only (then rows are "
                               "refitted around gaps), or change [parameters.NAME] initial"));
  return count;
}

std::string describe_points(problem::Problem const& problem, Candidate& candidate) {
  auto const& gaps = candidate.features().gaps();
  Index counts[2] = {gaps.lost, gaps.refitted};
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT64_T, MPI_SUM, problem.grid.comm());
  auto text = fmt::format("fit   {} of {} points carry a residual", count_points(problem, candidate), problem.grid.points());
  if (counts[0] > 0) text += fmt::format("; {} lost to gaps", counts[0]);
  if (counts[1] > 0) text += fmt::format("; {} kept by rows refitted around gaps", counts[1]);
  return text;
}

std::vector<Field> draw_noise(problem::Problem const& problem, int draw) {
  std::vector<Field> changes;
  for (std::size_t s = 0; s < problem.states.size(); ++s) {
    random::Stream const stream{0x9e3779b97f4a7c15u + static_cast<unsigned>(draw), static_cast<std::uint32_t>(s),
                                random::Stream::Purpose::noise};
    changes.push_back(random::white_noise(problem.grid, problem.states[s].sigma, stream));
  }
  return changes;
}

}  // namespace mollis::equation_error
