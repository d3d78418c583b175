#include "run/error.hpp"

#include <vector>

namespace mollis::run {

Error deck_error(Place const& place, std::string const& message) {
  return Error(is_override(place) ? Exit::usage : Exit::bad_deck, line(place, message));
}

void collectively(MPI_Comm comm, std::function<void()> const& work) {
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  int code = 0;
  std::string message, blamed;
  try {
    work();
  } catch (Error const& error) {
    code = static_cast<int>(error.code());
    message = error.what();
    blamed = error.blamed();
  } catch (std::exception const& error) {
    code = static_cast<int>(Exit::internal);
    message = error.what();
  }
  int first = code != 0 ? rank : size;
  MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm);
  if (first == size) return;
  int facts[3] = {code, static_cast<int>(message.size()), static_cast<int>(blamed.size())};
  MPI_Bcast(facts, 3, MPI_INT, first, comm);
  message.resize(static_cast<std::size_t>(facts[1]));
  blamed.resize(static_cast<std::size_t>(facts[2]));
  MPI_Bcast(message.data(), facts[1], MPI_CHAR, first, comm);
  MPI_Bcast(blamed.data(), facts[2], MPI_CHAR, first, comm);
  throw Error(static_cast<Exit>(facts[0]), message, blamed);
}

}  // namespace mollis::run
