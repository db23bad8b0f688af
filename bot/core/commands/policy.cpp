#include "bot/core/commands/policy.h"

#include <algorithm>
#include <optional>

#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "bot/core/commands/condition.h"
#include "bot/core/commands/verbs.h"

namespace muster {
namespace {

constexpr std::size_t matcher_bytes_max = 8192;
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:";

// Reads matchers from the front of `text`; `at` says where, for the error.
struct MatcherReader {
  std::string_view text;
  std::size_t at = 0;

  void skip_space() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) ++at;
  }
  bool take(std::string_view what) {
    if (!text.substr(at).starts_with(what)) return false;
    at += what.size();
    return true;
  }
  std::unexpected<Error> wrong(std::string_view expected) const {
    return fail(ErrorKind::invalid,
                "matcher, character " + std::to_string(code_point_count(text.substr(0, at)) + 1) + ": expected " +
                    std::string(expected),
                "write for example severity=~\"critical|page\"");
  }
  Result<std::string> quoted() {
    std::string out;
    for (++at; at < text.size(); ++at) {
      if (text[at] == '"') return ++at, out;
      if (text[at] != '\\' || at + 1 == text.size()) {
        out += text[at];
        continue;
      }
      const char next = text[++at];
      if (next == 'n')
        out += '\n';
      else if (next == '"' || next == '\\')
        out += next;
      else
        (out += '\\') += next;  // as Alertmanager: other escapes belong to the expression
    }
    return wrong("a closing quote");
  }
  Result<std::string> name() {
    if (at < text.size() && text[at] == '"') return quoted();
    const auto end = std::min(text.find_first_not_of(name_characters, at), text.size());
    if (end == at || (text[at] >= '0' && text[at] <= '9')) return wrong("a label name");
    const auto start = std::exchange(at, end);
    return std::string(text.substr(start, end - start));
  }
  Result<std::string> value() {
    if (at < text.size() && text[at] == '"') return quoted();
    const auto end = std::min(text.find_first_of(",{}\"'`= !~ \t\n", at), text.size());
    const auto start = std::exchange(at, end);
    return std::string(text.substr(start, end - start));
  }
  Result<Matcher> matcher() {
    Matcher m;
    auto n = name();
    if (!n) return std::unexpected(n.error());
    m.name = *n;
    skip_space();
    for (std::string_view op : {"=~", "!~", "!=", "="})
      if (m.op.empty() && take(op)) m.op = op;
    if (m.op.empty()) return wrong("one of = != =~ !~");
    skip_space();
    auto v = value();
    if (!v) return std::unexpected(v.error());
    m.value = *v;
    if (m.op.contains('~'))
      if (auto ok = full_match("", m.value); !ok) return std::unexpected(ok.error());
    return m;
  }
};

bool holds(const Matcher& m, std::string_view value) {
  if (m.op == "=") return value == m.value;
  if (m.op == "!=") return value != m.value;
  const auto matched = full_match(value, m.value);
  return matched && *matched == (m.op == "=~");
}

bool contains(const std::vector<std::string>& list, std::string_view what) {
  return std::ranges::find(list, what) != list.end();
}

bool names_asker(const std::string& who, const Ask& ask) {
  if (who == "automation") return ask.automation;
  if (who == "operator") return ask.operator_;
  if (who == "guest" || who == "outsider") return ask.standing == who;
  if (who == "*") return ask.automation || ask.operator_ || !ask.person.empty();
  if (who.starts_with("group:")) return contains(ask.groups, std::string_view(who).substr(6));
  if (who.starts_with("role:")) return contains(ask.roles, std::string_view(who).substr(5));
  return !ask.person.empty() && who == ask.person;
}

bool allows(const std::vector<std::string>& list, std::string_view what) {
  constexpr std::string_view any = "*";
  return list.empty() || std::ranges::any_of(list, [&](std::string_view one) { return one == what || one == any; });
}

bool in_environment(const Rule& rule, const Ask& ask) {
  return allows(rule.environments, ask.environment) ||
         (ask.is_protected && contains(rule.environments, protected_environments));
}

bool at_place(const Rule& rule, const Ask& ask) {
  if (rule.where.empty()) return true;
  return std::ranges::any_of(rule.where, [&](const std::string& w) {
    return w == "*" || (w == "incident" && ask.incident_channel) || (w == "direct" && ask.direct) ||
           (!ask.channel.empty() && (w == ask.channel || w == "#" + ask.channel));
  });
}

// What conditions read, made when the first one asks.
class Facts {
 public:
  explicit Facts(const Ask& ask) : ask_(ask) {}
  const cel::Bindings& get() {
    if (!made_) made_ = policy_facts(ask_);
    return *made_;
  }

