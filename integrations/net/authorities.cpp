#include "integrations/net/authorities.h"

#include <openssl/x509.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace muster {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// `4a6481c9.0`: eight digits of the hash, and a number for authorities of one hash.
bool is_hashed(const std::string& name) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() >= 10 && name[8] == '.' && std::ranges::all_of(name.substr(0, 8), is_hex) && name[9] >= '0' &&
         name[9] <= '9';
}

bool has_hashed(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_hashed(at->path().filename().string())) return true;
  }
  return false;
}

bool is_there(const std::string& file) {
  std::error_code error;
  return fs::is_regular_file(file, error);
}

}  // namespace

Authorities authorities_in(const AuthorityPlaces& places) {
  if (!places.own_file.empty() || !places.own_folder.empty()) return {places.own_file, places.own_folder};
  if (has_hashed(places.folder)) return {.file = {}, .folder = places.folder};
  return {.file = is_there(places.file) ? places.file : std::string(), .folder = {}};
}

Authorities system_authorities() {
  return authorities_in({.own_file = variable(X509_get_default_cert_file_env()),
                         .own_folder = variable(X509_get_default_cert_dir_env()),
                         .file = X509_get_default_cert_file(),
                         .folder = X509_get_default_cert_dir()});
}

}  // namespace muster
