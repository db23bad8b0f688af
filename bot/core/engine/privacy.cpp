#include "bot/core/engine/privacy.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/engine/private_rooms.h"

namespace muster {
namespace {

// A platform lets nobody speak in a private channel who is not a member there; our own room and scripts only name it.
bool may_see(const Incident& i, const CommandInput& input, const std::string& person) {
  if (input.is_operator && input.platform == "cli") return true;
  const bool inside = is_in(i, person);
  if (input.channel == i.channel) return inside || (input.platform != "room" && input.platform != "cli");
  return inside && is_alone(input);
}

}  // namespace

bool is_in(const Incident& i, const std::string& person) {
  const auto holds = [&](const auto& role) { return role.second == person; };
  if (!i.is_private) return true;
  if (person.empty()) return false;
  const bool came = (i.declared_by == person && !i.removed.contains(person)) || i.invited.contains(person);
  return came || std::ranges::any_of(i.roles, holds);
}

// Of those that a view has not taken out.
static const Incident* private_one_of(const State& s, const std::string& channel) {
  const auto it = s.incident_by_channel.find(channel);
  const Incident* i = it == s.incident_by_channel.end() ? nullptr : &s.incidents.at(it->second);
  return i && i->is_private ? i : nullptr;
}

bool is_private_channel(const State& s, const std::string& channel) { return private_one_of(s, channel) != nullptr; }

bool shows_channel(const State& s, const CoreConfig& config, const std::string& channel, const std::string& person) {
  const Incident* i = private_one_of(s, channel);
  return !i || config.people.empty() || is_in(*i, person);
}

const Incident* public_incident(const State& s, const std::string& id) {
  const Incident* i = find_incident(s, id);
  return i && !i->is_private ? i : nullptr;
}

bool is_alone(const CommandInput& input) {
  return input.platform == "cli" || (input.direct && input.channel != "muster");
}

// By its number or its channel, as a word.
static bool names_incident(const Incident& i, const std::string& text) {
  std::string word;
  for (const char c : lower_ascii(text) + " ") {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
      word += c;
      continue;
    }
    if (canonical_id(word) == i.id || word == i.channel) return true;
    word.clear();
  }
  return false;
}

bool is_about(const Incident& i, const Question& q) {
  if (q.channel == i.channel) return true;
  const bool alone = q.platform == "cli" || (q.direct && q.channel != "muster");
  return alone && (q.person == "operator" || is_in(i, q.person.text())) && names_incident(i, q.command);
}

std::vector<const Person*> those_in(const CoreConfig& config, const Incident& i) {
  std::vector<const Person*> people;
  for (const Person& p : config.people)
    if (is_in(i, p.id)) people.push_back(&p);
  return people;
}

const Incident* private_subject(const State& s, const CommandInput& input, const Command& command) {
  for (const int n : s.private_incidents) {
    const auto it = s.incidents.find(n);  // not there: it is hidden from this command
    if (it == s.incidents.end()) continue;
    const Incident& i = it->second;
    if (input.channel == i.channel || names_incident(i, command.echo + " " + command.rest + " " + command.body))
      return &i;
    if (const auto named = command.named.find("incident");
        named != command.named.end() && find_incident(s, named->second) == &i)
      return &i;
  }
  return nullptr;
}

PrivateView::PrivateView(Work& work, const CommandInput& input) : work_(work), before_(work.view) {
  work.view = this;
  State& s = work.state;
  if (s.private_incidents.empty()) return;
  const Person* p = find_person(work.config, input.person);
  const std::string person = p ? p->id : input.is_operator ? "operator" : "";
  for (const int n : s.private_incidents) {
    const auto it = s.incidents.find(n);
    if (it == s.incidents.end() || may_see(it->second, input, person)) continue;
    const std::string& channel = it->second.channel;
    hidden_ += (hidden_.empty() ? "\n" : "") + it->second.id + "\n#" + channel + "\n";
    for (auto q = s.questions.begin(); q != s.questions.end();) {
      const auto asked = q++;
      if (is_about(it->second, asked->second)) questions_.insert(s.questions.extract(asked));
    }
    s.incident_by_channel.erase(channel);
    taken_.insert(s.incidents.extract(it));
  }
}

PrivateView::~PrivateView() {
  work_.view = before_;
  for (const auto& [n, i] : taken_) work_.state.incident_by_channel.emplace(i.channel, n);
  work_.state.incidents.merge(taken_);
  work_.state.questions.merge(questions_);
}

Incident* PrivateView::reveal(const std::string& id) {
  for (auto it = taken_.begin(); it != taken_.end(); ++it) {
    if (it->second.id != id) continue;
    State& s = work_.state;
    s.incident_by_channel.emplace(it->second.channel, it->first);
    return &s.incidents.insert(taken_.extract(it)).position->second;
  }
  return before_ ? before_->reveal(id) : nullptr;  // who approves does not see it either
}

void admit(Work& w, const Incident& i, Entry e, const std::string& person) {
  if (i.invited.contains(person)) return;
  Value people = Value::List{};
  people.push(person);
  e.kind = "people.invited";
  e.incident_id = i.id;
  e.data.set("people", people);
  record(w, std::move(e));
  open_where_read(w, i);
  Value body = Value::Map{{"people", std::move(people)}, {"private", i.is_private}};
  if (i.archived) body.set("only", Value::List{Value("room")});  // there it is still read
  w.decision.out.push_back({w.new_id(), "room:#" + i.channel, "invite", std::move(body)});
}

}  // namespace muster
