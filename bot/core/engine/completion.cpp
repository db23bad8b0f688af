// What may come next, and what was perhaps meant: only among things this person may run.
#include <algorithm>
#include <map>
#include <set>

#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/extension.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

std::vector<std::string> rights_known(const CoreConfig& config) {
  std::set<std::string> roles{"owner"};
  for (const Person& p : config.people) roles.insert(p.roles.begin(), p.roles.end());
  for (const Rule& r : config.policy)
    for (const std::string& who : r.who)
      if (who.starts_with("role:")) roles.insert(who.substr(5));
  return {roles.begin(), roles.end()};
}

bool offered(const Call& c, std::string_view suggestion) {
  const auto parsed = parse_command(suggestion);
  // A prefix such as "config" is offered by the verb it begins with.
  const std::string verb = parsed ? parsed->verb : std::string(suggestion);
  for (const VerbInfo& v : verbs())
    if (verb.starts_with(v.verb) && v.ready && may_run(c, v.verb)) return true;
  return suggestion.starts_with("--");
}

// The verb of a later version that was meant, where nothing that works is near.
const VerbInfo* meant_later(const Call& c, const GrammarError& error) {
  const bool known = !asker_of(c).person.empty() || c.input.is_operator;
  if (error.message_key != "unknown_verb" || !known) return nullptr;
  for (const std::string& s : error.suggestions)
    if (const auto parsed = parse_command(s); parsed)
      if (const VerbInfo* verb = find_verb(parsed->verb); verb && !verb->ready) return verb;
  return nullptr;
}

}  // namespace

Live live_words(const State& state, const CoreConfig& config) {
  Live live;
  for (const Service& s : config.services) {
    live.services.push_back(s.name);
    for (const std::string& env : s.environments) {
      if (std::ranges::find(live.environments, env) == live.environments.end()) live.environments.push_back(env);
    }
  }
  for (const Person& p : config.people) live.people.push_back("@" + p.id);
  for (const SeverityRule& s : config.severities) live.severities.push_back(lower_ascii(s.name));
  for (auto it = state.incidents.rbegin(); it != state.incidents.rend() && live.incidents.size() < 20; ++it) {
    live.incidents.push_back(it->second.id);
  }
  for (auto it = state.alerts.rbegin(); it != state.alerts.rend() && live.alerts.size() < 20; ++it) {
    if (it->second.status == "firing") live.alerts.push_back(it->second.id);
  }
  for (const auto& [n, q] : state.questions)
    if (q.open() && !is_sealed(q)) live.approvals.push_back(q.id);
  for (const auto& [id, g] : state.grants) live.grants.push_back(id);
  for (const std::string_view code : refusal_codes()) live.codes.emplace_back(code);
  for (auto it = state.runs.rbegin(); it != state.runs.rend() && live.runs.size() < 20; ++it) {
    live.runs.push_back(it->second.id);
    for (const auto& [path, step] : it->second.steps) live.steps[it->second.id].push_back(step.id);
  }
  for (const auto& [n, t] : state.schedules)
    if (t.open()) live.schedules.push_back(t.id);
  live.builds = recent_builds(state);
  live.rights = rights_known(config);
  live.roles = {"commander",        "deputy",           "ops",     "comms", "scribe", "expert",
                "customer_liaison", "internal_liaison", "planning"};
  return live;
}

Live live_words(const Call& c) {
  Live live = live_words(c.work.state, c.work.config);
  if (c.work.extension) c.work.extension->offer(c.work.state, live);
  for (const VerbInfo& v : verbs())
    if (v.ready && may_run(c, v.verb)) live.verbs.emplace_back(v.verb);
  if (live.verbs.empty()) live.verbs.emplace_back("help");  // an empty list would mean all
  for (const auto& [key, command] : c.work.state.aliases)
    if (key.starts_with(c.actor.id + "/") || key.starts_with("*/"))
      live.aliases.push_back(key.substr(key.find('/') + 1));
  return live;
}

Live live_words_for(Work& w, const std::string& person, const std::string& channel) {
  CommandInput input;
  input.person = person;
  input.channel = channel;
  input.direct = channel == "muster";
  input.is_operator = w.config.people.empty() && person == "operator";
  const Command nothing;
  const PrivateView view(w, input);
  return live_words(Call{w, input, nothing, "en", "UTC", actor_of(w.config, person, input.is_operator)});
}

