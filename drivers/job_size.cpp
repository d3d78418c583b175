#include "drivers/job_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace mollis::drivers {
namespace {

constexpr double info = 4.5e7;       ///< bytes of `mollis info`, on each rank
constexpr int most_ranks = 1 << 22;

std::string blocks_of(grid::Grid const& grid, int ranks) {
  std::string text;
  for (int const blocks : grid::decompose(grid.axes(), ranks).ranks) text += (text.empty() ? "" : " x ") + std::to_string(blocks);
  return text;
}

std::string size_text(double bytes) { return bytes < 1e9 ? fmt::format("{:.0f} MB", bytes / 1e6) : fmt::format("{:.3g} GB", bytes / 1e9); }

std::string sbatch_line(std::string const& deck, int ranks, double bytes) {
  return fmt::format("sbatch --ntasks={} --mem-per-cpu={:.0f}M jobscripts/invert.sh {}", ranks, std::ceil(bytes / 1048576.0), deck);
}

std::string at(std::string const& deck, grid::Grid const& grid, problem::Memory const& memory, int ranks) {
  auto const most = static_cast<double>(largest_block(grid, ranks));
  double const libraries = info + memory.a_rank, bytes = info + memory.of(most);
  double const mean = static_cast<double>(grid.points()) / ranks;
  return fmt::format("\n# on {} rank(s) as {}: at most {:.0f} points a rank, {:.0f} in the mean; {} a rank: {} for points, {} for libraries\n#   {}", ranks,
                     blocks_of(grid, ranks), most, mean, size_text(bytes), size_text(bytes - libraries), size_text(libraries),
                     sbatch_line(deck, ranks, bytes));
}

}  // namespace

double bytes_of(std::string const& text) {
  char* end = nullptr;
  double const value = std::strtod(text.c_str(), &end);
  std::string const unit = end;
  if (end == text.c_str() || !std::isfinite(value) || value <= 0.0 || unit.size() > 1) return -1.0;
  auto const power = unit.empty() ? 0 : std::string("KMGT").find(static_cast<char>(std::toupper(unit[0])));
  if (power == std::string::npos) return -1.0;
  return unit.empty() ? value : value * std::pow(1024.0, static_cast<double>(power) + 1.0);
}

Index largest_block(grid::Grid const& grid, int ranks) {
  auto const blocks = grid::decompose(grid.axes(), ranks).ranks;
  Index points = 1;
  for (std::size_t a = 0; a < blocks.size(); ++a) points *= (grid.axes()[a].size() + blocks[a] - 1) / blocks[a];
  return points;
}

int fewest_ranks(grid::Grid const& grid, problem::Memory const& memory, double room) {
  double const left = room - info - memory.a_rank;
  if (left <= 0.0) return 0;
  auto const fits = [&](int ranks) { return static_cast<double>(largest_block(grid, ranks)) * memory.a_point <= left; };
  double const least = std::ceil(static_cast<double>(grid.points()) * memory.a_point / left);
  if (least > most_ranks) return 0;
  for (int ranks = std::max(1, static_cast<int>(least)); ranks <= most_ranks; ranks += std::max(1, ranks / 1000))
    if (fits(ranks)) return ranks;
  return 0;
}

std::string describe_job(std::string const& deck, grid::Grid const& grid, problem::Memory const& memory, JobQuestion const& question) {
  std::string text;
  if (question.ranks > 0) text += at(deck, grid, memory, question.ranks);
  if (question.memory <= 0.0) return text;
  int const fewest = fewest_ranks(grid, memory, question.memory);
  if (fewest == 0) return text + fmt::format("\n# no number of ranks fits {} a rank", size_text(question.memory));
  text += fmt::format("\n# {} a rank: {} rank(s) at least", size_text(question.memory), fewest);
  return fewest == question.ranks ? text : text + at(deck, grid, memory, fewest);
}

}  // namespace mollis::drivers
