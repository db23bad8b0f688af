#include "bot/scrub_answers.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/journal/scrub.h"

namespace muster {
namespace {

constexpr std::size_t also_max = 10;

std::string name_of(const Entry& e) {
  return e.incident_id.empty() ? e.event_id : std::to_string(e.seq) + " (" + e.incident_id + ")";
}

bool is_meant(const Entry& e, const ReadWanted& wanted) {
  if (wanted.hides(e.incident_id)) return false;
  const std::string& id = wanted.args.front();
  return wanted.incident.empty() ? e.event_id == id : e.incident_id == wanted.incident && std::to_string(e.seq) == id;
}

Entry redaction_of(const Entry& target, const Scrubbed& clean, const ReadWanted& wanted, const Actor& who) {
  const std::string& because = wanted.named.at("because");
  Entry r;
  r.kind = "redaction";
  r.incident_id = target.incident_id;
  r.corrects = target.event_id;
  r.actor = who;
  r.origin = who.type == "user" ? "human" : "auto";
  r.visibility = target.visibility;
  r.text = because;
  r.data = Value::Map{{"payload", entry_payload(clean.entry)}, {"reason", because}};
  return r;
}

std::vector<std::string> files_of(const Entry& e) {
  std::vector<std::string> ids;
  for (const Value* list : {&e.data["files"], &e.attachments})
    for (const Value& f : list->as_list())
      if (const std::string& id = f["id"].as_string(); !id.empty()) ids.push_back(id);
  return ids;
}

// The incident's channel, when its name was made of the words that go.
std::string named_after(const Entry& e) {
  const std::string& channel = e.data["channel"].as_string();
  if (e.kind != "incident.declared" || channel.empty()) return {};
  constexpr std::size_t short_word = 3;  // "inc" and numbers stand in every name
  std::string title = fold_case(e.data["title"].as_string());
  for (char& c : title)
    if (static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) == 0) c = ' ';
  const auto words = split(title, ' ');
  const auto stands = [&](const std::string& word) { return word.size() > short_word && channel.contains(word); };
  return std::ranges::any_of(words, stands) ? channel : std::string();
}

bool repeats(const Entry& e, const ScrubPlan& plan) {
  const Value payload = entry_payload(e);
  return without(payload, plan.order.needles, plan.order.mark) != payload;
}

}  // namespace

ScrubPlan plan_scrub(Store& store, const ReadWanted& wanted, const Actor& who) {
  ScrubPlan plan;
  std::optional<Entry> target;
  const auto read = store.read_journal(0, [&](const Entry& e) {
    if (!target && is_meant(e, wanted)) target = e;
  });
  plan.name = plain(clip(wanted.args.front(), 60)) + (wanted.incident.empty() ? "" : " (" + wanted.incident + ")");
  if (!read || !target) return plan.refusal = "scrub.unknown", plan;
  if (target->kind == "redaction") return plan.refusal = "scrub.redaction", plan;
  if (target->scrubbed) return plan.refusal = "scrub.again", plan;
  const std::string mark = say("en", "scrub.mark");
  const Scrubbed clean = scrubbed(*target, mark);
  plan.redaction = redaction_of(*target, clean, wanted, who);
  plan.channel = named_after(*target);
  plan.order = {target->event_id, target->source.id, clean.needles, mark, files_of(*target)};
  (void)store.read_journal(0, [&](const Entry& e) {
    if (wanted.hides(e.incident_id)) return;  // what is said of it would name it
    if (e.scrubbed || e.event_id == target->event_id || e.corrects == target->event_id || !repeats(e, plan)) return;
    if (e.kind == "chat.said" || e.kind == "chat.edited") {
      const Scrubbed twin = scrubbed(e, mark);
      plan.twins.push_back({.refusal = {},
                            .name = name_of(e),
                            .redaction = redaction_of(e, twin, wanted, who),
                            .order = {e.event_id, e.source.id, twin.needles, mark, files_of(e)},
                            .also = {},
                            .twins = {}});
    } else if (plan.also.size() < also_max) {
      plan.also.push_back(name_of(e));
    }
  });
  return plan;
}

Result<ScrubReport> carry_out(Store& store, const ScrubPlan& plan) {
  const auto state = std::make_shared<State>();
  auto report = scrub_everywhere(
      store, plan.order, {[state](const Entry& e) { apply(*state, e); }, [state] { return projections(*state); }});
  for (const ScrubPlan& twin : plan.twins) {
    if (!report) break;
    auto more = carry_out(store, twin);
    if (!more) return more;
    report->inbox += more->inbox;
    report->timers += more->timers;
    report->files += more->files;
    report->out.insert(report->out.end(), more->out.begin(), more->out.end());
    if (report->left.empty()) report->left = more->left;
  }
  return report;
}

