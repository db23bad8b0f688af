#include "integrations/net/http_lanes.h"

namespace muster {

std::string lane_of(const HttpCall& call) {
  if (call.stream) return {};
  const std::size_t begin = call.url.find("://");
  const std::size_t end = begin == call.url.npos ? begin : call.url.find_first_of("/?#", begin + 3);
  return call.url.substr(0, end) + " " + call.connect_to + (call.fresh_connection ? " fresh" : "");
}

bool has_time_left(HttpCall& call, std::chrono::steady_clock::duration waited) {
  if (call.timeout_ms <= 0) return true;
  call.timeout_ms -= std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
  return call.timeout_ms > 0;
}

}  // namespace muster
