#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "bot/app.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/observability/observability.h"

namespace muster {
namespace {

Result<void> write_private(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 && errno == ENOENT)
    return fail(ErrorKind::not_found,
                "There is no data folder " + std::filesystem::path(path).parent_path().string() + ".",
                "Name the bot's with --data; `muster serve` makes it.");
  if (fd < 0) return fail(ErrorKind::unavailable, "cannot write " + path, "Check who owns the data folder.");
  // root may ask for the addresses before the bot's own user has started: the file still belongs to that user.
  struct stat owner {};
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (::geteuid() == 0 && ::stat(folder.c_str(), &owner) == 0 && ::fchown(fd, owner.st_uid, owner.st_gid) != 0) {
    ::close(fd);
    return fail(ErrorKind::unavailable, "cannot give " + path + " to the owner of the data folder");
  }
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  std::error_code error;
  if (written) std::filesystem::rename(temporary, path, error);
  if (!written || error) return fail(ErrorKind::unavailable, "cannot write " + path, "Check the space on the disk.");
  return {};
}

Result<Value> read_tokens(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return Value(Value::Map{});
  Result<Value> parsed = parse_json(text.str());
  if (parsed && parsed->is_map()) return parsed;
  return fail(ErrorKind::invalid, path + " is damaged",
              "Restore it from a backup, or remove it: every sender then needs its new address.");
}

Value map_of(const Value& kept, const std::string& key) { return kept[key].is_map() ? kept[key] : Value(Value::Map{}); }

Result<void> keep_tokens(const std::string& path, const Value& kept) {
  return write_private(path, to_json(kept, 2) + "\n");
}

}  // namespace

Result<Tokens> load_tokens(const std::string& folder, const Settings& settings) {
  const std::string path = folder + "/tokens.json";
  auto read = read_tokens(path);
  if (!read) return std::unexpected(read.error());
  Value& kept = *read;
  Tokens t;
  t.login = kept["login"].as_string();
  bool changed = t.login.empty();
  if (changed) t.login = random_token();
  Value sources = map_of(kept, "sources");
  const Value old = map_of(kept, "old");
  for (const AlertSourceDef& s : settings.sources) {
    if (sources[s.name].as_string().empty()) {
      sources.set(s.name, random_token());
      changed = true;
    }
    t.sources[s.name] = sources[s.name].as_string();
    if (!old[s.name].as_string().empty()) t.old_sources[s.name] = old[s.name].as_string();
  }
  if (!changed) return t;
  kept.set("login", t.login);
  kept.set("sources", sources);
  if (auto written = keep_tokens(path, kept); !written) return std::unexpected(written.error());
  return t;
}

Result<void> rotate_token(const std::string& folder, const std::string& source, bool retire_old) {
  const std::string path = folder + "/tokens.json";
  auto read = read_tokens(path);
  if (!read) return std::unexpected(read.error());
  Value sources = map_of(*read, "sources"), old = map_of(*read, "old");
  if (sources[source].as_string().empty())
    return fail(ErrorKind::not_found, "No source is called " + source + " in " + path + ".",
                "`muster sources` lists the names.");
  if (!retire_old && !old[source].as_string().empty())
    return fail(ErrorKind::conflict, "The old token of " + source + " is still valid; a third would cut it off.",
                "When every sender has the new address: muster sources --retire " + source);
  if (retire_old && old[source].as_string().empty())
    return fail(ErrorKind::not_found, source + " has no old token.", "Nothing was changed.");
  old.set(source, retire_old ? Value("") : sources[source]);
  if (!retire_old) sources.set(source, random_token());
  read->set("sources", sources);
  read->set("old", old);
  return keep_tokens(path, *read);
}

Result<std::string> rotate_login(const std::string& folder) {
  const std::string path = folder + "/tokens.json";
  auto read = read_tokens(path);
  if (!read) return std::unexpected(read.error());
  std::string token = random_token();
  read->set("login", token);
  if (auto written = keep_tokens(path, *read); !written) return std::unexpected(written.error());
  return token;
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
  c.environments = s.environments;
  c.policy = s.policy.empty() ? default_policy() : s.policy;
  c.alerts_channel = s.alerts_channel;
  c.channel_name = s.channel_name;
  c.board_channel = s.board_channel;
  c.invites = s.invites;
  c.private_incidents = s.private_incidents;
  c.bridge_url = s.bridge_url;
  c.public_url = s.public_url;
  c.archive_after = s.archive_after;
  c.archive_published = s.archive_published;
  c.group_wait = s.group_wait;
  c.flap_window = s.flap_window;
  c.capture = {.reactions = s.file_reactions,
               .todo_reactions = s.todo_reactions,
               .keep_deleted = s.keep_deleted_messages,
               .keywords = s.offer_words,
               .offer_every = s.offer_every};
  c.link_by_email = s.link_by_email;
  c.checklists = s.checklists;
  c.together = s.together;
  c.version = muster_version;
  c.backends = backends_of(s.observability);
  for (const WebhookDef& d : s.webhooks) c.webhooks.push_back({d.name, d.events, d.severities, d.services});
  for (const AutomationDef& d : s.automation)
    c.automation.push_back({d.name, d.environments, d.writes_per_hour, d.one_write_per_service, d.freeze});
  c.health = s.health;
  c.health_checks = s.health_checks;
  c.rollouts = s.rollouts;
  for (const SeverityDef& d : s.severities)
    c.severities.push_back({d.name, d.meaning, d.update_every, d.review_within});
  std::string policy;
  for (const Rule& r : c.policy)
    policy += join({r.name, join(r.who, ","), join(r.verbs, ","), join(r.services, ","), join(r.environments, ","),
                    join(r.where, ","), join(r.matchers, ","), r.when, r.effect, std::to_string(r.approvals),
                    r.approve_group},
                   "|") +
              "\n";
  c.policy_hash = to_hex(sha256(policy)).substr(0, 12);
  for (const AlertRoute& r : s.alert_routes) {
    AlertRouteRule rule{.name = r.name,
                        .matchers = {},
                        .open_incident = r.open_incident,
                        .severity = r.severity,
                        .when = r.when,
                        .triage = r.triage};
    for (const std::string& text : r.matchers) {
      const auto parsed = parse_matchers(text);  // the loader has checked them
      if (parsed) rule.matchers.insert(rule.matchers.end(), parsed->begin(), parsed->end());
    }
    c.alert_routes.push_back(std::move(rule));
  }
  return c;
}

}  // namespace muster
