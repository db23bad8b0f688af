// What only shows when values are seen together.
#include <algorithm>
#include <functional>
#include <set>

#include "bot/base/network.h"
#include "bot/base/text.h"
#include "bot/core/changes/ci.h"
#include "bot/core/commands/condition.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/engine/channels.h"
#include "bot/core/people/groups.h"
#include "config/bind.h"
#include "config/bind_chat.h"
#include "config/bind_kubernetes.h"
#include "config/schema.h"

namespace muster {
namespace {

struct Checking {
  const ConfigTree& tree;
  Issues& issues;

  // Calls with every value of a list's field and its place; defaults need no check.
  void each(const std::string& list, const std::string& name,
            const std::function<void(const std::string&, const ConfigPlace&)>& look) const {
    const auto it = tree.lists.find(list);
    if (it == tree.lists.end()) return;
    for (const ConfigRecord& record : it->second) {
      const auto cell = record.cells.find(name);
      if (cell == record.cells.end() || cell->second.place.file.empty()) continue;
      for (std::size_t i = 0; i < cell->second.values.size(); ++i) look(cell->second.values[i], cell->second.places[i]);
    }
  }

  void unique(const std::string& list, const std::string& name) {
    std::set<std::string> seen;
    each(list, name, [&](const std::string& value, const ConfigPlace& place) {
      if (!seen.insert(lower_ascii(value)).second) {
        issues.push_back(issue_at(place, "`" + clip(one_line(value), 60) + "` stands twice among " + list + "." + name,
                                  "each once"));
      }
    });
  }

