// TIFF through libtiff: integers and floats of 8 to 64 bits, pages, strips and tiles, each rank its own pages and rows.
#include <fmt/format.h>

#include <algorithm>

#include "io/formats/all.hpp"
#include "io/formats/raw.hpp"
#include "io/formats/tiff_meaning.hpp"
#include "run/error.hpp"

#ifdef MOLLIS_HAS_TIFF
#include <tiffio.h>
#endif

namespace mollis::io {
namespace {

using run::Error;
using run::Exit;

bool has_magic(std::string const& head) {
  for (auto const& magic :
       {std::string("II\x2a\0", 4), std::string("MM\0\x2a", 4), std::string("II\x2b\0", 4), std::string("MM\0\x2b", 4)})
    if (head.compare(0, 4, magic) == 0) return true;
  return false;
}

#ifdef MOLLIS_HAS_TIFF

[[noreturn]] void refuse(std::string const& file, std::string const& what) {
  throw Error(Exit::bad_data, file + ": " + what);
}
[[noreturn]] void refuse_damaged(std::string const& file) {
  refuse(file, "damaged or truncated TIFF file; copy or write it again");
}

/// A page as its tags say.
struct Page {
  std::uint32_t width = 0, height = 0;
  std::uint16_t samples = 1, bits = 1, format = SAMPLEFORMAT_UINT, planar = PLANARCONFIG_CONTIG,
                photometric = PHOTOMETRIC_MINISBLACK, compression = COMPRESSION_NONE;
  bool same(Page const& o) const {
    return width == o.width && height == o.height && samples == o.samples && bits == o.bits && format == o.format &&
           planar == o.planar;
  }
  Stored stored() const { return {bits / 8, format != SAMPLEFORMAT_IEEEFP, format != SAMPLEFORMAT_UINT}; }
};

class File {
 public:
  explicit File(std::string const& path) : path_(path) {
    TIFFSetErrorHandler(nullptr);  // it would print; failures are seen by their return values
    TIFFSetWarningHandler(nullptr);
    tiff_ = TIFFOpen(path.c_str(), "rm");  // m: no mapping, which truncated files crash
    if (tiff_ == nullptr) refuse_damaged(path);
  }
  ~File() { TIFFClose(tiff_); }
  File(File const&) = delete;
  File& operator=(File const&) = delete;
  operator TIFF*() const { return tiff_; }

  Page page() const {
    Page p;
    TIFFGetField(tiff_, TIFFTAG_IMAGEWIDTH, &p.width);
    TIFFGetField(tiff_, TIFFTAG_IMAGELENGTH, &p.height);
    TIFFGetFieldDefaulted(tiff_, TIFFTAG_SAMPLESPERPIXEL, &p.samples);
    TIFFGetFieldDefaulted(tiff_, TIFFTAG_BITSPERSAMPLE, &p.bits);
    TIFFGetFieldDefaulted(tiff_, TIFFTAG_SAMPLEFORMAT, &p.format);
    TIFFGetFieldDefaulted(tiff_, TIFFTAG_PLANARCONFIG, &p.planar);
    TIFFGetField(tiff_, TIFFTAG_PHOTOMETRIC, &p.photometric);
    TIFFGetFieldDefaulted(tiff_, TIFFTAG_COMPRESSION, &p.compression);
    if (p.format == SAMPLEFORMAT_VOID) p.format = SAMPLEFORMAT_UINT;
    return p;
  }

  /// Goes to a page; quick where it is the next one.
  void go_to(Index page) {
    if (page == at_) return;
    bool const good =
        page == at_ + 1 ? TIFFReadDirectory(tiff_) != 0 : TIFFSetDirectory(tiff_, static_cast<tdir_t>(page)) != 0;
    if (!good) refuse_damaged(path_);
    at_ = page;
  }

