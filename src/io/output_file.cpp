#include "io/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#include "io/descriptor.hpp"
#include "io/text.hpp"
#include "io/turn.hpp"
#include "run/error.hpp"

namespace mollis::io {
namespace {

/// True on the ranks that write a field: those of the one group, among groups with a whole copy each, that has the
/// lowest rank of the file. Collective.
bool writes(grid::Grid const& grid, MPI_Comm file, int rank) {
  int group = grid.blocks() > 0 ? rank : std::numeric_limits<int>::max();
  MPI_Allreduce(MPI_IN_PLACE, &group, 1, MPI_INT, MPI_MIN, grid.comm());
  int chosen = group;
  MPI_Allreduce(MPI_IN_PLACE, &chosen, 1, MPI_INT, MPI_MIN, file);
  return group == chosen && grid.local_size() > 0;
}

/// A failed call of MPI-IO.
class MpiError : public std::runtime_error {
 public:
  explicit MpiError(int code) : std::runtime_error(reason(code)) {}

 private:
  static std::string reason(int code) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    return std::string(text, static_cast<std::size_t>(length));
  }
};

void require_mpi(int code) {
  if (code != MPI_SUCCESS) throw MpiError(code);
}

constexpr Index records = 1 << 20;  ///< bytes kept free for what HDF5 writes besides values

/// Sets aside the first `bytes` of a file (which may grow to that size). HDF5 crashes at its end after a file that it
/// could not flush, and collective writes may wait forever for a rank that failed: a full disk has to be met before.
void reserve(std::string const& path, int flags, Index bytes) {
  Descriptor const file{open(path.c_str(), O_RDWR | flags, 0666)};
  int reason = file.value < 0 || fallocate(file.value, 0, 0, bytes) != 0 ? errno : 0;
  if (file.value >= 0 && (reason == EOPNOTSUPP || reason == ENOSYS)) {  // then the free space has to do
    struct statvfs space {};
    bool const enough =
        fstatvfs(file.value, &space) != 0 || space.f_bavail * space.f_frsize >= static_cast<fsblkcnt_t>(bytes);
    reason = enough ? 0 : ENOSPC;
  }
  if (reason != 0) throw std::runtime_error(std::strerror(reason));
}

/// Room for `bytes` more at the end of the file.
void make_room(hid_t file, std::string const& path, Index bytes) {
  hsize_t size = 0;
  require(H5Fget_filesize(file, &size));
  reserve(path, 0, static_cast<Index>(size) + bytes + records);
}

/// Gives back what make_room set aside and HDF5 did not take: the file's own end is where it says.
void trim(std::string const& path) {
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  haddr_t end = 0;
  require(H5Fget_eoa(file, &end));
  file.close();
  if (truncate(path.c_str(), static_cast<off_t>(end)) != 0) throw std::runtime_error(std::strerror(errno));
}

/// Owner of a derived type of MPI.
struct Type {
  MPI_Datatype value = MPI_DATATYPE_NULL;
  ~Type() {
    if (value != MPI_DATATYPE_NULL) MPI_Type_free(&value);
  }
};

/// Makes a dataset of doubles and returns the place of its values in the file. They are written without HDF5.
MPI_Offset create_dataset(hid_t file, grid::Grid const& grid, std::string const& name) {
  Sizes shape;
  for (grid::Axis const& axis : grid.axes()) shape.push_back(static_cast<hsize_t>(axis.size()));
  Handle const creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  require(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY));
  require(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER));
  Handle const space = simple_space(shape), groups = creating_groups();
  Handle data(H5Dcreate2(file, name.c_str(), H5T_NATIVE_DOUBLE, space, groups, creation, H5P_DEFAULT), H5Dclose);
  haddr_t const place = H5Dget_offset(data);
  if (place == HADDR_UNDEF) throw Hdf5Error();
  data.close();
  return static_cast<MPI_Offset>(place);
}

