#pragma once
/// From checked tables to the typed deck, one reader a section. Each reports what is wrong and goes on.
#include "deck/entry.hpp"
#include "deck/names.hpp"
#include "deck/read.hpp"

namespace mollis::deck {

/// Axes to which the rest of the deck is held; empty where [grid] axes is missing or wrong (then nothing is held to
/// them).
using Axes = std::vector<std::string>;

/// Reports an axis that the grid does not have; true where it has it (or where the grid's axes are not known).
bool known_axis(std::string const& name, Axes const& axes, Entry const& entry, Place const& place);

/// Reports axes that are unknown, repeated or not in the grid's order.
void check_subset(std::vector<std::string> const& names, Axes const& axes, Entry const& entry, std::string const& key);

Grid read_grid(Entry const& entry);
/// `mask` of [grid] or of an observation: the domain of the grid.
void read_mask(Entry const& entry, Grid& grid);
/// order, at, crop and bin of a source of data.
io::Part read_part(Entry const& entry, Grid const& grid);
/// crop and bin.
void read_cut(Entry const& entry, Grid const& grid, io::Part& part);
Observation read_observation(Entry const& entry, std::string const& state, Grid const& grid);
Values read_values(Entry const& entry, Grid const& grid);
/// A smoothness order that the deck does not name: the method's, once that is known.
constexpr int order_of_the_method = 0;
/// `states`: names that `over` may hold instead of axes.
Parameter read_parameter(Entry const& entry, Grid const& grid, std::vector<std::string> const& states);
Equation read_equation(Entry const& entry, Names& names, bool required);
Mollifier read_mollifier(Entry const& entry, Axes const& axes, Equation const& equation);
std::vector<std::string> read_derivatives(Entry const& entry, Deck const& deck);
Inversion read_inversion(Entry const& entry);
Joint read_joint(Entry const& entry);
Uncertainty read_uncertainty(Entry const& entry);
Validation read_validation(Entry const& entry, Axes const& axes);
/// After everything else: defaults depend on the parameters, fields and axes of `deck`.
Forward read_forward(Entry const& entry, Deck const& deck, Command command);
std::string read_output(Entry const& entry);
double read_checkpoint(Entry const& entry);  ///< minutes

Noise read_noise(Entry const& entry, std::string const& key);
Weight read_weight(Entry const& entry, std::string const& key);

}  // namespace mollis::deck
