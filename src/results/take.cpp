#include "results/take.hpp"

#include "deck/input_files.hpp"

namespace mollis::results {

io::ResultSet take(MPI_Comm comm, deck::Deck const& deck, bool overwrite, bool history) {
  std::vector<std::string> names{"result.h5", "result.xmf", "deck.toml", "summary.json"};
  if (history) names.push_back("history.csv");
  return io::ResultSet(comm, deck.output_directory, names, {deck.path, deck::input_files(deck), overwrite}, deck.output_place);
}

}  // namespace mollis::results
