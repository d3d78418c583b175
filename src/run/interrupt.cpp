#include "run/interrupt.hpp"

#include "run/listen.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace mollis::run {
namespace {

constexpr int signals[] = {SIGUSR1, SIGTERM, SIGINT};
constexpr char const* names[] = {"SIGUSR1", "SIGTERM", "SIGINT"};
constexpr int by_time = 4, by_file = 5;   ///< after the signals, which are 1 to 3

// A handler can reach nothing but this.
volatile sig_atomic_t caught = 0;
struct sigaction before[3];
bool answered = false;    ///< what was caught has stopped a run
bool listening = false;   ///< what was caught is for the next Interrupt

void take(int number) {
  for (int s = 0; s < 3; ++s)
    if (signals[s] == number) caught = s + 1;
  if (number == SIGINT) signal(SIGINT, SIG_DFL);  // a second one ends at once
}

void set_handlers(struct sigaction* old) {
  struct sigaction action {};
  action.sa_handler = take;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int s = 0; s < 3; ++s) sigaction(signals[s], &action, old != nullptr ? &old[s] : nullptr);
}

}  // namespace

void listen() {
  listening = true;
  set_handlers(nullptr);
}

void stop_listening() {
  if (!listening) return;
  listening = false;
  for (int const number : signals) signal(number, SIG_DFL);
  if (caught > 0) raise(signals[caught - 1]);
}

Interrupt::Interrupt(MPI_Comm comm, std::string stop_file, double until) : comm_(comm), stop_file_(std::move(stop_file)), until_(until) {
  MPI_Comm_rank(comm, &rank_);
  if (!listening) caught = 0;
  listening = false;
  answered = false;
  set_handlers(before);
}

Interrupt::~Interrupt() {
  for (int s = 0; s < 3; ++s) sigaction(signals[s], &before[s], nullptr);
  // Ctrl-C that came too late to stop this run is for whoever listened before it, as Python does.
  bool const heard = before[2].sa_handler != SIG_DFL && before[2].sa_handler != SIG_IGN && before[2].sa_handler != take;
  if (caught == 3 && !answered && heard) raise(SIGINT);
  caught = 0;
}

Interrupt::Asked Interrupt::ask(double margin, bool due) {
  int mine[2] = {caught, 0};
  if (rank_ == 0) {
    double const now = MPI_Wtime();
    if (now + margin > until_) mine[0] = std::max<int>(mine[0], by_time);
    if (!stop_file_.empty() && now - looked_ > 1.0) {
      looked_ = now;
      if (access(stop_file_.c_str(), F_OK) == 0) mine[0] = by_file;
    }
    mine[1] = due ? 1 : 0;
  }
  MPI_Allreduce(MPI_IN_PLACE, mine, 2, MPI_INT, MPI_MAX, comm_);
  answered = answered || mine[0] > 0;
  Asked asked;
  asked.due = mine[1] != 0;
  if (mine[0] == by_time) asked.by = "its time limit";
  if (mine[0] == by_file) asked.by = "the stop file " + stop_file_;
  if (mine[0] > 0 && mine[0] <= 3) asked.by = names[mine[0] - 1];
  return asked;
}

void Interrupt::acknowledge() {
  if (rank_ == 0 && !stop_file_.empty()) unlink(stop_file_.c_str());
}

double seconds_of(std::string const& text) {
  double total = 0.0;
  int parts = 0;
  for (std::size_t at = 0; at <= text.size(); ++parts) {
    auto const end = std::min(text.find(':', at), text.size());
    auto const part = text.substr(at, end - at);
    if (part.empty() || part.size() > 9 || part.find_first_not_of("0123456789") != std::string::npos) return -1.0;
    total = 60.0 * total + std::atof(part.c_str());
    at = end + 1;
  }
  return parts <= 3 ? total : -1.0;
}

}  // namespace mollis::run
