#include "checkpoint/keeper.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "checkpoint/places.hpp"
#include "io/scratch.hpp"
#include "io/text.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::checkpoint {
namespace {

constexpr char const* progress_part = "progress";

Quantities quantities_of(run::Progress const& progress) {
  auto const saved = progress.saved();
  Quantities out;
  out.put_text("history", saved.history);
  out.put("numbers", {saved.elapsed, static_cast<double>(saved.krylov)});
  return out;
}

}  // namespace

struct Keeper::Active {
  Active(MPI_Comm comm_, Settings settings_, std::string id_, run::Progress& progress_, run::Stages& stages_)
      : comm(comm_), settings(std::move(settings_)), id(std::move(id_)), progress(progress_), stages(stages_),
        interrupt(comm, settings.directory + "/" + stop_file, settings.until), content{{}, settings.identity} {}

  MPI_Comm comm;
  Settings settings;
  std::string id;
  run::Progress& progress;
  run::Stages& stages;
  run::Interrupt interrupt;
  Content content;
  std::set<std::string> waiting;     ///< parts of the run before that nobody has asked for yet
  Identity before;
  bool fresh = false;                ///< something was kept since the last checkpoint
  bool complained = false, on_disk = false;
  double written = MPI_Wtime(), cost = 0.0;   ///< when the last one was, seconds that it took
};

Keeper::Keeper(MPI_Comm comm, Settings settings, std::string const& id, run::Progress& progress, run::Stages& stages)
    : active_(std::make_shared<Active>(comm, std::move(settings), id, progress, stages)) {}

void Keeper::go_on_from(Content content) {
  if (auto const at = content.parts.find(progress_part); at != content.parts.end()) {
    auto const& numbers = at->second.numbers("numbers");
    active_->progress.go_on_from({at->second.text("history"), numbers.at(0), static_cast<int>(numbers.at(1))});
  }
  active_->before = std::move(content.identity);
  active_->content.parts = std::move(content.parts);
  for (auto const& [name, part] : active_->content.parts)
    if (name != progress_part) active_->waiting.insert(name);
  active_->on_disk = true;
}

Identity const& Keeper::identity_before() const {
  static Identity const none;
  return active_ ? active_->before : none;
}

void Keeper::add_to_identity(Identity const& more) {
  if (active_) active_->content.identity.insert(active_->content.identity.end(), more.begin(), more.end());
}

void Keeper::keep(std::string const& name, Quantities const& quantities) {
  if (!active_) return;
  active_->content.parts.insert_or_assign(prefix_ + name, quantities.copy());
  active_->content.parts.insert_or_assign(progress_part, quantities_of(active_->progress));
  active_->waiting.erase(prefix_ + name);
  active_->fresh = true;
}

void Keeper::drop(std::string const& name) {
  if (!active_) return;
  auto const whole = prefix_ + name;
  auto& parts = active_->content.parts;
  for (auto part = parts.lower_bound(whole); part != parts.end() && part->first.rfind(whole, 0) == 0;) {
    bool const below = part->first.size() == whole.size() || part->first[whole.size()] == '/';
    if (below) active_->waiting.erase(part->first);
    part = below ? parts.erase(part) : std::next(part);
  }
}

Quantities const* Keeper::kept(std::string const& name) {
  if (!active_) return nullptr;
  auto const part = active_->content.parts.find(prefix_ + name);
  if (part == active_->content.parts.end()) return nullptr;
  active_->waiting.erase(prefix_ + name);
  return &part->second;
}

void Keeper::pause() {
  if (!active_) return;
  auto& a = *active_;
  bool const due = a.settings.every > 0.0 && MPI_Wtime() - a.written > a.settings.every;
  auto const asked = a.interrupt.ask(2.0 * a.cost + 1.0, due);
  if (!asked.by.empty()) stop(asked.by);
  if (asked.due) write();
}

void Keeper::write_now() {
  if (active_) write();
}

bool Keeper::write() {
  auto& a = *active_;
  a.written = MPI_Wtime();
  if (!a.waiting.empty() || (!a.fresh && a.on_disk)) return a.on_disk;   // what is on disk tells all there is to tell
  run::Stages::Scope const stage(a.stages, "checkpoint");
  try {
    replace(a.comm, a.settings.directory, a.id, a.content);
    a.on_disk = true;
    a.fresh = false;
    a.cost = MPI_Wtime() - a.written;
    MPI_Bcast(&a.cost, 1, MPI_DOUBLE, 0, a.comm);
    return true;
  } catch (run::Error const& error) {
    if (!a.complained) a.progress.complain(fmt::format("warning: no checkpoint could be written, the run goes on: {}", error.what()));
    a.complained = true;
    return false;
  }
}

void Keeper::stop(std::string const& by) {
  auto& a = *active_;
  bool const safe = write() || a.on_disk;
  a.interrupt.acknowledge();
  if (!safe)
    throw run::Error(run::Exit::output_failed, fmt::format("stopped by {}; there is no checkpoint to go on from", by));
  throw run::Error(run::Exit::stopped_early, fmt::format("stopped by {}; what was done is in {}/{}. Go on with: {}", by, a.settings.directory,
                                                         newest, a.settings.go_on));
}

void Keeper::finish() {
  if (!active_) return;
  remove(active_->comm, active_->settings.directory);
}

}  // namespace mollis::checkpoint
