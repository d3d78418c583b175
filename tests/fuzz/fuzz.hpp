#pragma once
/// What fuzz targets have in common.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

/// Runs a target on one input (the name is libFuzzer's). Returns 0, or does not return.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace mollis::fuzz {

/// Ends the program where a promise is broken.
inline void require(bool kept, char const* promise, std::string const& about) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n%s\n", promise, about.c_str());
  std::abort();
}

}  // namespace mollis::fuzz
