// The double as a program, for clients in other languages and for the whole bot. It prints one line of JSON with what a
// client needs, then takes one command a line on standard input and answers each with one line:
//   cut | warn | refresh | twice | revoke | join CHANNEL | say CHANNEL TEXT | press CHANNEL VALUE | show CHANNEL
//   | limit METHOD SECONDS | rules | tick | share CHANNEL NAME TEXT (a file of that text) | files CHANNEL
//   | person ID NAME | add ID CHANNEL (by hand) | who CHANNEL (is it private, and its people) | everything (all posts)
// It ends with its standard input.
#include <iostream>
#include <sstream>

#include "bot/base/json.h"
#include "tests/doubles/slack/server.h"

namespace {

using namespace muster;
using namespace muster::doubles;

Value shown(SlackCore& core, const std::string& name) {
  SlackChannel* c = core.channel_named(name);
  if (!c) return {};
  Value posts = Value::List{};
  for (const auto& [ts, p] : c->posts) {
    posts.push(
        Value::Map{{"ts", ts}, {"user", p.user}, {"text", p.text}, {"thread", p.thread_ts}, {"pinned", p.pinned}});
  }
  return Value::Map{{"topic", c->topic}, {"archived", c->archived}, {"posts", posts}};
}

Value files_in(const SlackCore& core, const SlackChannel& channel) {
  Value list = Value::List{};
  for (const auto& [ts, p] : channel.posts)
    for (const Value& f : p.files.as_list()) {
      const auto bytes = core.files.find(f["id"].as_string());
      if (bytes != core.files.end()) list.push(f["title"].as_string() + ": " + bytes->second);
    }
  return list;
}

Value people_of(const SlackChannel& channel) {
  Value list = Value::List{};
  for (const std::string& user : channel.members) list.push(user);
  return Value::Map{{"private", channel.is_private}, {"people", std::move(list)}};
}

// Of a conversation with one person, the person is named.
Value everything(const SlackCore& core) {
  Value list = Value::List{};
  for (const auto& [id, c] : core.channels)
    for (const auto& [ts, p] : c.posts)
      list.push((c.im_of.empty() ? "#" + c.name : "@" + c.im_of) + ": " + p.text + " " + to_json(p.blocks));
  return list;
}

void press(SlackCore& core, const std::string& name, const std::string& value) {
  SlackChannel* c = core.channel_named(name);
  if (!c) return;
  for (const auto& [ts, post] : c->posts) {
    if (core.press("U1", c->id, ts, value)) return;
  }
}

Value carry_out(SlackCore& core, const std::string& command, std::istream& words) {
  std::string first, rest;
  words >> first;
  std::getline(words >> std::ws, rest);
  SlackChannel* channel = core.channel_named(first);
  if (command == "warn" || command == "refresh") {
    for (const auto peer : core.peers()) core.warn(peer, command == "warn" ? "warning" : "refresh_requested");
  } else if (command == "twice") {
    core.deliver_twice = true;
  } else if (command == "revoke") {
    core.bot_token = "xoxb-another";
  } else if (command == "join" && channel) {
    channel->members.insert("U1");
  } else if (command == "say" && channel) {
    return core.say("U1", channel->id, rest);
  } else if (command == "share" && channel) {
    const std::size_t end = rest.find(' ');
    return core.share("U1", channel->id, "a file", rest.substr(0, end), "text/plain", rest.substr(end + 1),
                      core.upload_base + "/files-pri/T1-");
  } else if (command == "files" && channel) {
    return files_in(core, *channel);
  } else if (command == "person") {
    core.users[first] = {first, rest, rest, rest + "@example.com", "T1", false, false};
  } else if (command == "add") {
    if (SlackChannel* to = core.channel_named(rest)) to->members.insert(first);
  } else if (command == "who" && channel) {
    return people_of(*channel);
  } else if (command == "everything") {
    return everything(core);
  } else if (command == "press") {
    press(core, first, rest);
  } else if (command == "private") {  // what the bot showed to one person alone
    Value list = Value::List{};
    for (const auto& h : core.take_happenings())
      if (!h.to.empty()) list.push(h.to + ": " + to_json(h.blocks));
    return list;
  } else if (command == "form") {  // NAME=VALUE …: fills in what is open before the person
    const SlackView* open = core.view_of("U1");
    std::map<std::string, std::string> values;
    std::istringstream given(first + " " + rest);
    for (std::string word; given >> word;) values[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
    return open && core.submit("U1", open->id, values);
  } else if (command == "views") {
    Value list = Value::List{};
    for (const auto& [id, v] : core.views) {
      Value view = v.view;
      view.set("errors", core.view_errors.contains(id) ? core.view_errors.at(id) : Value());
      list.push(view);
    }
    return list;
  } else if (command == "slash") {
    if (!channel) return false;
    core.slash("U1", channel->id, "/muster", rest);
  } else if (command == "show") {
    return shown(core, first);
  } else if (command == "limit") {
    core.fail_next(first,
                   {.kind = SlackFault::Kind::rate_limited, .error = {}, .retry_after_s = std::stoi(rest), .times = 1});
  } else if (command == "rules") {
    Value list = Value::List{};
    for (const std::string& rule : core.broken_rules) list.push(rule);
    return list;
  }
  return true;
}

}  // namespace

int main() {
  SystemClock clock;
  SlackServer server(clock);
  server.on([](SlackCore& core) {
    core.users["U1"] = {"U1", "ana", "Ana Sousa", "ana@example.com", "T1", false, false};
    core.channels["C1"] = {.id = "C1", .name = "general", .topic = {}, .purpose = {}, .im_of = {}};
    core.groups["S1"] = {"sre", {"U1", "U2"}};
    core.channels["C1"].members = {SlackCore::bot_user, "U1"};
  });
  std::cout << to_json(Value::Map{{"api", server.url() + "/api/"},
                                  {"bot_token", "xoxb-test"},
                                  {"app_token", "xapp-1-test"},
                                  {"channel", "C1"},
                                  {"user", "U1"}})
            << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    Value answer = true;
    if (command == "cut") {
      server.cut_all();
    } else {
      server.on([&](SlackCore& core) { answer = carry_out(core, command, words); });
    }
    std::cout << to_json(answer) << std::endl;
  }
  return 0;
}
