// The texts of HTTP that are read and written without a library: escapes, queries, heads, event frames, addresses.
#include "integrations/net/http_text.h"

#include "integrations/net/http_server.h"
#include "tests/fuzz/fuzz.h"

namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::hold(percent_decode(text, true).size() <= text.size(), "decoding does not grow");
  parse_query(text);
  parse_host_port(text);
  const HttpResponse plain{.status = 200, .content_type = "text/plain", .body = "", .headers = {{"X-A", "b"}}};
  HttpResponse hostile = plain;
  hostile.headers["X-A"] = std::string(text);
  std::string a, b;
  append_head(a, plain, "now", KeepAlive::implied);
  append_head(b, hostile, "now", KeepAlive::implied);
  fuzz::hold(count(a, "\n") == count(b, "\n"), "a value injects no header");
  const std::string frame = stream_frame("post", text, "1");
  fuzz::hold(frame.ends_with("\n\n") && count(frame, "\n\n") == 1, "a frame is one frame");
  return 0;
}
