#include "choices/smoothing_radii.hpp"

#include <algorithm>

#include "choices/adaptive_radii.hpp"

namespace mollis::choices {

std::vector<mollifier::MultiIndex> derivatives_of(std::vector<std::string> const& derivatives, grid::Grid const& grid) {
  std::vector<mollifier::MultiIndex> set{mollifier::MultiIndex{}};
  for (auto const& letters : derivatives) {
    mollifier::MultiIndex order{};
    for (char const letter : letters)
      if (int const axis = grid.find_axis(std::string(1, letter)); axis >= 0) ++order[static_cast<std::size_t>(axis)];
    if (std::find(set.begin(), set.end(), order) == set.end()) set.push_back(order);
  }
  return set;
}

mollifier::Settings smoothing_radii(grid::Grid const& grid, mollifier::Settings const& mollifier,
                                    std::vector<observations::State> const& states, std::vector<mollifier::MultiIndex> const& set) {
  std::vector<Combination> combinations;
  for (std::size_t s = 0; s < states.size(); ++s)
    for (auto const& order : set)
      if (set.size() == 1 || order != mollifier::MultiIndex{}) combinations.push_back({0, static_cast<int>(s), {order}, {1.0}});
  Ladder ladder(grid, mollifier.degree);
  ladder.heed_gaps(grid, states, mollifier);
  Lepski lepski(grid, mollifier, states, std::move(combinations), ladder);
  auto const best = lepski.choose();
  if (mollifier.adaptive) return adaptive_radii(grid, mollifier, lepski, ladder, best);
  return mollifier::with_radii(grid, mollifier, ladder.radii(best));
}

}  // namespace mollis::choices
