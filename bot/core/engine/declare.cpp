// declare: one line opens an incident.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/urgent.h"

namespace muster {
namespace {

constexpr std::size_t reason_graphemes_max = 300;

// After "for" at the end of a title these are people or times, never a service that somebody misspelt.
bool no_service(const std::string& word) {
  constexpr std::string_view words[] = {
      "all",  "everyone", "everybody", "users", "customers", "clients", "people", "some", "many", "most",  "us",
      "them", "now",      "hours",     "ages",  "days",      "minutes", "weeks",  "good", "real", "today", "guests"};
  return std::ranges::find(words, word) != std::end(words) ||
         word.find_first_not_of("0123456789%hmsd.") == std::string::npos;
}

std::vector<std::string> names_of_services(const CoreConfig& config) {
  std::vector<std::string> names;
  for (const Service& s : config.services) names.push_back(s.name);
  return names;
}

// A spelling mistake, or the beginning of one name: "checkout" for checkout-api.
std::string near_service(const CoreConfig& config, const std::string& word) {
  const auto near = nearest(word, names_of_services(config));
  if (!near.empty()) return near.front();
  std::string found;
  for (const std::string& name : names_of_services(config)) {
    if (word.size() < 3 || !lower_ascii(name).starts_with(word)) continue;
    if (!found.empty()) return {};
    found = name;
  }
  return found;
}

// The command with another title and service, to paste.
std::string line_of(const Command& c, const std::string& title, const std::string& service, bool with_alert = true) {
  std::string line = "declare";
  const auto add = [&line](std::string_view label, const std::string& value) {
    if (!value.empty()) line += std::string(label) + " " + value;
  };
  add("", named(c, "severity"));
  add("", title);
  add(" for", service);
  if (with_alert) add(" from", named(c, "from"));
  if (c.named.contains("private")) line += " --private";
  add(" because", named(c, "because"));
  return plain(clip(one_line(line), 300));
}

std::string title_of(const Call& c) { return one_line(trim(join(c.command.args, " "))); }

// What declare asks for where a form can open.
Form declare_form(const Call& c) {
  Form f{.title = say(c.language, "form.declare.title"),
         .intro = {},
         .send = say(c.language, "form.send"),
         .command = "declare",
         .fields = {}};
  f.fields.push_back({.name = "title", .label = say(c.language, "form.declare.name")});
  FormField severity{.name = "severity", .label = say(c.language, "form.declare.severity"), .kind = "choice"};
  for (const SeverityRule& s : c.work.config.severities) severity.choices.push_back(s.name);
  severity.standard = "SEV3";
  f.fields.push_back(std::move(severity));
  FormField service{.name = "service", .label = say(c.language, "form.declare.service"), .kind = "choice"};
  service.choices = names_of_services(c.work.config);
  service.required = false;
  if (!service.choices.empty()) f.fields.push_back(std::move(service));
  f.fields.push_back({.name = "because",
                      .label = say(c.language, "form.declare.because"),
                      .kind = "long",
                      .choices = {},
                      .standard = {},
                      .hint = {},
                      .required = false});
  return f;
}

Outcome with_wrong_field(Outcome o, const char* field) {
  o.wrong_fields[field] = o.reply.text;
  return o;
}

Outcome refuse_title(Call& c) {
  Outcome o = with_wrong_field(refuse(c, "declare.no_title"), "title");
  o.form = declare_form(c);
  if (c.command.named.contains("private")) o.form->command += " --private";
  return o;
}

// By what was typed, or by a rule of the configuration.
bool meant_private(const Call& c, const std::string& severity, const std::string& service) {
  const auto listed = [](const std::vector<std::string>& all, const std::string& one) {
    return all.empty() || std::ranges::find(all, one) != all.end();
  };
  return c.command.named.contains("private") ||
         std::ranges::any_of(c.work.config.private_incidents, [&](const PrivateRule& r) {
           return listed(r.severities, severity) && listed(r.services, service);
         });
}

// Where others read along, the title is out before anything can be kept from them.
Outcome refuse_in_the_open(Call& c) {
  Outcome o = refuse(c, "private.in_the_open");
  o.is_private = true;
  o.form = declare_form(c);
  o.form->command += " --private";
  return o;
}

Outcome refuse_service(Call& c, const std::string& service) {
  const std::string title = title_of(c);
  const std::string literal = line_of(c.command, "\"" + title + " for " + service + "\"", "");
  if (const std::string near = near_service(c.work.config, service); !near.empty())
    return refuse(c, "declare.service_near",
                  {{"name", plain(service)}, {"line", line_of(c.command, title, near)}, {"literal", literal}});
  std::vector<std::string> names = names_of_services(c.work.config);
  if (names.size() > 12) names.resize(12), names.push_back("…");
  return refuse(c, "declare.service_unknown",
                {{"name", plain(service)}, {"list", plain(join(names, ", "))}, {"literal", literal}});
}

// Nothing is opened twice by accident: the line that does it on purpose is in the answer.
Outcome refuse_alert(Call& c, const Alert& alert) {
  const Incident& i = *find_incident(c.work.state, alert.incident);
  return refuse(c, i.open() ? "declare.alert_taken" : "declare.alert_over",
                {{"alert", alert.id},
                 {"id", i.id},
                 {"status", status_words(c.language, i.status)},
                 {"channel", i.channel},
                 {"line", line_of(c.command, title_of(c), named(c.command, "for"), false)}});
}

void bring_alert(Call& c, Incident& i, Alert& alert) {
  Entry fact = human_entry(c, "alert.firing", &i);
  fact.occurred_ms = alert.starts_ms;
  fact.text = alert.title;
  fact.data = firing_data(alert, alert.card(), alert.card_channel());
  fact.data.set("known", true);  // it was told already
  record(c.work, std::move(fact));
  touch(c.work, alert);
  touch(c.work, i);
}

void announce(Call& c, const Incident& i) {
  if (i.is_private) return;
  if (!c.work.config.board_channel.empty()) return;  // the board says it, and stays true
  post(c.work, c.work.config.alerts_channel, "announce-" + i.id, announcement(c.work, i));
  if (is_grave(c.work.config, i.severity)) make_urgent(c.work);
}

Outcome declared(Call& c, const Incident& i) {
  Outcome o = answer(c, "declare.done",
                     {{"id", i.id}, {"severity", i.severity}, {"title", plain(i.title)}, {"channel", i.channel}});
  o.json = projection(i).body;
  o.json.set("id", i.id);
  o.is_private = i.is_private && !is_alone(c.input);
  return o;
}

// The words of a title that name a known service after "for": where they stand and which service.
struct Named {
  std::size_t first = 0, after = 0;
  const Service* service = nullptr;
};

Named service_in(const std::vector<std::string>& words, const CoreConfig& config) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (lower_ascii(words[i]) != "for") continue;
    const std::size_t at = lower_ascii(words[i + 1]) == "the" && i + 2 < words.size() ? i + 2 : i + 1;
    std::string name = words[at];
    while (!name.empty() && std::string_view(":,;.!?").contains(name.back())) name.pop_back();
    if (const Service* s = find_service(config, name)) return {i, at + 1, s};
  }
  return {};
}

