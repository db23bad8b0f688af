// What is wrong with a definition.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "bot/base/regex.h"
#include "integrations/process/spawn.h"
#include "integrations/targets/local/render.h"

namespace muster::local {
namespace {

constexpr std::string_view placeholders[] = {"{version}", "{port}", "{service}", "{environment}"};
constexpr const char* placeholder_list = "{version}, {port}, {service} or {environment}";

// {word} that is none of ours; a brace around anything else is a character like any other.
bool has_unknown_placeholder(std::string_view text) {
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", open + 1);
    if (close == text.npos || text[close] != '}' || close == open + 1) continue;
    if (std::ranges::count(placeholders, text.substr(open, close - open + 1)) == 0) return true;
  }
  return false;
}

void check_placeholders(const char* field, const std::vector<std::string>& list, std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (has_unknown_placeholder(list[i]))
      faults.push_back({field, i, "no such placeholder can be filled in", placeholder_list});
  }
}

void check_command(const LocalTargetDef& def, std::vector<Fault>& faults) {
  const std::string program = def.command.empty() ? "" : def.command.front();
  if (!program.starts_with('/') && program != "muster-sample")
    faults.push_back({"command", 0, "the program is not named by its absolute path", "/srv/shop/{version}/bin/shop"});
  check_placeholders("command", def.command, faults);
  check_placeholders("folder", {def.folder}, faults);
  check_placeholders("env", def.env, faults);
  check_placeholders("health", {def.health}, faults);
  if (!def.folder.starts_with('/')) faults.push_back({"folder", 0, "it is no absolute path", "/"});
  for (std::size_t i = 0; i < def.env.size(); ++i) {
    const std::size_t equals = def.env[i].find('=');
    if (equals == 0 || equals == std::string::npos)
      faults.push_back({"env", i, "it is no variable with a value", "NAME=VALUE"});
  }
}

void check_ports(const LocalTargetDef& def, std::vector<Fault>& faults) {
  const int count = def.last_port - def.first_port + 1;
  if (def.first_port < 1 || def.last_port > 65535 || count < 1 || count > ports_max)
    return faults.push_back(
        {"ports", 0, "it is no range of at most " + std::to_string(ports_max) + " ports", "8101-8110"});
  if (def.replicas + 1 > count)
    faults.push_back({"replicas", 0,
                      std::to_string(def.replicas) + " processes need " + std::to_string(def.replicas + 1) +
                          " ports: a new one starts before an old one ends",
                      "a wider range in `ports`"});
}

void check_versions(const LocalTargetDef& def, std::vector<Fault>& faults) {
  const auto fits = [&](const std::string& v) { return full_match(v, def.version_pattern).value_or(false); };
  if (!full_match("", def.version_pattern))
    return faults.push_back({"version_pattern", 0, "it is no regular expression", "an expression in RE2's syntax"});
  for (std::size_t i = 0; i < def.versions.size(); ++i) {
    if (!fits(def.versions[i])) faults.push_back({"versions", i, "it does not match version_pattern", "1.4.2"});
  }
  const bool listed = def.versions.empty() || std::ranges::count(def.versions, def.version) > 0;
  if (!def.version.empty() && !(fits(def.version) && listed))
    faults.push_back({"version", 0, "it is none of the versions that the target takes", "one of `versions`"});
}

}  // namespace

void read_ports(const std::string& text, int& first, int& last) {
  first = last = 0;
  const char* const end = text.data() + text.size();
  int low = 0, high = 0;
  const auto one = std::from_chars(text.data(), end, low);
  if (one.ec != std::errc()) return;
  high = low;
  if (one.ptr != end) {
    if (*one.ptr != '-') return;
    const auto two = std::from_chars(one.ptr + 1, end, high);
    if (two.ec != std::errc() || two.ptr != end) return;
  }
  first = low;
  last = high;
}

std::vector<Fault> faults_of(const LocalTargetDef& def) {
  std::vector<Fault> faults;
  if (!process::is_command_id(def.name))
    faults.push_back({"name", 0, "it names a folder too: letters, digits, dots, dashes and underscores", "shop-prod"});
  check_command(def, faults);
  check_ports(def, faults);
  check_versions(def, faults);
  if (!def.health.empty() && !def.health.starts_with("http://") && !def.health.starts_with("https://"))
    faults.push_back({"health", 0, "it is no address", "http://127.0.0.1:{port}/health"});
  if (def.start_timeout <= 0) faults.push_back({"start_timeout", 0, "it leaves no time at all", "30s"});
  if (def.health_timeout <= 0) faults.push_back({"health_timeout", 0, "it leaves no time at all", "2s"});
  if (def.log_bytes < (64u << 10)) faults.push_back({"log_bytes", 0, "it is too little", "at least 65536"});
  if (def.log_files > 20) faults.push_back({"log_files", 0, "it is too many", "at most 20"});
  return faults;
}

}  // namespace muster::local
