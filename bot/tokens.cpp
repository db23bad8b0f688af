#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "bot/app.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster {
namespace {

Result<void> write_private(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorKind::unavailable, "cannot write " + path, "Check who owns the data folder.");
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  std::error_code error;
  if (written) std::filesystem::rename(temporary, path, error);
  if (!written || error) return fail(ErrorKind::unavailable, "cannot write " + path, "Check the space on the disk.");
  return {};
}

}  // namespace

Result<Tokens> load_tokens(const std::string& folder, const Settings& settings) {
  const std::string path = folder + "/tokens.json";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  Value kept = Value::Map{};
  if (file) {
    const Result<Value> parsed = parse_json(text.str());
    if (!parsed)
      return fail(ErrorKind::invalid, path + " is damaged",
                  "Restore it from a backup, or remove it: every sender then needs its new address.");
    kept = *parsed;
  }
  Tokens t;
  t.login = kept["login"].as_string();
  bool changed = t.login.empty();
  if (changed) t.login = random_token();
  Value sources = kept["sources"].is_map() ? kept["sources"] : Value(Value::Map{});
  for (const AlertSourceDef& s : settings.sources) {
    if (sources[s.name].as_string().empty()) {
      sources.set(s.name, random_token());
      changed = true;
    }
    t.sources[s.name] = sources[s.name].as_string();
  }
  if (!changed) return t;
  kept.set("login", t.login);
  kept.set("sources", sources);
  if (auto written = write_private(path, to_json(kept, 2) + "\n"); !written) return std::unexpected(written.error());
  return t;
}

CoreConfig core_config(const Settings& s, bool sandbox) {
  CoreConfig c;
  c.bot_handle = s.bot_handle;
  c.prefix = s.prefix;
  c.language = s.language;
  c.zone = s.zone;
  c.sandbox = sandbox;
  c.people = s.people;
  c.services = s.services;
  c.policy = s.policy.empty() ? default_policy() : s.policy;
  c.alerts_channel = s.alerts_channel;
  c.version = muster_version;
  for (const SeverityDef& d : s.severities) c.severities.push_back({d.name, d.meaning, d.update_every});
  std::string policy;
  for (const Rule& r : c.policy)
    policy += r.name + "|" + join(r.who, ",") + "|" + join(r.verbs, ",") + "|" + r.when + "|" + r.effect + "\n";
  c.policy_hash = to_hex(sha256(policy)).substr(0, 12);
  for (const AlertRoute& r : s.alert_routes) {
    AlertRouteRule rule{
        .name = r.name, .matchers = {}, .open_incident = r.open_incident, .severity = r.severity, .when = r.when};
    for (const std::string& text : r.matchers) {
      const auto parsed = parse_matchers(text);  // the loader has checked them
      if (parsed) rule.matchers.insert(rule.matchers.end(), parsed->begin(), parsed->end());
    }
    c.alert_routes.push_back(std::move(rule));
  }
  return c;
}

}  // namespace muster
