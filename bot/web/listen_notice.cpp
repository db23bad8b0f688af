#include "bot/web/listen_notice.h"

#include "bot/core/commands/words.h"

namespace muster {

std::string listen_notice(const std::string& address, const std::string& language) {
  const std::string host = address.substr(0, address.rfind(':'));
  if (host == "localhost" || host == "[::1]" || host.starts_with("127.")) return {};
  return say(language, "cli.listens", {{"address", address}});
}

}  // namespace muster
