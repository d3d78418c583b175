// mollis predict: the deck's own equation, run forward from a result of mollis invert.
#include <fmt/format.h>

#include "deck/input_files.hpp"
#include "drivers/drivers.hpp"
#include "io/result_set.hpp"
#include "petsc/options.hpp"
#include "predict/write.hpp"
#include "results/describe.hpp"
#include "results/restart.hpp"

namespace mollis::drivers {
namespace {

/// Depends on the deck of the result, on the frames and on what is known at open ends.
results::Resumable prediction(std::string const& result, deck::Deck const& deck, CommandLine const& command, std::string const& id) {
  auto const& asked = command.prediction;
  std::string words = "mollis predict " + result;
  checkpoint::Identity identity{{"--ends", asked.ends}};
  if (asked.from) identity.emplace_back("--from", fmt::format("{}", *asked.from));
  if (asked.until) identity.emplace_back("--until", fmt::format("{}", *asked.until));
  for (auto const& [option, value] : identity) words += fmt::format(" {} {}", option, value);
  if (!command.prediction_directory.empty()) words += " --output " + command.prediction_directory;
  return {deck.output_directory, {}, "choose another --output", words, id, [&deck, identity] {
            auto all = results::identity_of(deck);
            all.insert(all.end(), identity.begin(), identity.end());
            return all;
          }};
}

}  // namespace

run::Exit predict(MPI_Comm comm, std::string const& result, deck::Deck deck, CommandLine const& command, run::Stages& stages) {
  run::Progress progress(comm, command.listener);
  deck.output_directory = command.prediction_directory.empty() ? result + "/predict" : command.prediction_directory;
  auto inputs = deck::input_files(deck);
  inputs.push_back({result + "/result.h5", "mollis predict", {}});
  io::ResultSet set(comm, deck.output_directory, predict::files(), {deck.path, inputs, command.overwrite});
  auto const keeper = results::make_keeper(comm, deck, prediction(result, deck, command, set.id()), command.restart, command.overwrite, progress, stages);

  auto const problem = [&] {
    run::Stages::Scope const stage(stages, "read");
    return predict::make_case(comm, result, deck, command.prediction, progress);
  }();
  deck::Named<Field> fitted;
  for (std::size_t s = 0; s < problem.names.size(); ++s) fitted.emplace_back(problem.names[s], problem.fitted[s]);
  results::identify_data(*keeper, results::identity_of_data(problem.fit, fitted), result);
  progress.say(results::describe(problem.run));
  auto const prediction = [&] {
    run::Stages::Scope const stage(stages, "run");
    return predict::march(problem, *keeper, progress);
  }();
  petsc::reject_unused_options();
  auto const errors = predict::compare(problem, prediction);
  {
    run::Stages::Scope const stage(stages, "write");
    try {
      predict::write(problem, prediction, errors, result, command.text, stages, set);
    } catch (run::Error const&) {
      keeper->write_now();   // for the time when there is room for the results
      throw;
    }
  }
  keeper->finish();
  progress.say(predict::describe(problem, errors) + "wrote " + deck.output_directory);
  if (prediction.failure.empty()) return run::Exit::converged;
  progress.complain(fmt::format("{}: the run stopped after {} of {} frames, {}", result, prediction.frames, problem.times.run.size(), prediction.failure));
  return run::Exit::not_converged;
}

}  // namespace mollis::drivers
