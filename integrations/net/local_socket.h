// The Unix socket that the command line speaks to: one JSON document per line, both ways.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bot/base/result.h"

namespace muster {

class Loop;

inline constexpr std::size_t local_line_bytes_max = 64u << 10;    // a command is at most 8 kB
inline constexpr std::size_t local_answer_bytes_max = 16u << 20;  // what the blocking client accepts

using LocalReply = std::function<void(std::string line)>;  // call once, on the loop, now or later; no newline
// `uid` is the peer's user id as the kernel tells it (SO_PEERCRED). Loop thread. One line at a time per peer.
using LocalHandler = std::function<void(std::uint32_t uid, std::string line_json, LocalReply reply)>;

class LocalSocket {
 public:
  // The file gets mode 0600; a stale file is replaced. conflict: somebody is listening there already.
  static Result<std::unique_ptr<LocalSocket>> listen(Loop& loop, const std::string& path, LocalHandler handler);
  virtual ~LocalSocket() = default;  // closes and removes the file
};

// Blocking: sends one line, waits for one. not_found or unavailable: nobody listens.
Result<std::string> call_local_socket(const std::string& path, const std::string& line, std::int64_t timeout_ms);

}  // namespace muster
