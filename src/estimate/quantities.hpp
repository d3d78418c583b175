#pragma once
/// What an estimate is kept as: quantities by name, from which the same estimate comes back on any number of ranks.
#include <map>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::estimate {

class Quantities {
 public:
  /// Numbers, equal on all ranks.
  void put(std::string const& name, std::vector<double> values) { numbers_[name] = std::move(values); }
  /// A field over the local box of a grid, which all ranks that share a piece hold alike.
  void put(std::string const& name, grid::Grid const& grid, Field const& field) { fields_.emplace(name, Placed{grid, field}); }

  /// std::out_of_range where there is none of that name.
  std::vector<double> const& numbers(std::string const& name) const { return numbers_.at(name); }
  Field const& field(std::string const& name) const { return fields_.at(name).values; }

  struct Placed {
    grid::Grid grid;
    Field values;
  };
  std::map<std::string, std::vector<double>> const& all_numbers() const { return numbers_; }
  std::map<std::string, Placed> const& all_fields() const { return fields_; }

 private:
  std::map<std::string, std::vector<double>> numbers_;
  std::map<std::string, Placed> fields_;
};

}  // namespace mollis::estimate
