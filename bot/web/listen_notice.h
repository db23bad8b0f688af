// What has to be said when the bot can be reached from other machines.
#pragma once
#include <string>

namespace muster {

// Empty when only this machine can reach "127.0.0.1:8080".
std::string listen_notice(const std::string& address, const std::string& language = "en");

}  // namespace muster
