#include "run/together.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

namespace mollis::run {
namespace {

/// What a rank brings to the agreement; code 0: it came through.
struct Ending {
  int code = 0;
  std::string message;
};

Ending ending_of(std::function<void()> const& work) {
  try {
    work();
    return {};
  } catch (Error const& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (std::bad_alloc const&) {
    return {static_cast<int>(Exit::internal), "mollis: out of memory; start more ranks or choose fewer points ('mollis check' estimates what a deck takes)"};
  } catch (std::exception const& error) {
    return {static_cast<int>(Exit::internal), std::string("mollis: internal error: ") + error.what()};
  }
}

/// Waits for the other ranks; if they stay away, ends the program. A little longer on higher ranks: one of them speaks.
void await(MPI_Comm comm, MPI_Request& request, Ending const& ending, double patience) {
  int rank = 0, done = 0;
  MPI_Comm_rank(comm, &rank);
  double const latest = MPI_Wtime() + patience + 0.1 * rank;
  while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done == 0) {
    if (MPI_Wtime() > latest) {
      std::fprintf(stderr, "%s (on rank %d alone)\n", ending.message.c_str(), rank);
      std::fflush(stderr);
      std::this_thread::sleep_for(std::chrono::milliseconds(500));  // for launchers to pass it on before they tell of the end
      MPI_Abort(MPI_COMM_WORLD, ending.code);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void together(MPI_Comm comm, std::function<void()> const& work, double patience) {
  MPI_Comm own = MPI_COMM_NULL;  // apart from what else the ranks are waiting in
  MPI_Comm_dup(comm, &own);
  int rank = 0, size = 1;
  MPI_Comm_rank(own, &rank);
  MPI_Comm_size(own, &size);
  auto ending = ending_of(work);
  int const mine = ending.code != 0 ? rank : size;
  int first = size;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(&mine, &first, 1, MPI_INT, MPI_MIN, own, &request);
  ending.code != 0 ? await(own, request, ending, patience) : static_cast<void>(MPI_Wait(&request, MPI_STATUS_IGNORE));
  if (first < size) {
    int facts[2] = {ending.code, static_cast<int>(ending.message.size())};
    MPI_Bcast(facts, 2, MPI_INT, first, own);
    ending.code = facts[0];
    ending.message.resize(static_cast<std::size_t>(facts[1]));
    MPI_Bcast(ending.message.data(), facts[1], MPI_CHAR, first, own);
  }
  MPI_Comm_free(&own);
  if (first < size) throw Error(static_cast<Exit>(ending.code), ending.message);
}

}  // namespace mollis::run
