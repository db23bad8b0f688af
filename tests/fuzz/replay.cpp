// Runs a fuzz target over its seeds, with any compiler: fuzz_<target> FOLDER_OR_FILE…
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace {

bool replay(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) return false;
  std::cerr << file.filename().string() << "\n";  // the last line names the one that failed
  LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      count += replay(argv[i]) ? 1 : 0;
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator(argv[i])) count += replay(file.path()) ? 1 : 0;
  }
  std::cout << count << " inputs\n";
  return count > 0 ? 0 : 2;
}
