#pragma once
/// What a deck says of the part of a dataset that is read.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "kernels/index.hpp"
#include "run/place.hpp"

namespace mollis::io {

/// From the axes of a file to those of the grid. Axes of the file go by the file's own names, by those that `order` gives
/// them, or by number (from 0).
struct Part {
  std::vector<std::string> order;                      ///< the file's axes, slowest first; empty: as the file or the grid has them
  std::map<std::string, Index> at;                     ///< axis -> the one index that is read (-1: the last)
  std::map<std::string, std::array<Index, 2>> crop;    ///< axis -> first index and end
  std::map<std::string, Index> bin;                    ///< axis -> points that are averaged to one, after the crop
  run::Places places;                                  ///< of these keys

  bool whole() const { return order.empty() && at.empty() && crop.empty() && bin.empty(); }
};

/// A dataset of a file, and the part of it that is read.
struct Source {
  std::string file, dataset;                           ///< dataset empty: the only one of the file
  Part part;
  std::string key = "file";                            ///< of the deck that is to blame where none of part is
};

/// The name ends as those of formats of one array that has no name: .npy, TIFF, NIfTI, CSV.
inline bool is_nameless(std::string file) {
  std::transform(file.begin(), file.end(), file.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (std::string const ending : {".npy", ".tif", ".tiff", ".btf", ".nii", ".nii.gz", ".hdr", ".csv", ".tsv", ".txt", ".dat"})
    if (file.size() > ending.size() && file.compare(file.size() - ending.size(), ending.size(), ending) == 0) return true;
  return false;
}

}  // namespace mollis::io
