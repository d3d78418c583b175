#pragma once
/// What a run keeps so that another one can go on from there, and when it is written.
///
/// Loops put their state here as named parts, each a set of quantities that is replaced as a whole (keep), and say where they may
/// stop (pause). All parts together are the run's state at any pause: a loop keeps its own at its head, and whoever finishes a
/// phase keeps what came out of it and drops the parts of its loops before the next pause. After a restart kept() gives each part
/// back, under the same name.
#include <cmath>
#include <memory>
#include <string>

#include "checkpoint/file.hpp"
#include "run/interrupt.hpp"
#include "run/progress.hpp"
#include "run/stage.hpp"

namespace mollis::checkpoint {

struct Settings {
  std::string directory;       ///< of the results; holds checkpoint.h5 and checkpoint.old.h5
  std::string go_on;           ///< how a user goes on, for messages
  double every = 0.0;          ///< seconds between two checkpoints; 0: only where the run is asked to stop
  double until = HUGE_VAL;     ///< of MPI_Wtime, when it has to have stopped
  Identity identity;
};

class Keeper {
 public:
  /// Keeps nothing and never stops: for tests and for what runs without an output directory.
  Keeper() = default;
  /// References outlive it. Not collective.
  Keeper(MPI_Comm comm, Settings settings, std::string const& id, run::Progress& progress, run::Stages& stages);

  /// Takes up what `content` holds. Not collective.
  void go_on_from(Content content);

  /// Of the run before; empty where there is none.
  Identity const& identity_before() const;
  void add_to_identity(Identity const& more);

  /// Replaces a part. Not collective.
  void keep(std::string const& name, Quantities const& quantities);
  /// Forgets a part and those below it ("name/..."). Not collective.
  void drop(std::string const& name);
  /// The part, or null where none was kept. All its fields are to be read before the next pause. Not collective.
  Quantities const* kept(std::string const& name);

  /// Where the run may stop. Writes a checkpoint where one is due; where the run was asked to stop writes one and throws run::Error
  /// stopped_early. A checkpoint that cannot be written is told once, and the run goes on. Collective.
  void pause();
  /// Writes a checkpoint now, as far as that can be done. Collective.
  void write_now();
  /// Removes the checkpoints. Collective.
  void finish();

  /// Names begin with NAME/ while it lives.
  class Scope {
   public:
    Scope(Keeper& keeper, std::string const& name) : keeper_(keeper), length_(keeper.prefix_.size()) { keeper.prefix_ += name + "/"; }
    ~Scope() { keeper_.prefix_.resize(length_); }
    Scope(Scope const&) = delete;
    Scope& operator=(Scope const&) = delete;

   private:
    Keeper& keeper_;
    std::size_t length_;
  };

 private:
  struct Active;
  bool write();
  [[noreturn]] void stop(std::string const& by);

  std::string prefix_;
  std::shared_ptr<Active> active_;   ///< null: keeps nothing
};

}  // namespace mollis::checkpoint
