#include "deck/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "deck/curves.hpp"
#include "deck/experiments.hpp"
#include "deck/readers.hpp"
#include "deck/schema.hpp"
#include "deck/tree.hpp"
#include "estimators/methods.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::deck {

namespace {

namespace fs = std::filesystem;

/// The table of a plain section; the empty one where it is absent or was reported as wrong.
Entry entry_of(Document& document, std::string const& section) {
  static toml::table const none;
  auto const found = document.root.find(section);
  if (found == document.root.end()) return Entry(document, none, section, {});
  return Entry(document, *found->second.as_table(), section, found->first.source());
}

bool needs(Command command, std::string const& section) {
  bool const inverse = command == Command::invert || command == Command::check;
  if (section == "parameters" || section == "equation") return inverse;
  return section != "forward" || command == Command::forward;
}

/// Without parameters the states alone are sought, and nothing but [joint] penalty says how exactly the equation holds.
bool seeks_states_alone(Document const& document) {
  auto const penalty = document.root["joint"]["penalty"];
  return document.root["inversion"]["method"].value_or<std::string>("") == "joint" && penalty && !penalty.is_string();
}

/// Sections that the command needs and that were not written at all. Must come before defaults are put in.
void check_required(Document& document, Command command) {
  for (std::string const section : {"grid", "observations", "parameters", "equation", "forward"}) {
    auto const found = document.root.find(section);
    bool const written = found != document.root.end();
    Section const* const named = find_section(section + ".*");
    if (document.broken.count(section)) continue;
    bool const missing = !written || (named && found->second.is_table() && found->second.as_table()->empty());
    if (!missing || !needs(command, section) || (section == "parameters" && seeks_states_alone(document))) continue;
    Place place{document.source.path, section, "", 1, 1};
    if (written) place = document.place(found->first.source(), section, "");
    document.problems.add(place, fmt::format("required section is missing; add [{}], 'mollis help deck' shows its keys{}",
                                             named ? named->title() : section,
                                             section != "parameters" ? "" : "; where the states alone are sought, give [inversion] method = "
                                                                            "\"joint\" and [joint] penalty, which says how exactly the "
                                                                            "equation holds"));
    document.broken.insert(section);
  }
}

/// Mollifiers run over grids, and synthetic observations are made on them; so are densities of localisations.
void check_kind(Entry const& entry, Observation const& observation, Command command) {
  if (observation.kind == observations::Kind::none && (command == Command::forward || command == Command::mollify))
    entry.report("kind", "nothing was observed of this state to be written or mollified; use 'mollis invert'");
  if (observation.means && (command == Command::forward || command == Command::mollify))
    entry.report("sampling", fmt::format("{} values at points; remove it, or use 'mollis invert'", command == Command::forward ? "synthetic observations are" : "what is mollified are"));
  if (observation.loss != observations::Loss::gaussian && command == Command::mollify)
    entry.report("loss", "what is mollified is taken as it stands; remove it, or use 'mollis invert'");
  if (observation.noise_blur > 0.0 && (command == Command::forward || command == Command::mollify))
    entry.report("noise_blur", fmt::format("{} white noise; remove it, or use 'mollis invert'", command == Command::forward ? "synthetic observations have" : "standard errors here are of"));
  if (observation.widened() && (command == Command::forward || command == Command::mollify))
    entry.report("columns", fmt::format("{}; remove sigma, or use 'mollis invert'", command == Command::forward ? "synthetic localisations have no uncertainty"
                                                                                                        : "counts that are widened share their noise, and standard errors here are of white noise"));
  if (observation.kind != observations::Kind::points || (command != Command::forward && command != Command::mollify)) return;
  entry.report("kind", fmt::format("{} a grid; remove it, or use 'mollis invert'",
                                   command == Command::forward ? "synthetic observations are written on" : "what is mollified stands on"));
}

/// The names by which residuals know states and fields of experiments.
void claim_shared(Document& document, Names& names, Deck const& deck) {
  std::set<std::string> claimed;
  for (auto const& experiment : deck.experiments)
    for (auto const& [plain, whole] : experiment.names) {
      if (std::any_of(deck.fields.begin(), deck.fields.end(), [&, &name = plain](auto const& named) { return named.first == name; })) continue;
      bool const state = std::any_of(deck.observations.begin(), deck.observations.end(), [&, &name = whole](auto const& named) { return named.first == name; });
      if (plain != whole && claimed.insert(plain).second) names.claim(plain, state ? "a state" : "a field", experiment.place, document.problems);
    }
}

void read_named(Document& document, Names& names, Command command, Deck& deck) {
  for (auto const& [name, entry] : named_entries(document, "observations")) {
    names.claim(name, "a state", entry.place(), document.problems);
    deck.observations.emplace_back(name, read_observation(entry, name_in_residuals(deck.experiments, name), deck.grid));
    check_kind(entry, deck.observations.back().second, command);
    read_mask(entry, deck.grid);
  }
  for (auto const& [name, entry] : named_entries(document, "fields")) {
    names.claim(name, "a field", entry.place(), document.problems);
    deck.fields.emplace_back(name, read_values(entry, deck.grid));
  }
  auto const states = states_in_residuals(deck);
  for (auto const& [name, entry] : named_entries(document, "parameters")) {
    names.claim(name, "a parameter", entry.place(), document.problems);
    auto const parameter = read_parameter(entry, deck.grid, states);
    if (is_curve(parameter, states))
      add_curve(name, entry, parameter, names, deck);
    else
      deck.parameters.emplace_back(name, parameter);
  }
  claim_shared(document, names, deck);
}

/// `mollis forward` writes whole grids to HDF5 files: nothing else can be asked of the places that observations name.
void check_written(Document& document, Deck const& deck) {
  for (auto const& [name, observation] : deck.observations) {
    for (auto const* key : {"order", "at", "crop", "bin"})
      if (observation.places.keys.count(key) > 0)
        document.problems.add(observation.places.of(key), "mollis forward writes the whole grid in its own order; remove it");
    if (observation.kind == observations::Kind::localisations && deck.forward.dropout > 0.0)
      document.problems.add(deck.forward.places.of("dropout"), "localisations are not missed at points of the grid; remove it");
    if (observation.dataset.empty() && io::is_nameless(observation.file))
      document.problems.add(observation.places.of("file"), "mollis forward writes HDF5; name a file that ends in .h5, and a dataset");
  }
}

/// Radii that vary are for methods that mollify.
void check_adaptive(Document& document, Deck const& deck) {
  auto const& method = deck.inversion.method;
  if (deck.mollifier.adaptive && !estimators::is_automatic(method) && estimators::method_named(method).fits_states)
    entry_of(document, "mollifier").report("radius", fmt::format("method = \"{}\" fits states to the data and mollifies none; remove radius, or use "
                                                                 "method = \"equation-error\"", method));
}

void read_sections(Document& document, Command command, Deck& deck) {
  Names names;
  if (!document.broken.count("grid")) deck.grid = read_grid(entry_of(document, "grid"));
  read_named(document, names, command, deck);
  bool const equation_due = needs(command, "equation") && !document.broken.count("equation");
  deck.equation = read_equation(entry_of(document, "equation"), names, equation_due);
  name_curves(deck);
  deck.mollifier = read_mollifier(entry_of(document, "mollifier"), deck.grid.axes, deck.equation);
  deck.derivatives = read_derivatives(entry_of(document, "mollify"), deck);
  deck.inversion = read_inversion(entry_of(document, "inversion"));
  check_adaptive(document, deck);
  deck.joint = read_joint(entry_of(document, "joint"));
  deck.uncertainty = read_uncertainty(entry_of(document, "uncertainty"));
  deck.validation = read_validation(entry_of(document, "validation"), deck.grid.axes);
  for (auto& [name, parameter] : deck.parameters)
    if (parameter.smoothness_order == order_of_the_method) parameter.smoothness_order = estimators::method_named(deck.inversion.method).smoothness_order;
  deck.has_forward = document.root.contains("forward");
  if (deck.has_forward) deck.forward = read_forward(entry_of(document, "forward"), decks_of_experiments(deck).front(), command);
  check_fields_are_read(deck, document.problems);
  if (command == Command::forward) check_written(document, deck);
  deck.output_directory = read_output(entry_of(document, "output"));
  deck.checkpoint = read_checkpoint(entry_of(document, "output"));
  deck.output_place = entry_of(document, "output").place("directory");
}

/// "observations.u" of "experiment.left.observations.u", by which its faults are called.
std::string outside_experiments(std::string const& section) {
  if (section.rfind("experiment.", 0) != 0) return section;
  for (std::string const named : {".observations.", ".fields."})
    if (auto const at = section.find(named); at != std::string::npos) return section.substr(at + 1);
  return section;
}

/// Whether all that expressions may name was declared without a fault, and they are there to be looked at.
bool names_are_known(Problems const& problems) {
  auto const harmless = [](Problem const& problem) {
    auto const& key = problem.place.key;
    auto const section = outside_experiments(problem.place.section);
    for (std::string const apart : {"mollifier", "inversion", "joint", "uncertainty", "validation", "output", "mollify"})
      if (section == apart) return true;
    if (section == "grid") return !key.empty() && key != "axes";
    if (section == "forward") return key == "refine" || key == "noise" || key == "dropout" || key == "seed";
    bool const declares = key.empty() || key == "over" || key == "value" || key == "transform" || key.rfind("truth", 0) == 0;
    for (std::string const named : {"observations.", "fields.", "parameters."})
      if (section.rfind(named, 0) == 0) return !declares;
    return false;
  };
  return std::all_of(problems.list().begin(), problems.list().end(), harmless);
}

}  // namespace

