#pragma once
/// What a part of a run is kept as: quantities by name, from which the same comes back on any number of ranks.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "kernels/field.hpp"

namespace mollis::checkpoint {

class Quantities {
 public:
  /// Numbers and texts, equal on all ranks.
  void put(std::string const& name, std::vector<double> values) { numbers_[name] = std::move(values); }
  void put_text(std::string const& name, std::string text) { texts_[name] = std::move(text); }
  /// A field over the local box of a grid, which all ranks that share a piece hold alike.
  void put(std::string const& name, grid::Grid const& grid, Field const& field) { fields_.insert_or_assign(name, Placed{grid, field, false}); }
  /// One that nobody changes any more, of which copy() makes no other.
  void put_still(std::string const& name, grid::Grid const& grid, Field const& field) { fields_.insert_or_assign(name, Placed{grid, field, true}); }

  bool has_numbers(std::string const& name) const { return numbers_.count(name) != 0; }
  /// std::out_of_range where there is none of that name.
  std::vector<double> const& numbers(std::string const& name) const { return numbers_.at(name); }
  std::string const& text(std::string const& name) const { return texts_.at(name); }
  /// The field over the local box of that grid. Collective on the grid's communicator where the quantities come from a file.
  Field field(std::string const& name, grid::Grid const& grid) const {
    if (fields_.count(name) == 0 && source_) fields_.emplace(name, Placed{grid, source_(name, grid), false});
    return fields_.at(name).values;
  }
  /// Where fields that were not put come from.
  void read_fields_from(std::function<Field(std::string const& name, grid::Grid const& grid)> source) { source_ = std::move(source); }

  struct Placed {
    grid::Grid grid;
    Field values;
    bool still;
  };
  std::map<std::string, std::vector<double>> const& all_numbers() const { return numbers_; }
  std::map<std::string, std::string> const& all_texts() const { return texts_; }
  std::map<std::string, Placed> const& all_fields() const { return fields_; }
  /// With fields that no longer change when those that were put do.
  Quantities copy() const {
    auto same = *this;
    for (auto& [name, placed] : same.fields_) {
      if (placed.still) continue;
      Field const values = make_field("kept", static_cast<Index>(placed.values.extent(0)));
      Kokkos::deep_copy(values, placed.values);
      placed.values = values;
    }
    return same;
  }

 private:
  std::map<std::string, std::vector<double>> numbers_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, Placed> mutable fields_;   ///< those of a file once they were asked for
  std::function<Field(std::string const&, grid::Grid const&)> source_;
};

}  // namespace mollis::checkpoint
