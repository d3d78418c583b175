#pragma once
/// A search that is taken up again: where it decides by numbers alone, those that its expensive steps gave, in their order, take it
/// to where it was without doing the steps again.
#include <functional>
#include <string>
#include <vector>

#include "checkpoint/keeper.hpp"

namespace mollis::checkpoint {

class Replay {
 public:
  /// `part` of the keeper holds the steps of the run before. `rest`: what else the next step may need. put: adds it to what is kept
  /// after a step. take: gets it back, once, before the first step that has to be done; not called where nothing was kept.
  struct Rest {
    std::function<void(Quantities&)> put;
    std::function<void(Quantities const&)> take;
  };
  Replay(Keeper& keeper, std::string part, Rest rest);

  /// Whether steps are being done rather than remembered.
  bool live() const { return live_; }
  /// From here on steps are done. Collective.
  void go_live();
  /// The numbers that a step gave in the run before, else those of `work`, which are kept; then the run may stop. Collective.
  std::vector<double> step(std::function<std::vector<double>()> const& work);
  double number(std::function<double()> const& work) { return step([&] { return std::vector<double>{work()}; }).front(); }

 private:
  Keeper& keeper_;
  std::string part_;
  Rest rest_;
  std::vector<double> log_;      ///< [size, numbers ...] of every step
  std::size_t next_ = 0;
  bool live_;
};

}  // namespace mollis::checkpoint
