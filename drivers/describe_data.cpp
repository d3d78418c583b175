#include "drivers/describe_data.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <set>
#include <variant>

#include "io/read.hpp"
#include "observations/known_axes.hpp"
#include "observations/known_fields.hpp"
#include "observations/refinement.hpp"
#include "observations/states.hpp"
#include "problem/make_grid.hpp"
#include "problem/mask.hpp"
#include "run/error.hpp"

namespace mollis::drivers {
namespace {

/// Whether rank 0 sees such a file. Collective.
bool is_there(grid::Grid const& grid, std::string const& file) {
  std::error_code ignored;
  int there = grid.rank() == 0 && std::filesystem::exists(file, ignored);
  MPI_Bcast(&there, 1, MPI_INT, 0, grid.comm());
  return there != 0;
}

class Survey {
 public:
  Survey(MPI_Comm comm, deck::Deck const& deck)
      : deck_(deck), grid_(problem::make_grid(comm, deck)), of_data_(observations::data_grid(grid_, problem::factors_of(deck.grid))) {}

  std::string lines() {
    Field const mask = mask_of();
    for (auto const& [name, observation] : deck_.observations) look_at(name, observation, mask);
    for (auto const& [name, values] : deck_.fields) look_at(fmt::format("[fields.{}]", name), values);
    for (auto const& [name, parameter] : deck_.parameters)
      if (parameter.truth) look_at(fmt::format("[parameters.{}] truth", name), *parameter.truth);
    return lines_;
  }

 private:
  /// Whether a file is there; a line on each that is not.
  bool there(std::string const& who, std::string const& file) {
    if (is_there(grid_, file)) return true;
    if (absent_.insert(file).second) lines_ += fmt::format("\n# {}: {}: not there yet, so not looked at", who, file);
    return false;
  }

  bool readable(std::string const& who, grid::Grid const& grid) {
    if (static_cast<double>(grid.points()) <= most_values) return true;
    lines_ += fmt::format("\n# {}: the shape is right; its values, {:.2g} of them, are for the run", who, static_cast<double>(grid.points()));
    return false;
  }

  /// Throws what `work` throws, unless `mollis forward` would write such a file anew.
  template <class Work>
  void unless_written(std::string const& file, Work&& work) {
    try {
      work();
    } catch (run::Error const& error) {
      bool written = false;
      if (deck_.has_forward)
        for (auto const& [name, observation] : deck_.observations) written = written || observation.file == file;
      if (!written) throw;
      lines_ += fmt::format("\n# as it is, before mollis forward: {}", error.what());
    }
  }

  Field mask_of() {
    auto const& mask = deck_.grid.mask;
    if (!mask || mask->file.empty() || !there("[grid] mask", mask->file)) return {};
    Field inside;
    unless_written(mask->file, [&] {
      if (shape_of(*mask, "[grid] mask") != nullptr) inside = problem::make_mask(grid_, deck_.grid);
    });
    return inside;
  }

  /// The grid over which values vary, their shape having been held against it; nothing where it is too large for them to be read.
  std::unique_ptr<grid::Grid> shape_of(observations::Values const& values, std::string const& who) {
    auto over = std::make_unique<grid::Grid>(grid_.restricted_to(observations::axes_of(grid_, values)));
    io::require_shape(*over, values.source());
    return readable(who, *over) ? std::move(over) : nullptr;
  }

  void look_at(std::string const& who, observations::Values const& values) {
    if (values.file.empty() || !there(who, values.file)) return;
    unless_written(values.file, [&] {
      if (shape_of(values, who) != nullptr) observations::KnownField(grid_, values).has_gaps();
    });
  }

  void look_at(std::string const& name, observations::Settings const& observation, Field const& mask) {
    if (observation.kind == observations::Kind::none) return;
    if (!there(fmt::format("[observations.{}] file", name), observation.file)) return;
    if (observation.kind != observations::Kind::grid) return;
    unless_written(observation.file, [&] {
      io::require_shape(of_data_, observation.source());
      auto const* noise = std::get_if<observations::Dataset>(&observation.noise);
      auto const who = fmt::format("[observations.{}] noise", name);
      if (noise == nullptr || !there(who, noise->file)) return;
      run::placed(observation.places.of("noise"), [&] { io::require_shape(of_data_, {noise->file, noise->dataset, {}}); });
      if (readable(who, of_data_)) observations::require_deviations(of_data_, observation, observations::picked(grid_, problem::factors_of(deck_.grid), mask));
    });
  }

  deck::Deck const& deck_;
  grid::Grid grid_, of_data_;
  std::set<std::string> absent_;
  std::string lines_;
};

}  // namespace

std::string describe_data(MPI_Comm comm, deck::Deck const& deck) { return Survey(comm, deck).lines(); }

}  // namespace mollis::drivers
