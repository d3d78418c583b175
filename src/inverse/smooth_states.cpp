#include "inverse/smooth_states.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inverse/lepski.hpp"

namespace mollis::inverse {
namespace {

std::string suffix_of(grid::Grid const& grid, mollifier::MultiIndex const& order) {
  std::string suffix;
  for (int a = 0; a < grid.dimension(); ++a)
    for (int k = 0; k < order[static_cast<std::size_t>(a)]; ++k) suffix += grid.axis(a).name;
  return suffix;
}

/// Standard deviation of a derivative at every local point: sigma times the norm of the product of its rows.
std::vector<double> standard_error(mollifier::Jets const& jets, std::optional<mollifier::LineRefit> const& refit,
                                   mollifier::MultiIndex const& order, double sigma) {
  auto const& grid = jets.grid();
  std::vector<std::vector<double>> norms;
  for (int a = 0; a < grid.dimension(); ++a) {
    auto const& filter = jets.filter(a);
    int const slot = filter.slot(order[static_cast<std::size_t>(a)]);
    norms.emplace_back();
    for (Index i = grid.owned()[a].lower; i < grid.owned()[a].upper; ++i) norms.back().push_back(std::sqrt(filter.gram(i, slot, slot)));
  }
  std::vector<double> error(static_cast<std::size_t>(grid.local_size()), sigma);
  for (std::size_t i = 0; i < error.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t a = norms.size(); a-- > 0;) {
      error[i] *= norms[a][rest % norms[a].size()];
      rest /= norms[a].size();
    }
  }
  if (!refit) return error;
  auto const axis = *mollifier::only_filtered_axis(jets);
  int const slot = jets.filter(axis).slot(order[static_cast<std::size_t>(axis)]);
  for (std::size_t i = 0; i < refit->points().size(); ++i)
    error[static_cast<std::size_t>(refit->points()[i])] = sigma * std::sqrt(refit->gram(i, slot, slot));
  return error;
}

}  // namespace

std::vector<mollifier::MultiIndex> derivatives_of(deck::Deck const& deck) {
  std::vector<mollifier::MultiIndex> set{mollifier::MultiIndex{}};
  for (auto const& letters : deck.derivatives) {
    mollifier::MultiIndex order{};
    for (char const letter : letters) {
      auto const at = std::find(deck.grid.axes.begin(), deck.grid.axes.end(), std::string(1, letter));
      if (at != deck.grid.axes.end()) ++order[static_cast<std::size_t>(at - deck.grid.axes.begin())];
    }
    if (std::find(set.begin(), set.end(), order) == set.end()) set.push_back(order);
  }
  return set;
}

deck::Mollifier automatic_radii(grid::Grid const& grid, deck::Mollifier const& mollifier,
                                std::vector<observations::State> const& states, std::vector<mollifier::MultiIndex> const& set) {
  std::vector<Combination> combinations;
  for (std::size_t s = 0; s < states.size(); ++s)
    for (auto const& order : set)
      if (set.size() == 1 || order != mollifier::MultiIndex{}) combinations.push_back({0, static_cast<int>(s), {order}, {1.0}});
  Ladder ladder(grid, mollifier.degree);
  ladder.heed_gaps(grid, states);
  Lepski lepski(grid, mollifier, states, std::move(combinations), ladder);
  return with_radii(grid, mollifier, ladder.radii(lepski.choose()));
}

std::vector<Smooth> smooth(grid::Grid const& grid, deck::Mollifier const& mollifier, observations::State const& state,
                           std::vector<mollifier::MultiIndex> const& set) {
  mollifier::Jets const jets(grid, make_filters(grid, mollifier, false, set), set);
  auto const fields = jets.apply(state.data);
  auto const refit = make_refit(jets, mollifier, state.data);
  if (refit) refit->apply(state.data, fields);
  auto const valid = on_host(jets.valid());
  double const none = std::numeric_limits<double>::quiet_NaN();
  std::vector<Smooth> result;
  for (std::size_t k = 0; k < set.size(); ++k) {
    auto const values = on_host(fields[k]);
    auto const error = standard_error(jets, refit, set[k], state.sigma);
    Smooth out{suffix_of(grid, set[k]), make_field("derivative", grid.local_size()), make_field("error", grid.local_size())};
    auto const v = Kokkos::create_mirror_view(out.values), e = Kokkos::create_mirror_view(out.error);
    for (std::size_t i = 0; i < error.size(); ++i) {
      bool const defined = valid(i) != 0.0 && std::isfinite(values(i));
      v(i) = defined ? values(i) : none;
      e(i) = defined ? error[i] : none;
    }
    Kokkos::deep_copy(out.values, v);
    Kokkos::deep_copy(out.error, e);
    result.push_back(out);
  }
  return result;
}

}  // namespace mollis::inverse
