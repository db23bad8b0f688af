// Confirmations and approvals as state: asked, given, closed; bound to a command and to the facts it showed.
#include "bot/core/engine/questions.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/extension.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

int question_number(std::string_view id) {
  const std::string canonical = canonical_id(id);
  int n = 0;
  if (canonical.starts_with('A')) std::from_chars(canonical.data() + 1, canonical.data() + canonical.size(), n);
  return n;
}

Facts facts_from(const Value& v) {
  Facts facts;
  for (const Value& f : v.as_list())
    if (f.as_list().size() == 2) facts.emplace_back(f.as_list()[0].as_string(), f.as_list()[1].as_string());
  return facts;
}

void apply_asked(State& s, const Entry& e) {
  const Value& d = e.data;
  const int n = question_number(d["id"].as_string());
  if (n == 0) return;
  Question& q = s.questions[n];
  const auto word = [&](std::string_view key) { return s.kept.word(d[key].as_string()); };
  q = {.id = "A" + std::to_string(n),
       .kind = word("kind"),
       .person = word("person"),
       .is_operator = d["operator"].as_bool(),
       .command = d["asked_command"].as_string(),
       .verb = word("verb"),
       .platform = word("platform"),
       .channel = word("channel"),
       .thread = d["thread"].as_string(),
       .post = d["post"].as_string(),
       .direct = d["direct"].as_bool(),
       .facts = facts_from(d["facts"]),
       .rule = word("rule"),
       .group = word("group"),
       .needed = static_cast<int>(d["needed"].as_int(1)),
       .approvers = {},
       .status = s.kept.word("open"),
       .closed_by = {},
       .reason = {},
       .asked_ms = e.occurred_ms,
       .expires_ms = d["expires_ms"].as_int(),
       .closed_ms = 0,
       .run = d["run"].as_string(),
       .path = d["path"].as_string(),
       .standing = word("standing"),
       .schedule = word("schedule")};
  s.next_question = std::max(s.next_question, n + 1);
}

}  // namespace

Question* find_question(State& s, std::string_view id) {
  const auto it = s.questions.find(question_number(id));
  return it == s.questions.end() ? nullptr : &it->second;
}

const Question* find_question(const State& s, std::string_view id) { return find_question(const_cast<State&>(s), id); }

bool apply_question(State& s, const Entry& e) {
  if (!e.kind.starts_with("approval.")) return false;
  if (e.kind == "approval.asked") return apply_asked(s, e), true;
  Question* q = find_question(s, e.data["id"].as_string());
  if (!q) return true;
  if (e.kind == "approval.given") {
    q->approvers.push_back(e.actor.id);
  } else if (e.kind == "approval.taken_back") {
    std::erase(q->approvers, e.actor.id);
  } else if (e.kind == "approval.closed") {
    if (q->open()) q->status = e.data["status"].as_string(), q->closed_ms = e.occurred_ms, q->closed_by = e.actor.id;
    if (!e.data["reason"].as_string().empty()) q->reason = e.data["reason"].as_string();
  }
  return true;
}

std::string person_name(const CoreConfig& config, const std::string& id) {
  const Person* p = find_person(config, id);
  if (!p && id == "operator") return say(config.language, "who.operator");
  return plain(p ? p->name : id);
}

std::string question_state(const std::string& language, const CoreConfig& config, const Question& q) {
  const bool answered = q.kind == "form" && q.status == "done";  // a form is no yes
  return say_with(language, answered ? "ask.answered" : "ask." + q.status,
                  {{"id", q.id},
                   // What a run asked is asked by it again; its words are no command.
                   {"command", plain(!q.run.empty() && (q.status == "expired" || q.status == "void") ? "retry " + q.run
                                                                                                   : q.command)},
                   {"reason", plain(q.reason)},
                   {"who", q.status == "done" && !q.approvers.empty()
                               ? [&] {
                                   std::vector<std::string> names;
                                   for (const auto& a : q.approvers) names.push_back(person_name(config, a));
                                   return join(names, ", ");
                                 }()
                               : person_name(config, q.closed_by)}});
}

Section question_fields(const std::string& language, const CoreConfig& config, const Question& q) {
  Section s;
  s.fields.emplace_back(say(language, "field.command"), "`" + plain(clip(one_line(q.command), 300)) + "`");
  for (const auto& [key, value] : q.facts) {
    const std::string shown = key == "status" ? status_words(language, value) : plain(value);
    s.fields.emplace_back(say(language, "fact." + key), shown.empty() ? say(language, "nobody_yet") : shown);
  }
  if (q.kind == "approve" || q.kind == "step") {
    std::vector<std::string> names;
    for (const std::string& id : approvers_of(config, q.group, q.person)) names.push_back(person_name(config, id));
    s.fields.emplace_back(say(language, "field.approvers"), join(names, ", "));
  }
  return s;
}

