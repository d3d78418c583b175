// replay COUNT PATH...: a fuzz target on files (of folders, all of them) and on COUNT mutations of each, always the same ones.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "fuzz.hpp"

namespace {

namespace fs = std::filesystem;

void run(std::string const& text) { LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(text.data()), text.size()); }

/// The text with a piece cut, doubled, moved or overwritten.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr char odd[] = "\"'[]{}=#,.()^*/-+\n\t\\\xff\x01";
  std::size_t const size = std::max<std::size_t>(text.size(), 1);
  std::size_t const at = random() % size, length = 1 + random() % 12, to = random() % size;
  std::string const piece = text.substr(std::min(at, text.size()), length);
  switch (random() % 5) {
    case 0: return text.substr(0, at);
    case 1: return text.erase(std::min(at, text.size()), length);
    case 2: return text.insert(std::min(to, text.size()), piece);
    case 3: return text.insert(std::min(at, text.size()), 1, odd[random() % (sizeof odd - 1)]);
    default: return text.replace(std::min(to, text.size()), length, piece);
  }
}

std::vector<fs::path> files_of(fs::path const& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (auto const& entry : fs::directory_iterator(path))
    if (entry.is_regular_file() && entry.path().extension() != ".md") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  int const count = argc > 1 ? std::atoi(argv[1]) : 0;
  std::size_t runs = 0;
  for (int i = 2; i < argc; ++i) {
    for (auto const& file : files_of(argv[i])) {
      std::ifstream stream(file, std::ios::binary);
      std::string const text{std::istreambuf_iterator<char>(stream), {}};
      std::mt19937 random(static_cast<unsigned>(text.size()));
      run(text);
      for (int n = 0; n < count; ++n, ++runs) {
        auto other = mutated(text, random);
        if (n % 2 == 1) other = mutated(other, random);
        run(other);
      }
    }
  }
  std::printf("%zu inputs\n", runs);
  return runs > 0 ? 0 : 1;
}