 private:
  const Ask& ask_;
  std::optional<cel::Bindings> made_;
};

bool conditions_hold(const Rule& rule, const Ask& ask, Facts& facts) {
  for (const auto& text : rule.matchers) {
    const auto matchers = parse_matchers(text);
    if (!matchers) return rule.effect == "deny";
    const auto argument = [&ask](const std::string& name) {
      const auto it = ask.arguments.find(name);
      return it == ask.arguments.end() ? std::string_view() : std::string_view(it->second);
    };
    if (!std::ranges::all_of(*matchers, [&](const Matcher& m) { return holds(m, argument(m.name)); })) return false;
  }
  if (rule.when.empty()) return true;
  return condition_holds(rule.when, policy_condition(), facts.get()).value_or(rule.effect == "deny");
}

// "?NAME" among the asker's groups: nobody can tell who is in that group of a platform now.
bool perhaps_denied(const Rule& rule, const Ask& ask) {
  return rule.effect == "deny" && std::ranges::any_of(rule.who, [&](const std::string& who) {
           return who.starts_with("group:") && contains(ask.groups, "?" + who.substr(6));
         });
}

bool is_for(const Rule& rule, const Ask& ask) {
  return std::ranges::any_of(rule.who, [&](const auto& w) { return names_asker(w, ask); }) || perhaps_denied(rule, ask);
}

// The verb first: few rules are about the one that is asked for.
bool applies(const Rule& rule, const Ask& ask, Facts& facts) {
  return allows(rule.verbs, ask.verb) && is_for(rule, ask) && allows(rule.services, ask.service) &&
         in_environment(rule, ask) && at_place(rule, ask) && conditions_hold(rule, ask, facts);
}

// Answering a question needs no line of its own: the line that asked says who may, and a line may still deny it.
bool answers_a_question(std::string_view verb) {
  constexpr std::string_view answers[] = {"yes", "no", "approve", "deny", "withdraw"};
  return std::ranges::find(answers, verb) != std::end(answers);
}

// The right to give a command later is the right to give it: it is asked for when it is stored and when it fires.
bool gives_another(std::string_view verb) { return verb == "at" || verb == "every"; }

bool known_effect(std::string_view effect) {
  return effect == "run" || effect == "confirm" || effect == "approve" || effect == "deny";
}

}  // namespace

Result<std::vector<Matcher>> parse_matchers(std::string_view text) {
  if (text.size() > matcher_bytes_max) return fail(ErrorKind::invalid, "the matchers are too long");
  MatcherReader reader{text};
  reader.skip_space();
  const bool braces = reader.take("{");
  std::vector<Matcher> out;
  for (reader.skip_space(); reader.at < text.size() && text[reader.at] != '}'; reader.skip_space()) {
    auto m = reader.matcher();
    if (!m) return std::unexpected(m.error());
    out.push_back(std::move(*m));
    reader.skip_space();
    if (!reader.take(",")) break;
  }
  if (braces && !reader.take("}")) return reader.wrong("} or ,");
  reader.skip_space();
  if (reader.at != text.size()) return reader.wrong(braces ? "the end" : "a comma or the end");
  if (out.empty()) return reader.wrong("a matcher");
  return out;
}

bool matches(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& m) { return holds(m, labels.value_or_empty(m.name)); });
}

std::string to_text(const std::vector<Matcher>& matchers) {
  const auto quote = [](const std::string& s) {
    std::string out = "\"";
    for (const char c : s) {
      if (c == '"' || c == '\\') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    return out + "\"";
  };
  std::vector<std::string> parts;
  for (const auto& m : matchers) {
    const bool bare = m.name.find_first_not_of(name_characters) == std::string::npos && !m.name.empty();
    parts.push_back((bare ? m.name : quote(m.name)) + m.op + quote(m.value));
  }
  return "{" + join(parts, ", ") + "}";
}

Verdict decide_policy(const std::vector<Rule>& rules, const Ask& ask) {
  Facts facts(ask);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (!applies(rule, ask, facts)) continue;
    const int line = static_cast<int>(i) + 1;
    Verdict v{known_effect(rule.effect) ? rule.effect : "deny", rule.name, line, rule.approvals, rule.approve_group};
    if (v.rule.empty()) v.rule = "line " + std::to_string(line);
    return v;
  }
  const bool known = !ask.person.empty() || ask.operator_;
  if (known && answers_a_question(ask.verb)) return {"run", "answers", static_cast<int>(rules.size()) + 1, 0, {}};
  if (known && gives_another(ask.verb)) return {"run", "as-the-command", static_cast<int>(rules.size()) + 1, 0, {}};
  return {"deny", "end", static_cast<int>(rules.size()) + 1, 0, {}};
}

