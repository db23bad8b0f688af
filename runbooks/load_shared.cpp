// The ten keys that every step may carry.
#include <algorithm>

#include "bot/base/text.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs step_time_max = 30 * day_ms;

void read_id(Reader& in, const YamlNode& node, Step& step) {
  const auto text = in.plain_text(node, "id", "a name");
  if (!text) return;
  const auto is = [&](std::string_view word) { return *text == word; };
  if (!is_identifier(*text)) {
    std::string other = *text;
    std::ranges::replace(other, '-', '_');
    in.error("RB015", in.place(node), shown(*text) + " cannot be an id: expressions read it as a name",
             is_identifier(other) ? "Write " + other + "." : "Use letters, digits and _.");
  } else if (std::ranges::any_of(root_names, is) || is("it") || is("now") || !cel::compile(*text + " == 1")) {
    in.error("RB016", in.place(node), shown(*text) + " has a meaning of its own and cannot be an id");
  } else if (!in.ids.insert(*text).second) {
    in.error("RB016", in.place(node), "another step is called " + shown(*text));
  }
  step.id = *text;
  step.named = true;
}

bool is_attempt(const Step& step) {
  return (step.effect == Effect::read || step.effect == Effect::idempotent || step.effect == Effect::write) &&
         step.verb != "wait";
}

void not_here(Reader& in, const YamlMember& m, const Step& step, std::string_view why) {
  in.error("RB017", in.place(m), shown(m.key) + " has no meaning on `" + step.verb + "`: " + std::string(why));
}

void read_retry_map(Reader& in, const YamlNode& node, Retry& retry) {
  in.only(node, {"max", "delay", "factor", "on"}, "in `retry`");
  if (const YamlNode* n = node.find("max"))
    retry.max = static_cast<int>(in.integer(*n, "max", 0, 100).value_or(0));
  else
    in.error("RB009", in.place(node), "`retry` needs `max`", "For example {max: 2, delay: 10s}.");
  if (const YamlNode* n = node.find("delay")) retry.delay_ms = in.duration(*n, "delay", 0, hour_ms).value_or(0);
  if (const YamlNode* n = node.find("factor")) retry.factor = in.number(*n, "factor", 1, 10).value_or(1);
  const YamlNode* on = node.find("on");
  if (!on || !in.is_list(*on, "on", "a list of error kinds")) return;
  for (const YamlNode& item : on->items)
    if (auto kind = in.choice(item, "on", {std::begin(error_kinds), std::end(error_kinds)}))
      retry.on.push_back(std::move(*kind));
}

void read_retry(Reader& in, const YamlMember& m, Step& step) {
  if (!is_attempt(step)) return not_here(in, m, step, "it is not tried again");
  Retry retry;
  if (m.value.kind == YamlNode::Kind::scalar)
    retry.max = static_cast<int>(in.integer(m.value, "retry", 0, 100).value_or(0));
  else if (in.is_map(m.value, "retry", "{max: 2, delay: 10s, factor: 2, on: [unavailable]}"))
    read_retry_map(in, m.value, retry);
  step.retry = std::move(retry);
}

void read_effect(Reader& in, const YamlMember& m, Step& step) {
  const Verb* verb = find_verb(step.verb);
  if (verb && !verb->declares) return not_here(in, m, step, "what it does is known; only run and http declare it");
  const auto text = in.choice(m.value, "effect", {"read", "idempotent", "write"});
  if (!text) return;
  step.effect = *text == "read" ? Effect::read : *text == "idempotent" ? Effect::idempotent : Effect::write;
}

const YamlMember* looking_verb(Reader& in, const YamlMember& probe) {
  const YamlMember* found = nullptr;
  for (const YamlMember& m : probe.value.members) {
    if (m.key == "applied" || m.key == "timeout" || m.key == "effect") continue;
    if (find_verb(m.key) && !found)
      found = &m;
    else
      in.error("RB006", in.place(m), "there is no " + shown(m.key) + " in `probe`",
               "A probe is one read verb, `applied`, and perhaps `timeout` or `effect: read`.");
  }
  return found;
}