Source load(std::string const& path) {
  constexpr std::size_t largest = std::size_t{1} << 24;
  auto const fail = [&](std::string const& what) {
    throw run::Error(run::Exit::missing_input, fmt::format("{}: {}", path, what));
  };
  std::error_code error;
  if (fs::is_directory(path, error)) fail("is a directory; name the deck file in it");
  if (!fs::exists(path, error)) fail("no such deck; check the path");
  if (!fs::is_regular_file(path, error)) fail("is a pipe, a socket or a device; write the deck to a file and name that");
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(fmt::format("cannot be read ({}); check its permissions", std::strerror(errno)));
  std::string text;
  for (char piece[4096]; file.read(piece, sizeof piece), file.gcount() > 0;) {
    text.append(piece, static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest) fail("larger than 16 MiB; a deck is a short TOML text");
  }
  return {path, fs::absolute(path).parent_path().lexically_normal().string(), text};
}

Deck parse(Source const& source, std::vector<std::string> const& overrides, Command command, Checker const& checker) {
  Document document(source, overrides);
  Deck deck;
  deck.experiments = spread_experiments(document, overrides);
  check_required(document, command);
  check_tree(document);
  deck.path = source.path;
  deck.text = source.text;
  deck.overrides = overrides;
  read_sections(document, command, deck);
  if (checker && names_are_known(document.problems)) checker(deck, document.problems);
  document.problems.raise();
  return deck;
}

Deck read(std::string const& path, std::vector<std::string> const& overrides, Command command) {
  return parse(load(path), overrides, command);
}

Deck read_on_all(MPI_Comm comm, Loader const& loader, std::vector<std::string> const& overrides, Command command,
                 Checker const& checker) {
  Source source;
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  run::collectively(comm, [&] {
    if (rank == 0) source = loader();
  });
  run::broadcast(comm, source.path);
  run::broadcast(comm, source.directory);
  run::broadcast(comm, source.text);
  return parse(source, overrides, command, checker);
}

Deck read_on_all(MPI_Comm comm, std::string const& path, std::vector<std::string> const& overrides, Command command,
                 Checker const& checker) {
  return read_on_all(comm, [&] { return load(path); }, overrides, command, checker);
}

}  // namespace mollis::deck