 private:
  std::string path_;
  TIFF* tiff_ = nullptr;
  Index at_ = 0;
};

void require_numbers(Page const& p, std::string const& file) {
  if (p.width == 0 || p.height == 0) refuse(file, fmt::format("has {} x {} pixels", p.width, p.height));
  if (p.photometric == PHOTOMETRIC_PALETTE)
    refuse(file, "holds indexed colours, not intensities; convert it to greyscale");
  if (p.photometric == PHOTOMETRIC_YCBCR) refuse(file, "holds YCbCr colours, not intensities; convert it to greyscale");
  if (TIFFIsCODECConfigured(p.compression) == 0)
    refuse(file, fmt::format("compressed by method {}, which this libtiff lacks; save it uncompressed", p.compression));
  bool const known = p.format == SAMPLEFORMAT_UINT || p.format == SAMPLEFORMAT_INT || p.format == SAMPLEFORMAT_IEEEFP;
  if (!known || p.bits % 8 != 0 || !is_number(p.stored()))
    refuse(file, fmt::format("holds {} of {} bits; convert it to 8, 16 or 32 bits or floats",
                             known ? "numbers" : "complex or unknown values", p.bits));
}

std::string description_of(TIFF* tiff) {
  char const* text = nullptr;
  return TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &text) != 0 && text != nullptr ? text : "";
}

class TiffReader : public Reader {
 public:
  TiffReader(std::string const& path, Description const& description)
      : path_(path), file_(path), page_(file_.page()), shape_(description.shape()) {}

  void read(Slab const& slab, double* values) override {
    if (slab.size() == 0) return;
    // Axes: pages ..., y, x, and samples where a pixel has several.
    std::size_t const inner = page_.samples > 1 ? 3 : 2, outer = shape_.size() - inner;
    std::vector<Index> at(outer, 0);
    Index pages = 1, size = 1;
    for (std::size_t a = 0; a < shape_.size(); ++a) (a < outer ? pages : size) *= slab.count[a];
    y0_ = slab.start[outer];
    ny_ = slab.count[outer];
    x0_ = slab.start[outer + 1];
    nx_ = slab.count[outer + 1];
    s0_ = inner == 3 ? slab.start[outer + 2] : 0;
    ns_ = inner == 3 ? slab.count[outer + 2] : 1;
    for (Index n = 0; n < pages; ++n) {
      Index page = 0;
      for (std::size_t a = 0; a < outer; ++a) page = page * shape_[a] + slab.start[a] + at[a];
      file_.go_to(page);
      read_page(values + n * size);
      for (std::size_t a = outer; a-- > 0;) {
        if (++at[a] < slab.count[a]) break;
        at[a] = 0;
      }
    }
  }

 private:
  /// A strip or tile: its first row and column, its size in pixels.
  struct Piece {
    Index y, x, height, width;
  };

  void read_page(double* out) {
    bool const apart = page_.planar == PLANARCONFIG_SEPARATE && page_.samples > 1;
    for (Index s = 0; s < (apart ? ns_ : 1); ++s) {
      if (TIFFIsTiled(file_) != 0)
        read_tiles(out, s, apart);
      else
        read_strips(out, s, apart);
    }
  }

  void read_strips(double* out, Index s, bool apart) {
    std::uint32_t rows = page_.height;
    TIFFGetFieldDefaulted(file_, TIFFTAG_ROWSPERSTRIP, &rows);
    rows = std::clamp<std::uint32_t>(rows, 1, page_.height);
    auto const sample = static_cast<std::uint16_t>(apart ? s0_ + s : 0);
    for (Index y = y0_ / rows * rows; y < y0_ + ny_; y += rows) {
      Index const height = std::min<Index>(rows, page_.height - y);
      std::size_t const bytes = static_cast<std::size_t>(height) * row_bytes(page_.width, apart);
      auto* const data = buffer(bytes);
      auto const got = TIFFReadEncodedStrip(file_, TIFFComputeStrip(file_, static_cast<std::uint32_t>(y), sample), data,
                                            static_cast<tmsize_t>(bytes));
      if (got != static_cast<tmsize_t>(bytes)) refuse_damaged(path_);
      copy({y, 0, height, static_cast<Index>(page_.width)}, data, out, s, apart);
    }
  }