std::vector<Rule> default_policy() {
  std::vector<std::string> ready;
  const std::vector<std::string> owned{"config reload", "config check", "config diff", "grant",       "revoke",
                                       "automation",    "drain",        "undrain",     "runbook arm", "runbook disarm",
                                       "freeze",        "unfreeze",     "queue first", "override",    "unseal"};
  const std::vector<std::string> rollouts{"deploy", "promote"},
      smaller{"rollback", "scale", "restart", "advance", "hold"};
  const std::vector<std::string> steering{"pause", "resume", "cancel", "done", "skip", "fail", "queue drop"};
  const std::vector<std::string> for_good{"scrub", "postmortem publish"}, glass{"break-glass"};
  for (const auto& v : verbs())
    if (v.ready && !contains(glass, v.verb) && !contains(owned, v.verb) && !contains(for_good, v.verb))
      ready.emplace_back(v.verb);
  const auto rule = [](std::string name, std::vector<std::string> who, std::vector<std::string> what,
                       std::string effect) {
    Rule r;
    r.name = std::move(name), r.who = std::move(who), r.verbs = std::move(what), r.effect = std::move(effect);
    return r;
  };
  auto with_owned = ready;
  with_owned.insert(with_owned.end(), owned.begin(), owned.end());
  Rule team = rule("team-aliases", {"*"}, {"alias set", "alias remove"}, "deny");
  team.matchers = {"team=\"true\""};
  Rule team_owners = team;
  team_owners.name = "owners-team-aliases", team_owners.who = {"role:owner"}, team_owners.effect = "run";
  // Anybody may stop what runs by itself; only owners let it run again.
  Rule stop = rule("everybody-stops-automation", {"*"}, {"automation"}, "run");
  stop.matchers = {"switch!=\"on\""};
  Rule steal = rule("stealing-a-lock-is-confirmed", {"*"}, {"unlock"}, "confirm");
  steal.matchers = {"steal=\"true\""};
  // Anybody drops a schedule of their own; somebody else's is for owners.
  Rule others = rule("others-schedules", {"*"}, {"schedule cancel"}, "deny");
  others.matchers = {"others=\"true\""};
  Rule owners_others = others;
  owners_others.name = "owners-drop-schedules", owners_others.who = {"role:owner"}, owners_others.effect = "run";
  Rule undo = rule("undo-is-approved", {"*"}, {"undo"}, "approve");
  undo.approvals = 1;
  const auto with_care = [&](std::string name, std::vector<std::string> who, std::vector<std::string> what,
                             std::string effect) {
    Rule r = rule(std::move(name), std::move(who), std::move(what), std::move(effect));
    r.environments = {std::string(protected_environments)};
    return r;
  };
  std::vector<std::string> all_changes = rollouts;
  all_changes.insert(all_changes.end(), smaller.begin(), smaller.end());
  // The operator has nobody to ask, and is asked whether it is meant.
  const Rule sure = with_care("operator-is-sure", {"operator"}, all_changes, "confirm");
  // Nobody is left to serve it: as grave as another version.
  std::vector<std::string> grave = rollouts;
  grave.emplace_back("scale");
  Rule approved = with_care("changes-are-approved", {"*"}, grave, "approve");
  approved.approvals = 1;
  approved.when = "verb != \"scale\" || default(arguments.replicas, \"\") == \"0\"";
  Rule emergency = with_care("broken-glass", {"role:glass"}, grave, "confirm");
  emergency.when = approved.when;
  const Rule confirmed = with_care("changes-are-confirmed", {"*"}, smaller, "confirm");
  return {rule("automation-off", {"automation"}, {"*"}, "deny"),
          rule("owners-for-good", {"operator", "role:owner"}, for_good, "confirm"),
          rule("nobody-else-for-good", {"*"}, for_good, "deny"),
          sure,
          rule("operator", {"operator"}, with_owned, "run"),
          stop,
          rule("owners", {"role:owner"}, owned, "run"),
          rule("owners-only", {"*"}, owned, "deny"),
          team_owners,
          team,
          rule("silences", {"*"}, {"silence", "unsilence"}, "confirm"),
          rule("runs-are-steered-with-care", {"*"}, steering, "confirm"),
          undo,
          steal,
          rule("who-may-break-glass", {"role:owner", "role:oncall"}, glass, "confirm"),
          emergency,
          approved,
          confirmed,
          owners_others,
          others,
          rule("everybody", {"*"}, ready, "run")};
}

}  // namespace muster
