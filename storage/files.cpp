#include "storage/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "bot/base/hash.h"

namespace muster::storage {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t key_bytes = 32;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> broken(const std::string& what, const std::string& path) {
  return fail(ErrorKind::unavailable, what + " " + path + " failed: " + std::strerror(errno) + ".",
              "Check that the user that runs the bot may write there and that the disk has room.");
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string read_up_to(int fd, std::size_t most) {
  std::string out(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const ssize_t n = ::pread(fd, out.data() + size, most - size, static_cast<off_t>(size));
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  out.resize(size);
  return out;
}

}  // namespace

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

std::string db_path(const std::string& folder) { return folder + "/muster.db"; }
std::string key_path(const std::string& folder) { return folder + "/mac.key"; }

bool has_bytes(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && info.st_size > 0;
}

bool begins_as_database(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && read_up_to(fd.get(), 16) == std::string_view("SQLite format 3\0", 16);
}

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) {
      return fail(ErrorKind::unavailable, "The data folder " + folder + " cannot be made: " + error.message() + ".",
                  "Make it by hand and give it to the user that runs the bot.");
    }
  }
  if (!fs::is_directory(folder, error)) {
    return fail(ErrorKind::invalid, folder + " is not a folder.", "Name a folder for the bot's data.");
  }
  return check_writable(folder);
}

Result<void> check_writable(const std::string& path) {
  if (::access(path.c_str(), W_OK) == 0) return {};
  return fail(ErrorKind::unavailable, path + " may not be written (" + std::strerror(errno) + "). Nothing was changed.",
              "Give the user that runs the bot the right to write it, or name another data folder.");
}

Result<void> check_readable(const std::string& path) {
  if (::access(path.c_str(), R_OK) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return fail(ErrorKind::unavailable, path + " may not be read (" + std::strerror(errno) + ").",
              "Ask as the bot's own user or as root.");
}

Result<FolderLock> lock_folder(const std::string& folder) {
  const std::string path = folder + "/muster.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return broken("Opening the lock", path);
  FolderLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::string pid = read_up_to(fd, 20);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return fail(ErrorKind::conflict,
                "Another process (pid " + (pid.empty() ? "unknown" : pid) + ") is using " + folder + ".",
                "Stop it first, or give this one its own data folder.");
  }
  if (::ftruncate(fd, 0) != 0 || !write_all(fd, std::to_string(::getpid()) + "\n")) {
    return broken("Writing the lock", path);
  }
  return lock;
}

Result<std::string> read_key(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 && errno != ENOENT) return broken("Reading the key", path);
  const std::string next = "Restore the key file from the backup that belongs to this database.";
  if (fd.get() < 0) {
    return fail(ErrorKind::conflict, "The journal's key " + path + " is missing, but the database beside it exists.",
                next);
  }
  std::string key = read_up_to(fd.get(), key_bytes + 1);
  if (key.size() == key_bytes) return key;
  return fail(ErrorKind::conflict, "The journal's key " + path + " is not 32 bytes long.", next);
}

Result<void> make_key(const std::string& path) { return write_private(path, random_bytes(key_bytes)); }

Result<void> make_private_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd.get() < 0) return broken("Opening", path);
  return {};
}

Result<void> write_private(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  {
    const Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd.get() < 0) return broken("Writing", temporary);
    if (!write_all(fd.get(), bytes)) return broken("Writing", temporary);
  }
  return put_in_place(temporary, path);
}

Result<void> put_in_place(const std::string& from, const std::string& to) {
  {
    const Fd fd(::open(from.c_str(), O_RDWR | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0) return broken("Syncing", from);
  }
  if (::rename(from.c_str(), to.c_str()) != 0) return broken("Renaming into", to);
  const fs::path parent = fs::path(to).parent_path();
  const Fd folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return broken("Syncing the folder of", to);
  return {};
}

}  // namespace muster::storage
