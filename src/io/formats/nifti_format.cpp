// NIfTI-1 and NIfTI-2 volumes (.nii, .nii.gz, .hdr with .img) through the NIfTI library, each rank its own box.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

#include "io/formats/all.hpp"
#include "io/formats/raw.hpp"
#include "run/error.hpp"

#ifdef MOLLIS_HAS_NIFTI
#include <nifti2_io.h>
#endif

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

bool has_magic(std::string const& head) {
  for (std::size_t const at : {std::size_t{344}, std::size_t{4}})
    for (std::string const magic : {"n+1", "ni1", "n+2", "ni2"})
      if (head.size() > at + 3 && head.compare(at, 3, magic) == 0) return true;
  return false;
}

#ifdef MOLLIS_HAS_NIFTI

[[noreturn]] void refuse(std::string const& file, std::string const& what) {
  throw Error(Exit::bad_data, file + ": " + what);
}

/// The bytes of a number the other way round.
template <class Number>
Number turned(Number value) {
  auto* const bytes = reinterpret_cast<unsigned char*>(&value);
  std::reverse(bytes, bytes + sizeof(Number));
  return value;
}

/// Whether the sizes in a header (nifti_1_header or nifti_2_header), which may be in either order of bytes, are some: the library prints
/// a line of its own of others.
template <class Header>
bool has_sizes(void const* header) {
  auto const& dim = static_cast<Header const*>(header)->dim;
  auto const good = [&](auto const& read) {
    auto const axes = read(dim[0]);
    bool all = axes >= 1 && axes <= 7;
    for (int a = 1; all && a <= static_cast<int>(axes); ++a) all = read(dim[a]) > 0;
    return all;
  };
  return good([](auto size) { return size; }) || good([](auto size) { return turned(size); });
}

bool has_sizes(std::string const& file) {
  int version = 0;
  std::unique_ptr<void, decltype(&std::free)> const header(nifti_read_header(file.c_str(), &version, 0), std::free);
  if (header == nullptr || version < 1 || version > 2) return true;  // told by who reads the whole
  return version == 1 ? has_sizes<nifti_1_header>(header.get()) : has_sizes<nifti_2_header>(header.get());
}

/// What `work` gives, nothing of what it prints to standard error getting there: the library tells of a short file in words of its own, whatever
/// its debug level is. Not for more than one thread.
template <class Work>
auto silently(Work&& work) {
  std::fflush(stderr);
  int const kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  auto const result = work();
  std::fflush(stderr);
  if (kept >= 0) dup2(kept, STDERR_FILENO);
  for (int const descriptor : {kept, nowhere})
    if (descriptor >= 0) close(descriptor);
  return result;
}

/// The header, and what reads the numbers.
class Image {
 public:
  explicit Image(std::string const& file) {
    nifti_set_debug_level(0);
    if (has_sizes(file)) image_ = nifti_image_read(file.c_str(), 0);
    if (image_ == nullptr) refuse(file, "damaged or truncated NIfTI file; copy or write it again");
  }
  ~Image() { nifti_image_free(image_); }
  Image(Image const&) = delete;
  Image& operator=(Image const&) = delete;
  nifti_image* operator->() const { return image_; }
  nifti_image* get() const { return image_; }

 private:
  nifti_image* image_ = nullptr;
};

Stored stored_as(int type, std::string const& file) {
  static std::map<int, Stored> const types{{DT_UINT8, {1, true, false}},   {DT_INT8, {1, true, true}},
                                           {DT_UINT16, {2, true, false}},  {DT_INT16, {2, true, true}},
                                           {DT_UINT32, {4, true, false}},  {DT_INT32, {4, true, true}},
                                           {DT_UINT64, {8, true, false}},  {DT_INT64, {8, true, true}},
                                           {DT_FLOAT32, {4, false, true}}, {DT_FLOAT64, {8, false, true}}};
  auto const found = types.find(type);
  if (found == types.end())
    refuse(file, fmt::format("holds {} values, not real or integer numbers", nifti_datatype_string(type)));
  return found->second;
}

std::string unit_of(int code) {
  static std::map<int, std::string> const units{{NIFTI_UNITS_METER, "m"},   {NIFTI_UNITS_MM, "mm"},
                                                {NIFTI_UNITS_MICRON, "um"}, {NIFTI_UNITS_SEC, "s"},
                                                {NIFTI_UNITS_MSEC, "ms"},   {NIFTI_UNITS_USEC, "us"}};
  auto const found = units.find(code);
  return found == units.end() ? "" : found->second;
}

