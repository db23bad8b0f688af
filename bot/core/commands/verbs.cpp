#include "bot/core/commands/verbs.h"

#include <map>

#include "bot/base/text.h"
#include "bot/core/commands/verb_examples.h"

namespace muster {
namespace {

using Slots = std::vector<Slot>;

Slot must(std::string name, std::string kind) { return {std::move(name), std::move(kind), true, false}; }
Slot may(std::string name, std::string kind) { return {std::move(name), std::move(kind), false, false}; }
Slot line(std::string name, std::string kind, bool required) {
  return {std::move(name), std::move(kind), required, true};
}

const Slot because = may("because", "text");
const Slot in_env = may("in", "environment");

// Every reading command takes these.
Slots reading(Slots own = {}) {
  for (auto name : {"--json", "--private", "--here"}) own.push_back(may(name, "flag"));
  own.push_back(may("--grep", "text"));
  own.push_back(may("--tail", "count"));
  return own;
}

VerbInfo read(std::string_view verb, std::string_view usage, std::string_view topic, Slots slots, Slots named = {}) {
  VerbInfo v{.verb = verb, .usage = usage, .topic = topic, .gate = "-"};
  v.ready = true;
  v.shape = Shape::words;
  v.slots = std::move(slots);
  v.named = reading(std::move(named));
  return v;
}

VerbInfo write(std::string_view verb, std::string_view usage, std::string_view topic, std::string_view gate,
               Shape shape, Slots slots, Slots named = {}) {
  VerbInfo v{.verb = verb, .usage = usage, .topic = topic, .gate = gate};
  v.writes = v.ready = true;
  v.shape = shape;
  v.slots = std::move(slots);
  v.named = std::move(named);
  return v;
}

VerbInfo of_incident(VerbInfo v, bool body = false) {
  v.of_incident = true;
  v.takes_body = body;
  return v;
}

void add_finding(std::vector<VerbInfo>& t) {
  const auto topic = "finding";
  t.push_back(read("help", "help [command|topic]", topic, {line("command", "verb", false)}));
  t.push_back(read("explain", "explain <id|error code>", topic, {may("what", "code")}));
  t.push_back(read("whoami", "whoami", topic, {}));
  t.push_back(read("can", "can <who> <command>", topic, {must("who", "person"), line("command", "verb", true)}));
  t.push_back(read("status", "status [service] [in env]", topic, {may("service", "service")}, {in_env}));
  t.push_back(read("where", "where <service>", topic, {must("service", "service")}));
  t.push_back(read("diff", "diff <service> <a> <b>", topic,
                   {must("service", "service"), must("a", "environment"), must("b", "environment")}));
  t.push_back(read("releases", "releases <service> [in env] [--all]", topic, {must("service", "service")},
                   {in_env, may("--all", "flag")}));
  t.push_back(read("metrics", "metrics [service] [in env] [since 30d] [--count-rollbacks]", topic,
                   {may("service", "service")}, {in_env, may("since", "duration"), may("--count-rollbacks", "flag")}));
  t.push_back(read("show", "show <id>", topic, {must("id", "id")}));
  t.push_back(read("more", "more [n]", topic, {may("n", "count")}));
  t.push_back(read("history", "history [by @who] [verb=…] [for service] [in env] [since 2h]", topic, {},
                   {in_env, may("by", "person"), may("since", "duration"), may("for", "service"), may("verb", "word"),
                    may("who", "person"), may("service", "service"), may("env", "environment")}));
  t.push_back(read("try", "try [step]", topic, {may("step", "word")}));
  t.back().writes = true;  // it fires a sample alert
}

void add_production(std::vector<VerbInfo>& t) {
  const auto topic = "production";
  const Slots service = {must("service", "service")}, one = {must("run", "run")};
  const auto change = [&](std::string_view verb, std::string_view usage, std::string_view gate, Slots slots,
                          Slots named) {
    for (Slot s : {may("--queue", "flag"), may("--override", "word"), because}) named.push_back(std::move(s));
    t.push_back(write(verb, usage, topic, gate, Shape::words, std::move(slots), std::move(named)));
  };
  change("deploy",
         "deploy <service>[@ref] to <env> [--strategy rolling|canary|bluegreen] [--queue] [--override check] "
         "[because …]",
         "A", {must("service", "service_ref")},
         {may("to", "environment"), may("--strategy", "rolling|canary|bluegreen"), may("version", "word")});
  change("promote", "promote <service> from <env> to <env>", "A", service,
         {may("from", "environment"), may("to", "environment")});
  change("rollback", "rollback <service> in <env> [to version]", "C", service, {in_env, may("to", "word")});
  change("scale", "scale <service> in <env> to <n>|by +2", "C", service,
         {in_env, may("to", "number"), may("by", "number")});
  change("restart", "restart <service> in <env> [--rolling]", "C", service, {in_env, may("--rolling", "flag")});
  t.push_back(write("advance", "advance <R>", topic, "C", Shape::words, one, {because}));
  t.push_back(write("hold", "hold <R>", topic, "C", Shape::words, one, {because}));
  t.push_back(read("queue", "queue [env]", topic, {may("env", "environment")}));
  t.push_back(write("queue drop", "queue drop <R> [because …]", topic, "C", Shape::words, one, {because}));
  t.push_back(write("queue first", "queue first <R> [because …]", topic, "O", Shape::words, one, {because}));
  t.push_back(write("built", "built <service> <version> <commit@time> …", topic, "-", Shape::words,
                    {must("service", "service"), must("version", "word"), line("commits", "text", true)}));
}

void add_runs(std::vector<VerbInfo>& t) {
  const auto topic = "runs";
  const Slots one = {must("run", "run")}, step = {must("run", "run"), may("step", "step")};
  t.push_back(read("runs", "runs [--mine|--active|service]", topic, {may("service", "service")},
                   {may("--mine", "flag"), may("--active", "flag")}));
  t.push_back(read("logs", "logs <R> [step] [--tail n]", topic, step));
  for (const auto& [verb, usage] : {std::pair{"watch", "watch <R>"}, {"unwatch", "unwatch <R>"}})
    t.push_back(write(verb, usage, topic, "-", Shape::words, one));
  for (const auto& [verb, usage] : {std::pair{"pause", "pause <R>"}, {"resume", "resume <R>"}})
    t.push_back(write(verb, usage, topic, "C", Shape::words, one, {because}));
  t.push_back(write("cancel", "cancel <R> [--undo] [because …]", topic, "C", Shape::words, one,
                    {may("--undo", "flag"), because}));
  t.push_back(write("retry", "retry <R> [step] [--latest]", topic, "command", Shape::words, step,
                    {may("--latest", "flag"), because}));
  for (const auto& [verb, usage] :
       {std::pair{"done", "done <R> [step]"}, {"skip", "skip <R> [step]"}, {"fail", "fail <R> [step]"}})
    t.push_back(write(verb, usage, topic, "C", Shape::words, step, {because}));
  t.push_back(write("undo", "undo <R> [because …]", topic, "A", Shape::words, one, {because}));
}

void add_people(std::vector<VerbInfo>& t) {
  const auto topic = "people";
  const Slots one = {may("id", "approval")};
  t.push_back(read("approvals", "approvals [--mine]", topic, {}, {may("--mine", "flag")}));
  t.push_back(write("approve", "approve <A> [because …]", topic, "right", Shape::words, one, {because}));
  t.push_back(write("deny", "deny <A> [because …]", topic, "right", Shape::words, one, {because}));
  t.push_back(write("withdraw", "withdraw <A>", topic, "own", Shape::words, one, {because}));
  t.push_back(write("yes", "yes [A]", topic, "own", Shape::words, one));
  t.push_back(write("no", "no [A]", topic, "own", Shape::words, one));
  t.push_back(write("answer", "answer <R> field=value …", topic, "right", Shape::words, {must("run", "run")}));
  t.back().any_keys = true;
}

void add_locks(std::vector<VerbInfo>& t) {
  const auto topic = "locks";
  const Slots service = {must("service", "service")};
  const Slot span = may("for", "duration");
  t.push_back(write("lock", "lock <service|*> in <env> [for 2h] because …", topic, "-", Shape::words, service,
                    {in_env, span, because}));
  t.push_back(write("unlock", "unlock <service|*> in <env> [--steal because …]", topic, "C", Shape::words, service,
                    {in_env, may("--steal", "flag"), because}));
  t.push_back(write("relock", "relock <L> [for 2h] because …", topic, "own", Shape::words, {must("lock", "id")},
                    {span, because}));
  t.push_back(read("locks", "locks [env]", topic, {may("env", "environment")}));
  t.push_back(write("freeze", "freeze <env|*> [from … until …|for 2d] because …", topic, "O", Shape::words,
                    {must("env", "environment")}, {span, may("from", "time"), may("until", "time"), because}));
  t.push_back(write("unfreeze", "unfreeze <L> because …", topic, "O", Shape::words, {must("lock", "id")}, {because}));
}

void add_alerts(std::vector<VerbInfo>& t) {
  const auto topic = "alerts";
  t.push_back(read("alerts", "alerts [service] [in env] [--severity level]", topic, {may("service", "service")},
                   {in_env, may("--severity", "word"), may("--all", "flag")}));
  t.push_back(write("ack", "ack <E>", topic, "-", Shape::words, {must("alert", "alert")}, {because}));
  t.push_back(write("unack", "unack <E>", topic, "-", Shape::words, {must("alert", "alert")}, {because}));
  t.push_back(write("snooze", "snooze <E> for 30m because …", topic, "-", Shape::words, {must("alert", "alert")},
                    {may("for", "duration"), because}));
  t.push_back(write("silence", "silence <matchers|E> for 2h because …", topic, "C", Shape::matchers,
                    {line("matchers", "text", true)}, {may("for", "duration"), in_env, may("on", "word"), because}));
  t.push_back(
      write("unsilence", "unsilence <L> [because …]", topic, "C", Shape::words, {must("silence", "id")}, {because}));
  t.push_back(read("silences", "silences", topic, {}, {may("--all", "flag")}));
  VerbInfo graph = read("graph", "graph <promql|E> [since 1h] [in env]", topic, {line("what", "text", true)},
                        {may("since", "duration"), in_env, may("on", "word")});
  graph.shape = Shape::query;
  t.push_back(std::move(graph));
}

void add_incident_work(std::vector<VerbInfo>& t) {
  const auto topic = "incidents";
  t.push_back(write(
      "declare", "declare [sev2] <title> [for <service>] [from E12] [--private] [because …]", topic, "-",
      Shape::declare, {may("severity", "severity"), line("title", "text", true)},
      {may("for", "service"), may("from", "alert"), may("severity", "severity"), may("--private", "flag"), because}));
  t.push_back(read("incidents", "incidents [--open]", topic, {may("service", "service")},
                   {may("--open", "flag"), may("--all", "flag"), in_env}));
  t.push_back(of_incident(write("severity", "severity <n> because …", topic, "-", Shape::words,
                                {must("severity", "severity")}, {because, in_env})));
  t.push_back(
      of_incident(write("lead", "lead @who", topic, "-", Shape::words, {must("who", "person")}, {because, in_env})));
  t.push_back(of_incident(write("role", "role <name> @who", topic, "-", Shape::words,
                                {must("name", "role"), must("who", "person")}, {because, in_env})));
  t.push_back(of_incident(
      write("note", "note [at 14:02|10 min ago] <text|block>", topic, "-", Shape::text, {line("text", "text", true)}),
      true));
  t.push_back(of_incident(write("update", "update <text> [next 30m]", topic, "-", Shape::update,
                                {line("text", "text", true)}, {may("next", "duration")}),
                          true));
  t.push_back(of_incident(write("todo", "todo <text> [@who] [due <day>]", topic, "-", Shape::todo,
                                {line("text", "text", true)}, {may("due", "word")})));
  t.push_back(of_incident(write("todo done", "todo done <n>", topic, "-", Shape::words, {must("n", "number")})));
  t.push_back(read("todo mine", "todo mine [@who]", topic, {may("who", "person")}));
  t.push_back(of_incident(read("checklist", "checklist [INC-7]", topic, {})));
  const Slots item = {must("n", "number")};
  t.push_back(of_incident(write("checklist done", "checklist done <n>", topic, "-", Shape::words, item)));
  t.push_back(of_incident(write("checklist undo", "checklist undo <n>", topic, "-", Shape::words, item)));
  t.push_back(
      of_incident(write("checklist skip", "checklist skip <n> because …", topic, "-", Shape::words, item, {because})));
  t.push_back(of_incident(write("checklist run", "checklist run <n>", topic, "command", Shape::words, item)));
  t.push_back(of_incident(write("link", "link <E|R|url>", topic, "-", Shape::words, {must("what", "id")}, {because})));
  t.push_back(of_incident(write("caused by", "caused by <R> [--withdraw] [because …]", topic, "-", Shape::words,
                                {must("change", "run")}, {may("--withdraw", "flag"), because})));
  t.push_back(of_incident(read("suspects", "suspects", topic, {})));
  t.push_back(of_incident(write("pin", "pin", topic, "-", Shape::words, {})));
  t.push_back(write("mute", "mute", topic, "-", Shape::words, {}));
  t.push_back(of_incident(write("page", "page <team|@who> because …", topic, "-", Shape::words, {must("who", "person")},
                                {because, in_env})));
  t.push_back(of_incident(write("invite", "invite @who [INC-7]", topic, "-", Shape::words, {must("who", "person")})));
  t.push_back(of_incident(write("uninvite", "uninvite @who [INC-7] [because …]", topic, "-", Shape::words,
                                {must("who", "person")}, {because})));
  t.push_back(of_incident(write("access", "access INC-7 because …", topic, "-", Shape::words, {}, {because})));
  t.push_back(of_incident(write("unseal", "unseal INC-7 because …", topic, "O", Shape::words, {}, {because})));
  t.push_back(of_incident(write("disclose", "disclose [INC-7] [--yes] because …", topic, "-", Shape::words, {},
                                {may("--yes", "flag"), because})));
}

void add_incident_states(std::vector<VerbInfo>& t) {
  const auto topic = "incidents";
  t.push_back(of_incident(write("accept", "accept [INC-7] [because …]", topic, "-", Shape::words, {}, {because})));
  for (auto [verb, usage] : {std::pair{"decline", "decline [INC-7] because …"},
                             {"mitigate", "mitigate [at 14:02] because …"},
                             {"resolve", "resolve [at 14:02] because …"},
                             {"reopen", "reopen because …"}})
    t.push_back(of_incident(write(verb, usage, topic, "-", Shape::reason, {line("when", "text", false)}, {because})));
  t.push_back(of_incident(write("bind", "bind INC-7", topic, "-", Shape::words, {})));
  t.push_back(of_incident(write("archive", "archive [INC-7] [because …]", topic, "-", Shape::words, {}, {because})));
  t.push_back(of_incident(write("archive later", "archive later [INC-7]", topic, "-", Shape::words, {})));
  t.push_back(
      of_incident(write("time", "time <impact|detected|declared|acknowledged|mitigated|resolved> 13:55 because …",
                        topic, "-", Shape::reason, {line("which", "text", false)}, {because})));
  t.push_back(of_incident(read("timeline", "timeline [--ids] [--export md|json]", topic, {},
                               {may("--export", "md|json"), may("--ids", "flag")})));
  t.push_back(of_incident(read("transcript", "transcript", topic, {})));
  t.push_back(
      of_incident(read("postmortem", "postmortem [draft|show [version]]", topic,
                       {may("what", "draft|show"), may("version", "number")}, {may("--export", "md|html|json")})));
  t.push_back(of_incident(
      write("postmortem publish", "postmortem publish [INC-7] [because …]", topic, "O", Shape::words, {}, {because})));
}

void add_runbooks(std::vector<VerbInfo>& t) {
  const auto topic = "runbooks";
  const Slots name = {must("runbook", "runbook")}, keyed = {must("runbook", "runbook"), may("key", "word")};
  t.push_back(read("runbooks", "runbooks [text]", topic, {may("text", "word")}));
  t.push_back(read("runbook show", "runbook show <name>", topic, name));
  t.push_back(write("run", "run <name> [key=value …] [because …]", topic, "policy", Shape::words, name, {because}));
  t.back().any_keys = true;
  t.push_back(read("runbook graph", "runbook graph <name>", topic, name));
  t.push_back(read("runbook lint", "runbook lint <name>", topic, name));
  t.push_back(read("runbook test", "runbook test <name>", topic, name));
  t.push_back(read("runbook record", "runbook record <R>", topic, {must("run", "run")}));
  t.push_back(write("runbook arm", "runbook arm <name> [key] because …", topic, "O", Shape::words, keyed, {because}));
  t.push_back(write("runbook disarm", "runbook disarm <name> [key] [for 2h] because …", topic, "O", Shape::words, keyed,
                    {may("for", "duration"), because}));
  t.push_back(write("automation", "automation [off|on] [in env] because …", topic, "O", Shape::words,
                    {may("switch", "off|on")}, {in_env, because}));
}

void add_names(std::vector<VerbInfo>& t) {
  const auto topic = "admin";
  const Slots when = {must("time", "time"), line("command", "verb", true)};
  t.push_back(write("at", "at <time> <command>", topic, "command", Shape::text, when));
  t.push_back(write("every", "every <interval|cron> <command>", topic, "command", Shape::text, when));
  t.push_back(read("schedule", "schedule [--mine] [--all]", topic, {may("what", "list|mine|all")},
                   {may("--mine", "flag"), may("--all", "flag")}));
  t.push_back(write("schedule cancel", "schedule cancel <T> [because …]", topic, "own", Shape::words,
                    {must("schedule", "schedule")}, {because}));
  t.push_back(write("alias set", "alias set [--team] <name> = <command>", topic, "-", Shape::alias,
                    {must("name", "word"), line("command", "verb", true)}, {may("--team", "flag")}));
  t.push_back(read("alias list", "alias list", topic, {}, {may("--team", "flag")}));
  t.push_back(write("alias remove", "alias remove [--team] <name>", topic, "-", Shape::words, {must("name", "word")},
                    {may("--team", "flag")}));
  t.push_back(write("grant", "grant <role> to @who [on service] [in env] for <time> because …", topic, "O",
                    Shape::words, {must("role", "right")},
                    {may("to", "person"), may("on", "service"), in_env, may("for", "duration"), because}));
  t.push_back(write("revoke", "revoke <role> from @who [because …]", topic, "O", Shape::words, {must("role", "grant")},
                    {may("from", "person"), may("to", "person"), may("on", "service"), in_env, because}));
  t.push_back(read("roles", "roles [@who]", topic, {may("who", "person")}));
  t.push_back(write("language", "language [en|ko|default] [here]", topic, "-", Shape::words,
                    {may("language", "en|ko|default|here"), may("where", "here")}));
  t.push_back(write("link me", "link me [code]", topic, "own", Shape::words, {line("code", "word", false)}));
  t.push_back(write("unlink", "unlink [account]", topic, "own", Shape::words, {may("account", "word")}, {because}));
  t.push_back(write("break-glass", "break-glass for 30m because …", topic, "role", Shape::words, {},
                    {may("for", "duration"), because}));
}

void add_admin(std::vector<VerbInfo>& t) {
  const auto topic = "admin";
  t.push_back(read("health", "health", topic, {}));
  t.push_back(read("config check", "config check", topic, {}));
  t.push_back(write("config reload", "config reload [because …]", topic, "O", Shape::words, {}, {because}));
  t.push_back(read("config diff", "config diff", topic, {}));
  t.push_back(of_incident(write("scrub", "scrub <INC-7 4|entry id> because …", topic, "O", Shape::words,
                                {must("entry", "word")}, {because, in_env})));
  t.push_back(read("outbox", "outbox", topic, {}));
  t.push_back(write("outbox resend", "outbox resend <id|all>", topic, "O", Shape::words, {must("id", "word")}));
  const Slots hook = {must("name", "word")};
  t.push_back(read("webhooks", "webhooks", topic, {}));
  t.push_back(read("webhooks log", "webhooks log <name>", topic, hook));
  t.push_back(write("webhooks redeliver", "webhooks redeliver <name> [id|all]", topic, "O", Shape::words,
                    {must("name", "word"), may("id", "word")}));
  t.push_back(write("webhooks test", "webhooks test <name>", topic, "O", Shape::words, hook));
  t.push_back(write("webhooks enable", "webhooks enable <name>", topic, "O", Shape::words, hook));
  for (const char* verb : {"drain", "undrain"}) t.push_back(write(verb, verb, topic, "O", Shape::words, {}, {because}));
  t.push_back(read("version", "version", topic, {}));
}

// Commands whose capability comes later: understood well enough to say so, what they will do, and what serves meanwhile
// ("what.…" and "meanwhile.…" of the catalogue).
void add_later(std::vector<VerbInfo>& t) {
  enum Kind { reads, writes };
  const auto later = [&t](std::string_view verb, std::string_view usage, std::string_view topic, Kind kind) {
    VerbInfo v{.verb = verb, .usage = usage, .topic = topic, .gate = "-"};
    v.writes = kind == writes;
    v.any_keys = true;
    t.push_back(std::move(v));
  };
  // What somebody looks for or asks is prose, and may hold any word.
  const auto prose = [&t, &later](std::string_view verb, std::string_view usage, std::string_view topic) {
    later(verb, usage, topic, reads);
    t.back().shape = Shape::reason;
  };
  prose("search", "search <text>", "finding");
  prose("why", "why <id|question>", "finding");
  later("oncall", "oncall [service]", "incidents", reads);
  later("cover", "cover <shift> [by @who]", "incidents", writes);
  later("follow", "follow [INC-7]", "incidents", writes);
  later("unfollow", "unfollow [INC-7]", "incidents", writes);
  later("merge", "merge <INC-8> to <INC-7> because …", "incidents", writes);
  later("handoff", "handoff @who", "incidents", writes);
  later("export", "export [INC-7]", "incidents", reads);
  later("drill", "drill <name>", "incidents", writes);
  later("maintenance", "maintenance <service> from … until … because …", "alerts", writes);
  later("heartbeat", "heartbeat <name> every 5m", "alerts", writes);
}

std::vector<VerbInfo> build() {
  std::vector<VerbInfo> t;
  for (auto add : {add_finding, add_production, add_runs, add_people, add_locks, add_alerts, add_incident_work,
                   add_incident_states, add_runbooks, add_names, add_admin, add_later})
    add(t);
  for (VerbInfo& v : t) v.example = example_of_verb(v.verb);
  return t;
}

}  // namespace

const std::vector<VerbInfo>& verbs() {
  static const std::vector<VerbInfo> table = build();
  return table;
}

const VerbInfo* find_verb(std::string_view verb) {
  static const auto index = [] {
    std::map<std::string, const VerbInfo*, std::less<>> by_name;
    for (const VerbInfo& v : verbs()) by_name.emplace(v.verb, &v);
    by_name.emplace("incident open", by_name.at("declare"));
    return by_name;
  }();
  const auto it = index.find(lower_ascii(verb));
  return it == index.end() ? nullptr : it->second;
}

std::string verb_key(std::string_view prefix, std::string_view verb) {
  std::string key = std::string(prefix) + "." + std::string(verb);
  for (char& c : key)
    if (c == ' ' || c == '-') c = '_';
  return key;
}

std::vector<std::string_view> topics() {
  return {"finding", "incidents", "alerts", "production", "runs", "people", "locks", "runbooks", "admin"};
}

}  // namespace muster
