#include "grid/grid.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "grid/blocks.hpp"

namespace mollis::grid {

Index Box::size() const {
  Index product = 1;
  for (Range const& range : ranges) product *= std::max<Index>(range.size(), 0);
  return product;
}

Extents Box::extents() const {
  Extents result{1, 1, 1, 1};
  for (std::size_t a = 0; a < ranges.size(); ++a) {
    result[result.size() - ranges.size() + a] = std::max<Index>(ranges[a].size(), 0);
  }
  return result;
}

struct Grid::Data {
  MPI_Comm comm = MPI_COMM_NULL;  ///< owned
  std::vector<Axis> axes;
  Decomposition decomposition;
  int rank = 0, ranks = 1;
  int blocks = 0;     ///< ranks 0 .. blocks-1 have one
  bool idle = false;  ///< no rank of comm holds points
  std::vector<Share> shares;  ///< of each axis
  Box owned;

  ~Data() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (!finalized) MPI_Comm_free(&comm);
  }
};

namespace {

int product(std::vector<int> const& factors) {
  Index result = 1;
  for (int factor : factors) result *= factor;
  return static_cast<int>(result);
}

void check(std::vector<Axis> const& axes, Decomposition const& decomposition, int ranks) {
  if (axes.size() > static_cast<std::size_t>(max_axes)) throw std::invalid_argument("a grid has at most four axes");
  if (decomposition.ranks.size() != axes.size()) {
    throw std::invalid_argument("the decomposition names " + std::to_string(decomposition.ranks.size()) +
                                " axes, the grid has " + std::to_string(axes.size()));
  }
  Index blocks = 1;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    int const cut = decomposition.ranks[a];
    if (cut < 1) throw std::invalid_argument("axis " + axes[a].name + " needs at least one block");
    if (cut > 1 && axes[a].name == "t") throw std::invalid_argument("axis t is kept whole on each rank");
    blocks *= cut;
    if (blocks > ranks) {
      throw std::invalid_argument("the decomposition asks for more than the " + std::to_string(ranks) +
                                  " ranks there are");
    }
  }
}

/// Row-major number of the kept (or the other) block coordinates.
int ravel_of(std::vector<int> const& block, std::vector<int> const& cut, std::vector<int> const& kept, bool others) {
  int result = 0;
  for (std::size_t a = 0; a < cut.size(); ++a) {
    bool const is_kept = std::find(kept.begin(), kept.end(), static_cast<int>(a)) != kept.end();
    if (is_kept != others) result = result * cut[a] + block[a];
  }
  return result;
}

void check_kept(std::vector<int> const& kept, int dimension) {
  for (std::size_t k = 0; k < kept.size(); ++k) {
    if (kept[k] < 0 || kept[k] >= dimension || (k > 0 && kept[k] <= kept[k - 1])) {
      throw std::invalid_argument("kept axes must be increasing positions of axes of the grid");
    }
  }
}

}  // namespace

Grid::Grid(MPI_Comm comm, std::vector<Axis> axes, Decomposition decomposition) {
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  check(axes, decomposition, ranks);
  MPI_Comm own = MPI_COMM_NULL;
  MPI_Comm_dup(comm, &own);
  std::vector<Share> shares;
  for (auto const& axis : axes) shares.push_back({axis.size(), 1, 0});
  *this = Grid(own, std::move(axes), std::move(decomposition), false, std::move(shares));
}

Grid::Grid(MPI_Comm own, std::vector<Axis> axes, Decomposition decomposition, bool idle, std::vector<Share> shares) {
  auto data = std::make_shared<Data>();
  data->comm = own;
  MPI_Comm_rank(own, &data->rank);
  MPI_Comm_size(own, &data->ranks);
  data->axes = std::move(axes);
  data->decomposition = std::move(decomposition);
  data->idle = idle;
  data->shares = std::move(shares);
  data->blocks = idle ? 0 : product(data->decomposition.ranks);
  data_ = data;
  data->owned.ranges.resize(data->axes.size());
  std::vector<int> const block = block_of(data->rank);
  for (std::size_t a = 0; a < block.size(); ++a) {
    data->owned.ranges[a] = block_range(static_cast<int>(a), block[a]);
  }
}

MPI_Comm Grid::comm() const { return data_->comm; }
int Grid::rank() const { return data_->rank; }
int Grid::ranks() const { return data_->ranks; }
int Grid::dimension() const { return static_cast<int>(data_->axes.size()); }
Axis const& Grid::axis(int a) const { return data_->axes[static_cast<std::size_t>(a)]; }
std::vector<Axis> const& Grid::axes() const { return data_->axes; }
Decomposition const& Grid::decomposition() const { return data_->decomposition; }
int Grid::blocks() const { return data_->blocks; }
Box const& Grid::owned() const { return data_->owned; }
Index Grid::local_size() const { return data_->rank < data_->blocks ? data_->owned.size() : 0; }

