#pragma once
/// Named phases of a run: a PETSc log stage each, and the seconds spent in it (the same clock as -log_view).
#include <map>
#include <string>
#include <vector>

#include <petscsys.h>

namespace mollis::run {

/// Seconds by phase, in order of first use.
class Stages {
 public:
  /// The scope of a phase: pushes the PETSc log stage of that name, pops it at the end. Scopes may nest; an inner
  /// phase's time is not counted in the outer one (as -log_view has it).
  class Scope {
   public:
    Scope(Stages& stages, std::string name);
    ~Scope();
    Scope(Scope const&) = delete;
    Scope& operator=(Scope const&) = delete;

   private:
    Stages& stages_;
    int exceptions_;   ///< under way when it began
  };

  std::vector<std::pair<std::string, double>> const& seconds() const { return seconds_; }
  double total() const;  ///< since construction
  /// The innermost phase that an exception has left; empty where none has.
  std::string const& left_by_error() const { return left_; }
  Stages();

 private:
  void charge();  ///< the time since the last change to the innermost phase
  std::size_t find(std::string const& name);

  std::vector<std::pair<std::string, double>> seconds_;
  std::map<std::string, PetscLogStage> registered_;
  std::vector<std::size_t> open_;
  std::string left_;
  double start_, last_;
};

/// Largest resident memory of this process so far [bytes].
double peak_memory();

}  // namespace mollis::run
