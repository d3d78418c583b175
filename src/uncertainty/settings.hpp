#pragma once
/// [uncertainty]
#include <variant>

#include "run/automatic.hpp"

namespace mollis::uncertainty {

struct Settings {
  std::variant<run::Automatic, int> samples = run::Automatic{};  ///< draws of the error; 0: none
  bool keep = false;                                             ///< write the samples of the parameters
};

}  // namespace mollis::uncertainty
