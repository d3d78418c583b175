#pragma once
/// What a prediction leaves behind: result.h5, result.xmf and summary.json in a directory of its own.
#include "io/result_set.hpp"
#include "predict/errors.hpp"
#include "run/stage.hpp"

namespace mollis::predict {

/// The files, by name.
std::vector<std::string> files();

/// Writes them. `command`: as typed. run::Error output_failed. Collective.
void write(Case const& c, Prediction const& prediction, std::vector<Errors> const& errors, std::string const& directory,
           std::string const& command, run::Stages const& stages, io::ResultSet& set);

}  // namespace mollis::predict