// The message that an incident was declared from.
Value source_value(const Said& said) {
  return Value::Map{{"author", said.author},
                    {"text", said.text},
                    {"permalink", said.permalink},
                    {"channel", said.channel},
                    {"at", format_utc(said.at)}};
}

// service@ref is a service and a version.
Command with_version(Command c) {
  const auto at = c.args.empty() ? std::string::npos : c.args.front().find('@');
  if (at == std::string::npos) return c;
  c.named["version"] = c.args.front().substr(at + 1);
  c.args.front().resize(at);
  return c;
}

bool typed_in_quotes(const Command& c) {
  const auto tokens = tokenize(c.rest);
  return tokens && std::ranges::any_of(*tokens, [&](const Token& t) { return t.quoted && t.text == c.args.front(); });
}

}  // namespace

Outcome unknown_severity(Call& c, const std::string& name) {
  std::vector<std::string> known;
  for (const SeverityRule& s : c.work.config.severities) known.push_back(lower_ascii(s.name));
  return refuse(c, "severity.unknown", {{"name", plain(clip(name, 40))}, {"list", plain(join(known, ", "))}});
}

Command settled(Command c, const CoreConfig& config) {
  if (c.verb == "deploy") return with_version(std::move(c));
  if (c.verb != "declare" || c.ask || c.args.empty() || !named(c, "for").empty() || typed_in_quotes(c)) return c;
  auto words = split(one_line(c.args.front()), ' ');
  const Named found = service_in(words, config);
  if (!found.service) return c;
  c.named["for"] = found.service->name;
  // In front it is no part of the sentence; in the middle the sentence needs it.
  if (found.first == 0) {
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(found.after));
    c.args.front() = join(words, " ");
  }
  c.echo = (c.plan ? "plan " : "") + line_of(c, c.args.front(), found.service->name);
  return c;
}

