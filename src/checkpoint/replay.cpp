#include "checkpoint/replay.hpp"

namespace mollis::checkpoint {

Replay::Replay(Keeper& keeper, std::string part, Rest rest) : keeper_(keeper), part_(std::move(part)), rest_(std::move(rest)), live_(true) {
  auto const* kept = keeper_.kept(part_);
  if (kept == nullptr) return;
  log_ = kept->numbers("steps");
  live_ = false;
}

void Replay::go_live() {
  if (live_) return;
  live_ = true;
  rest_.take(*keeper_.kept(part_));
}

std::vector<double> Replay::step(std::function<std::vector<double>()> const& work) {
  if (!live_ && next_ < log_.size()) {
    auto const size = static_cast<std::ptrdiff_t>(log_[next_]);
    auto const first = log_.begin() + static_cast<std::ptrdiff_t>(next_) + 1;
    next_ += static_cast<std::size_t>(size) + 1;
    return {first, first + size};
  }
  go_live();
  auto const numbers = work();
  log_.push_back(static_cast<double>(numbers.size()));
  log_.insert(log_.end(), numbers.begin(), numbers.end());
  Quantities kept;
  kept.put("steps", log_);
  rest_.put(kept);
  keeper_.keep(part_, kept);
  keeper_.pause();
  return numbers;
}

}  // namespace mollis::checkpoint
