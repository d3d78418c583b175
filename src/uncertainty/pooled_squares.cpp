#include "uncertainty/pooled_squares.hpp"

#include <fmt/format.h>

#include "uncertainty/pooling.hpp"
#include "uncertainty/squares.hpp"

namespace mollis::uncertainty {

PooledSquares::PooledSquares(problem::Problem const& problem, std::size_t unknown) : problem_(problem), unknown_(unknown) {}

void PooledSquares::add(int number, Field const& error) {
  auto const group = static_cast<std::size_t>(number) % groups;
  while (sums_.size() <= group) sums_.emplace_back("squares", error.extent(0));
  Squares::add_square(error, sums_[group]);
}

PooledSquares::Variance PooledSquares::result(int draws) const {
  std::vector<Pooling::Group> all;
  for (std::size_t g = 0; g < sums_.size(); ++g) {
    auto const number = (draws - 1 - static_cast<int>(g)) / static_cast<int>(groups) + 1;
    all.push_back({on_host(sums_[g]), static_cast<double>(number)});
  }
  Pooling const pooling(problem_, unknown_, std::move(all));
  auto const choice = pooling.choose();
  Variance out;
  out.draws = choice.draws;
  out.width = choice.width;
  out.field = make_field("variance", static_cast<Index>(sums_.front().extent(0)));
  Kokkos::deep_copy(out.field, pooling.pooled(choice));
  return out;
}

std::string PooledSquares::name_of(std::size_t group) const { return fmt::format("squares/{}_{}", problem_.space().unknowns()[unknown_].name, group + 1); }

void PooledSquares::keep(checkpoint::Quantities& kept) const {
  for (std::size_t g = 0; g < sums_.size(); ++g) kept.put(name_of(g), problem_.space().unknowns()[unknown_].grid, sums_[g]);
}

void PooledSquares::go_on(checkpoint::Quantities const& kept, int draws) {
  auto const& grid = problem_.space().unknowns()[unknown_].grid;
  for (std::size_t g = 0; g < std::min(groups, static_cast<std::size_t>(draws)); ++g) {
    sums_.emplace_back("squares", static_cast<std::size_t>(grid.local_size()));
    Kokkos::deep_copy(sums_.back(), kept.field(name_of(g), grid));
  }
}

}  // namespace mollis::uncertainty
