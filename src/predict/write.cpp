#include "predict/write.hpp"

#include <cmath>

#include "io/result_file.hpp"
#include "observations/states.hpp"
#include "run/provenance.hpp"

namespace mollis::predict {
namespace {

Field above(Field const& field, double about) {
  observations::State state;
  state.about = about;
  return observations::as_observed(state, field);
}

/// The fitted states at the frames of the run; NaN at later ones.
Field fitted_in_run(Case const& c, std::size_t s) {
  Field const fitted = frames(c.fitted[s], c.times.fit.size(), c.times.first, c.times.fitted);
  return joined(fitted, filled(c.times.later() * static_cast<std::size_t>(c.slice.local_size()), NAN));
}

nlohmann::ordered_json summary(Case const& c, Prediction const& prediction, std::vector<Errors> const& errors, std::string const& directory,
                               run::Stages const& stages) {
  nlohmann::ordered_json json{{"status", prediction.failure.empty() ? "converged" : "failed"}};
  if (!prediction.failure.empty()) json["failure"] = prediction.failure;
  json["method"] = "predict";
  json["result"] = directory;
  json["ranks"] = c.run.ranks();
  json["points"] = c.run.points();
  json["frames"] = {{"predicted", prediction.frames}, {"fitted", c.times.fitted}, {"later", c.times.later()}};
  if (c.layout.time >= 0) json["from"] = c.times.run.front(), json["until"] = c.times.run.back();
  json["ends"] = c.ends;
  json["steps"] = prediction.steps;
  for (auto const& e : errors) json["states"][e.state] = json_of(e);
  json["seconds"]["total"] = stages.total();
  for (auto const& [name, seconds] : stages.seconds()) json["seconds"][name] = seconds;
  return json;
}

}  // namespace

std::vector<std::string> files() { return {"result.h5", "result.xmf", "summary.json"}; }

void write(Case const& c, Prediction const& prediction, std::vector<Errors> const& errors, std::string const& directory,
           std::string const& command, run::Stages const& stages, io::ResultSet& set) {
  io::ResultFile file(c.run, set);
  for (std::size_t s = 0; s < c.names.size(); ++s) {
    file.write("/predicted/" + c.names[s], c.run, above(prediction.states[s], c.about[s]));
    file.write("/fitted/" + c.names[s], c.run, above(fitted_in_run(c, s), c.about[s]));
    if (c.observed[s].there) file.write("/observations/" + c.names[s], c.run, above(c.observed[s].values, c.about[s]));
    file.write_table("/errors/" + c.names[s], table_of(c, errors[s]));
  }
  io::Attributes facts;
  for (auto const& [key, value] : run::provenance(c.run.comm(), command)) facts.emplace_back(key, value);
  facts.emplace_back("result", directory);
  file.add_attributes(facts);
  file.commit();
  set.commit(summary(c, prediction, errors, directory, stages));
}

}  // namespace mollis::predict
