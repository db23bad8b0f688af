#include "bot/web/listen_notice.h"

namespace muster {

std::string listen_notice(const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  if (host == "localhost" || host == "[::1]" || host.starts_with("127.")) return {};
  return "Note: " + address +
         " can be reached from other machines, and what travels there, the login link too, is not encrypted. Put a "
         "proxy with TLS before it, or listen on 127.0.0.1 and use an SSH tunnel.";
}

}  // namespace muster
