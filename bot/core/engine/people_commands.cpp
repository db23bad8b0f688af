// Commands about people and what they may do: help, whoami, can, roles, language.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

std::string what(const Call& c, const VerbInfo& v) {
  const std::string key = verb_key("what", v.verb);
  return has_sentence(key) ? say(c.language, key) : "";
}

std::string verdict_sentence(const Call& c, const std::string& who, const std::string& command, const Verdict& v) {
  const std::string key = v.rule == "end" ? "can.end" : v.rule == "answers" ? "can.answers" : "can." + v.effect;
  return say_with(c.language, key,
                  {{"who", who},
                   {"command", plain(command)},
                   {"rule", v.rule},
                   {"line", std::to_string(v.line)},
                   {"n", std::to_string(std::max(1, v.approvals))},
                   {"group", v.approve_group.empty() ? say(c.language, "ask.anybody") : plain(v.approve_group)}});
}

// The line as it stands in the configuration, so that nobody has to go and look.
std::string rule_line(const CoreConfig& config, const Verdict& v) {
  if (v.line < 1 || static_cast<std::size_t>(v.line) > config.policy.size()) return {};
  const Rule& r = config.policy[static_cast<std::size_t>(v.line) - 1];
  std::string text;
  const auto add = [&text](const char* name, const std::vector<std::string>& list) {
    if (list.empty()) return;
    std::string values = join(list.size() > 8 ? std::vector<std::string>(list.begin(), list.begin() + 8) : list, ", ");
    if (list.size() > 8) values += " …";
    text += (text.empty() ? "" : " · ") + std::string(name) + ": " + values;
  };
  add("who", r.who);
  add("verbs", r.verbs);
  add("services", r.services);
  add("environments", r.environments);
  add("where", r.where);
  add("matchers", r.matchers);
  return text + " · effect: " + r.effect;
}

Outcome help_verb(Call& c, const VerbInfo& v) {
  Outcome o = answer(c, "as_is", {{"text", "`" + std::string(v.usage) + "`"}, {"next", ""}});
  std::string text = what(c, v);
  if (!v.ready) text = plain_text(not_yet(c, v).reply);
  if (!v.example.empty()) text += "\n" + say(c.language, "help.example", {{"example", plain(v.example)}});
  Command command;
  command.verb = v.verb;
  if (v.ready)
    text += "\n" + verdict_sentence(c, plain(c.actor.display), command.verb, verdict_of(c, asker_of(c), command));
  if (v.ready && !v.writes) text += "\n" + say(c.language, "help.flags");
  o.reply.sections.push_back({text, {}});
  o.is_private = true;
  return o;
}

// What somebody may run under a topic, or under the first words of a longer verb.
std::string topic_lines(const Call& c, const std::string& topic) {
  std::string lines, later;
  for (const VerbInfo& v : verbs()) {
    if (v.topic != topic && !v.verb.starts_with(topic + " ")) continue;
    if (v.ready && may_run(c, v.verb)) lines += "`" + std::string(v.usage) + "` " + what(c, v) + "\n";
    if (!v.ready) later += (later.empty() ? "`" : ", `") + std::string(v.verb) + "`";
  }
  if (!later.empty()) lines += say(c.language, "help.later", {{"list", later}});
  return std::string(trim(lines));
}

Outcome help_topic(Call& c, const std::string& topic) {
  Outcome o = answer(c, "help.topic", {{"topic", plain(topic)}});
  const std::string lines = topic_lines(c, topic);
  if (lines.empty()) return refuse(c, "help.none", {{"topic", plain(topic)}});
  o.reply.sections.push_back({lines, {}});
  o.is_private = true;
  return o;
}

Outcome help(Call& c) {
  const std::string topic = lower_ascii(join(c.command.args, " "));
  if (const VerbInfo* v = find_verb(topic)) {
    Outcome o = help_verb(c, *v);
    const auto all = topics();
    if (std::ranges::find(all, topic) != all.end())  // `incidents` is a verb and a topic
      o.reply.sections.push_back({"*" + say(c.language, "about." + topic) + "*\n" + topic_lines(c, topic), {}});
    return o;
  }
  if (!topic.empty()) return help_topic(c, topic);
  Outcome o = answer(c, "help.head");
  std::string lines;
  for (const std::string_view name : topics()) {
    std::string words;
    for (const VerbInfo& v : verbs())
      if (v.topic == name && v.ready && may_run(c, v.verb)) words += " `" + std::string(v.verb) + "`";
    if (!words.empty()) lines += "*" + say(c.language, "about." + std::string(name)) + "*" + words + "\n";
  }
  lines += say(c.language, "help.tail") + "\n";
  lines += say(c.language, "help.address",
               {{"prefix", std::string(1, c.work.config.prefix)}, {"bot", c.work.config.bot_handle}});
  o.reply.sections.push_back({lines, {}});
  o.is_private = true;
  return o;
}