namespace {

// "deploy api@v1 to", "lock api in", also behind "plan": the service whose environment comes next.
struct PlaceAsked {
  std::string verb;
  const Service* service = nullptr;
};

PlaceAsked place_asked(const Call& c, const std::string& prefix) {
  std::vector<std::string> said = split(prefix, ' ');
  std::erase(said, "");
  if (!said.empty() && lower_ascii(said[0]) == "plan") said.erase(said.begin());
  if (said.size() < 3) return {};
  const std::string verb = lower_ascii(said[0]), last = lower_ascii(said.back());
  const bool about = is_change_command(verb) || verb == "lock" || verb == "unlock";
  if (!about || (last != "to" && last != "in" && last != "from")) return {};
  return {verb, find_service(c.work.config, said[1].substr(0, said[1].find('@')))};
}

bool runs_in(const Service& service, const std::string& environment) {
  const auto& all = service.environments;
  return all.empty() || std::ranges::find(all, environment) != all.end();
}

// Only where the service runs.
std::vector<std::string> of_the_service(const Call& c, const std::string& prefix, std::vector<std::string> words) {
  const Service* service = place_asked(c, prefix).service;
  if (!service) return words;
  const auto known = live_words(c.work.state, c.work.config).environments;
  std::erase_if(words, [&](const std::string& word) {
    return std::ranges::find(known, word) != known.end() && !runs_in(*service, word);
  });
  return words;
}

// "checklist done ": the items of the incident that is named, else of this channel's. What is done can only be undone.
std::vector<std::string> items_asked(const Call& c, const std::string& prefix) {
  std::vector<std::string> said = split(lower_ascii(prefix), ' ');
  std::erase(said, "");
  static const std::set<std::string, std::less<>> open = {"done", "skip", "run"};
  if (said.size() < 2 || said[0] != "checklist" || (!open.contains(said[1]) && said[1] != "undo")) return {};
  const auto here = c.work.state.incident_by_channel.find(c.input.channel);
  const Incident* i =
      here == c.work.state.incident_by_channel.end() ? nullptr : &c.work.state.incidents.at(here->second);
  for (std::size_t n = 2; n < said.size(); ++n) {
    const Incident* named = find_incident(std::as_const(c.work.state), canonical_id(said[n]));
    if (!named) return {};  // a number was given
    i = named;
  }
  std::vector<std::string> numbers;
  if (i)
    for (const ChecklistItem& x : i->checklist)
      if (x.open() == open.contains(said[1]) && (said[1] != "run" || !x.run.empty()))
        numbers.push_back(std::to_string(x.number));
  return numbers;
}

// Beside an environment stands who has locked the service there.
std::string lock_beside(const Call& c, const std::string& prefix, const std::string& word) {
  const auto [verb, service] = place_asked(c, prefix);
  if (!service || !runs_in(*service, word)) return {};
  const Lock* lock = lock_against(c.work.state, service->name, word, c.actor.id, verb, c.work.now);
  if (!lock) return {};
  return say(c.language, lock->freeze ? "complete.frozen" : "complete.locked",
             {{"who", person_name(c.work.config, lock->owner)},
              {"id", lock->id},
              {"reason", plain(clip(one_line(lock->reason), 80))}});
}

}  // namespace

Outcome completion(Call& c, const std::string& text) {
  std::string prefix(trim(text));
  if (prefix.ends_with('?')) prefix.pop_back();
  prefix = std::string(trim(prefix));
  Command asked;
  asked.echo = prefix;
  auto words = of_the_service(c, prefix, complete(asked, live_words(c)));
  if (const auto items = items_asked(c, prefix); !items.empty())
    words.insert(words.begin(), items.begin(), items.end());
  const bool builds = std::ranges::any_of(words, [](const std::string& word) { return word.contains('@'); });
  Outcome o = answer(c,
                     words.empty()                      ? "complete.none"
                     : prefix.ends_with('@') && !builds ? "complete.no_builds"
                     : prefix.empty()                   ? "complete.first"
                                                        : "complete.head",
                     {{"text", plain(prefix)}});
  std::string lines;
  constexpr std::size_t most = 60;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) {
    lines += "`" + plain(words[i]) + "` ";
    if (const std::string lock = lock_beside(c, prefix, words[i]); !lock.empty()) lines += "🔒 " + lock + " ";
  }
  if (words.size() > most) lines += say(c.language, "complete.more", {{"n", std::to_string(words.size() - most)}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.is_private = true;
  o.output.reading = true;
  return o;
}

namespace {

// What is missing has a sentence of its own where "needs text" would be no help.
std::string sentence_of(const GrammarError& error) {
  static const std::map<std::string_view, std::string> texts = {
      {"declare", "declare.no_title"}, {"note", "note.empty"}, {"update", "update.empty"}};
  const auto verb = error.args.find("verb");
  if (error.message_key == "missing_argument" && verb != error.args.end())
    if (const auto text = texts.find(verb->second); text != texts.end()) return text->second;
  return has_sentence(error.message_key) ? error.message_key : "grammar.wrong";
}

// A line to paste beside the usage.
std::string example_of(const GrammarError& error) {
  const auto verb = error.args.find("verb");
  const bool usage = sentence_of(error) == error.message_key && error.args.contains("usage");
  const VerbInfo* known = usage && verb != error.args.end() ? find_verb(verb->second) : nullptr;
  return known && error.message_key.starts_with("missing_") ? std::string(known->example) : std::string();
}

}  // namespace

Outcome grammar_refusal(Call& c, const GrammarError& error) {
  std::map<std::string, std::string> safe;
  for (const auto& [k, v] : error.args) safe[k] = plain(clip(v, 200));
  const std::string key = sentence_of(error);
  Outcome o;
  o.ok = false;
  o.reply.color = "warning";
  o.reply.text = say_with(c.language, key, safe);
  o.code = code_of(key);
  // Both lines as code, so that the caret stands under its place.
  std::string caret;
  for (const std::string& line : split(error.caret_line, '\n'))
    if (!line.empty()) caret += "`" + plain(line) + "`\n";
  if (!caret.empty()) o.reply.sections.push_back({std::string(trim(caret)), {}});
  if (const std::string example = example_of(error); !example.empty())
    o.reply.sections.push_back({say(c.language, "help.example", {{"example", plain(example)}}), {}});
  std::vector<std::string> list, names;
  for (const std::string& s : error.suggestions)
    if (offered(c, s)) list.push_back("`" + plain(s) + "`");
  if (const auto word = error.args.find("word"); key == "unknown_verb" && word != error.args.end())
    for (const std::string& name : nearest(word->second, live_words(c).aliases))
      list.push_back("`" + plain(name) + "`");
  if (const VerbInfo* later = list.empty() ? meant_later(c, error) : nullptr) return not_yet(c, *later);
  if (list.size() > 3) list.resize(3);
  o.unknown_word = key == "unknown_verb" && list.empty();
  if (!list.empty()) o.reply.sections.push_back({say(c.language, "did_you_mean", {{"list", join(list, ", ")}}), {}});
  return o;
}

}  // namespace muster