  void read_tiles(double* out, Index s, bool apart) {
    std::uint32_t width = 0, height = 0;
    TIFFGetField(file_, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(file_, TIFFTAG_TILELENGTH, &height);
    if (width == 0 || height == 0) refuse_damaged(path_);
    auto const sample = static_cast<std::uint16_t>(apart ? s0_ + s : 0);
    std::size_t const bytes = static_cast<std::size_t>(height) * row_bytes(width, apart);
    if (static_cast<tmsize_t>(bytes) != TIFFTileSize(file_)) refuse_damaged(path_);
    for (Index y = y0_ / height * height; y < y0_ + ny_; y += height)
      for (Index x = x0_ / width * width; x < x0_ + nx_; x += width) {
        auto* const data = buffer(bytes);
        if (TIFFReadTile(file_, data, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, sample) !=
            static_cast<tmsize_t>(bytes))
          refuse_damaged(path_);
        copy({y, x, static_cast<Index>(height), static_cast<Index>(width)}, data, out, s, apart);
      }
  }

  std::size_t row_bytes(std::uint32_t width, bool apart) const {
    return static_cast<std::size_t>(width) * (apart ? 1u : page_.samples) * (page_.bits / 8u);
  }

  unsigned char* buffer(std::size_t bytes) {
    if (buffer_.size() < bytes) buffer_.resize(bytes);
    return buffer_.data();
  }

  /// What of a piece is in the box.
  void copy(Piece const& piece, unsigned char const* data, double* out, Index s, bool apart) {
    Index const samples = apart ? 1 : page_.samples, from_x = std::max(piece.x, x0_),
                to_x = std::min(piece.x + piece.width, x0_ + nx_);
    if (to_x <= from_x) return;
    std::vector<double> row(static_cast<std::size_t>((to_x - from_x) * samples));
    for (Index y = std::max(piece.y, y0_); y < std::min(piece.y + piece.height, y0_ + ny_); ++y) {
      Index const first = ((y - piece.y) * piece.width + from_x - piece.x) * samples;
      to_doubles(data + first * (page_.bits / 8), page_.stored(), false, static_cast<Index>(row.size()), row.data());
      for (Index x = from_x; x < to_x; ++x)
        for (Index c = apart ? s : 0; c < (apart ? s + 1 : ns_); ++c)
          out[((y - y0_) * nx_ + x - x0_) * ns_ + c] =
              row[static_cast<std::size_t>((x - from_x) * samples + (apart ? 0 : s0_ + c))];
    }
  }

  std::string path_;
  File file_;
  Page page_;
  std::vector<Index> shape_;
  std::vector<unsigned char> buffer_;
  Index y0_ = 0, ny_ = 0, x0_ = 0, nx_ = 0, s0_ = 0, ns_ = 1;
};

#endif

class Tiff : public Format {
 public:
  std::string name() const override { return "TIFF"; }
  std::vector<std::string> endings() const override { return {".tif", ".tiff", ".btf"}; }
  std::string package() const override { return "libtiff-dev"; }
  bool knows(std::string const&, std::string const& head) const override { return has_magic(head); }
  std::vector<std::string> datasets(std::string const&) const override { return {""}; }
#ifdef MOLLIS_HAS_TIFF
  bool built_in() const override { return true; }
  Description describe(std::string const& path, std::string const&) const override {
    File file(path);
    Page const first = file.page();
    require_numbers(first, path);
    float x_resolution = 0.0f, y_resolution = 0.0f;
    TIFFGetField(file, TIFFTAG_XRESOLUTION, &x_resolution);
    TIFFGetField(file, TIFFTAG_YRESOLUTION, &y_resolution);
    auto const text = description_of(file);
    Index pages = 1;
    for (; TIFFLastDirectory(file) == 0; ++pages) {
      if (TIFFReadDirectory(file) == 0) refuse_damaged(path);
      if (!file.page().same(first))
        refuse(path, fmt::format("page {} is {} x {} of {} bits, the first {} x {} of {}; split the file", pages,
                                 file.page().width, file.page().height, file.page().bits, first.width, first.height,
                                 first.bits));
    }
    auto const meaning = tiff_meaning(text, pages, x_resolution, y_resolution);
    if (pages == 1 && meaning.images > 1)
      refuse(path, fmt::format("ImageJ wrote {} images behind one directory, which other programs cannot read; save it "
                               "in ImageJ as OME-TIFF",
                               meaning.images));
    Description d;
    d.axes = meaning.pages;
    d.axes.push_back({"y", static_cast<Index>(first.height), "", meaning.y, meaning.y_unit});
    d.axes.push_back({"x", static_cast<Index>(first.width), "", meaning.x, meaning.x_unit});
    if (first.samples > 1) d.axes.push_back({"sample", static_cast<Index>(first.samples), "", 0.0, ""});
    d.type = first.stored().name();
    return d;
  }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const& path, Description const& description) const override {
    return std::make_unique<TiffReader>(path, description);
  }
#else
  bool built_in() const override { return false; }
  Description describe(std::string const&, std::string const&) const override { return {}; }
  std::unique_ptr<Reader> open(MPI_Comm, std::string const&, Description const&) const override { return nullptr; }
#endif
};

}  // namespace

Format const& tiff_format() {
  static Tiff const format;
  return format;
}

}  // namespace mollis::io