Outcome declare(Call& c) {
  std::string title = title_of(c);
  const Said& said = c.input.about;
  const std::string from = named(c.command, "from");
  const bool link = from.starts_with("http");
  if (link && !said.known()) return refuse(c, "declare.from_unknown", {{"link", plain(clip(from, 300))}});
  // A message may become an incident: its first line is the title unless another is given.
  if (title.empty() && said.known() && !c.command.named.contains("private"))
    title = clip(one_line(said.text.substr(0, said.text.find('\n'))), 120);
  if (title.empty()) return refuse_title(c);
  const std::string severity = named(c.command, "severity");
  const SeverityRule* rule = severity.empty() ? nullptr : find_severity(c.work.config, severity);
  if (!severity.empty() && !rule) return with_wrong_field(unknown_severity(c, severity), "severity");
  Entry e = human_entry(c, "incident.declared", nullptr);
  if (const std::string service = named(c.command, "for"); !service.empty()) {
    const Service* known = find_service(c.work.config, service);
    const bool prose = c.work.config.services.empty() || no_service(service);
    if (!known && !prose) return with_wrong_field(refuse_service(c, service), "service");
    if (known)
      e.services = {known->name};
    else
      title += " for " + service;
  }
  const bool is_private = meant_private(c, rule ? rule->name : "SEV3", e.services.empty() ? "" : e.services.front());
  if (is_private && !is_alone(c.input) && !c.input.unseen) return refuse_in_the_open(c);
  if (is_private && !from.empty()) return refuse(c, "private.from");
  Alert* alert = from.empty() ? nullptr : find_alert(c.work.state, from);
  if (!from.empty() && !alert && !link) return no_such_id(c, from);
  if (alert && find_incident(c.work.state, alert->incident)) return refuse_alert(c, *alert);
  const std::string because = one_line(clip(named(c.command, "because"), reason_graphemes_max));
  e.text = "declare " + title + (because.empty() ? "" : " because " + because);
  e.data = Value::Map{{"title", clip(title, 200)}, {"severity", rule ? rule->name : "SEV3"}};
  if (!because.empty()) e.data.set("reason", because);
  if (is_private) e.data.set("private", true);
  if (said.known() && !is_private) e.data.set("source", source_value(said));
  Incident& i = open_incident(c.work, std::move(e));
  if (said.known() && !is_private) file_message(c.work, i, said, c.input.platform, c.actor.id, "declared from it");
  if (alert) bring_alert(c, i, *alert);
  bring_checklists(c.work, i);
  announce(c, i);
  return declared(c, i);
}

}  // namespace muster
