#include "bot/run_plan_answer.h"

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/commands.h"
#include "runbooks/plan.h"

namespace muster {
namespace {

using Done = std::function<void(Outcome)>;

// One plan under way: a read at a time, until there is none left or the time is over.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  Reading(RunPlanReading with, ReadWanted wanted, Actor who, Done done)
      : with_(std::move(with)),
        wanted_(std::move(wanted)),
        who_(std::move(who)),
        done_(std::move(done)),
        plan_(with_.library, with_.known.config(), with_.known.state(), with_.known.now()) {}

  void begin(const runbooks::StartWish& wish) {
    if (const auto refused = plan_.begin(wish)) return not_started(*refused, wish);
    with_.later(plan_reads_ms, [self = shared_from_this()] { self->end(true); });
    go_on();
  }

 private:
  void not_started(const runbooks::Refusal& refused, const runbooks::StartWish& wish) {
    Outcome o;
    o.ok = false;
    o.reply.color = "warning";
    o.reply.text = say(wanted_.language, "runplan.not_started",
                       {{"why", say_with(wanted_.language, refused.key, plain_words(refused.words))}});
    const auto known = with_.library.find(wish.runbook);
    const bool input = refused.key == "run.missing" || refused.key == "run.bad_input" || refused.key == "run.no_input";
    if (input && known != with_.library.end() && known->second.runbook) {
      const std::string wrong = refused.key == "run.bad_input" ? refused.words.at("name") : "";
      const std::string line = "plan " + runbooks::line_to_paste(*known->second.runbook, wish.inputs, wrong);
      o.reply.sections.push_back({say(wanted_.language, "run.paste", {{"line", plain(line)}}), {}});
    }
    finish(std::move(o));
  }

  static std::map<std::string, std::string> plain_words(std::map<std::string, std::string> words) {
    for (auto& [key, text] : words) text = plain(clip(one_line(text), 300));
    return words;
  }

  void go_on() {
    if (!done_) return;
    const auto order = reads_ < plan_reads_max ? plan_.next() : std::nullopt;
    if (!order) return end(false);
    ++reads_;
    AttemptOrder mine = *order;
    mine.id = "plan-" + with_.new_id() + "." + std::to_string(reads_);  // never the name of a run's own attempt
    mine.mode = AttemptOrder::Mode::begin;
    if (order->stage == "look") mine.stage = "plan";  // and what the target can
    mine.deadline_ms = with_.known.now() + plan_reads_ms;
    with_.perform(mine, [self = shared_from_this(), order = *order, id = mine.id](AttemptReport r) {
      if (self->with_.forget) self->with_.forget(id);
      if (!self->done_) return;
      r.id = order.id;
      self->plan_.take(order, std::move(r));
      self->go_on();
    });
  }

  std::string line_text(const runbooks::PlanLine& l, std::size_t n) const {
    // What has no id is called by its place, which says nothing to people.
    const bool named = !l.step.empty() && (l.step[0] < '0' || l.step[0] > '9');
    std::string text = say(wanted_.language, "runplan.line",
                           {{"n", std::to_string(n)}, {"step", named ? plain(l.step) + " (" + l.verb + ")" : l.verb}});
    if (!l.what.empty()) text += " · " + plain(l.what);
    for (const runbooks::Refusal& h : l.how)
      text += "\n   → " + say_with(wanted_.language, h.key, plain_words(h.words));
    return text;
  }

  void end(bool late) {
    if (!done_) return;
    Outcome o;
    const std::string& name = wanted_.args.front();
    o.reply.text = say(wanted_.language, "runplan.head", {{"name", plain(name)}});
    if (wanted_.args.size() > 4) o.reply.sections.push_back({wanted_.args[4], {}});
    std::string text;
    Value steps = Value::List{};
    std::size_t n = 0;
    for (const runbooks::PlanLine& l : plan_.lines()) {
      text += (text.empty() ? "" : "\n") + line_text(l, ++n);
      Value how = Value::List{};
      for (const runbooks::Refusal& h : l.how) how.push(say_with("en", h.key, h.words));
      steps.push(Value::Map{{"path", l.path}, {"step", l.step}, {"verb", l.verb}, {"arguments", l.what}, {"how", how}});
    }
    o.reply.sections.push_back({text, {}});
    const bool whole = !late && plan_.whole();
    const std::string last = late    ? say(wanted_.language, "runplan.late", {{"time", format_duration(plan_reads_ms)}})
                             : whole ? say(wanted_.language, "runplan.whole")
                                     : say(wanted_.language, "runplan.until_here");
    o.reply.sections.push_back({last, {}});
    o.json = Value::Map{{"runbook", name}, {"whole", whole}, {"steps", std::move(steps)}};
    if (whole) note();
    finish(std::move(o));
  }

  void note() {
    Entry e;
    e.kind = "runbook.planned";
    e.actor = who_;
    if (who_.type == "user") e.origin = "human";
    e.text = wanted_.args.front() + ": planned to its end";
    e.data = Value::Map{{"runbook", wanted_.args.front()}, {"hash", plan_.hash()}};
    if (with_.record) with_.record(std::move(e));
  }

  void finish(Outcome o) {
    const Done done = std::exchange(done_, nullptr);
    if (done) done(std::move(o));
  }

  RunPlanReading with_;
  ReadWanted wanted_;
  Actor who_;
  Done done_;
  runbooks::Plan plan_;
  int reads_ = 0;
};

}  // namespace

void read_run_plan(const RunPlanReading& reading, const ReadWanted& wanted, const CommandInput& input, Done done) {
  runbooks::StartWish wish;
  const auto arg = [&](std::size_t i) { return i < wanted.args.size() ? wanted.args[i] : std::string(); };
  wish.runbook = arg(0);
  wish.person = arg(1);
  wish.channel = arg(2);
  wish.alert = arg(3);
  wish.incident = wanted.incident;
  const auto known = reading.library.find(wish.runbook);
  wish.inputs = known != reading.library.end() && known->second.runbook
                    ? runbooks::typed_inputs(*known->second.runbook, wanted.named)
                    : Value(Value::Map{});
  const Actor who = actor_of(reading.known.config(), input.person, input.is_operator);
  std::make_shared<Reading>(reading, wanted, who, std::move(done))->begin(wish);
}

}  // namespace muster
