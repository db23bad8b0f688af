#include "bot/core/postmortems/roster.h"

#include <algorithm>
#include <array>
#include <set>

#include "bot/base/text.h"

namespace muster {
namespace {

constexpr std::array<std::string_view, 44> also_words = {
    "will",  "mark",  "may",    "grace", "hope", "bill", "rob",     "chase",    "sue",    "pat",      "rich",
    "june",  "april", "dawn",   "max",   "min",  "root", "admin",   "operator", "user",   "me",       "you",
    "local", "bot",   "oncall", "ops",   "dba",  "sre",  "dev",     "system",   "muster", "someone",  "the",
    "and",   "for",   "하나",   "가을",  "나라", "한결", "on-call", "test",     "alert",  "incident", "team"};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::size_t pair_at(std::string_view text, std::size_t at) {
  return (static_cast<std::size_t>(static_cast<unsigned char>(lower(text[at]))) << 8) |
         static_cast<unsigned char>(lower(text[at + 1]));
}
bool starts_with_name(std::string_view text, std::string_view name) {
  if (text.size() < name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (lower(text[i]) != name[i]) return false;
  }
  return true;
}
bool has_high_bytes(std::string_view s) {
  return std::any_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}
bool starts_hangul(std::string_view s) {  // U+AC00..D7A3 begin with EA..ED in UTF-8
  return !s.empty() && static_cast<unsigned char>(s[0]) >= 0xEA && static_cast<unsigned char>(s[0]) <= 0xED;
}
bool word_too(std::string_view lower) {
  return std::find(also_words.begin(), also_words.end(), lower) != also_words.end();
}

// Does the last syllable end in a consonant? It decides between 이 and 가.
bool closed_syllable(std::string_view s) {
  if (s.size() < 3) return false;
  const auto b = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(s[s.size() - 3 + i])); };
  const unsigned code = ((b(0) & 0x0Fu) << 12) | ((b(1) & 0x3Fu) << 6) | (b(2) & 0x3Fu);
  return code >= 0xAC00 && code <= 0xD7A3 && (code - 0xAC00) % 28 != 0;
}

struct Particle {
  std::string_view open, closed;  // after a vowel, after a consonant
};
constexpr std::array<Particle, 4> particles = {{{"가", "이"}, {"는", "은"}, {"를", "을"}, {"와", "과"}}};

// Skips 님/씨 after a name; returns the new position.
std::size_t skip_honorific(std::string_view text, std::size_t at) {
  std::size_t p = at;
  if (p < text.size() && text[p] == ' ') ++p;
  for (const std::string_view h : {std::string_view("님"), std::string_view("씨")}) {
    if (text.substr(p).starts_with(h)) return p + h.size();
  }
  return at;
}

// Writes the particle that follows `at` in the form that fits `label`; returns the position after it.
std::size_t fit_particle(std::string_view text, std::size_t at, std::string_view label, std::string& out) {
  for (const Particle& p : particles) {
    for (const std::string_view form : {p.open, p.closed}) {
      if (!text.substr(at).starts_with(form) || starts_hangul(text.substr(at + form.size()))) continue;
      out += closed_syllable(label) ? p.closed : p.open;
      return at + form.size();
    }
  }
  return at;
}

std::string ordinal_label(const std::string& label, int nth, bool korean) {
  static constexpr std::array<std::string_view, 5> en = {"first", "second", "third", "fourth", "fifth"};
  if (korean) return std::to_string(nth) + "번째 " + label;
  const std::string word = nth <= 5 ? std::string(en[static_cast<std::size_t>(nth - 1)]) : std::to_string(nth) + "th";
  return label.starts_with("the ") ? "the " + word + label.substr(3) : word + " " + label;
}

}  // namespace

std::string role_label(std::string_view role, bool korean) {
  struct Row {
    std::string_view id, en, ko;
  };
  static constexpr std::array<Row, 11> rows = {{
      {"incident_commander", "the incident commander", "장애 지휘자"},
      {"deputy", "the deputy", "부지휘자"},
      {"ops_lead", "the operations lead", "운영 리드"},
      {"communications_lead", "the communications lead", "커뮤니케이션 리드"},
      {"scribe", "the scribe", "기록 담당"},
      {"subject_matter_expert", "a subject-matter expert", "해당 분야 전문가"},
      {"customer_liaison", "a support colleague", "고객 담당"},
      {"internal_liaison", "the internal liaison", "내부 연락 담당"},
      {"planning", "the planning lead", "계획 담당"},
      {"on_call_engineer", "the on-call engineer", "온콜 엔지니어"},
      {"responder", "a responder", "대응자"},
  }};
  for (const Row& r : rows) {
    if (r.id == role) return std::string(korean ? r.ko : r.en);
  }
  return std::string(korean ? "대응자" : "a responder");
}

Roster::Roster(const std::vector<Entry>& entries, const View& view, const Facts& facts, const ReportOptions& options)
    : korean_(options.language == "ko") {
  std::set<std::string> done;
  for (const Entry& e : entries) {
    if (e.actor.type != "user") continue;
    std::string key = e.actor.id + '\n' + e.actor.handle + '\n' + e.actor.display;
    if (done.insert(std::move(key)).second) add_person({e.actor.id, e.actor.handle, e.actor.display});
  }
  for (const RosterPerson& p : options.roster) {
    if (done.insert(p.id + '\n' + p.handle + '\n' + p.display).second) add_person(p);
  }
  for (auto& names : by_first_) {
    std::stable_sort(names.begin(), names.end(),
                     [](const Name& a, const Name& b) { return a.text.size() > b.text.size(); });
  }
  for (const ViewRow& row : view.rows) {
    const Entry& e = *row.entry;
    if (e.actor.type != "user" || e.role.empty()) continue;
    auto& seen = seen_[e.actor.id];
    if (seen.empty() || seen.back().second != e.role) seen.emplace_back(row.effective_ms, e.role);
  }
  for (const Tenure& t : facts.roles.tenures) {
    tenures_[t.person].push_back(t);
    holders_[t.role] = std::max(holders_[t.role], t.nth);
  }
}

