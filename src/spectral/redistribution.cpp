#include "spectral/redistribution.hpp"

#include <algorithm>

namespace mollis::spectral {
namespace {

grid::Box intersection(grid::Box const& a, grid::Box const& b) {
  grid::Box box = a;
  for (int axis = 0; axis < a.dimension(); ++axis) {
    box[axis].lower = std::max(a[axis].lower, b[axis].lower);
    box[axis].upper = std::max(box[axis].lower, std::min(a[axis].upper, b[axis].upper));
  }
  return box;
}

/// The type of `part` inside the array over `whole`; MPI_DATATYPE_NULL where it is empty.
MPI_Datatype type_of(grid::Box const& whole, grid::Box const& part) {
  if (part.size() == 0) return MPI_DATATYPE_NULL;
  std::vector<int> sizes, parts, starts;
  for (int axis = 0; axis < whole.dimension(); ++axis) {
    sizes.push_back(static_cast<int>(whole[axis].size()));
    parts.push_back(static_cast<int>(part[axis].size()));
    starts.push_back(static_cast<int>(part[axis].lower - whole[axis].lower));
  }
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Type_create_subarray(whole.dimension(), sizes.data(), parts.data(), starts.data(), MPI_ORDER_C, MPI_DOUBLE, &type);
  MPI_Type_commit(&type);
  return type;
}

bool equal(Cut const& a, Cut const& b) {
  for (std::size_t rank = 0; rank < a.size(); ++rank)
    if (!std::equal(a[rank].ranges.begin(), a[rank].ranges.end(), b[rank].ranges.begin()) &&
        (a[rank].size() > 0 || b[rank].size() > 0))
      return false;
  return true;
}

}  // namespace

struct Redistribution::Types {
  std::vector<MPI_Datatype> send, receive;
  std::vector<int> send_counts, receive_counts, zeros;
  bool copy = false;

  void add(MPI_Datatype type, std::vector<MPI_Datatype>& types, std::vector<int>& counts) const {
    counts.push_back(type == MPI_DATATYPE_NULL ? 0 : 1);
    types.push_back(type == MPI_DATATYPE_NULL ? MPI_DOUBLE : type);  // a valid type for an empty message
  }
  ~Types() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    for (auto* types : {&send, &receive})
      for (auto& type : *types)
        if (finalized == 0 && type != MPI_DOUBLE) MPI_Type_free(&type);
  }
};

Redistribution::Redistribution(MPI_Comm comm, Cut const& from, Cut const& to) : comm_(comm) {
  int me = 0;
  MPI_Comm_rank(comm, &me);
  auto const mine = static_cast<std::size_t>(me);
  size_ = from[mine].size();
  auto const types = std::make_shared<Types>();
  types->copy = equal(from, to);
  types->zeros.assign(from.size(), 0);
  for (std::size_t rank = 0; rank < from.size() && !types->copy; ++rank) {
    types->add(type_of(from[mine], intersection(from[mine], to[rank])), types->send, types->send_counts);
    types->add(type_of(to[mine], intersection(to[mine], from[rank])), types->receive, types->receive_counts);
  }
  types_ = types;
}

bool Redistribution::is_copy() const { return types_->copy; }

void Redistribution::apply(double const* from, double* to) const {
  if (types_->copy) {
    std::copy_n(from, size_, to);
    return;
  }
  auto const& t = *types_;
  MPI_Alltoallw(from, t.send_counts.data(), t.zeros.data(), t.send.data(), to, t.receive_counts.data(), t.zeros.data(),
                t.receive.data(), comm_);
}

Cut pencils(std::vector<Index> const& extents, int whole, int ranks) {
  std::vector<int> cut(extents.size(), 1);
  std::vector<int> factors;
  for (int rest = ranks, p = 2; rest > 1; ++p)
    for (; rest % p == 0; rest /= p) factors.push_back(p);
  for (auto factor = factors.rbegin(); factor != factors.rend(); ++factor) {
    int longest = -1;
    double length = 0.0;
    for (std::size_t a = 0; a < extents.size(); ++a) {
      double const here = static_cast<double>(extents[a]) / cut[a];
      if (static_cast<int>(a) == whole || here <= length) continue;
      longest = static_cast<int>(a);
      length = here;
    }
    if (longest >= 0) cut[static_cast<std::size_t>(longest)] *= *factor;
  }
  Cut boxes;
  for (int rank = 0; rank < ranks; ++rank) {
    grid::Box box;
    box.ranges.resize(extents.size());
    int block = rank;
    for (std::size_t a = extents.size(); a-- > 0;) {
      Index const n = extents[a], parts = cut[a], i = block % parts;
      block /= cut[a];
      box.ranges[a] = {i * n / parts, (i + 1) * n / parts};
    }
    if (block > 0)  // one axis alone: the first rank has it
      for (auto& range : box.ranges) range = {0, 0};
    boxes.push_back(box);
  }
  return boxes;
}

Cut boxes_of(grid::Grid const& grid) {
  Cut boxes;
  for (int rank = 0; rank < grid.ranks(); ++rank) {
    auto const block = grid.block_of(rank);
    grid::Box box;
    for (int a = 0; a < grid.dimension(); ++a)
      box.ranges.push_back(block.empty() ? grid::Range{0, 0} : grid.block_range(a, block[static_cast<std::size_t>(a)]));
    boxes.push_back(box);
  }
  return boxes;
}

}  // namespace mollis::spectral
