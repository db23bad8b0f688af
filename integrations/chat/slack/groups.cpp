// User groups: who is in one now. A free plan has none.
#include "bot/base/log.h"
#include "bot/core/commands/words.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

void Slack::members_of(const std::string& group, Members done) {
  config_.asks_groups = true;  // a runbook may name one that the configuration does not
  const auto refused = [this, group, done](const SlackAnswer& a) {
    done(fail(ErrorKind::unavailable,
              say(out_.language, "group.untold", {{"place", "Slack"}, {"group", group}, {"why", a.error}})));
  };
  const auto members = [done, refused](const SlackAnswer& a) {
    if (a.fate != SlackAnswer::Fate::ok) return refused(a);
    std::vector<ChatMember> all;
    for (const Value& user : a.body["users"].as_list()) all.push_back({user.as_string(), {}});
    done(std::move(all));
  };
  look_up("usergroups.list", Value::Map{}, [this, group, done, refused, members](const SlackAnswer& a) {
    if (a.fate != SlackAnswer::Fate::ok) return refused(a);
    for (const Value& g : a.body["usergroups"].as_list())
      if (g["handle"].as_string() == group || g["id"].as_string() == group)
        return look_up("usergroups.users.list", Value::Map{{"usergroup", g["id"]}}, members);
    done(fail(ErrorKind::not_found, say(out_.language, "group.none", {{"place", "Slack"}, {"group", group}})));
  });
}

// A user group of the workspace ("slack:@sre") stands for its members of now.
bool Slack::invite_group(const OpPtr& op, const std::string& id) {
  const std::string mark = config_.name + ":@";
  Value rest = Value::List{};
  std::string group;
  for (const Value& person : op->message.body["people"].as_list()) {
    if (group.empty() && person.as_string().starts_with(mark))
      group = person.as_string().substr(mark.size());
    else
      rest.push(person);
  }
  if (group.empty()) return false;
  members_of(group, [this, op, id, rest, group](const Result<std::vector<ChatMember>>& members) {
    Value people = rest;
    if (members) {
      for (const ChatMember& m : *members) people.push(config_.name + ":" + m.id);
    } else {
      log(LogLevel::warn, "a user group of Slack's cannot be invited",
          {{"channel", op->channel}, {"group", group}, {"why", members.error().message}});
      Deliveries::not_invited(*op, "@" + group, members.error().message);
    }
    op->message.body.set("people", std::move(people));
    invite(op, id);
  });
  return true;
}

}  // namespace muster