void require_whole(Image const& image, std::string const& file) {
  std::string const data = image->iname == nullptr ? "" : image->iname;
  if (data.empty() || nifti_is_gzfile(data.c_str()) != 0) return;
  std::error_code ignored;
  auto const there = static_cast<double>(std::filesystem::file_size(data, ignored));
  double const wanted = static_cast<double>(image->iname_offset) + static_cast<double>(image->nvox) * image->nbyper;
  if (ignored || there < wanted)
    refuse(file, "truncated NIfTI file (fewer voxels than its header says); copy or write it again");
}

class NiftiReader : public Reader {
 public:
  NiftiReader(std::string const& file, Description const&)
      : file_(file), image_(file), stored_(stored_as(image_->datatype, file)) {}
  void read(Slab const& slab, double* values) override {
    if (slab.size() == 0) return;
    std::array<int64_t, 7> start{}, count{1, 1, 1, 1, 1, 1, 1};
    std::size_t const n = slab.start.size();
    for (std::size_t a = 0; a < n; ++a) {  // the file's first axis is the fastest
      start[a] = slab.start[n - 1 - a];
      count[a] = slab.count[n - 1 - a];
    }
    void* data = nullptr;
    int64_t const bytes = silently([&] { return nifti_read_subregion_image(image_.get(), start.data(), count.data(), &data); });
    std::unique_ptr<void, void (*)(void*)> const owner(data, std::free);
    if (bytes != slab.size() * stored_.bytes) refuse(file_, "cannot be read to its end; copy or write it again");
    to_doubles(static_cast<unsigned char const*>(data), stored_, false, slab.size(), values);
  }

 private:
  std::string file_;
  Image image_;
  Stored stored_;
};

#endif

class Nifti : public Format {
 public:
  std::string name() const override { return "NIfTI"; }
  std::vector<std::string> endings() const override { return {".nii", ".nii.gz", ".hdr"}; }
  std::string package() const override { return "libnifti2-dev"; }
  bool knows(std::string const& file, std::string const& head) const override {
    bool const packed = head.size() > 2 && head[0] == '\x1f' && head[1] == '\x8b';
    return has_magic(head) || (packed && ends_with(file, {".nii.gz"}));
  }
  std::vector<std::string> datasets(std::string const&) const override { return {""}; }
#ifdef MOLLIS_HAS_NIFTI
  bool built_in() const override { return true; }
  Description describe(std::string const& file, std::string const&) const override {
    Image const image(file);
    Stored const stored = stored_as(image->datatype, file);
    require_whole(image, file);
    static std::array<char const*, 7> const names{"x", "y", "z", "t", "channel", "", ""};
    Description d;
    for (int a = static_cast<int>(std::min<int64_t>(image->ndim, 7)); a >= 1; --a) {
      auto const n = static_cast<std::size_t>(a);
      double const spacing = fewest_digits(static_cast<float>(image->pixdim[a]));  // single precision in most files
      if (image->dim[a] < 1) refuse(file, "its header names an axis without points");
      d.axes.push_back({names[n - 1], image->dim[a], "",
                        a <= 4 && std::isfinite(spacing) && spacing > 0.0 ? spacing : 0.0,
                        unit_of(a <= 3   ? image->xyz_units
                                : a == 4 ? image->time_units
                                         : 0)});
    }
    d.type = stored.name();
    double const slope = image->scl_slope, intercept = image->scl_inter;
    if (!std::isfinite(slope) || !std::isfinite(intercept))
      refuse(file, "its slope and intercept are not finite, so its values are not known");
    if (slope != 0.0) {
      d.packing.scale = slope;
      d.packing.offset = intercept;
    }
    return d;
  }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const& file, Description const& description) const override {
    return std::make_unique<NiftiReader>(file, description);
  }
#else
  bool built_in() const override { return false; }
  Description describe(std::string const&, std::string const&) const override { return {}; }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const&, Description const&) const override { return nullptr; }
#endif
};

}  // namespace

Format const& nifti_format() {
  static Nifti const format;
  return format;
}

}  // namespace mollis::io