void read_probe(Reader& in, const YamlMember& m, Step& step) {
  const Verb* verb = find_verb(step.verb);
  if (verb && verb->probes) return not_here(in, m, step, "it looks by itself");
  if (step.effect != Effect::write && step.effect != Effect::idempotent)
    return not_here(in, m, step, "it changes nothing");
  if (!in.is_map(m.value, "probe", "a read verb and `applied`")) return;
  const YamlMember* look = looking_verb(in, m);
  const YamlNode* applied = m.value.find("applied");
  if (!look) in.error("RB007", in.place(m), "`probe` needs a read verb", "For example lookup: {service: api}.");
  if (!applied) in.error("RB009", in.place(m), "`probe` needs `applied`", "For example applied: it.replicas == 6.");
  if (!look || !applied) return;
  YamlNode list;
  list.kind = YamlNode::Kind::list;
  list.items.push_back(m.value);
  std::erase_if(list.items[0].members, [](const YamlMember& x) { return x.key == "applied"; });
  auto steps = read_steps(in, list, step.path + ".probe", Section::probe);
  auto condition = read_condition(in, *applied, "applied");
  if (steps.empty() || !condition) return;
  if (steps[0].effect != Effect::read || steps[0].verb == "wait")
    in.error("RB018", in.place(*look),
             "a probe only looks, and `" + steps[0].verb + "` is of class " + std::string(name_of(steps[0].effect)),
             "Use query, lookup, http GET or effect: read.");
  step.probe = Probe{std::make_shared<const Step>(std::move(steps[0])), std::move(*condition)};
}

void read_undo(Reader& in, const YamlMember& m, Section section, Step& step) {
  const Verb* verb = find_verb(step.verb);
  if (section != Section::steps)
    return in.error("RB018", in.place(m), "`undo` belongs to the steps of the runbook itself");
  if (step.effect != Effect::write && step.effect != Effect::idempotent)
    return not_here(in, m, step, "it changes nothing");
  if (m.value.kind == YamlNode::Kind::list) {
    step.undo.kind = Undo::Kind::steps;
    step.undo.steps = read_steps(in, m.value, step.path + ".undo", Section::undo);
    return;
  }
  const auto text = in.choice(m.value, "undo", {"auto", "none"});
  if (!text || *text == "none") return;
  step.undo.kind = Undo::Kind::automatic;
  if (verb && !verb->undoes)
    in.error("RB017", in.place(m), "`" + step.verb + "` does not know its inverse",
             "Write the steps that put it back: undo: [ … ].");
}

}  // namespace

void read_shared(Reader& in, const YamlMember& m, Section section, Step& step) {
  const YamlNode& v = m.value;
  if (m.key == "id") read_id(in, v, step);
  if (m.key == "say") step.say = in.plain_text(v, "say", "a fixed text").value_or("");
  if (m.key == "if") step.condition = read_condition(in, v, "if");
  if (m.key == "timeout") step.timeout_ms = in.duration(v, "timeout", 1, step_time_max).value_or(0);
  if (m.key == "retry") read_retry(in, m, step);
  if (m.key == "effect") read_effect(in, m, step);
  if (m.key == "on_error") step.continue_on_error = in.choice(v, m.key, {"fail", "continue"}) == "continue";
  if (m.key == "on_crash") {
    if (!is_attempt(step)) return not_here(in, m, step, "it is never in flight");
    const auto text = in.choice(v, m.key, {"ask", "retry", "fail"}).value_or("ask");
    step.on_crash = text == "ask" ? Step::OnCrash::ask : text == "retry" ? Step::OnCrash::retry : Step::OnCrash::fail;
  }
  if (m.key == "probe") read_probe(in, m, step);
  if (m.key == "undo") read_undo(in, m, section, step);
}

}  // namespace muster::runbooks
