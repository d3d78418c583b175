#pragma once
/// The grid on which a dataset most likely lies, from names, sizes and coordinates in its file.
#include <string>
#include <vector>

#include "look/survey.hpp"

namespace mollis::look {

/// An axis of the dataset as an axis of a grid.
struct Guess {
  std::size_t from = 0;  ///< position among the dataset's axes
  std::string axis;      ///< "t", "z", "y" or "x"
  bool named = false;    ///< by the file's own name of it, or of its coordinates; else by position alone
  Index points = 0;
  Seen const* coordinates = nullptr;
  bool decreasing = false;  ///< there are coordinates, but they decrease, which axes must not
  double spacing = 0.0;     ///< from the file, where there are no coordinates; 0: not known
  std::string unit;
  std::string unit_in_file = {};  ///< where the file has the spacing in another unit than the axis x, whose unit it was converted to
};

struct Lattice {
  Seen const* dataset = nullptr;
  std::vector<Guess> axes;  ///< in the order t, z, y, x
  std::vector<std::string>
      order;  ///< names of the dataset's axes where these are not the grid's, in the grid's order; else none
  std::vector<std::string> fixed;  ///< axes of the file that are no axes of a grid: names, or numbers
};

/// Metres in a unit of length ("nm", "millimeters"); 0 where it is none.
double metres_in(std::string const& unit);

/// True where the datasets of the file are columns of a table of points (or localisations) rather than arrays on a
/// grid: at least one of them holds coordinates of an axis without order.
bool is_table(Survey const& survey);

/// The dataset of most axes, the one of most values among these; none where no dataset has numbers on one axis or more.
Lattice guess(Survey const& survey);

}  // namespace mollis::look