  void known(const std::string& list, const std::string& name, const std::vector<std::string>& names,
             const std::string& what) {
    const std::set<std::string> all(names.begin(), names.end());
    const std::vector<std::string> once(all.begin(), all.end());
    each(list, name, [&](const std::string& value, const ConfigPlace& place) {
      // A role may be granted in chat, so the folder alone cannot tell that nobody holds it.
      if (all.contains(value) || (list == "policy[]" && value.starts_with("role:"))) return;
      const auto near = nearest(value, once, 3, 1);
      issues.push_back(issue_at(
          place, "no " + what + " is called `" + clip(one_line(value), 60) + "`",
          once.empty() ? "one that this configuration has: it has none yet" : "one of " + clip(join(once, ", "), 200),
          near.empty() ? "" : near.front()));
    });
  }
};

void check_verbs(Checking& in) {
  std::vector<std::string> names;
  for (const VerbInfo& verb : verbs()) names.emplace_back(verb.verb);
  in.each("policy[]", "verbs", [&](const std::string& value, const ConfigPlace& place) {
    if (value == "*" || value == "override" || find_verb(value) != nullptr) return;
    const auto near = nearest(value, names, 3, 1);
    in.issues.push_back(issue_at(place, "no command is called `" + clip(one_line(value), 60) + "`",
                                 "a command as `help` lists them, or \"*\"", near.empty() ? "" : near.front()));
  });
}

void check_routes(const Settings& settings, Checking& in) {
  const auto it = in.tree.lists.find("alert_routes[]");
  if (it == in.tree.lists.end()) return;
  for (std::size_t i = 0; i < settings.alert_routes.size() && i < it->second.size(); ++i) {
    const AlertRoute& route = settings.alert_routes[i];
    if (route.triage && !route.open_incident)
      in.issues.push_back(issue_at(
          it->second[i].place, "the route `" + clip(one_line(route.name), 60) + "` has `triage` but opens no incident",
          "open_incident: true"));
    if (!route.open_incident || !route.severity.empty()) continue;
    in.issues.push_back(
        issue_at(it->second[i].place,
                 "the route `" + clip(one_line(route.name), 60) + "` opens an incident but names no severity",
                 "severity: SEV2"));
  }
}

// The place is the condition's; the column counts inside of it.
void check_conditions(const std::string& list, const cel::Options& kind, Checking& in) {
  in.each(list, "when", [&](const std::string& value, const ConfigPlace& place) {
    const auto program = cel::compile(value, kind);
    if (program) return;
    const cel::Problem& p = program.error();
    in.issues.push_back(issue_at(place, "the condition is wrong at " + cel::to_error(p).message +
                                            (p.next_step.empty() ? "" : ". " + p.next_step)));
  });
}

// group:slack:@sre-oncall, as rules and owners write it
bool is_named_group_of_platform(const std::string& who) {
  return who.starts_with("group:") && is_platform_group(who.substr(6));
}

void check_ci(Checking& in) {
  in.each("services[]", "ci_pass", [&](const std::string& value, const ConfigPlace& place) {
    const auto program = cel::compile(value, ci_condition());
    if (!program)
      in.issues.push_back(issue_at(place, "the condition is wrong at " + cel::to_error(program.error()).message));
  });
}

void check_channel_name(Checking& in) {
  const auto cell = in.tree.values.find("channel_name");
  if (cell == in.tree.values.end() || cell->second.values.empty()) return;
  const std::string& pattern = cell->second.values.front();
  if (const std::string wrong = unknown_placeholder(pattern); !wrong.empty()) {
    in.issues.push_back(issue_at(cell->second.place,
                                 "`" + clip(one_line(wrong), 40) + "` is nothing that can be filled in",
                                 "{number}, {id}, {date}, {service}, {severity} and {slug}"));
  }
}

// As `config show` writes it.
bool is_default(const std::string& path, const ConfigCell& cell) {
  const SettingField* field = find_setting(path);
  return cell.values.empty() || (field && cell.values.front() == field->fallback);
}

void check_secrets(const Settings&, Checking& in) {
  const auto it = in.tree.lists.find("sources[]");
  if (it == in.tree.lists.end()) return;
  for (const ConfigRecord& record : it->second) {
    for (const char* list : {"secrets", "signature_secrets"}) {
      const auto cell = record.cells.find(list);
      if (cell == record.cells.end() || cell->second.values.size() <= 2) continue;
      in.issues.push_back(issue_at(cell->second.place, "more than two secrets for one source", "the old and the new"));
    }
    // Who names the header believes that it is looked at.
    const auto keys = record.cells.find("signature_secrets");
    if (keys != record.cells.end() && !keys->second.values.empty()) continue;
    for (const char* header : {"signature_header", "timestamp_header"}) {
      const auto cell = record.cells.find(header);
      if (cell == record.cells.end() || is_default("sources[]." + std::string(header), cell->second)) continue;
      in.issues.push_back(issue_at(cell->second.place,
                                   "`" + std::string(header) + "` without `signature_secrets`: no signature is checked",
                                   "signature_secrets: [env:NAME] beside it"));
    }
  }
}

void check_senders(Checking& in) {
  in.each("sources[]", "from", [&](const std::string& value, const ConfigPlace& place) {
    if (!parse_network(value))
      in.issues.push_back(issue_at(place, "`" + clip(one_line(value), 60) + "` is no address and no network",
                                   "10.1.2.3, 10.0.0.0/8 or 2001:db8::/32"));
  });
  const auto is_header = [&](const std::string& value, const ConfigPlace& place) {
    const bool token = std::ranges::all_of(value, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!token) in.issues.push_back(issue_at(place, "this is no name of a header", "X-Muster-Secret"));
  };
  for (const char* key : {"header", "signature_header", "timestamp_header"}) in.each("sources[]", key, is_header);
}

// A program's arguments are wrong at the argument, not somewhere in the entry.
template <class Def, class FaultsOf>
void check_targets(const char* list, const std::vector<Def>& defs, FaultsOf faults_of, Checking& in) {
  const auto it = in.tree.lists.find(list);
  if (it == in.tree.lists.end()) return;
  for (std::size_t i = 0; i < defs.size() && i < it->second.size(); ++i) {
    const ConfigRecord& record = it->second[i];
    for (const auto& fault : faults_of(defs[i])) {
      const auto cell = record.cells.find(fault.field);
      const bool placed = cell != record.cells.end() && fault.index < cell->second.places.size();
      in.issues.push_back(issue_at(placed ? cell->second.places[fault.index] : record.place,
                                   "`" + fault.field + "`: " + fault.message, fault.expected));
    }
  }
}

// A channel that waits for what no line of the policy lets anybody do would wait for ever.
void check_archive(const Settings& settings, const Checking& in) {
  const auto cell = in.tree.values.find("archive_after");
  if (!settings.archive_published || settings.policy.empty() || cell == in.tree.values.end()) return;
  const auto allows = [](const Rule& r) {
    const auto names = [&r](const char* verb) { return std::ranges::find(r.verbs, verb) != r.verbs.end(); };
    return r.effect != "deny" && (r.verbs.empty() || names("*") || names("postmortem publish"));
  };
  if (std::ranges::none_of(settings.policy, allows))
    in.issues.push_back(issue_at(cell->second.place,
                                 "no line of `policy` lets anybody `postmortem publish`, so no "
                                 "channel would ever be archived",
                                 "a length of time, or such a line"));
}

}  // namespace

void check_together(const Settings& settings, const ConfigTree& tree, Issues& issues) {
  Checking in{tree, issues};
  in.unique("people[]", "id");
  in.unique("people[]", "handles");
  in.unique("people[]", "uids");
  for (const char* list : {"services[]", "environments[]", "severities[]", "alert_routes[]", "sources[]",
                           "exec_targets[]", "local_targets[]", "kubernetes_targets[]", "backends[]", "http_allow[]",
                           "health[]", "rollouts[]", "health_checks[]", "automation[]", "checklists[]", "webhooks[]"})
    in.unique(list, "name");

  std::vector<std::string> owners, who = {"*", "operator", "automation", "guest", "outsider"}, groups, services,
                                   severities;
  for (const Person& person : settings.people) {
    owners.push_back(person.id);
    for (const std::string& group : person.groups) {
      groups.push_back(group);
      owners.push_back("group:" + group);
    }
  }
  who.insert(who.end(), owners.begin(), owners.end());
  for (const Service& service : settings.services) services.push_back(service.name);
  for (const SeverityDef& severity : settings.severities) severities.push_back(severity.name);
  for (const Service& service : settings.services)
    std::ranges::copy_if(service.owners, std::back_inserter(owners), is_named_group_of_platform);
  in.known("services[]", "owners", owners, "person or group");
  in.known("services[]", "depends_on", services, "service");
  in.known("exec_targets[]", "services", services, "service");
  in.known("health[]", "services", services, "service");
  in.known("rollouts[]", "services", services, "service");
  in.known("health[]", "severity", severities, "severity");
  in.known("health_checks[]", "services", services, "service");
  in.known("local_targets[]", "service", services, "service");
  in.known("kubernetes_targets[]", "services", services, "service");
  in.known("alert_routes[]", "severity", severities, "severity");
  for (const Rule& rule : settings.policy) {
    std::ranges::copy_if(rule.who, std::back_inserter(who), is_named_group_of_platform);
    if (is_platform_group(rule.approve_group)) groups.push_back(rule.approve_group);
  }
  in.known("policy[]", "who", who, "person or group");
  in.known("policy[]", "approve_group", groups, "group");
  owners.emplace_back("owners");
  for (const InviteRule& rule : settings.invites)
    std::ranges::copy_if(rule.who, std::back_inserter(owners), is_platform_group);
  in.known("invites[]", "who", owners, "person or group");
  in.known("invites[]", "severities", severities, "severity");
  in.known("invites[]", "services", services, "service");
  in.known("webhooks[]", "severities", severities, "severity");
  in.known("webhooks[]", "services", services, "service");
  in.known("private_incidents[]", "severities", severities, "severity");
  in.known("private_incidents[]", "services", services, "service");
  services.emplace_back("*");
  in.known("policy[]", "services", services, "service");
  check_channel_name(in);
  check_archive(settings, in);
  check_ci(in);
  check_verbs(in);
  check_routes(settings, in);
  check_conditions("policy[]", policy_condition(), in);
  check_conditions("alert_routes[]", route_condition(), in);
  check_secrets(settings, in);
  check_senders(in);
  check_health(settings, tree, issues);
  check_checklists(tree, issues);
  check_targets("exec_targets[]", settings.exec_targets, exec::faults_of, in);
  check_targets("local_targets[]", settings.local_targets, local::faults_of, in);
  check_targets("webhooks[]", settings.webhooks, webhooks::faults_of, in);
  check_kubernetes_targets(settings, tree, issues);
  check_platforms(tree, issues);
}

}  // namespace muster