int Grid::find_axis(std::string const& name) const {
  auto const found =
      std::find_if(data_->axes.begin(), data_->axes.end(), [&](Axis const& axis) { return axis.name == name; });
  return found == data_->axes.end() ? -1 : static_cast<int>(found - data_->axes.begin());
}

Index Grid::points() const {
  Index result = 1;
  for (Axis const& axis : data_->axes) result *= axis.size();
  return result;
}

std::vector<int> Grid::block_of(int rank) const {
  return rank < data_->blocks ? block_coordinates(rank, data_->decomposition.ranks) : std::vector<int>();
}

Range Grid::block_range(int axis, int block) const {
  auto const [points, factor, margin] = data_->shares[static_cast<std::size_t>(axis)];
  Index const size = data_->axes[static_cast<std::size_t>(axis)].size();
  Index const cut = data_->decomposition.ranks[static_cast<std::size_t>(axis)];
  auto const start = [&, all = points, n = factor](Index b) { return (start_of(all, cut, b) + n - 1) / n; };
  auto const place = [&, m = margin](Index i) { return i == 0 ? 0 : (i == size - 2 * m ? size : i + m); };
  return {place(start(block)), place(start(block + 1))};
}

Grid Grid::extended(std::vector<Index> const& margins) const {
  if (margins.size() != axes().size()) throw std::invalid_argument("one margin an axis, please");
  std::vector<Axis> longer;
  for (std::size_t a = 0; a < margins.size(); ++a) {
    if (margins[a] < 0 || (margins[a] > 0 && axes()[a].periodic))
      throw std::invalid_argument("axis " + axes()[a].name + " cannot be extended by " + std::to_string(margins[a]));
    longer.push_back(with_margins(axes()[a], margins[a]));
  }
  auto shares = data_->shares;
  for (std::size_t a = 0; a < shares.size(); ++a) shares[a].margin += margins[a];
  MPI_Comm own = MPI_COMM_NULL;
  MPI_Comm_dup(data_->comm, &own);
  return Grid(own, std::move(longer), data_->decomposition, data_->idle, std::move(shares));
}

Grid Grid::thinned(std::vector<Index> const& factors) const {
  if (factors.size() != axes().size()) throw std::invalid_argument("one factor an axis, please");
  std::vector<Axis> shorter;
  auto shares = data_->shares;
  for (std::size_t a = 0; a < factors.size(); ++a) {
    if (shares[a].margin > 0 && factors[a] > 1) throw std::invalid_argument("axis " + axes()[a].name + " has margins and cannot be thinned");
    shorter.push_back(grid::thinned(axes()[a], factors[a]));
    shares[a].factor *= factors[a];
  }
  MPI_Comm own = MPI_COMM_NULL;
  MPI_Comm_dup(data_->comm, &own);
  return Grid(own, std::move(shorter), data_->decomposition, data_->idle, std::move(shares));
}

Grid Grid::restricted_to(std::vector<int> const& kept) const {
  check_kept(kept, dimension());
  std::vector<int> const& cut = data_->decomposition.ranks;
  std::vector<Axis> axes;
  Decomposition decomposition;
  std::vector<Share> shares;
  for (int a : kept) {
    shares.push_back(data_->shares[static_cast<std::size_t>(a)]);
    axes.push_back(axis(a));
    decomposition.ranks.push_back(cut[static_cast<std::size_t>(a)]);
  }
  // Groups of ranks with a block are numbered by their blocks along the other axes; ranks without form one more.
  std::vector<int> const block = block_of(rank());
  bool const has_block = rank() < blocks();
  bool idle = !has_block;
  for (std::size_t a = 0; a < block.size(); ++a) {
    bool const is_kept = std::find(kept.begin(), kept.end(), static_cast<int>(a)) != kept.end();
    if (!is_kept && owned().ranges[a].size() == 0) idle = true;
  }
  int const group = has_block ? ravel_of(block, cut, kept, true) : product(cut);
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Comm_split(data_->comm, group, rank(), &comm);
  return Grid(comm, std::move(axes), std::move(decomposition), idle, std::move(shares));
}

MPI_Comm Grid::sharers_of(std::vector<int> const& kept) const {
  check_kept(kept, dimension());
  std::vector<int> const& cut = data_->decomposition.ranks;
  int const group = local_size() > 0 ? ravel_of(block_of(rank()), cut, kept, false) : product(cut);
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Comm_split(data_->comm, group, rank(), &comm);
  return comm;
}

}  // namespace mollis::grid