void Roster::add_name(std::string text, const std::string& person, bool guarded) {
  text = lower_ascii(trim(text));
  if (text.size() < 2) return;
  const bool hangul = has_high_bytes(text);
  guarded = guarded || word_too(text) || (!hangul && text.size() < 3);
  auto& list = by_first_[static_cast<unsigned char>(text[0])];
  for (const Name& n : list) {
    if (n.text == text) return;
  }
  begins_.set(pair_at(text, 0));
  first_[static_cast<unsigned char>(text[0])] = true;
  if (text[0] >= 'a' && text[0] <= 'z') first_[static_cast<unsigned char>(text[0] - 'a' + 'A')] = true;
  list.push_back({std::move(text), person, hangul, guarded});
}

void Roster::add_person(const RosterPerson& p) {
  add_name(p.handle, p.id, false);
  add_name(p.display, p.id, false);
  // Ids such as "u_kim" name a person too; a bare word or number as an id would eat ordinary text.
  if (p.id.size() >= 4 && p.id.find_first_of("_.:@-") != std::string::npos) add_name(p.id, p.id, false);
  const bool hangul = has_high_bytes(p.display);
  std::string joined;
  for (const std::string& part : split(p.display, ' ')) {
    joined += part;
    if (part.size() >= 3) add_name(part, p.id, false);
  }
  if (joined != p.display) add_name(joined, p.id, false);
  // Family names of Korean are one syllable: the given name alone counts only with 님 or 씨.
  if (hangul && p.display.find(' ') == std::string::npos && p.display.size() >= 9) {
    add_name(p.display.substr(3), p.id, true);
  }
}

const Roster::Name* Roster::match_at(std::string_view text, std::size_t at, bool after_at_sign) const {
  for (const Name& n : by_first_[static_cast<unsigned char>(lower(text[at]))]) {
    if (!starts_with_name(text.substr(at), n.text)) continue;
    const std::size_t end = at + n.text.size();
    // Latin names end at a letter's edge; long ones with a separator are names wherever they stand.
    const bool distinct = n.text.size() >= 7 && n.text.find_first_of(" ._-") != std::string::npos;
    const bool edge = (at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]));
    if (!n.hangul && !edge && !distinct) continue;
    if (n.guarded && !after_at_sign && skip_honorific(text, end) == end) continue;
    return &n;
  }
  return nullptr;
}

Roster::Hit Roster::next(std::string_view text, std::size_t from) const {
  for (std::size_t i = from; i + 1 < text.size(); ++i) {
    if (!first_[static_cast<unsigned char>(text[i])] || !begins_.test(pair_at(text, i))) continue;
    const bool sign = i > from && text[i - 1] == '@';
    if (const Name* n = match_at(text, i, sign)) return {sign ? i - 1 : i, i + n->text.size(), n};
  }
  return {text.size(), text.size(), nullptr};
}

std::string Roster::replace(std::string_view text, TimeMs at) const {
  Hit hit = next(text, 0);
  if (hit.name == nullptr) return std::string(text);
  std::string out;
  std::size_t from = 0;
  for (; hit.name != nullptr; hit = next(text, from)) {
    out += text.substr(from, hit.begin - from);
    const std::size_t honoured = skip_honorific(text, hit.end);
    const bool korean = hit.name->hangul || honoured != hit.end || starts_hangul(text.substr(hit.end));
    const std::string label = role_of(hit.name->person, at, korean);
    out += label;
    from = korean ? fit_particle(text, honoured, label, out) : honoured;
  }
  out += text.substr(from);
  return out;
}

std::string Roster::mask(std::string_view text) const {
  std::string out(text);
  for (Hit hit = next(text, 0); hit.name != nullptr; hit = next(text, hit.end)) {
    for (std::size_t i = hit.begin; i < hit.end; ++i) out[i] = '_';
    out[hit.begin] = 'Q';
    out[hit.end - 1] = hit.name->hangul ? 'Z' : 'Q';
  }
  return out;
}

bool Roster::mentions(std::string_view text) const { return next(text, 0).name != nullptr; }

std::string Roster::role_of(std::string_view person, TimeMs at, bool korean) const {
  const std::string id(person);
  const auto label = [&](const std::string& role, int nth) {
    const std::string plain = role_label(role, korean);
    const auto holders = holders_.find(role);
    return nth > 0 && holders != holders_.end() && holders->second > 1 ? ordinal_label(plain, nth, korean) : plain;
  };
  if (const auto it = tenures_.find(id); it != tenures_.end()) {
    for (auto t = it->second.rbegin(); t != it->second.rend(); ++t) {
      if (t->from <= at && (!t->to || at <= *t->to)) return label(t->role, t->nth);
    }
  }
  const auto seen = seen_.find(id);
  if (seen == seen_.end()) return role_label("responder", korean);
  const std::string* role = &seen->second.front().second;
  for (const auto& [time, name] : seen->second) {
    if (time <= at) role = &name;
  }
  int nth = 0;
  if (const auto it = tenures_.find(id); it != tenures_.end()) {
    for (const Tenure& t : it->second) nth = t.role == *role ? t.nth : nth;
  }
  return label(*role, nth);
}

}  // namespace muster