// Who may approve: the members of the group, the holders of the role or one person, never the one who asks.
std::vector<std::string> approvers_of(const CoreConfig& config, const std::string& group, const std::string& asker) {
  std::vector<std::string> ids;
  const bool by_role = group.starts_with("role:");
  const std::size_t colon = group.find(':');  // `slack:@sre` is a name, with or without `group:` before it
  const bool bare = colon == std::string::npos || group.substr(colon).starts_with(":@");
  const std::string name = bare ? group : group.substr(colon + 1);
  for (const Person& p : config.people) {
    const auto& held = by_role ? p.roles : p.groups;
    const bool named = group.starts_with("person:") && p.id == name;
    const bool member = group.empty() || named || std::ranges::find(held, name) != held.end();
    if (member && p.id != asker) ids.push_back(p.id);
  }
  return ids;
}

void edit_question(Work& w, const Question& q) {
  if (q.post.empty() || q.post.starts_with("run-")) return;  // the message of a run shows its questions itself
  const std::string language = channel_language(w, q.channel);
  Message m;
  m.text = question_state(language, w.config, q);
  m.sections.push_back(question_fields(language, w.config, q));
  m.color = q.status == "done" ? "good" : "";
  w.decision.out.push_back(
      {w.new_id(), "room:#" + q.channel, "edit", Value::Map{{"post_id", q.post}, {"message", to_value(m)}}});
}

// Where no message asked that shows how it ended.
static void tell_asker(Work& w, const Question& q) {
  Message m;
  m.text = question_state(language_of(w.state, w.config, q.person.text(), {}), w.config, q);
  post(w, "muster", "closed-" + q.id, m, {}, q.person.text());
  w.decision.out.back().body.set("direct", true);
}

void close_question(Work& w, const Question& q, Entry e, const std::string& status, const std::string& reason) {
  e.kind = "approval.closed";
  e.text = q.id + " " + status + ": " + q.command;
  e.data = Value::Map{{"id", q.id}, {"status", status}, {"reason", reason}};
  if (is_sealed(q)) e.data.set("sealed", true);
  for (const auto& [n, i] : w.state.incidents)
    if (i.is_private && is_about(i, q)) e.source.channel = i.channel;  // no history tells of it elsewhere
  const std::string id = q.id;
  record(w, std::move(e));
  w.decision.timers.push_back({"question:" + id, 0, {}});
  const Question* closed = find_question(std::as_const(w.state), id);
  if (!closed) return;
  edit_question(w, *closed);
  if (is_sealed(*closed) && closed->post.empty() && closed->status != "done") tell_asker(w, *closed);
  if (w.extension && !closed->run.empty()) w.extension->question_closed(w, *closed);
}

bool question_rang(Work& w, const Timer& timer) {
  if (!timer.id.starts_with("question:")) return false;
  const Question* q = find_question(std::as_const(w.state), timer.id.substr(9));
  if (q && q->open() && q->expires_ms <= w.now) close_question(w, *q, {}, "expired", {});
  return true;
}

// The one open question that a bare word can mean: in its thread, or in the channel itself where the bot is alone.
std::string bare_answer(const State& state, const CoreConfig& config, const CommandInput& input) {
  constexpr std::size_t longest = 7;  // approve: most lines are no answer
  const std::string_view line = trim(input.text);
  if (line.size() > longest) return {};
  const std::string word = lower_ascii(line);
  if (word != "yes" && word != "no" && word != "approve" && word != "deny") return {};
  (void)config;
  const Question* only = nullptr;
  for (const auto& [n, q] : state.questions) {
    if (!q.open() || q.thread != input.thread || q.channel != input.channel || input.thread.empty()) continue;
    if (only) return {};
    only = &q;
  }
  return only ? word + " " + only->id : "";
}

std::string reaction_answer(const State& state, const CoreConfig& config, const std::string& post,
                            const std::string& person, const std::string& emoji) {
  const Person* p = find_person(config, person);
  static const std::vector<std::string_view> yes = {"✅",  "👍",        "✔️",          "white_check_mark",
                                                    "+1", "thumbsup", "heavy_check_mark"};
  static const std::vector<std::string_view> no = {"❌", "👎", "x", "-1", "thumbsdown"};
  for (const auto& [n, q] : state.questions) {
    // Never an approval: only the sender's own confirmation.
    if (!q.open() || q.kind != "confirm" || q.post.empty() || q.post != post) continue;
    if (!p || p->id != q.person) return {};
    if (std::ranges::find(yes, emoji) != yes.end()) return "yes " + q.id;
    if (std::ranges::find(no, emoji) != no.end()) return "no " + q.id;
  }
  return {};
}

}  // namespace muster
