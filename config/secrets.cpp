#include "config/secrets.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace muster {
namespace {

constexpr std::size_t secret_bytes_max = 4096;  // a token is far shorter; a wrong path may name anything

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> from_file(const std::string& name, const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder) / name;  // an absolute name stays as it is
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorKind::not_found, "the secret file " + path.string() + " is not there", "a readable file");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(secret_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  text = without_line_end(std::move(text));
  if (text.empty() || text.size() > secret_bytes_max) {
    return fail(ErrorKind::invalid, "the secret file " + path.string() + " is empty, unreadable or over 4 KiB",
                "one line that holds the secret");
  }
  return text;
}

}  // namespace

Result<std::string> resolve_secret(const std::string& reference, const std::string& folder) {
  if (reference.starts_with("file:")) return from_file(reference.substr(5), folder);
  const std::string name = reference.substr(4);
  const char* const value = std::getenv(name.c_str());
  std::string secret = without_line_end(value ? value : "");
  if (secret.empty()) {
    return fail(ErrorKind::not_found, "the environment variable " + name + " is not set",
                "export " + name + "=… before the start");
  }
  return secret;
}

}  // namespace muster