Outcome whoami(Call& c) {
  Outcome o = answer(c, "whoami", {{"who", plain(c.actor.display)}, {"id", c.actor.id}});
  Section s;
  const std::string none = say(c.language, "none_yet");
  if (const Person* p = find_person(c.work.config, c.input.person)) {
    const std::string handles = join(handles_of(c.work.state, *p), ", ");
    s.fields.emplace_back(say(c.language, "field.handles"), handles.empty() ? none : plain(handles));
    s.fields.emplace_back(say(c.language, "field.groups"), p->groups.empty() ? none : plain(join(p->groups, ", ")));
    s.fields.emplace_back(say(c.language, "field.zone"), p->zone.empty() ? c.work.config.zone : p->zone);
  }
  const auto roles = roles_of(c.work.state, c.work.config, c.actor.id, c.work.now);
  s.fields.emplace_back(say(c.language, "field.roles"), roles.empty() ? none : plain(join(roles, ", ")));
  for (const auto& [id, g] : c.work.state.grants) {
    if (g.person != c.actor.id || g.until_ms <= c.work.now) continue;
    const std::string scope = g.service + (g.environment.empty() ? "" : " " + g.environment);
    s.fields.emplace_back(id, plain(g.role) + (scope.empty() ? "" : " · " + plain(scope)) + " · " +
                                  format_duration(g.until_ms - c.work.now));
  }
  o.reply.sections.push_back(s);
  Value::List held;
  for (const std::string& r : roles) held.emplace_back(r);
  o.json = Value::Map{{"id", c.actor.id}, {"name", c.actor.display}, {"roles", held}};
  return o;
}

// Whom "can" asks about: a person, me, the operator or the automation.
std::optional<Asker> asker_named(const Call& c, const std::string& who, std::string& name) {
  if (is_me(who)) return name = plain(c.actor.display), asker_of(c);
  if (lower_ascii(who) == "operator") return name = "operator", Asker{"", true};
  const Person* p = find_person(c.work.config, who);
  if (!p) return {};
  name = plain(p->name);
  return Asker{p->id, false};
}

Outcome can(Call& c) {
  const std::string who = first_argument(c.command);
  std::string name;
  const auto asker = asker_named(c, who, name);
  const bool automation = lower_ascii(who) == "automation";
  if (!asker && !automation) return unknown_person(c, who);
  const std::string text = join({c.command.args.begin() + 1, c.command.args.end()}, " ");
  const auto parsed = parse_command(text);
  Command command;
  if (parsed)
    command = settled(*parsed, c.work.config);
  else if (const VerbInfo* v = find_verb(text))
    command.verb = v->verb;  // the verb alone is enough to ask about it
  const VerbInfo* verb = find_verb(command.verb);
  if (!verb) return refuse(c, "verb.unknown", {{"verb", plain(text)}});
  if (!verb->ready) return answer(c, "can.later", {{"command", std::string(verb->verb)}});
  Ask ask = ask_for(c, asker.value_or(Asker{}), command);
  ask.automation = automation;
  const Verdict v = decide_policy(c.work.config.policy, ask);
  Outcome o;
  o.reply.text = verdict_sentence(c, automation ? plain(lower_ascii(who)) : name,
                                  command.echo.empty() ? command.verb : command.echo, v);
  if (const std::string line = rule_line(c.work.config, v); !line.empty())
    o.reply.sections.push_back({say(c.language, "can.line", {{"line", plain(line)}}), {}});
  o.json = Value::Map{{"effect", v.effect}, {"rule", v.rule}, {"line", v.line}};
  return o;
}

Outcome roles(Call& c) {
  const std::string who = first_argument(c.command);
  const Person* only = who.empty() ? nullptr : person_meant(c, who);
  if (!who.empty() && !only) return unknown_person(c, who);
  std::string lines;
  for (const Person& p : c.work.config.people) {
    if ((only && &p != only) || p.roles.empty()) continue;
    lines += plain(p.name) + ": " + plain(join(p.roles, ", ")) + "\n";
  }
  for (const auto& [id, g] : c.work.state.grants) {
    if (g.until_ms <= c.work.now || (only && g.person != only->id)) continue;
    const Person* p = find_person(c.work.config, g.person);
    lines += say(c.language, "show.grant",
                 {{"id", id},
                  {"who", plain(p ? p->name : g.person)},
                  {"role", plain(g.role)},
                  {"time", short_time(c, g.until_ms)}});
    const std::string scope = g.service + (g.environment.empty() ? "" : " " + g.environment);
    lines += (scope.empty() ? "" : " · " + say(c.language, "grant.scope", {{"scope", plain(scope)}})) + "\n";
  }
  Outcome o = answer(c, lines.empty() ? "roles.none" : "roles.head");
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

Outcome language(Call& c) {
  const std::string first = lower_ascii(first_argument(c.command));
  const std::string second = c.command.args.size() > 1 ? lower_ascii(c.command.args[1]) : "";
  const bool here = first == "here" || second == "here";
  if (!second.empty() && second != "here") return refuse(c, "language.usage");
  if (here && c.input.channel.empty()) return refuse(c, "language.where");
  const std::string chosen = first == "here" ? "" : first;
  if (!chosen.empty()) {
    Entry e = human_entry(c, "language.chosen", nullptr);
    const std::string key = here ? "#" + c.input.channel : "@" + c.actor.id;
    e.text = key + " " + chosen;
    e.data = Value::Map{{"key", key}, {"language", chosen == "default" ? "" : chosen}};
    record(c.work, std::move(e));
  }
  const std::string now = here ? channel_language(c.work, c.input.channel)
                               : language_of(c.work.state, c.work.config, c.actor.id, c.input.channel);
  if (!here) c.language = now;  // the answer shows it at once
  const std::string name = say(c.language, "language.name." + now);
  return here ? answer(c, "language.here", {{"channel", c.input.channel}, {"language", name}})
              : answer(c, "language.mine", {{"language", name}});
}

}  // namespace

const std::map<std::string_view, Handler>& people_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"help", help}, {"whoami", whoami}, {"can", can}, {"roles", roles}, {"language", language}};
  return table;
}

}  // namespace muster
