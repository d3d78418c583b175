#include "halo/plan.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "halo/segments.hpp"
#include "kernels/pack.hpp"

namespace mollis::halo {
namespace {

constexpr int tag = 71;

/// True where MPI may be handed pointers of the device: its memory is the host's, or the user says so.
bool direct_transport() {
  if (Kokkos::SpaceAccessibility<Kokkos::HostSpace, Field::memory_space>::accessible) return true;
  char const* const asked = std::getenv("MOLLIS_GPU_AWARE_MPI");
  return asked != nullptr && std::string(asked) == "1";
}

void check(grid::Grid const& grid, Needs const& needs) {
  bool fits = static_cast<int>(needs.size()) == grid.dimension();
  for (std::size_t a = 0; fits && a < needs.size(); ++a) {
    fits = static_cast<int>(needs[a].size()) == grid.decomposition().ranks[a];
  }
  if (!fits) throw std::invalid_argument("halo: one needed range an axis and block, please");
  for (std::size_t a = 0; a < needs.size(); ++a) {
    grid::Axis const& axis = grid.axis(static_cast<int>(a));
    for (grid::Range const& range : needs[a]) {
      bool const inside = range.lower >= 0 && range.upper <= axis.size();
      if (range.size() > 0 && !axis.periodic && !inside) {
        throw std::invalid_argument("halo: points past the ends of the open axis " + axis.name);
      }
    }
  }
}

/// A buffer of all messages of one direction: on the device, and where MPI sees it.
struct Buffer {
  Field device;
  HostField host;           ///< staged transport only
  double* shown = nullptr;  ///< what MPI reads or writes

  Buffer(Index size, bool direct) : device(make_field("mollis::halo::buffer", size)) {
    if (!direct)
      host = HostField(Kokkos::view_alloc(std::string("mollis::halo::staged"), Kokkos::WithoutInitializing),
                       static_cast<std::size_t>(size));
    shown = direct ? device.data() : host.data();
  }
  void to_mpi() const {
    if (host.data() != nullptr) Kokkos::deep_copy(host, device);
    Kokkos::fence();
  }
  void from_mpi() const {
    if (host.data() != nullptr) Kokkos::deep_copy(device, host);
  }
};

Index total(std::vector<Message> const& list) { return list.empty() ? 0 : list.back().start + list.back().size; }

int count_of(Message const& message) {
  if (message.size > std::numeric_limits<int>::max()) throw std::length_error("halo: a message of over 2^31 numbers");
  return static_cast<int>(message.size);
}

/// The message to oneself leaves the list.
std::vector<Piece> take_own(std::vector<Message>& list, int rank) {
  std::vector<Piece> own;
  Index start = 0;
  std::vector<Message> others;
  for (Message& message : list) {
    if (message.rank == rank) {
      own = std::move(message.pieces);
      continue;
    }
    message.start = start;
    start += message.size;
    others.push_back(std::move(message));
  }
  list = std::move(others);
  return own;
}

Extents const origin{0, 0, 0, 0};

}  // namespace

struct Plan::Data {
  grid::Grid grid;
  grid::Box ghosted;
  Index ghosted_size = 0;
  Extents ghost_extents{}, owned_extents{};
  std::vector<Message> supplied;  ///< what other ranks need of this one
  std::vector<Message> needed;    ///< what this rank needs of others
  std::vector<Piece> own;         ///< what it needs of itself
  std::vector<Buffer> buffers;    ///< of `supplied`, of `needed`
  std::vector<MPI_Request> requests;

  explicit Data(grid::Grid g) : grid(std::move(g)) {}
  Buffer const& supply_buffer() const { return buffers[0]; }
  Buffer const& need_buffer() const { return buffers[1]; }

