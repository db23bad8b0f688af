#include "bot/plan_answer.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/changes/wish.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"
#include "bot/core/engine/handlers.h"
#include "runbooks/changes.h"

namespace muster {
namespace {

using Done = std::function<void(Outcome)>;
constexpr std::size_t dry_run_bytes = 2'000;

Outcome failed(const std::string& language, const std::string& why) {
  Outcome o;
  o.ok = false;
  o.reply.text = say(language, "plan.refused", {{"why", plain(clip(one_line(why), 600))}});
  o.reply.color = "warning";
  return o;
}

ChangeAsker asker_of(const CommandInput& input, const Known& known) {
  const Person* p = find_person(known.config(), input.person);
  return {.person = input.is_operator && input.person.empty() ? "operator"
                    : p                                       ? p->id
                                                              : "",
          .channel = input.channel,
          .direct = input.direct,
          .in_incident = known.state().incident_by_channel.contains(input.channel),
          .scheduled = !input.schedule.empty()};
}

Outcome shown(const ReadWanted& wanted, const ChangeWish& wish, const ChangeAsker& asker, const Plan& plan,
              const Value& seen, const Known& known) {
  Run run;
  Value change = to_value(wish);
  change.set("plan", to_value(plan));
  run.change = change;
  Outcome o;
  o.reply.text = say(wanted.language, "plan.head") + "\n*" + runbooks::change_title(wanted.language, run) + "*";
  o.reply.sections.push_back(runbooks::seen_section(wanted.language, seen));
  o.reply.sections.push_back(runbooks::plan_section(wanted.language, known.config(), wish, plan, asker.person));
  o.reply.color = plan.possible() ? "" : "warning";
  o.json = to_value(plan);
  o.json.set("now", seen);
  return o;
}

// The target's own words of what it would do, where it has any.
void add_dry_run(const std::shared_ptr<Target>& target, const Plan& plan, const ChangeWish& wish, const Value& seen,
                 Outcome o, const std::string& language, const Done& done) {
  if (!target || !target->has(TargetVerb::dry_run) || !plan.possible()) return done(std::move(o));
  ChangeRequest q;
  q.verb = wish.verb == "scale"      ? TargetVerb::scale
           : wish.verb == "rollback" ? TargetVerb::rollback
           : wish.verb == "restart"  ? TargetVerb::restart
                                     : TargetVerb::deploy;
  q.subject = {wish.service, wish.environment};
  q.run = "plan";
  q.version = plan.arguments[wish.verb == "rollback" ? "to" : "version"].as_string();
  if (!wish.stages.empty()) q.part = wish.stages.front().part;
  if (plan.arguments["replicas"].is_int()) q.replicas = static_cast<int>(plan.arguments["replicas"].as_int());
  q.minimum = plan.arguments["minimum"].as_bool();
  const auto kept = std::make_shared<Outcome>(std::move(o));
  target->dry_run(q, state_from(seen), [target, kept, language, done](const Result<std::string>& words) {
    const std::string text = words ? plain(clip_bytes(*words, dry_run_bytes)) : in_words(words.error());
    const char* key = words                                          ? "change.target_says"
                      : words.error().kind == ErrorKind::unavailable ? "change.target_silent"
                                                                     : "change.target_refuses";
    kept->reply.sections.push_back({say(language, key, {{"text", text}}), {}});
    if (!words) kept->reply.color = "warning";
    done(std::move(*kept));
  });
}

AttemptOrder look_at(const ChangeWish& wish, const std::string& environment, const char* stage) {
  AttemptOrder order;
  order.stage = stage;
  order.verb = wish.verb;
  order.id = "plan";
  order.arguments = Value::Map{{"service", wish.service}, {"env", environment}, {"version", wish.version}};
  return order;
}

}  // namespace

void read_plan(const PlanReading& reading, const ReadWanted& wanted, const CommandInput& input, Done done) {
  const auto parsed = parse_command(wanted.args.empty() ? "" : wanted.args.front());
  const auto wish =
      parsed ? wish_of(settled(*parsed, reading.known.config()), reading.known.config(), reading.known.state())
             : std::unexpected(WishProblem{});
  if (!wish) return done(failed(wanted.language, say(wanted.language, "grammar.wrong")));
  const auto look = perform_change(reading.targets, {});
  const ChangeAsker asker = asker_of(input, reading.known);
  const auto planned = [=, w = *wish](Value source, const AttemptReport& r) {
    if (r.end != AttemptReport::End::done) return done(failed(wanted.language, r.error));
    Value seen = r.result;
    seen.set("source", std::move(source));
    const Plan plan = make_plan({.state = reading.known.state(),
                                 .config = reading.known.config(),
                                 .now = reading.known.now(),
                                 .wish = w,
                                 .asker = asker,
                                 .run = {},
                                 .arguments = {},
                                 .seen = seen});
    const Targets& all = reading.targets();
    const auto target = std::ranges::find_if(all, [&](const auto& t) { return t->serves({w.service, w.environment}); });
    add_dry_run(target == all.end() ? nullptr : *target, plan, w, seen,
                shown(wanted, w, asker, plan, seen, reading.known), wanted.language, done);
  };
  if (wish->from.empty())
    return look(look_at(*wish, wish->environment, "plan"), [planned](const AttemptReport& r) { planned({}, r); });
  look(look_at(*wish, wish->from, "look"), [=, w = *wish](const AttemptReport& source) {
    if (source.end != AttemptReport::End::done) return done(failed(wanted.language, source.error));
    look(look_at(w, w.environment, "plan"),
         [planned, from = source.result](const AttemptReport& r) { planned(from, r); });
  });
}

}  // namespace muster
