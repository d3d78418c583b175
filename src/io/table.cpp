#include "io/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string_view>

#include "io/format.hpp"
#include "io/read.hpp"
#include "io/text_table.hpp"
#include "run/broadcast.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;
using Columns = std::vector<std::vector<double>>;

int rank_of(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank;
}

int ranks_of(MPI_Comm comm) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  return ranks;
}

/// Whether the columns are datasets: the file begins as HDF5, classic NetCDF or an archive of NumPy arrays does, not as text.
bool has_datasets(std::string const& file) {
  std::array<char, 8> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  std::string_view const seen(start.data(), start.size());
  return seen == "\x89HDF\r\n\x1a\n" || seen.substr(0, 3) == "CDF" || seen.substr(0, 4) == "PK\x03\x04";
}

/// Rank 0 looks, all learn what it saw. Collective.
bool has_datasets_on_all(MPI_Comm comm, std::string const& file) {
  int found = 0;
  run::collectively(comm, [&] {
    if (rank_of(comm) != 0) return;
    require_readable(file);
    found = has_datasets(file) ? 1 : 0;
  });
  MPI_Bcast(&found, 1, MPI_INT, 0, comm);
  return found != 0;
}

[[noreturn]] void refuse_rows(std::string const& file, TextRows::Faults const& faults, Index line, Index count) {
  throw Error(Exit::bad_data, fmt::format("{}: line {}{}{}; mend or remove them", file, line, faults.first,
                                          count > 1 ? fmt::format(", and {} more faults", count - 1) : ""));
}

Columns parse(std::string const& file, std::vector<std::string> const& names) {
  TextTable const table(file, names);
  TextRows rows(table, 0, 1);
  Columns columns(names.size());
  rows.read(table.end, columns);  // no more rows than bytes
  if (rows.faults().count > 0) refuse_rows(file, rows.faults(), table.lines + rows.faults().line, rows.faults().count);
  return columns;
}

Columns read_text(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names) {
  Columns columns(names.size());
  run::collectively(comm, [&] {
    if (rank_of(comm) == 0) columns = parse(file, names);
  });
  for (auto& column : columns) run::broadcast(comm, column);
  return columns;
}

void check_lengths(std::string const& file, std::vector<std::string> const& names, std::vector<Index> const& lengths) {
  for (std::size_t c = 1; c < lengths.size(); ++c)
    if (lengths[c] != lengths[0])
      throw Error(Exit::bad_data, fmt::format("{}: column {} has {} values, {} has {}; give one a point", file, names[c],
                                              lengths[c], names[0], lengths[0]));
  if (lengths.empty() || lengths[0] == 0) throw Error(Exit::bad_data, file + ": the table has no rows");
}

/// Rows of every rank before this one's, and of all.
std::pair<Index, Index> sums_of(MPI_Comm comm, Index own) {
  Index before = 0, all = 0;
  MPI_Exscan(&own, &before, 1, MPI_INT64_T, MPI_SUM, comm);
  MPI_Allreduce(&own, &all, 1, MPI_INT64_T, MPI_SUM, comm);
  return {rank_of(comm) == 0 ? 0 : before, all};
}

/// Calls use(columns) until read(columns), which says whether there may be more, is through on all ranks. Returns this rank's rows.
Index in_pieces(MPI_Comm comm, std::size_t width, std::function<bool(Columns&)> const& read, std::function<void(Columns const&)> const& use) {
  Columns columns(width);
  Index rows = 0;
  for (int more = 1; more != 0;) {
    for (auto& column : columns) column.clear();
    run::collectively(comm, [&] { more = read(columns) ? 1 : 0; });
    rows += static_cast<Index>(columns.front().size());
    use(columns);
    MPI_Allreduce(MPI_IN_PLACE, &more, 1, MPI_INT, MPI_MAX, comm);
  }
  return rows;
}

Index text_in_pieces(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names, Index count,
                     std::function<void(Columns const&)> const& use) {
  std::unique_ptr<TextTable> table;
  run::collectively(comm, [&] { table = std::make_unique<TextTable>(file, names); });
  TextRows rows(*table, rank_of(comm), ranks_of(comm));
  auto const own = in_pieces(comm, names.size(), [&](Columns& columns) { return rows.read(count, columns); }, use);
  auto const [lines, all_lines] = sums_of(comm, rows.lines());
  auto const [faults_before, faults] = sums_of(comm, rows.faults().count);
  run::collectively(comm, [&, line = table->lines + lines + rows.faults().line, count = faults] {
    if (rows.faults().count > 0) refuse_rows(file, rows.faults(), line, count);
  });
  auto const [before, all] = sums_of(comm, own);
  check_lengths(file, names, {all});
  return before;
}

/// This rank's share of equal 1D datasets.
Index datasets_in_pieces(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names, Index count,
                     std::function<void(Columns const&)> const& use) {
  std::vector<Description> descriptions;
  std::vector<Index> lengths;
  for (auto const& name : names) {
    descriptions.push_back(describe_on_all(comm, file, name));
    auto const shape = descriptions.back().shape();
    if (shape.size() != 1)
      throw Error(Exit::bad_data, fmt::format("{}: {}: has {} axes, but a column has one", file, name, shape.size()));
    lengths.push_back(shape.front());
  }
  check_lengths(file, names, lengths);
  std::vector<std::unique_ptr<Reader>> readers;
  run::collectively(comm, [&] {
    for (auto const& description : descriptions) readers.push_back(format_of(file).open(MPI_COMM_SELF, file, description));
  });
  auto const share = [&](Index k) { return lengths[0] / ranks_of(comm) * k + std::min<Index>(k, lengths[0] % ranks_of(comm)); };
  Index const first = share(rank_of(comm)), end = share(rank_of(comm) + 1);
  Index at = first;
  in_pieces(comm, names.size(), [&](Columns& columns) {
    Index const size = std::min(count, end - at);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c].resize(static_cast<std::size_t>(size));
      readers[c]->read({{at}, {size}, size == 0}, columns[c].data());
      unpack(descriptions[c].packing, columns[c].data(), size);
    }
    at += size;
    return at < end;
  }, use);
  return first;
}

}  // namespace

std::vector<std::vector<double>> read_columns(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names) {
  Columns columns;
  if (has_datasets_on_all(comm, file))
    for (auto const& name : names) columns.push_back(read_vector(comm, file, name));
  else
    columns = read_text(comm, file, names);
  std::vector<Index> lengths;
  for (auto const& column : columns) lengths.push_back(static_cast<Index>(column.size()));
  check_lengths(file, names, lengths);
  return columns;
}

Index read_in_pieces(MPI_Comm comm, std::string const& file, std::vector<std::string> const& names, Index rows,
                     std::function<void(Columns const&)> const& use) {
  return has_datasets_on_all(comm, file) ? datasets_in_pieces(comm, file, names, rows, use) : text_in_pieces(comm, file, names, rows, use);
}

}  // namespace mollis::io
