#pragma once
/// Solves around an estimate, counted.
#include <string>

#include "estimate/linearisation.hpp"
#include "uncertainty/undetermined.hpp"

namespace mollis::uncertainty {

class Solves {
 public:
  /// Arguments outlive this. Not collective.
  Solves(estimate::Linearisation& linear, Undetermined& undetermined) : linear_(linear), undetermined_(undetermined) {}
  /// x := H^-1 b, x holding the first guess; what b has along what is not determined is lost. Whether it could: else why_not() says that `what` could not be
  /// solved for. Collective.
  bool operator()(Vec b, Vec x, double tolerance, std::string const& what);
  /// The same from nothing. Collective.
  bool draw(Vec b, Vec x, std::string const& what, double tolerance);

  int krylov = 0;        ///< iterations so far
  std::string why_not;   ///< of the first that could not

 private:
  estimate::Linearisation& linear_;
  Undetermined& undetermined_;
};

}  // namespace mollis::uncertainty
