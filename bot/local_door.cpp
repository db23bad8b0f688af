#include "bot/local_door.h"

#include <unistd.h>

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/privacy.h"

namespace muster {
namespace {

std::string refusal(const char* why) { return to_json(Value::Map{{"ok", false}, {"text", why}}); }

std::string whole(const Error& error) {
  return error.next_step.empty() ? error.message : error.message + " " + error.next_step;
}

std::string person_of(const CoreConfig& config, std::uint32_t uid) {
  for (const Person& p : config.people) {
    for (const int mapped : p.uids) {
      if (static_cast<std::uint32_t>(mapped) == uid) return p.id;
    }
  }
  return {};
}

// The mark in a value: in each element of a list, whose shape stays that of a real bot.
Value marked(Value value) {
  if (value.is_map()) value.set("sandbox", true);
  if (!value.is_list()) return value;
  Value list = Value::List{};
  for (const Value& each : value.as_list()) list.push(each.is_map() ? marked(each) : each);
  return list;
}

// A sandbox is marked in every answer.
void mark(Value& answer, bool text_is_json, const std::string& language) {
  answer.set("sandbox", true);
  if (answer.has("json")) answer.set("json", marked(answer["json"]));
  if (text_is_json && answer.has("json"))
    answer.set("text", to_json(answer["json"], 2));
  else
    answer.set("text", say(language, "sandbox.mark") + " " + answer["text"].as_string());
}

bool is_owner(std::uint32_t uid) { return uid == 0 || uid == ::geteuid(); }

}  // namespace

void LocalDoor::request(std::uint32_t uid, const std::string& line, const LocalReply& reply) {
  const Result<Value> ask = parse_json(line);
  const std::string op = ask ? (*ask)["op"].as_string() : std::string();
  if (!is_owner(uid) && person_of(dispatcher_.config(), uid).empty())
    return reply(refusal("This user id is not mapped to a person (people: uids)."));
  if (op == "say") return say(uid, *ask, reply);
  if (op == "login") return login(uid, *ask, reply);
  if (op == "checks" && options_.checks) {
    return options_.checks((*ask)["language"].as_string(), [reply](Value found) {
      reply(to_json(Value::Map{{"ok", true}, {"checks", std::move(found)}}));
    });
  }
  if (op == "info") {
    Value info = options_.info();
    info.set("ok", true);
    return reply(to_json(info));
  }
  reply(refusal("This bot does not know that request. Is the command line of another version?"));
}

// A link lets its holder speak as that person: only whoever runs the bot may hand it out.
void LocalDoor::login(std::uint32_t uid, const Value& ask, const LocalReply& reply) {
  if (!is_owner(uid)) return reply(refusal("Only the bot's own user and root make login links."));
  options_.login(ask["as"].as_string(), ask["rotate"].as_bool(), [reply](const Result<Value>& made) {
    if (!made) return reply(refusal(whole(made.error()).c_str()));
    Value v = *made;
    v.set("ok", true);
    reply(to_json(v));
  });
}

std::string LocalDoor::no_channel(const std::string& name, const CommandInput& asker,
                                  const std::string& language) const {
  const CoreConfig& config = dispatcher_.config();
  const auto& of_incidents = dispatcher_.state().incident_by_channel;
  const Person* p = find_person(config, asker.person);
  const auto shown = [&](const std::string& channel) {
    return asker.is_operator || shows_channel(dispatcher_.state(), config, channel, p ? p->id : std::string());
  };
  std::vector<std::string> names = {"muster", config.alerts_channel, config.board_channel}, near;
  const bool known = std::ranges::find(names, name) != names.end() || of_incidents.contains(name);
  const bool there = known || !options_.has_channel || options_.has_channel(name);
  if (name.empty() || (there && shown(name))) return {};
  for (const auto& [channel, n] : of_incidents) {
    if (!shown(channel)) continue;
    names.push_back(channel);
    if (channel.starts_with(name) && near.size() < 3) near.push_back(channel);
  }
  std::erase(names, "");  // no board
  if (near.empty()) near = nearest(clip(name, 80), names, 3, 3);
  for (std::string& n : near) n.insert(0, "#");
  const std::string about = near.empty() ? "door.no_channel" : "door.no_channel_near";
  return muster::say(language, about, {{"name", clip(one_line(name), 80)}, {"near", join(near, ", ")}});
}

void LocalDoor::say(std::uint32_t uid, const Value& ask, const LocalReply& reply) {
  CommandInput input;
  input.is_operator = is_owner(uid);
  input.platform = "cli";
  input.channel = ask["channel"].as_string();
  if (input.channel.starts_with('#')) input.channel.erase(0, 1);  // as the bot writes it
  const CoreConfig& config = dispatcher_.config();
  // The bot's own advice says `!lead me`: pasted here it must work, too.
  input.text = address(ask["text"].as_string(), config.bot_handle, config.prefix, true).command;
  input.direct = true;
  input.sent_ms = clock_.now();
  input.person = person_of(dispatcher_.config(), uid);
  if (const std::string as = ask["as"].as_string(); !as.empty()) {
    if (!options_.sandbox) return reply(refusal("Only a sandbox takes --as."));
    input.person = as;
    input.is_operator = false;
  }
  if (const std::string no = no_channel(input.channel, input, config.language); !no.empty())
    return reply(refusal(no.c_str()));
  dispatcher_.command(std::move(input), [reply, sandbox = options_.sandbox](const Result<Outcome>& o) {
    Value v = Value::Map{{"ok", o ? o->ok : false}, {"text", o ? plain_text(o->reply) : whole(o.error())}};
    if (o && !o->json.is_null()) v.set("json", o->json);
    if (sandbox) mark(v, o && o->output.json, o ? o->language : "en");
    reply(to_json(v));
  });
}

}  // namespace muster