/// This rank's box of the dataset, as MPI-IO sees it.
void make_box_type(grid::Grid const& grid, bool turn, Type& type) {
  std::vector<int> all, part, start;
  for (int a = 0; a < grid.dimension(); ++a) {
    all.push_back(static_cast<int>(grid.axis(a).size()));
    part.push_back(static_cast<int>(grid.owned()[a].size()));
    start.push_back(turn && grid.axis(a).falls ? all.back() - static_cast<int>(grid.owned()[a].upper) : static_cast<int>(grid.owned()[a].lower));
  }
  require_mpi(MPI_Type_create_subarray(grid.dimension(), all.data(), part.data(), start.data(), MPI_ORDER_C, MPI_DOUBLE,
                                       &type.value));
  require_mpi(MPI_Type_commit(&type.value));
}

int count_of(grid::Grid const& grid, bool writer) {
  if (!writer) return 0;
  if (grid.local_size() > std::numeric_limits<int>::max()) {
    throw std::length_error("over 2^31 points on one rank; use more ranks");
  }
  return static_cast<int>(grid.local_size());
}

}  // namespace

OutputFile::OutputFile(MPI_Comm comm, std::string path, std::string shown)
    : path_(std::move(path)), shown_(shown.empty() ? path_ : std::move(shown)) {
  MPI_Comm_dup(comm, &comm_);
  MPI_Comm_rank(comm_, &rank_);
  try {
    Quiet const quiet;
    guarded([&] {
      if (rank_ != 0) return;
      reserve(path_, O_CREAT | O_TRUNC, records);
      file_ = Handle(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
      reserve(path_, 0, records);
    });
    guarded([&] { require_mpi(MPI_File_open(comm_, path_.c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL, &values_)); });
  } catch (run::Error const&) {
    close();
    throw;
  }
}

OutputFile::~OutputFile() { close(); }

void OutputFile::close() {
  Quiet const quiet;
  if (values_ != MPI_FILE_NULL) MPI_File_close(&values_);
  file_ = Handle();
  if (pending_ && rank_ == 0) unlink(path_.c_str());
  if (comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
}

void OutputFile::guarded(std::function<void()> const& work) {
  run::collectively(comm_, [&] {
    try {
      work();
    } catch (run::Error const&) {
      throw;
    } catch (std::exception const& reason) {
      throw run::Error(run::Exit::output_failed,
                       fmt::format("{}: cannot be written ({}); free space or choose another place "
                                   "(what stood there is untouched)",
                                   shown_, reason.what()));
    }
  });
}

void OutputFile::write(grid::Grid const& grid, std::string const& dataset, Field const& field, bool as_is) {
  Quiet const quiet;
  bool const writer = writes(grid, comm_, rank_), turn = !as_is && falls(grid);
  auto const host = on_host(field);
  auto const other = turn ? turned(grid, host.data()) : std::vector<double>();
  MPI_Offset place = 0;
  int count = 0;
  Type box;
  guarded([&] {
    if (rank_ == 0) {
      make_room(file_, path_, grid.points() * static_cast<Index>(sizeof(double)));
      place = create_dataset(file_, grid, dataset);
    }
    count = count_of(grid, writer);
    if (writer && grid.dimension() > 0) make_box_type(grid, turn, box);
  });
  MPI_Bcast(&place, 1, MPI_OFFSET, 0, comm_);
  guarded([&] {
    MPI_Datatype const type = box.value == MPI_DATATYPE_NULL ? MPI_DOUBLE : box.value;
    int const viewed = MPI_File_set_view(values_, place, MPI_DOUBLE, type, "native", MPI_INFO_NULL);
    int const written = MPI_File_write_at_all(values_, 0, turn ? other.data() : host.data(), count, MPI_DOUBLE, MPI_STATUS_IGNORE);
    require_mpi(viewed);
    require_mpi(written);
  });
}

void OutputFile::commit(Index bytes, std::function<void(hid_t file)> const& finishing) {
  Quiet const quiet;
  guarded([&] { require_mpi(MPI_File_sync(values_)); });
  guarded([&] { require_mpi(MPI_File_close(&values_)); });
  guarded([&] {
    if (rank_ != 0) return;
    make_room(file_, path_, bytes);
    finishing(file_);
    file_.close();
    trim(path_);
    sync(path_);
  });
  pending_ = false;
}

}  // namespace mollis::io