std::vector<OutMessage> edits_of(const ScrubReport& report, TimeMs now) {
  std::map<std::string, OutMessage> last;  // per post: only how it is in the end
  for (const OutMessage& m : report.out) {
    const std::string& post = m.body["post_id"].as_string();
    // What a person wrote on a platform is that person's; a note for one person's eyes cannot be edited there.
    const bool here = m.destination.starts_with("room:");
    if (!here && (m.kind.starts_with("human_") || !m.body["private_to"].as_string().empty())) continue;
    const std::string key = m.destination + "\n" + (m.kind == "topic" ? "topic" : post);
    if (m.kind == "post" || m.kind == "edit") {
      last[key] = {{}, m.destination, "edit", Value::Map{{"post_id", post}, {"message", m.body["message"]}}};
    } else if (m.kind == "human_post" || (m.kind == "human_change" && m.body["change"].as_string() == "edit")) {
      last[key] = {{},
                   m.destination,
                   "human_change",
                   Value::Map{{"change", "edit"},
                              {"event", "scrub-" + m.id},
                              {"post_id", post},
                              {"user", m.body["user"]},
                              {"text", m.body["text"]},
                              {"emoji", ""},
                              {"files_gone", m.body.has("files")},
                              {"at", now}}};
    } else if (m.kind == "topic") {
      last[key] = {{}, m.destination, "topic", m.body};
    }
  }
  std::vector<OutMessage> out;
  for (auto& [key, m] : last) {
    const std::string in_room = "room:" + key.substr(key.find(':') + 1);
    if (in_room != key && last.contains(in_room)) continue;  // what is said in the room is copied to the platforms
    out.push_back(m);
  }
  return out;
}

Outcome scrub_outcome(const ScrubPlan& plan, const Result<ScrubReport>& report, const std::string& language) {
  Outcome o;
  if (!plan.refusal.empty() || !report) {
    o.ok = false;
    o.reply.text = plan.refusal.empty() ? say(language, "scrub.failed", {{"why", plain(report.error().message)}})
                                        : say(language, plan.refusal, {{"entry", plan.name}});
    return o;
  }
  const std::size_t rows = report->inbox + report->timers + report->files + report->out.size();
  o.reply.text =
      say(language, "scrub.done", {{"entry", plan.name}, {"n", std::to_string(rows)}, {"mark", plan.order.mark}});
  if (!plan.also.empty())
    o.reply.sections.push_back({say(language, "scrub.also", {{"list", plain(join(plan.also, ", "))}}), {}});
  if (!report->left.empty())
    o.reply.sections.push_back({say(language, "scrub.left", {{"why", plain(report->left)}}), {}});
  if (!plan.channel.empty())
    o.reply.sections.push_back(
        {say(language, "scrub.channel", {{"channel", plain(plan.channel)}, {"field", "{number}"}}), {}});
  o.reply.sections.push_back({say(language, "scrub.outside"), {}});
  Value also = Value::List{};
  for (const std::string& name : plan.also) also.push(name);
  o.json = Value::Map{{"entry", plan.order.event_id}, {"rows", static_cast<std::int64_t>(rows)}, {"also", also}};
  return o;
}

namespace {

void destroy(const ScrubTools& tools, const ScrubPlan& plan, const std::string& language,
             const std::function<void(Outcome)>& done) {
  const auto report = std::make_shared<Result<ScrubReport>>();
  Store& store = tools.store;
  const auto off_loop = [&store, plan, report] { *report = carry_out(store, plan); };
  tools.dispatcher.rewrite(off_loop, [tools, plan, report, language, done] {
    if (*report) {
      tools.dispatcher.replace_waiting((*report)->out);
      for (const OutMessage& edit : edits_of(**report, tools.clock.now())) tools.dispatcher.send(edit);
    }
    done(scrub_outcome(plan, *report, language));
  });
}

}  // namespace

void scrub(const ScrubTools& tools, const ReadWanted& wanted, const Actor& who, std::function<void(Outcome)> done) {
  const auto plan = std::make_shared<ScrubPlan>();
  const std::string language = wanted.language;
  const auto then = [tools, plan, language, done] {
    if (!plan->refusal.empty()) return done(scrub_outcome(*plan, ScrubReport{}, language));
    // In order: when the last one is on disk, all are. One that the disk refused stops its own destruction.
    for (const ScrubPlan& twin : plan->twins) tools.dispatcher.record_fact(twin.redaction, [](const Result<void>&) {});
    tools.dispatcher.record_fact(plan->redaction, [tools, plan, language, done](const Result<void>& r) {
      if (!r) return done(scrub_outcome(*plan, std::unexpected(r.error()), language));
      destroy(tools, *plan, language, done);
    });
  };
  Store& store = tools.store;
  if (!tools.off_loop([&store, plan, wanted, who] { *plan = plan_scrub(store, wanted, who); }, then))
    done(scrub_outcome({}, fail(ErrorKind::unavailable, "busy"), language));
}

}  // namespace muster
