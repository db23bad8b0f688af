// So many calls at a time to one host: who is under way there, and who waits for his turn. Of 200 looks of one moment
// each on a connection of its own, every one would cost a TLS handshake and some 60 kB. One thread.
#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "integrations/net/http_client.h"

namespace muster {

// The line that a call stands in; empty: none. Streams are under way as long as they like, so they are not counted.
// What has to have a connection of its own waits only for its like: a change must not stand behind 200 looks at a
// server that does not answer.
std::string lane_of(const HttpCall& call);
// The time in line counts. False: there is none left, and nothing was sent.
bool has_time_left(HttpCall& call, std::chrono::steady_clock::duration waited);

template <class Call>
class HttpLanes {
 public:
  explicit HttpLanes(std::size_t most) : most_(most) {}

  void wait(const std::string& host, Call call) { hosts_[host].line.push_back(std::move(call)); }
  // Whose turn it is at this host; nothing: nobody waits, or enough are under way. He is under way until left().
  std::optional<Call> next(const std::string& host) {
    const auto it = hosts_.find(host);
    if (it == hosts_.end() || it->second.line.empty() || it->second.under_way >= most_) return std::nullopt;
    Call call = std::move(it->second.line.front());
    it->second.line.pop_front();
    ++it->second.under_way;
    return call;
  }
  void left(const std::string& host) {
    const auto it = hosts_.find(host);
    if (it == hosts_.end()) return;
    if (it->second.under_way > 0) --it->second.under_way;
    if (it->second.under_way == 0 && it->second.line.empty()) hosts_.erase(it);
  }

 private:
  struct Host {
    std::size_t under_way = 0;
    std::deque<Call> line;
  };
  std::size_t most_;
  std::map<std::string, Host> hosts_;
};

}  // namespace muster
