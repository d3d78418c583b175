#include "petsc/session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>

namespace mollis::petsc {
namespace {

/// Options of the environment count as read: other programs share it. Those after -- must be of use (reject_unused_options).
void excuse(std::vector<std::string> const& words) {
  for (auto const& word : words) {
    PetscBool ignored = PETSC_FALSE;
    if (PetscOptionsValidKey(word.c_str(), &ignored) == 0 && ignored) PetscOptionsHasName(nullptr, nullptr, word.c_str(), &ignored);
  }
}

std::string first_line(std::string const& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Session::Session(Arguments arguments) : arguments_(std::move(arguments)) {
  unsetenv("PETSC_OPTIONS");  // stands in the arguments
  words_ = {"mollis", "-skip_petscrc"};
  words_.insert(words_.end(), arguments_.words.begin(), arguments_.words.end());
  for (auto& word : words_) argv_.push_back(word.data());
  auto count = static_cast<int>(argv_.size());
  argv_.push_back(nullptr);
  char** argv = argv_.data();
  PetscPushErrorHandler(keep_message, &said_);  // errors come back as exceptions
  if (PetscErrorCode const code = PetscInitialize(&count, &argv, nullptr, nullptr); code != 0)
    throw run::Error(run::Exit::usage, fmt::format("PETSc does not start with the options {}: {}", arguments_.text(), first_line(said_)));
  excuse(arguments_.environment);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0 && !arguments_.environment.empty())
    fmt::print(stderr, "note: PETSC_OPTIONS adds {}\n", fmt::join(arguments_.environment, " "));
}

void Session::finish() {
  if (PetscErrorCode const code = PetscFinalize(); code != 0)
    throw run::Error(run::Exit::usage, fmt::format("PETSc could not end with the options {}: {}", arguments_.text(), first_line(said_)));
}

run::Error Session::explain(Failure const& failure, std::string const& phase) const {
  auto const what = said_.empty() ? std::string(failure.what()) : first_line(said_);
  auto const where = phase.empty() ? std::string() : fmt::format(" in the phase \"{}\"", phase);
  if (arguments_.words.empty() || failure.code() == PETSC_ERR_MEM)
    return run::Error(run::Exit::internal, fmt::format("mollis: internal error{}: {} ({})", where, failure.what(), what));
  return run::Error(run::Exit::usage, fmt::format("PETSc options {}: PETSc stopped{}: {}; remove or change them", arguments_.text(), where, what));
}

}  // namespace mollis::petsc
