#include "predict/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "run/error.hpp"

namespace mollis::predict {
namespace {

using Kind = equation::Feature::Kind;

[[noreturn]] void refuse(std::string const& what) { throw run::Error(run::Exit::bad_deck, what); }

/// How much a residual is about a state: its top derivative in time counts before derivatives in space; -1: it does not read it.
int bond(equation::System const& system, Layout const& layout, int residual, int state) {
  int most = -1;
  for (auto const& partial : system.by_state) {
    auto const& feature = system.features[static_cast<std::size_t>(partial.feature)];
    if (partial.residual != residual || feature.index != state) continue;
    int const in_time = order_in_time(layout, feature), top = layout.top[static_cast<std::size_t>(state)];
    auto const order = order_in_space(layout, feature);
    most = std::max(most, std::accumulate(order.begin(), order.end(), 0) + (top > 0 && in_time == top ? 100 : 0));
  }
  return most;
}

/// The assignment with the strongest bonds; empty where some state has none.
std::vector<int> assign(equation::System const& system, Layout const& layout) {
  std::vector<int> order(layout.top.size()), best;
  std::iota(order.begin(), order.end(), 0);
  int most = -1;
  do {
    int total = 0;
    for (std::size_t s = 0; s < order.size() && total >= 0; ++s) {
      int const own = bond(system, layout, order[s], static_cast<int>(s));
      bool const moves = own >= (layout.top[s] > 0 ? 100 : 0);
      total = moves ? total + own : -1;
    }
    if (total > most) {
      most = total;
      best = order;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

}  // namespace

bool Layout::steady() const {
  return std::all_of(top.begin(), top.end(), [](int order) { return order == 0; });
}

int order_in_time(Layout const& layout, equation::Feature const& feature) {
  return layout.time < 0 ? 0 : feature.order[static_cast<std::size_t>(layout.time)];
}

mollifier::MultiIndex order_in_space(Layout const& layout, equation::Feature const& feature) {
  auto order = feature.order;
  if (layout.time >= 0) order[static_cast<std::size_t>(layout.time)] = 0;
  return order;
}

Layout lay_out(equation::System const& system, std::vector<std::string> const& axes, std::vector<std::string> const& states) {
  Layout layout;
  auto const t = std::find(axes.begin(), axes.end(), "t");
  if (t != axes.end()) layout.time = static_cast<int>(t - axes.begin());
  if (system.residuals != static_cast<int>(states.size()))
    refuse(fmt::format("{} residual{} for {} state{}: running forward takes one equation a state", system.residuals,
                       system.residuals == 1 ? "" : "s", states.size(), states.size() == 1 ? "" : "s"));
  layout.top.assign(states.size(), 0);
  std::vector<bool> read(states.size(), false);
  for (auto const& partial : system.by_state) {
    auto const& feature = system.features[static_cast<std::size_t>(partial.feature)];
    auto& top = layout.top[static_cast<std::size_t>(feature.index)];
    top = std::max(top, order_in_time(layout, feature));
    read[static_cast<std::size_t>(feature.index)] = true;
  }
  for (std::size_t s = 0; s < states.size(); ++s) {
    if (!read[s]) refuse(fmt::format("no residual depends on \"{}\", so nothing says how it goes on", states[s]));
    if (layout.top[s] > 2)
      refuse(fmt::format("\"{}\" is differentiated {} times in time; only equations of first and second order in time are run forward",
                         states[s], layout.top[s]));
  }
  layout.residual_of = assign(system, layout);
  if (layout.residual_of.empty())
    refuse("the residuals cannot be told apart by the states that they move: each state needs one of its own, with its highest "
           "derivative in time");
  for (std::size_t s = 0; s < states.size(); ++s) {
    layout.first.push_back(static_cast<int>(layout.components.size()));
    for (int order = 0; order < std::max(layout.top[s], 1); ++order) layout.components.push_back({static_cast<int>(s), order});
  }
  return layout;
}

}  // namespace mollis::predict
