// A verb that is not there yet, and a name that nobody has: the refusal, with the line to paste for names that are
// near.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

constexpr std::size_t offered_most = 3, beginning_least = 3;

// Near by a slip of the fingers, or the beginning of a longer name: prod for production.
std::vector<std::string> near_names(const std::string& name, const std::vector<std::string>& known) {
  const std::string wanted = lower_ascii(name);
  std::vector<std::string> near = nearest(wanted, known);
  // "namespace/name", where a cluster has two of the name.
  for (const std::string& k : known)
    if (lower_ascii(k).ends_with("/" + wanted) && std::ranges::find(near, k) == near.end()) near.push_back(k);
  for (const std::string& k : known)
    if (wanted.size() >= beginning_least && lower_ascii(k).starts_with(wanted) &&
        std::ranges::find(near, k) == near.end())
      near.push_back(k);
  if (near.size() > offered_most) near.resize(offered_most);
  return near;
}

// The command as understood with the other name in the place of this one; the name alone where it does not stand there.
std::string with_other_name(const std::string& line, const std::string& name, const std::string& other) {
  for (std::size_t at = line.find(name); at != std::string::npos; at = line.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || std::string_view(" @=\"").contains(line[at - 1]);
    const bool ends = end == line.size() || std::string_view(" @\"").contains(line[end]);
    if (begins && ends) return line.substr(0, at) + other + line.substr(end);
  }
  return other;
}

Outcome unknown_name(Call& c, const char* key, std::string name, const std::vector<std::string>& known,
                     const std::string& told = {}) {
  if (name.starts_with('@')) name.erase(0, 1);
  Outcome o = refuse(c, key, {{"name", plain(name)}, {"list", told.empty() ? plain(join(known, ", ")) : told}});
  std::vector<std::string> lines;
  for (const std::string& other : near_names(name, known))
    lines.push_back("`" + plain(with_other_name(c.command.echo, name, other)) + "`");
  if (!lines.empty()) o.reply.sections.push_back({say(c.language, "did_you_mean", {{"list", join(lines, ", ")}}), {}});
  return o;
}

// `me` of somebody who is no person: the local operator, or an account that is nobody's.
Outcome nobody_is_me(Call& c, const std::string& name) {
  const bool has_at = name.starts_with('@') || c.command.echo.contains("@" + name);
  const std::string line = with_other_name(c.command.echo, name, has_at && !name.starts_with('@') ? "who" : "@who");
  return refuse(c, c.input.is_operator ? "person.operator" : "person.you", {{"line", plain(line)}});
}

// The command that lists what there is of this kind.
std::string_view list_of(const std::string& id) {
  const std::string canonical = canonical_id(id);
  if (canonical.starts_with("INC-")) return "`incidents`";
  switch (canonical.empty() ? ' ' : canonical.front()) {
    case 'E':
      return "`alerts --all`";
    case 'R':
      return "`runs`";
    case 'A':
      return "`approvals`";
    case 'L':
      return "`locks`, `silences`, `roles`";
    case 'T':
      return "`schedule --all`";
    default:
      return "`incidents`, `alerts`, `runs`";
  }
}

}  // namespace

Outcome not_yet(Call& c, const VerbInfo& verb) {
  const std::string meanwhile = verb_key("meanwhile", verb.verb);
  const std::string what = verb_key("what", verb.verb);
  Outcome o =
      refuse(c, verb.writes ? "verb.later" : "later.read", {{"verb", verb.verb}, {"what", say(c.language, what)}});
  if (has_sentence(meanwhile)) {
    const std::string text = say(c.language, "later.meanwhile", {{"what", say(c.language, meanwhile)}});
    o.reply.sections.insert(o.reply.sections.begin(), {text, {}});
  }
  return o;
}

Outcome no_such_id(Call& c, const std::string& id) {
  return refuse(c, "unknown.id", {{"id", plain(id)}, {"list", list_of(id)}});
}

Outcome unknown_service(Call& c, const std::string& name) {
  std::vector<std::string> names;
  for (const Service& s : c.work.config.services) names.push_back(s.name);
  constexpr std::size_t most = 8;
  std::vector<std::string> some = names;
  if (names.size() > most) some.resize(most);
  const std::string rest = names.size() > most ? " …" : "";
  Outcome o =
      unknown_name(c, "service.unknown", name, names,
                   names.empty() ? say(c.language, "service.none")
                                 : say(c.language, "service.known", {{"list", plain(join(some, ", ")) + rest}}));
  // Perhaps a cluster was to offer them, and is away: the caller knows.
  if (names.empty())
    o.read = {.what = "away", .incident = {}, .args = {}, .named = {}, .language = c.language, .zone = c.zone};
  return o;
}

bool is_me(std::string_view name) {
  if (name.starts_with('@')) name.remove_prefix(1);
  return lower_ascii(name) == "me";
}

const Person* person_meant(const Call& c, std::string_view name) {
  return find_person(c.work.config, is_me(name) ? std::string_view(c.input.person) : name);
}

Outcome unknown_person(Call& c, const std::string& name) {
  if (is_me(name)) return nobody_is_me(c, name);
  std::vector<std::string> names;
  for (const Person& p : c.work.config.people) names.push_back(p.id);
  return unknown_name(c, "person.unknown", name, names);
}

Outcome unknown_environment(Call& c, const std::string& name, const std::vector<std::string>& known) {
  return unknown_name(c, known.empty() ? "env.none" : "env.unknown", name, known);
}

}  // namespace muster
