#include "bot/core/people/identity.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"

namespace muster {
namespace {

void note_time(std::vector<TimeMs>& times, TimeMs at) {
  std::erase_if(times, [at](TimeMs t) { return t + link_code_ms <= at; });
  times.push_back(at);
}

void apply_code(Identities& s, const Entry& e) {
  const std::string& person = e.data["person"].as_string();
  // A new code takes the place of the one before: only the last that a person was shown is good.
  std::erase_if(s.codes,
                [&](const auto& c) { return c.second.person == person || c.second.expires_ms <= e.occurred_ms; });
  s.codes[e.data["digest"].as_string()] = {person, e.data["expires_ms"].as_int()};
  note_time(s.asked[person], e.occurred_ms);
}

void apply_linked(Identities& s, const Entry& e) {
  const std::string& key = e.data["account"].as_string();
  const std::string& shown = e.data["shown"].as_string();
  const std::string& person = e.data["person"].as_string();
  s.codes.erase(e.data["digest"].as_string());
  s.wrong.erase(key);
  s.accounts[key] = {key, shown, person, e.data["how"].as_string(), e.occurred_ms, false};
  s.once[shown] = person;
}

const JoinedAccount* standing_account(const State& s, const std::string& shown) {
  for (const auto& [key, a] : s.identities.accounts)
    if (!a.gone && lower_ascii(a.shown) == lower_ascii(shown)) return &a;
  return nullptr;
}

void tell_person(Work& w, const Person& p, const std::string& shown) {
  const std::string language = language_of(w.state, w.config, p.id, {});
  Message m;
  m.color = "warning";
  m.text = say(language, "linked.by_email", {{"account", plain(shown)}, {"who", plain(p.name)}});
  post(w, "muster", "linked-" + w.new_id(), m, {}, p.id);
}

}  // namespace

bool apply_identity(State& s, const Entry& e) {
  if (!e.kind.starts_with("identity.")) return false;
  Identities& i = s.identities;
  if (e.kind == "identity.code") {
    apply_code(i, e);
  } else if (e.kind == "identity.refused") {
    i.codes.erase(e.data["digest"].as_string());  // typed is used, whatever came of it
    note_time(i.wrong[e.data["account"].as_string()], e.occurred_ms);
  } else if (e.kind == "identity.linked") {
    apply_linked(i, e);
  } else if (e.kind == "identity.unlinked") {
    if (const auto it = i.accounts.find(e.data["account"].as_string()); it != i.accounts.end()) it->second.gone = true;
  }
  return true;
}

std::string speaker(const State& s, const CoreConfig& config, const Account& a) {
  if (a.id.empty() || !a.standing.empty() || !a.user.starts_with(a.platform + ":")) return a.user;
  const auto it = s.identities.accounts.find(a.key());
  if (it == s.identities.accounts.end() || it->second.gone) return a.user;
  const Person* p = find_person(config, it->second.person);
  return p && p->id == it->second.person ? p->id : a.user;
}

bool join_by_email(Work& w, const Account& a) {
  const bool nobody = a.user.starts_with(a.platform + ":");
  if (a.email_person.empty() || a.id.empty() || !a.standing.empty() || !nobody) return false;
  if (w.state.identities.accounts.contains(a.key())) return false;  // joined already, or taken apart on purpose
  const Person* p = find_person(w.config, a.email_person);
  if (!p || has_account_on(w.state, *p, a.platform)) return false;
  Entry e;
  e.kind = "identity.linked";
  e.text = a.user + " is " + p->id + ": both have the same verified e-mail address";
  e.data = Value::Map{{"account", a.key()}, {"shown", a.user}, {"person", p->id}, {"how", "email"}};
  record(w, std::move(e));
  tell_person(w, *p, a.user);
  return true;
}

const JoinedAccount* joined_on(const State& s, const std::string& platform, const std::string& person) {
  for (const auto& [key, a] : s.identities.accounts)
    if (!a.gone && a.person == person && key.starts_with(platform + ":")) return &a;
  return nullptr;
}

bool has_account_on(const State& s, const Person& p, const std::string& platform) {
  const auto here = [&](const Handle& h) { return h.platform == platform; };
  return std::ranges::any_of(p.handles, here) || joined_on(s, platform, p.id);
}

std::string human_behind(const State& s, const std::string& id) {
  const auto it = s.identities.once.find(id);
  return it == s.identities.once.end() ? id : it->second;
}

bool same_human(const State& s, const std::string& a, const std::string& b) {
  return human_behind(s, a) == human_behind(s, b);
}

std::string with_people_named(const State& s, const std::string& platform, const std::string& text) {
  if (s.identities.accounts.empty() || !text.contains('@')) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = text[at] == '@' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '=');
    if (!begins) {
      out += text[at++];
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \t\n,;:!?)", at), text.size());
    const std::string name = text.substr(at + 1, end - at - 1);
    const JoinedAccount* joined = standing_account(s, platform + ":" + name);
    out += "@" + (joined ? joined->person : name);
    at = end;
  }
  return out;
}

std::vector<std::string> handles_of(const State& s, const Person& p) {
  std::vector<std::string> all;
  for (const Handle& h : p.handles) all.push_back(h.platform + ":" + h.name);
  for (const auto& [key, a] : s.identities.accounts)
    if (!a.gone && a.person == p.id) all.push_back(a.shown);
  return all;
}

}  // namespace muster
