#pragma once
/// What a deck may leave open, decided: with it the way to an estimate holds no further choice of radii or first guess.
#include <string>
#include <vector>

#include "mollifier/settings.hpp"
#include "petsc/handles.hpp"
#include "run/table.hpp"

namespace mollis::estimate {

struct Choices {
  mollifier::Settings mollifier;         ///< radii of the line filters over the data; as the deck has them where none are used
  std::vector<double> smoothness;        ///< beta, one a parameter; a method that fits states finds those left open itself
  petsc::Vector start;                   ///< parameters to start from, in the fitted variables
  std::vector<std::string> ends;         ///< automatic picks that stand at the end of what was searched, in words
  run::Named<run::Table> trials;         ///< what was tried, by name of the dataset in the results
};

}  // namespace mollis::estimate
