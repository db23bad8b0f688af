// The folder of one command: what the shim wrote there, read with mistrust of everything but its owner. Any thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "integrations/process/command.h"

namespace muster::process {

class Fd {  // closes what it holds
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  int get() const { return fd_; }
  int release();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

using Fields = std::map<std::string, std::string, std::less<>>;
std::optional<Fields> read_record(const std::string& path);  // nothing unless it is whole
std::int64_t number_in(const Fields& fields, std::string_view name, std::int64_t fallback = 0);

struct StartedRecord {
  std::string boot;
  int shim = 0;
  std::int64_t shim_start = 0;
  int child = 0;
  std::int64_t child_start = 0;
  TimeMs at = 0;
  DurationMs timeout = 0;
  std::size_t text_max = 64 << 10;
};

struct StreamRecord {
  std::uint64_t total = 0, kept = 0, ring = 0;
  int trouble = 0;
};

struct ResultRecord {
  std::string why;
  std::optional<int> code, signal;
  int stage = 0, error = 0;
  TimeMs started = 0, ended = 0;
  DurationMs took = 0;
  bool left_behind = false;
  StreamRecord out, err;
};

std::optional<StartedRecord> read_started(const std::string& folder);
std::optional<ResultRecord> read_result(const std::string& folder);
bool has_result(const std::string& folder);

enum class Lock { free, held, missing };
Lock look_at_lock(const std::string& folder);

std::string kernel_boot_id();
std::int64_t start_time_of(int pid);                // -1: no such process
Fd open_process(int pid, std::int64_t start_time);  // a pidfd of exactly that process while it lives, or nothing
std::vector<std::string> names_in(const std::string& folder);  // with . and ..; none when it cannot be read
void remove_rests(const std::string& folder, TimeMs before);   // files that were changed last before then
void remove_folder(const std::string& folder);                 // only the names we know; a stranger's file keeps it
std::string read_some(const std::string& path, std::uint64_t at, std::size_t most);
std::uint64_t size_of(const std::string& path);
// The last bytes of what a stream has written so far, and how many that were.
std::string last_bytes(const std::string& folder, const char* file, const char* tail, std::size_t most,
                       std::uint64_t& total);

}  // namespace muster::process
