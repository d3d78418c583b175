// mollis predict: the deck's own equation, run forward from a result of mollis invert.
#include <fmt/format.h>

#include "deck/input_files.hpp"
#include "drivers/drivers.hpp"
#include "io/result_set.hpp"
#include "petsc/options.hpp"
#include "predict/write.hpp"
#include "results/describe.hpp"

namespace mollis::drivers {

run::Exit predict(MPI_Comm comm, std::string const& result, deck::Deck deck, CommandLine const& command, run::Stages& stages) {
  run::Progress progress(comm, command.listener);
  deck.output_directory = command.prediction_directory.empty() ? result + "/predict" : command.prediction_directory;
  auto inputs = deck::input_files(deck);
  inputs.push_back({result + "/result.h5", "mollis predict", {}});
  io::ResultSet set(comm, deck.output_directory, predict::files(), {deck.path, inputs, command.overwrite});
  checkpoint::Keeper keeper;

  auto const problem = [&] {
    run::Stages::Scope const stage(stages, "read");
    return predict::make_case(comm, result, deck, command.prediction, progress);
  }();
  progress.say(results::describe(problem.run));
  auto const prediction = [&] {
    run::Stages::Scope const stage(stages, "run");
    return predict::march(problem, keeper, progress);
  }();
  petsc::reject_unused_options();
  auto const errors = predict::compare(problem, prediction);
  {
    run::Stages::Scope const stage(stages, "write");
    predict::write(problem, prediction, errors, result, command.text, stages, set);
  }
  keeper.finish();
  progress.say(predict::describe(problem, errors) + "wrote " + deck.output_directory);
  if (prediction.failure.empty()) return run::Exit::converged;
  progress.complain(fmt::format("{}: the run stopped after {} of {} frames, {}", result, prediction.frames, problem.times.run.size(), prediction.failure));
  return run::Exit::not_converged;
}

}  // namespace mollis::drivers
