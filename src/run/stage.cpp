#include "run/stage.hpp"

#include <mpi.h>
#include <petsclog.h>
#include <sys/resource.h>

#include <exception>

namespace mollis::run {

Stages::Stages() : start_(MPI_Wtime()), last_(start_) {}

double Stages::total() const { return MPI_Wtime() - start_; }

void Stages::charge() {
  double const now = MPI_Wtime();
  if (!open_.empty()) seconds_[open_.back()].second += now - last_;
  last_ = now;
}

std::size_t Stages::find(std::string const& name) {
  for (std::size_t i = 0; i < seconds_.size(); ++i)
    if (seconds_[i].first == name) return i;
  seconds_.emplace_back(name, 0.0);
  auto& stage = registered_[name];
  if (PetscLogStageGetId(name.c_str(), &stage) != 0 || stage < 0) PetscLogStageRegister(name.c_str(), &stage);  // of other stages, too
  return seconds_.size() - 1;
}

Stages::Scope::Scope(Stages& stages, std::string name) : stages_(stages), exceptions_(std::uncaught_exceptions()) {
  stages_.charge();
  stages_.open_.push_back(stages_.find(name));
  PetscLogStagePush(stages_.registered_[name]);
}

Stages::Scope::~Scope() {
  if (std::uncaught_exceptions() > exceptions_ && stages_.left_.empty()) stages_.left_ = stages_.seconds_[stages_.open_.back()].first;
  stages_.charge();
  stages_.open_.pop_back();
  PetscLogStagePop();
}

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

}  // namespace mollis::run
