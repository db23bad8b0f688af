// Lists of steps: each a map with one verb and shared keys.
#include <algorithm>

#include "bot/base/text.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t steps_max = 500;

struct Around {
  Section section;
  bool concurrent;  // inside of parallel or for_each
};

bool is_shared(std::string_view key) { return std::ranges::find(shared_keys, key) != std::end(shared_keys); }

Names step_words() {
  Names words(std::begin(shared_keys), std::end(shared_keys));
  for (const Verb& v : verbs()) words.emplace_back(v.name);
  return words;
}

// `undo` is a verb only where no other verb stands.
const YamlMember* verb_of(Reader& in, const YamlNode& node) {
  const YamlMember* found = nullptr;
  const YamlMember* undo = nullptr;
  for (const YamlMember& m : node.members) {
    if (m.key == "undo") {
      undo = &m;
    } else if (find_verb(m.key)) {
      if (found)
        in.error("RB008", in.place(m), "this step has two verbs, `" + found->key + "` and `" + m.key + "`",
                 "Make two steps of it.");
      else
        found = &m;
    } else if (!is_shared(m.key)) {
      in.error("RB006", in.place(m), "there is no " + shown(m.key) + " in a step", key_meant(m.key, step_words()));
    }
  }
  return found ? found : undo;
}

bool belongs(const Verb& verb, Around at) {
  const std::string_view name = verb.name;
  if (name == "undo") return at.section == Section::on_failure;
  if (name == "stop") return at.section == Section::steps && !at.concurrent;
  if (at.section == Section::probe || at.section == Section::undo)
    return verb.effect != Effect::group && verb.effect != Effect::human && name != "stop" && name != "wait";
  return true;
}

std::string why_not(const Verb& verb, Around at) {
  if (verb.name == "undo") return "`undo` as a step belongs into on_failure";
  if (verb.name == "stop" && at.concurrent) return "`stop` ends the whole run: not inside of parallel or for_each";
  if (verb.name == "stop") return "`stop` belongs into steps";
  const bool probe = at.section == Section::probe;
  return "`" + std::string(verb.name) + "` cannot stand in " + (probe ? "a probe" : "the undo of a step");
}

Effect effect_of(const Verb& verb, const Step& step) {
  if (verb.name != "http") return verb.effect;
  const Field* method = step.arguments.find("method");
  const std::string text = method && method->scalar.literal() ? literal_text(method->scalar) : method ? "POST" : "GET";
  return http_effect(text, step.arguments.find("key") != nullptr);
}

void read_body(Reader& in, const Verb& verb, const YamlMember& given, Around at, Step& step) {
  const YamlNode* body = given.value.kind == YamlNode::Kind::map ? given.value.find("steps") : nullptr;
  if (given.value.kind == YamlNode::Kind::list && !verb.list.empty()) body = &given.value;
  if (!body) {
    in.error("RB009", step.verb_place, "`" + step.verb + "` needs steps", "For example " + std::string(verb.example));
    return;
  }
  const bool concurrent = at.concurrent || verb.name != "block";
  step.steps = read_steps(in, *body, step.path, at.section, concurrent);
}

Step read_step(Reader& in, const YamlNode& node, std::string path, Around at) {
  Step step;
  step.id = step.path = std::move(path);
  step.place = in.place(node);
  if (node.kind != YamlNode::Kind::map) {
    in.error("RB011", step.place, "a step is a map with one verb", "For example - message: hello");
    return step;
  }
  const YamlMember* given = verb_of(in, node);
  if (!given) {
    in.error("RB007", step.place, "this step has no verb", "For example message: hello");
    return step;
  }
  const Verb& verb = *find_verb(given->key);
  step.verb = verb.name;
  step.verb_place = in.place(*given);
  if (!belongs(verb, at)) in.error("RB018", step.verb_place, why_not(verb, at));
  read_arguments(in, verb, *given, step);
  step.effect = effect_of(verb, step);
  if (find_argument(verb, "steps") && verb.name != "undo") read_body(in, verb, *given, at, step);
  for (const YamlMember& m : node.members)  // `effect` first: the others depend on it
    if (m.key == "effect") read_shared(in, m, at.section, step);
  for (const YamlMember& m : node.members)
    if (m.key != "effect" && is_shared(m.key) && &m != given) read_shared(in, m, at.section, step);
  return step;
}

}  // namespace

std::vector<Step> read_steps(Reader& in, const YamlNode& node, const std::string& prefix, Section section,
                             bool concurrent) {
  std::vector<Step> out;
  if (!in.is_list(node, "steps", "a list of steps")) return out;
  if (node.items.empty()) in.error("RB009", in.place(node), "here are no steps");
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (++in.steps == steps_max + 1)
      in.error("RB002", in.place(node.items[i]), "more than " + std::to_string(steps_max) + " steps",
               "Put a part into a runbook of its own and call it.");
    if (in.steps > steps_max) break;
    const std::string path = section == Section::probe ? prefix
                             : prefix.empty()          ? std::to_string(i)
                                                       : prefix + "." + std::to_string(i);
    out.push_back(read_step(in, node.items[i], path, {section, concurrent}));
  }
  return out;
}

}  // namespace muster::runbooks
