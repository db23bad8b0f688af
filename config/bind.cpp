#include "config/bind.h"

#include <charconv>

#include "bot/base/text.h"
#include "config/bind_chat.h"
#include "config/bind_kubernetes.h"

namespace muster {
namespace {

using Entry = ConfigEntry;

int number(const std::string& text) {
  int n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

DurationMs duration(const std::string& text) { return text == "0" ? 0 : parse_duration(text).value_or(0); }

LogLevel log_level(const std::string& text) {
  if (text == "debug") return LogLevel::debug;
  if (text == "warn") return LogLevel::warn;
  return text == "error" ? LogLevel::error : LogLevel::info;
}

Person bind_person(const Entry& in) {
  Person person{.id = in.text("id"),
                .name = in.text("name"),
                .email = in.text("email"),
                .zone = in.text("zone"),
                .language = in.text("language"),
                .handles = {},
                .groups = in.all("groups"),
                .roles = in.all("roles"),
                .uids = {}};
  if (person.name.empty()) person.name = person.id;
  for (const std::string& handle : in.all("handles")) {
    const std::size_t colon = handle.find(':');
    person.handles.push_back({handle.substr(0, colon), handle.substr(colon + 1)});
  }
  for (const std::string& uid : in.all("uids")) person.uids.push_back(number(uid));
  return person;
}

Service bind_service(const Entry& in) {
  return {.name = in.text("name"),
          .title = in.text("title"),
          .owners = in.all("owners"),
          .environments = in.all("environments"),
          .depends_on = in.all("depends_on"),
          .runbook_url = in.text("runbook_url"),
          .dashboard_url = in.text("dashboard_url"),
          .compare_url = in.text("compare_url"),
          .order = in.all("order"),
          .ci_url = in.text("ci_url"),
          .ci_pass = in.text("ci_pass")};
}

Environment bind_environment(const Entry& in) {
  return {.name = in.text("name"), .is_protected = in.text("protected") != "false"};
}

SeverityDef bind_severity(const Entry& in) {
  return {.name = in.text("name"),
          .meaning = in.text("meaning"),
          .update_every = duration(in.text("update_every")),
          .review_within = duration(in.text("review_within"))};
}

Rule bind_rule(const Entry& in) {
  Rule rule;
  rule.name = in.text("name");
  rule.who = in.all("who");
  rule.verbs = in.all("verbs");
  rule.services = in.all("services");
  rule.environments = in.all("environments");
  rule.where = in.all("where");
  rule.matchers = in.all("matchers");
  rule.when = in.text("when");
  rule.effect = in.text("effect");
  rule.approvals = number(in.text("approvals"));
  rule.approve_group = in.text("approve_group");
  return rule;
}

AlertRoute bind_route(const Entry& in) {
  return {.name = in.text("name"),
          .matchers = in.all("matchers"),
          .open_incident = in.text("open_incident") == "true",
          .severity = in.text("severity"),
          .when = in.text("when"),
          .triage = in.text("triage") == "true"};
}

AlertSourceDef bind_source(const Entry& in, const std::string& folder, Issues& issues) {
  AlertSourceDef source{.name = in.text("name"), .kind = in.text("kind"), .secrets = {}};
  source.secrets = in.secrets("secrets", folder, issues);
  source.header = lower_ascii(in.text("header"));
  source.signature_secrets = in.secrets("signature_secrets", folder, issues);
  source.signature_header = lower_ascii(in.text("signature_header"));
  source.timestamp_header = lower_ascii(in.text("timestamp_header"));
  source.from = in.all("from");
  source.auto_resolve_after = duration(in.text("auto_resolve_after"));
  return source;
}

ExecTargetDef bind_exec_target(const Entry& in) {
  ExecTargetDef def;
  def.name = in.text("name");
  def.services = in.all("services");
  def.environments = in.all("environments");
  def.status = in.all("status");
  def.deploy = in.all("deploy");
  def.canary = in.all("canary");
  def.bluegreen = in.all("bluegreen");
  def.rollback = in.all("rollback");
  def.scale = in.all("scale");
  def.restart = in.all("restart");
  def.pause = in.all("pause");
  def.resume = in.all("resume");
  def.history = in.all("history");
  def.pass_env = in.all("pass_env");
  def.secret_env = in.all("secret_env");
  def.folder = in.text("folder");
  def.version_pattern = in.text("version_pattern");
  for (const std::string& code : in.all("nothing_to_do")) def.nothing_to_do.push_back(number(code));
  def.status_timeout = duration(in.text("status_timeout"));
  def.watch_every = duration(in.text("watch_every"));
  def.user = in.text("user");
  def.memory_mb = number(in.text("memory_mb"));
  def.cpu_time = duration(in.text("cpu_time"));
  def.open_files = number(in.text("open_files"));
  def.file_mb = number(in.text("file_mb"));
  def.processes = number(in.text("processes"));
  return def;
}

HealthRule bind_health(const Entry& in) {
  return {.name = in.text("name"),
          .services = in.all("services"),
          .environments = in.all("environments"),
          .window = duration(in.text("window")),
          .every = duration(in.text("every")),
          .failures = number(in.text("failures")),
          .target = in.text("target") == "true",
          .alerts = in.text("alerts") == "true",
          .matchers = in.all("matchers"),
          .on_bad = in.text("on_bad"),
          .no_data = in.text("no_data"),
          .one_way = in.all("one_way"),
          .lock_for = duration(in.text("lock_for")),
          .severity = in.text("severity")};
}

AutomationDef bind_caps(const Entry& in) {
  return {.name = in.text("name"),
          .environments = in.all("environments"),
          .writes_per_hour = number(in.text("writes_per_hour")),
          .one_write_per_service = in.text("one_write_per_service") == "true",
          .freeze = in.text("freeze")};
}

RolloutRule bind_rollout(const Entry& in) {
  return {.name = in.text("name"),
          .services = in.all("services"),
          .environments = in.all("environments"),
          .strategy = in.text("strategy"),
          .stages = in.all("stages")};
}

ChecklistRule bind_checklist(const Entry& in) {
  ChecklistRule rule{.name = in.text("name"), .stage = in.text("stage"), .when = in.text("when")};
  for (const Entry& item : in.entries("items"))
    rule.items.push_back({item.text("text"), item.text("when"), item.text("run"), item.text("keyword")});
  return rule;
}

HealthCheck bind_health_check(const Entry& in) {
  HealthCheck check{.name = in.text("name"),
                    .services = in.all("services"),
                    .environments = in.all("environments"),
                    .http = in.text("http"),
                    .expect = {},
                    .promql = in.text("promql"),
                    .source = in.text("source"),
                    .pass = in.text("pass"),
                    .every = duration(in.text("every")),
                    .failures = number(in.text("failures"))};
  for (const std::string& status : in.all("expect")) check.expect.push_back(number(status));
  return check;
}

LocalTargetDef bind_local_target(const Entry& in) {
  LocalTargetDef def;
  def.name = in.text("name");
  def.service = in.text("service");
  def.environment = in.text("environment");
  def.command = in.all("command");
  def.folder = in.text("folder");
  def.versions = in.all("versions");
  def.version = in.text("version");
  def.replicas = number(in.text("replicas"));
  local::read_ports(in.text("ports"), def.first_port, def.last_port);
  def.health = in.text("health");
  def.restart = in.text("restart");
  def.env = in.all("env");
  def.pass_env = in.all("pass_env");
  def.secret_env = in.all("secret_env");
  def.version_pattern = in.text("version_pattern");
  def.start_timeout = duration(in.text("start_timeout"));
  def.health_timeout = duration(in.text("health_timeout"));
  def.stop_timeout = duration(in.text("stop_timeout"));
  def.log_bytes = static_cast<std::size_t>(number(in.text("log_bytes")));
  def.log_files = number(in.text("log_files"));
  def.stop_with_bot = in.text("stop_with_bot") == "true";
  return def;
}

std::string from_folder(const std::string& file, const std::string& folder) {
  return file.empty() || file.starts_with('/') ? file : folder + "/" + file;
}

BackendDef bind_backend(const Entry& in, const std::string& folder, Issues& issues) {
  return {.name = in.text("name"),
          .kind = in.text("kind"),
          .url = in.text("url"),
          .environments = in.all("environments"),
          .secret = in.secret("secret", folder, issues),
          .ca_file = from_folder(in.text("ca_file"), folder),
          .tenant = in.text("tenant"),
          .index = in.text("index"),
          .timeout = duration(in.text("timeout"))};
}

HttpAllowDef bind_http_allow(const Entry& in, const std::string& folder, Issues& issues) {
  return {.name = in.text("name"),
          .url = in.text("url"),
          .methods = in.all("methods"),
          .secret = in.secret("secret", folder, issues),
          .ca_file = from_folder(in.text("ca_file"), folder)};
}

WebhookDef bind_webhook(const Entry& in, const std::string& folder, Issues& issues) {
  return {.name = in.text("name"),
          .url = in.text("url"),
          .secrets = in.secrets("secrets", folder, issues),
          .events = in.all("events"),
          .severities = in.all("severities"),
          .services = in.all("services"),
          .timeout = duration(in.text("timeout")),
          .ca_file = from_folder(in.text("ca_file"), folder),
          .proxy = in.secret("proxy", folder, issues),
          .plain_http = in.text("plain_http") == "true"};
}

template <class T, class Bind>
std::vector<T> bind_list(const ConfigTree& tree, const std::string& path, Bind bind) {
  std::vector<T> bound;
  const auto it = tree.lists.find(path);
  if (it == tree.lists.end()) return bound;
  for (const ConfigRecord& record : it->second) bound.push_back(bind(Entry{path, record}));
  return bound;
}

std::string value_of(const ConfigTree& tree, const std::string& path) {
  const auto it = tree.values.find(path);
  if (it != tree.values.end() && !it->second.values.empty()) return it->second.values.front();
  const SettingField* field = find_setting(path);
  return field == nullptr ? std::string() : std::string(field->fallback);
}

std::vector<std::string> values_of(const ConfigTree& tree, const std::string& path) {
  const auto it = tree.values.find(path);
  if (it != tree.values.end()) return it->second.values;
  const SettingField* field = find_setting(path);
  return field == nullptr || field->fallback.empty() ? std::vector<std::string>() : split(field->fallback, ',');
}

}  // namespace

Settings bind_settings(const ConfigTree& tree, const std::string& folder, Issues& issues) {
  Settings s;
  s.bot_handle = value_of(tree, "bot_handle");
  s.prefix = value_of(tree, "prefix").at(0);
  s.language = value_of(tree, "language");
  s.zone = value_of(tree, "zone");
  s.sandbox = value_of(tree, "sandbox") == "true";
  s.listen = value_of(tree, "listen");
  s.log_level = log_level(value_of(tree, "log_level"));
  s.alerts_channel = value_of(tree, "alerts_channel");
  s.channel_name = value_of(tree, "channel_name");
  s.board_channel = value_of(tree, "board_channel");
  s.runbooks = value_of(tree, "runbooks");
  s.bridge_url = value_of(tree, "bridge_url");
  s.public_url = value_of(tree, "public_url");
  while (s.public_url.ends_with('/')) s.public_url.pop_back();
  s.archive_after = duration(value_of(tree, "archive_after"));
  s.archive_published = value_of(tree, "archive_after") == "published";
  s.invites = bind_list<InviteRule>(tree, "invites[]", [](const Entry& in) {
    return InviteRule{in.all("severities"), in.all("services"), in.all("who"), in.text("private") == "true"};
  });
  s.private_incidents = bind_list<PrivateRule>(tree, "private_incidents[]", [](const Entry& in) {
    return PrivateRule{in.all("severities"), in.all("services")};
  });
  s.group_wait = duration(value_of(tree, "group_wait"));
  s.flap_window = duration(value_of(tree, "flap_window"));
  s.file_reactions = values_of(tree, "file_reactions");
  s.todo_reactions = values_of(tree, "todo_reactions");
  s.keep_deleted_messages = value_of(tree, "keep_deleted_messages") != "false";
  s.offer_words = values_of(tree, "offer_words");
  s.offer_every = duration(value_of(tree, "offer_every"));
  s.link_by_email = values_of(tree, "link_by_email");
  s.people = bind_list<Person>(tree, "people[]", bind_person);
  s.services = bind_list<Service>(tree, "services[]", bind_service);
  s.environments = bind_list<Environment>(tree, "environments[]", bind_environment);
  s.severities = bind_list<SeverityDef>(tree, "severities[]", bind_severity);
  s.policy = bind_list<Rule>(tree, "policy[]", bind_rule);
  s.alert_routes = bind_list<AlertRoute>(tree, "alert_routes[]", bind_route);
  s.exec_targets = bind_list<ExecTargetDef>(tree, "exec_targets[]", bind_exec_target);
  s.health = bind_list<HealthRule>(tree, "health[]", bind_health);
  s.automation = bind_list<AutomationDef>(tree, "automation[]", bind_caps);
  s.rollouts = bind_list<RolloutRule>(tree, "rollouts[]", bind_rollout);
  s.checklists = bind_list<ChecklistRule>(tree, "checklists[]", bind_checklist);
  s.health_checks = bind_list<HealthCheck>(tree, "health_checks[]", bind_health_check);
  s.local_targets = bind_list<LocalTargetDef>(tree, "local_targets[]", bind_local_target);
  s.kubernetes_targets = bind_kubernetes_targets(tree, folder);
  s.sources =
      bind_list<AlertSourceDef>(tree, "sources[]", [&](const Entry& in) { return bind_source(in, folder, issues); });
  s.observability.backends =
      bind_list<BackendDef>(tree, "backends[]", [&](const Entry& in) { return bind_backend(in, folder, issues); });
  s.observability.http_allow = bind_list<HttpAllowDef>(
      tree, "http_allow[]", [&](const Entry& in) { return bind_http_allow(in, folder, issues); });
  s.webhooks =
      bind_list<WebhookDef>(tree, "webhooks[]", [&](const Entry& in) { return bind_webhook(in, folder, issues); });
  s.slack = bind_list<SlackConfig>(tree, "slack[]", [&](const Entry& in) { return bind_slack(in, folder, issues); });
  s.mattermost = bind_list<MattermostConfig>(tree, "mattermost[]",
                                             [&](const Entry& in) { return bind_mattermost(in, folder, issues); });
  s.together = bind_list<TogetherRule>(tree, "together[]", [](const Entry& in) {
    return TogetherRule{in.all("platforms"), in.text("open") == "all", duration(in.text("lost_after")),
                        in.all("channels")};
  });
  return s;
}

}  // namespace muster
