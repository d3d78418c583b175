#include "uncertainty/followed_draws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mollis::uncertainty {
namespace {

constexpr std::size_t most_draws = 2;

/// draw times max(0, 2 known - 1), 0 where that is not known.
Field told_part(Field const& draw, Field const& known) {
  auto const values = on_host(draw), told = on_host(known);
  Field const out = make_field("told", static_cast<Index>(values.extent(0)));
  auto const host = Kokkos::create_mirror_view(out);
  for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = std::isfinite(told(i)) ? values(i) * std::max(0.0, 2.0 * told(i) - 1.0) : 0.0;
  Kokkos::deep_copy(out, host);
  return out;
}

}  // namespace

FollowedDraws::FollowedDraws(problem::Problem const& problem, estimate::Linearisation& linear)
    : problem_(problem), linear_(linear), asked_(linear.may_be_curved()) {}

void FollowedDraws::add(std::vector<Field> const& error) {
  if (!asked_ || draws_.size() == most_draws) return;
  draws_.emplace_back();
  for (auto const& piece : error) {
    draws_.back().push_back(make_field("draw", static_cast<Index>(piece.extent(0))));
    Kokkos::deep_copy(draws_.back().back(), piece);
  }
}

std::vector<double> FollowedDraws::rises(std::vector<Field> const& known) const {
  std::vector<double> out;
  auto const& unknowns = problem_.space().unknowns();
  for (auto const& draw : draws_) {
    std::vector<Field> own;
    for (std::size_t p = 0; p < draw.size(); ++p) own.push_back(unknowns[p].owner ? told_part(draw[p], known[p]) : Field("none", draw[p].extent(0)));
    auto const parameters = problem_.space().make_vector();
    auto const x = linear_.make_vector();
    petsc::check(VecSet(parameters, 0.0));
    problem_.space().gather(own, parameters);
    PetscReal size = 0.0;
    petsc::check(VecNorm(parameters, NORM_2, &size));
    if (size == 0.0) continue;
    linear_.put_parameters(parameters, x);
    out.push_back(linear_.rise(x));
  }
  return out;
}

std::string FollowedDraws::name_of(std::size_t draw, std::size_t unknown) const {
  return fmt::format("followed/{}_{}", problem_.space().unknowns()[unknown].name, draw + 1);
}

void FollowedDraws::keep(checkpoint::Quantities& kept) const {
  for (std::size_t n = 0; n < draws_.size(); ++n)
    for (std::size_t p = 0; p < draws_[n].size(); ++p) kept.put_still(name_of(n, p), problem_.space().unknowns()[p].grid, draws_[n][p]);
}

void FollowedDraws::go_on(checkpoint::Quantities const& kept, int draws) {
  if (!asked_) return;
  draws_.assign(std::min(most_draws, static_cast<std::size_t>(draws)), {});
  for (std::size_t n = 0; n < draws_.size(); ++n)
    for (std::size_t p = 0; p < problem_.space().unknowns().size(); ++p) draws_[n].push_back(kept.field(name_of(n, p), problem_.space().unknowns()[p].grid));
}

}  // namespace mollis::uncertainty