  void find_messages(Needs const& needs);
  void post(std::vector<Message> const& sent, Buffer const& from, std::vector<Message> const& received,
            Buffer const& to);
  void wait() {
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
    requests.clear();
  }
};

void Plan::Data::find_messages(Needs const& needs) {
  bool const has_block = grid.rank() < grid.blocks();
  ghosted.ranges.resize(needs.size());
  if (has_block) {
    std::vector<int> const block = grid.block_of(grid.rank());
    SegmentTable needed_table(needs.size()), supplied_table(needs.size());
    for (std::size_t a = 0; a < needs.size(); ++a) {
      int const axis = static_cast<int>(a);
      ghosted.ranges[a] = needs[a][static_cast<std::size_t>(block[a])];
      for (std::size_t b = 0; b < needs[a].size(); ++b) {
        grid::Range const theirs = grid.block_range(axis, static_cast<int>(b));
        needed_table[a].push_back(segments(grid.axis(axis), ghosted[axis], theirs));
        supplied_table[a].push_back(segments(grid.axis(axis), needs[a][b], grid.owned()[axis]));
      }
    }
    needed = messages(needed_table);
    supplied = messages(supplied_table);
    own = take_own(needed, grid.rank());
    take_own(supplied, grid.rank());
    ghosted_size = ghosted.size();
  }
  ghost_extents = ghosted.extents();
  owned_extents = grid.owned().extents();
}

void Plan::Data::post(std::vector<Message> const& sent, Buffer const& from, std::vector<Message> const& received,
                      Buffer const& to) {
  if (!requests.empty()) throw std::logic_error("halo: an exchange of this plan is under way");
  requests.reserve(sent.size() + received.size());
  for (Message const& message : received) {
    requests.emplace_back();
    MPI_Irecv(to.shown + message.start, count_of(message), MPI_DOUBLE, message.rank, tag, grid.comm(),
              &requests.back());
  }
  for (Message const& message : sent) {
    requests.emplace_back();
    MPI_Isend(from.shown + message.start, count_of(message), MPI_DOUBLE, message.rank, tag, grid.comm(),
              &requests.back());
  }
}

namespace {

enum class Side { ghost, owned };

/// Calls work(window in the array, window in the buffer, extents) for each piece of the messages, in order.
template <class Work>
void over_pieces(std::vector<Message> const& list, Extents const& array, Side side, Work const& work) {
  for (Message const& message : list) {
    Index start = message.start;
    for (Piece const& piece : message.pieces) {
      kernels::Window packed = kernels::window(piece.extents, origin);
      packed.start = start;
      work(kernels::window(array, side == Side::ghost ? piece.ghost : piece.owned), packed, piece.extents);
      start += piece.size();
    }
  }
}

}  // namespace

Plan::Plan(grid::Grid grid, Needs needs) : data_(std::make_shared<Data>(std::move(grid))) {
  check(data_->grid, needs);
  data_->find_messages(needs);
  bool const direct = direct_transport();
  data_->buffers.emplace_back(total(data_->supplied), direct);
  data_->buffers.emplace_back(total(data_->needed), direct);
}

grid::Box const& Plan::ghosted() const { return data_->ghosted; }
Index Plan::ghosted_size() const { return data_->ghosted_size; }

void Plan::forward_begin(Field const& owned, Field const& ghosted) const {
  Data& data = *data_;
  Field const packed = data.supply_buffer().device;
  over_pieces(data.supplied, data.owned_extents, Side::owned,
              [&](auto const& array, auto const& buffer, Extents const& box) {
                kernels::copy_box(owned, array, packed, buffer, box);
              });
  data.supply_buffer().to_mpi();
  data.post(data.supplied, data.supply_buffer(), data.needed, data.need_buffer());
  for (Piece const& piece : data.own) {
    kernels::copy_box(owned, kernels::window(data.owned_extents, piece.owned), ghosted,
                      kernels::window(data.ghost_extents, piece.ghost), piece.extents);
  }
}

void Plan::forward_end(Field const& ghosted) const {
  Data& data = *data_;
  data.wait();
  data.need_buffer().from_mpi();
  Field const packed = data.need_buffer().device;
  over_pieces(data.needed, data.ghost_extents, Side::ghost,
              [&](auto const& array, auto const& buffer, Extents const& box) {
                kernels::copy_box(packed, buffer, ghosted, array, box);
              });
}

void Plan::forward(Field const& owned, Field const& ghosted) const {
  forward_begin(owned, ghosted);
  forward_end(ghosted);
}

void Plan::reverse_add(Field const& ghosted, Field const& owned) const {
  Data& data = *data_;
  Field const packed = data.need_buffer().device, arrived = data.supply_buffer().device;
  over_pieces(data.needed, data.ghost_extents, Side::ghost,
              [&](auto const& array, auto const& buffer, Extents const& box) {
                kernels::copy_box(ghosted, array, packed, buffer, box);
              });
  data.need_buffer().to_mpi();
  data.post(data.needed, data.need_buffer(), data.supplied, data.supply_buffer());
  for (Piece const& piece : data.own) {
    kernels::add_box(ghosted, kernels::window(data.ghost_extents, piece.ghost), owned,
                     kernels::window(data.owned_extents, piece.owned), piece.extents);
  }
  data.wait();
  data.supply_buffer().from_mpi();
  over_pieces(data.supplied, data.owned_extents, Side::owned,
              [&](auto const& array, auto const& buffer, Extents const& box) {
                kernels::add_box(arrived, buffer, owned, array, box);
              });
}

}  // namespace mollis::halo
