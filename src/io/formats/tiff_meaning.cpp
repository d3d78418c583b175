#include "io/formats/tiff_meaning.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "io/formats/raw.hpp"

namespace mollis::io {
namespace {

double number(std::string const& text) {
  double const value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) && value > 0.0 ? value : 0.0;
}

Index count(std::string const& text) {
  return text.empty() ? 1 : static_cast<Index>(std::strtoll(text.c_str(), nullptr, 10));
}

std::string plain_unit(std::string const& unit) {
  static std::map<std::string, std::string> const names{{"micron", "um"},    {"microns", "um"},   {"\\u00B5m", "um"}, {"&#181;m", "um"}, {"&#xB5;m", "um"}, {"&#956;m", "um"},
                                                        {"\xc2\xb5m", "um"}, {"\xce\xbcm", "um"}, {"\xb5m", "um"},
                                                        {"sec", "s"},        {"pixel", ""},       {"pixels", ""}};
  auto const found = names.find(unit);
  return found == names.end() ? unit : found->second;
}

/// "key=value" lines.
std::map<std::string, std::string> lines_of(std::string const& text) {
  std::map<std::string, std::string> values;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    auto const line = text.substr(at, end - at);
    auto const equal = line.find('=');
    if (equal != std::string::npos)
      values[line.substr(0, equal)] = line.substr(equal + 1, line.find('\r', equal) - equal - 1);
    at = end + 1;
  }
  return values;
}

/// name="value" pairs of the first <element ...> from `at` on, which is then behind it; npos where there is none.
std::map<std::string, std::string> attributes_of(std::string const& xml, std::string const& element, std::size_t& at) {
  std::map<std::string, std::string> values;
  at = xml.find("<" + element + " ", at);
  if (at == std::string::npos) return values;
  auto const end = std::min(xml.find('>', at), xml.size());
  at += element.size() + 1;
  while (true) {
    auto const name = xml.find_first_not_of(" \t\r\n", at), equal = xml.find('=', at);
    auto const open = equal == std::string::npos ? equal : xml.find_first_of("\"'", equal);
    if (name >= end || open >= end) return values;
    auto const close = xml.find(xml[open], open + 1);
    if (close == std::string::npos) return values;
    values[xml.substr(name, equal - name)] = xml.substr(open + 1, close - open - 1);
    at = close + 1;
  }
}

std::string of(std::map<std::string, std::string> const& values, std::string const& key) {
  auto const found = values.find(key);
  return found == values.end() ? "" : found->second;
}

/// The names of the first image's channels, by their fluorophore where they have none of their own; none where not every channel has one.
std::vector<std::string> channels_of(std::string const& xml, Index channels) {
  auto const end = std::min(xml.find("</Pixels>"), xml.size());
  std::vector<std::string> names;
  for (std::size_t at = xml.find("<Pixels ");;) {
    auto const values = attributes_of(xml, "Channel", at);
    if (at >= end) break;
    auto const name = of(values, "Name");
    names.push_back(name.empty() ? of(values, "Fluor") : name);
  }
  bool const all = static_cast<Index>(names.size()) == channels && std::count(names.begin(), names.end(), "") == 0;
  return all ? names : std::vector<std::string>{};
}

/// Those axes of more than one point, if together they make up the pages.
void take(TiffMeaning& meaning, std::vector<Dimension> const& axes, Index pages) {
  Index product = 1;
  for (auto const& axis : axes) product = axis.size > 0 && product <= pages ? product * axis.size : 0;
  if (product != pages) return;
  for (auto const& axis : axes)
    if (axis.size > 1) meaning.pages.push_back(axis);
}

void read_imagej(TiffMeaning& meaning, std::string const& text, Index pages, double x_resolution, double y_resolution) {
  auto const values = lines_of(text);
  auto const unit = plain_unit(of(values, "unit"));
  meaning.images = count(of(values, "images"));
  Index const channels = count(of(values, "channels"));
  Index frames = count(of(values, "frames")), slices = count(of(values, "slices"));
  take(meaning,
       {{"t", frames, "", number(of(values, "finterval")), "s"},
        {"z", slices, "", number(of(values, "spacing")), unit},
        {"channel", channels, "", 0.0, ""}},
       pages);
  if (unit.empty()) return;
  meaning.x = x_resolution > 0.0 ? fewest_digits(static_cast<float>(1.0 / x_resolution)) : 0.0;  // libtiff has it in single precision
  meaning.y = y_resolution > 0.0 ? fewest_digits(static_cast<float>(1.0 / y_resolution)) : 0.0;
  meaning.x_unit = meaning.y_unit = unit;
}

void read_ome(TiffMeaning& meaning, std::string const& text, Index pages) {
  std::size_t at = 0;
  auto const values = attributes_of(text, "Pixels", at);
  auto const spacing = [&](std::string const& axis) { return number(of(values, "PhysicalSize" + axis)); };
  auto const unit = [&](std::string const& axis) {
    auto const given = of(values, "PhysicalSize" + axis + "Unit");
    return given.empty() ? std::string("um") : plain_unit(given);
  };
  std::map<char, Dimension> const axes{
      {'Z', {"z", count(of(values, "SizeZ")), "", spacing("Z"), unit("Z")}},
      {'C', {"channel", count(of(values, "SizeC")), "", 0.0, "", channels_of(text, count(of(values, "SizeC")))}},
      {'T',
       {"t", count(of(values, "SizeT")), "", number(of(values, "TimeIncrement")),
        of(values, "TimeIncrementUnit").empty() ? "s" : of(values, "TimeIncrementUnit")}}};
  auto const order = of(values, "DimensionOrder");  // XYZCT: the fastest first
  std::vector<Dimension> slowest_first;
  for (std::size_t i = order.size(); i-- > 2;)
    if (axes.count(order[i]) > 0) slowest_first.push_back(axes.at(order[i]));
  if (slowest_first.size() == 3) take(meaning, slowest_first, pages);
  meaning.x = spacing("X");
  meaning.y = spacing("Y");
  meaning.x_unit = unit("X");
  meaning.y_unit = unit("Y");
}

}  // namespace

TiffMeaning tiff_meaning(std::string const& description, Index pages, double x_resolution, double y_resolution) {
  TiffMeaning meaning;
  if (description.rfind("ImageJ=", 0) == 0)
    read_imagej(meaning, description, pages, x_resolution, y_resolution);
  else if (description.find("<OME") != std::string::npos)
    read_ome(meaning, description, pages);
  if (meaning.pages.empty() && pages > 1) meaning.pages = {{"page", pages, "", 0.0, ""}};
  return meaning;
}

}  // namespace mollis::io
