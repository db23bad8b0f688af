// The folder of the store: its lock, its MAC key, and writing files that are there whole or not at all.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/result.h"

namespace muster::storage {

// Owns a file descriptor; closing it gives the lock back.
class FolderLock {
 public:
  explicit FolderLock(int fd = -1) : fd_(fd) {}
  FolderLock(FolderLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  int fd_;
};

std::string db_path(const std::string& folder);
std::string key_path(const std::string& folder);
bool has_bytes(const std::string& path);  // exists and is not empty
bool begins_as_database(const std::string& path);

Result<void> make_folder(const std::string& folder);        // 0700 when it has to be made; must be writable
Result<FolderLock> lock_folder(const std::string& folder);  // conflict names the other process
Result<std::string> read_key(const std::string& path);
Result<void> make_key(const std::string& path);
Result<void> make_private_file(const std::string& path);  // 0600, empty; leaves an existing one alone
Result<void> check_writable(const std::string& path);
Result<void> check_readable(const std::string& path);                         // fine, too, when there is nothing
Result<void> write_private(const std::string& path, std::string_view bytes);  // 0600, synced, renamed into place
Result<void> put_in_place(const std::string& from, const std::string& to);    // sync, rename, sync the folder

}  // namespace muster::storage
