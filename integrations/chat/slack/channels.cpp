// Channels: found, joined or made, by id ever after. Names change and archived names stay taken.
#include <map>
#include <set>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/slack/mrkdwn.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

constexpr std::size_t name_bytes_max = 80;
constexpr std::size_t topic_units_max = 250;
constexpr int attempts_max = 20;

std::string topic_of(const OutMessage& m) {
  return clip_utf16(one_line(slack_plain(m.body["topic"].as_string())), topic_units_max);
}

}  // namespace

std::string slack_channel_name(const std::string& ours, int attempt) {
  std::string name;
  for (const char c : lower_ascii(ours)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (fits) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  const std::string suffix = attempt > 1 ? "-" + std::to_string(attempt) : "";
  name.resize(std::min(name.size(), name_bytes_max - suffix.size()));
  while (name.ends_with('-')) name.pop_back();
  return (name.empty() ? "channel" : name) + suffix;
}

void Slack::with_channel(const OpPtr& op, WithId then) {
  const std::string id = out_.directory.theirs("channel", op->channel);
  if (!id.empty() && out_.directory.theirs("called", op->channel) == wanted_name(op->channel)) return then(id);
  // No channel that is there already is taken for a private one.
  if (out_.directory.is_private(op->channel)) return make_channel(op, 1, std::move(then));
  find_channel(op, std::move(then));
}

void Slack::remember_channel(const std::string& ours, const std::string& id) {
  out_.directory.link("called", ours, wanted_name(ours));  // when the configuration names another, it is looked for
  out_.directory.link("channel", ours, id);
  ++channels_learned_;
}

std::string Slack::wanted_name(const std::string& ours) const {
  const auto it = config_.channel_names.find(ours);
  return it == config_.channel_names.end() ? std::string() : it->second;
}

void Slack::find_channel(const OpPtr& op, WithId then) {
  sought_.push_back({op, std::move(then), listing_ != Listing::further});
  if (listing_ != Listing::none) return;
  listing_ = Listing::first;
  list_channels({});
}

// One listing serves everybody who looks for a name. A page may be short or empty and still not be the last.
void Slack::list_channels(const std::string& cursor) {
  Value arguments = Value::Map{{"types", "public_channel,private_channel"}, {"limit", 500}, {"exclude_archived", true}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  look_up("conversations.list", arguments, [this, cursor](const SlackAnswer& a) {
    const std::string next = next_slack_page(a, cursor);
    listing_ = Listing::further;
    if (a.fate != SlackAnswer::Fate::ok) return not_listed(a);
    for (Sought& s : std::exchange(sought_, {})) {
      const Value found = channel_for(s.op->channel, a.body["channels"], s.op->only_own);
      if (found.is_map())
        take_channel(s.op, found, s.then);
      else
        sought_.push_back(std::move(s));
    }
    if (!sought_.empty() && !next.empty()) return list_channels(next);
    listing_ = Listing::none;
    for (Sought& s : std::exchange(sought_, {})) {
      if (s.from_start)
        make_channel(s.op, s.op->only_own ? 2 : 1, s.then);
      else
        find_channel(s.op, s.then);  // it came when the first page was read already
    }
  });
}

void Slack::not_listed(const SlackAnswer& a) {
  listing_ = Listing::none;
  const bool token = a.fate == SlackAnswer::Fate::token;
  if (token) doubt_token();
  for (const Sought& s : std::exchange(sought_, {})) token ? queue_.run_again(s.op->job) : refused(s.op, a);
}

Value Slack::channel_for(const std::string& ours, const Value& channels, bool only_own) const {
  const std::string called = wanted_name(ours);
  const std::string wanted = called.empty() ? slack_channel_name(ours) : called;
  for (const Value& channel : channels.as_list()) {
    if (channel["name"].as_string() != wanted) continue;
    if (only_own && channel["creator"].as_string() != self_.user_id) continue;
    if (out_.directory.is_private(ours) && !channel["is_private"].as_bool()) continue;
    const std::string owner = out_.directory.ours("channel", channel["id"].as_string());
    if (owner.empty() || owner == ours) return channel;
  }
  return {};
}

void Slack::take_channel(const OpPtr& op, const Value& found, WithId then) {
  const std::string id = found["id"].as_string();
  const auto taken = [this, op, id, found, then = std::move(then)](const SlackAnswer& a) {
    if (a.fate != SlackAnswer::Fate::ok) return refused(op, a);
    channels_[id] = {found["name"].as_string(), found["topic"]["value"].as_string(), false};
    remember_channel(op->channel, id);
    then(id);
  };
  if (found["is_member"].as_bool()) {
    SlackAnswer ok;
    ok.fate = SlackAnswer::Fate::ok;
    return taken(ok);
  }
  call(op, "conversations.join", Value::Map{{"channel", id}}, taken);
}

void Slack::make_channel(const OpPtr& op, int attempt, WithId then) {
  if (attempt > attempts_max) {
    return finish(op, fail(ErrorKind::conflict, "no free channel name like " + op->channel + " was found"));
  }
  const std::string called = wanted_name(op->channel);
  if (!called.empty() && attempt > 1) {
    return finish(op, fail(ErrorKind::conflict, "#" + called + " (our #" + op->channel + ") cannot be joined or made.",
                           "Invite @" + my_name_ + " to it when it is private; unarchive it when it is archived."));
  }
  const Value arguments = Value::Map{{"name", slack_channel_name(called.empty() ? op->channel : called, attempt)},
                                     {"is_private", out_.directory.is_private(op->channel)}};
  call(op, "conversations.create", arguments, [this, op, attempt, then = std::move(then)](const SlackAnswer& a) {
    if (a.error == "name_taken") {
      // An attempt that broke off may have made it: then it is our making. One of people's own stays theirs.
      if (std::exchange(op->may_be_sent, false)) {
        op->only_own = true;
        return find_channel(op, then);
      }
      return make_channel(op, attempt + 1, then);
    }
    if (a.fate != SlackAnswer::Fate::ok) return refused(op, a);
    const Value& made = a.body["channel"];
    const std::string id = made["id"].as_string();
    channels_[id] = {made["name"].as_string(), {}, false};
    if (made["created"].as_int() > 0) marks_.begin(id, std::to_string(made["created"].as_int()) + ".000000");
    remember_channel(op->channel, id);
    then(id);
  });
}

void Slack::open_channel(const OpPtr& op) {
  const auto topic = [this, op](const std::string& id) { set_topic(op, id); };
  const std::string id = out_.directory.theirs("channel", op->channel);
  if (!id.empty()) return op->message.body["again"].as_bool() ? reopen(op, id) : topic(id);
  make_channel(op, 1, topic);
}

void Slack::set_topic(const OpPtr& op, const std::string& id) {
  if (deliveries_.is_peoples(op->channel, id)) return finish(op, {});
  const std::string topic = topic_of(op->message);
  const auto known = topics_.find(id);
  // Each change is a line in the channel: the same again is not worth one.
  if (topic.empty() || (known != topics_.end() && known->second == topic)) return finish(op, {});
  call(op, "conversations.setTopic", Value::Map{{"channel", id}, {"topic", slack_escape(topic)}},
       [this, op, id, topic](const SlackAnswer& a) {
         if (a.fate != SlackAnswer::Fate::ok) return refused(op, a);
         topics_[id] = topic;
         finish(op, {});
       });
}

void Slack::archive(const OpPtr& op, const std::string& id) {
  if (deliveries_.is_peoples(op->channel, id)) return finish(op, {});
  call(op, "conversations.archive", Value::Map{{"channel", id}}, [this, op](const SlackAnswer& a) {
    if (a.fate != SlackAnswer::Fate::ok) return refused(op, a);
    finish(op, {});
  });
}

// Archiving throws a bot out, and from outside it cannot undo that: then another channel takes the place, which people
// see by its name ("…-2"). What is said from now on goes there.
void Slack::reopen(const OpPtr& op, const std::string& id) {
  topics_.erase(id);
  const auto topic = [this, op](const std::string& opened) { set_topic(op, opened); };
  const auto in_it = [this, op, id, topic](const SlackAnswer& a) {
    a.fate == SlackAnswer::Fate::ok ? topic(id) : make_channel(op, 1, topic);
  };
  call(op, "conversations.info", Value::Map{{"channel", id}}, [this, op, id, topic, in_it](const SlackAnswer& a) {
    const Value& c = a.body["channel"];
    const bool live = a.fate == SlackAnswer::Fate::ok && !c["is_archived"].as_bool(true);
    if (live && c["is_member"].as_bool()) return topic(id);  // nobody archived it there, or somebody undid it
    call(op, live ? "conversations.join" : "conversations.unarchive", Value::Map{{"channel", id}}, in_it);
  });
}

std::string Slack::user_id_of(const std::string& person) const {
  std::string user = out_.directory.handle(person);
  if (user.empty() && person.starts_with(config_.name + ":")) user = person.substr(config_.name.size() + 1);
  if (users_.contains(user)) return user;
  const bool nobodys = person.starts_with(config_.name + ":");  // only such a one is called by the name he chose
  std::string found;
  for (const auto& [id, known] : users_) {
    if (!nobodys || known.name != user) continue;
    if (!found.empty()) return {};  // two have chosen that name: neither gets what is meant for the other
    found = id;
  }
  return found.empty() ? user : found;
}

namespace {

std::string invite_fault_of(const std::string& code) {
  static const std::map<std::string, const char*> known = {
      {"user_not_found", "no_account"},      {"user_disabled", "deactivated"}, {"user_is_restricted", "guest"},
      {"user_is_ultra_restricted", "guest"}, {"ura_max_channels", "guest"},    {"org_user_not_in_team", "not_in_team"},
      {"cant_invite", "no_right"},           {"no_permission", "no_right"}};
  const auto it = known.find(code);
  return it == known.end() ? code : it->second;
}

}  // namespace

// At most 100 in a call; with `force` one who cannot be invited does not keep the others out.
void Slack::invite(const OpPtr& op, const std::string& id) {
  if (invite_group(op, id)) return;
  constexpr std::size_t users_max = 100;
  std::string users;
  Value rest = Value::List{};
  std::size_t n = 0;
  for (const Value& person : op->message.body["people"].as_list()) {
    const std::string user = user_id_of(person.as_string());
    if (user.empty()) continue;
    if (++n > users_max)
      rest.push(person);
    else
      users += (users.empty() ? "" : ",") + user;
  }
  if (users.empty()) return deliveries_.invited(op);
  op->message.body.set("people", std::move(rest));
  const Value arguments = Value::Map{{"channel", id}, {"users", users}, {"force", true}};
  call(op, "conversations.invite", arguments, [this, op, id](const SlackAnswer& a) {
    for (const Value& e : a.body["errors"].as_list()) {
      if (e["error"].as_string() == "already_in_channel") continue;
      log(LogLevel::warn, "Slack did not invite somebody",
          {{"channel", op->channel}, {"user", e["user"].as_string()}, {"why", e["error"].as_string()}});
      const auto known = users_.find(e["user"].as_string());
      Deliveries::not_invited(*op, known == users_.end() ? e["user"].as_string() : known->second.name,
                              invite_fault_of(e["error"].as_string()));
    }
    const bool partly = !a.body["errors"].as_list().empty() || a.error == "already_in_channel";
    if (a.fate != SlackAnswer::Fate::ok && !partly) return refused(op, a);
    invite(op, id);
  });
}

// One in a call. Who is not there need not go.
void Slack::remove(const OpPtr& op, const std::string& id, std::size_t n) {
  const Value::List& people = op->message.body["people"].as_list();
  while (n < people.size() && user_id_of(people[n].as_string()).empty()) ++n;
  if (n >= people.size()) return deliveries_.removed(op);
  const std::string user = user_id_of(people[n].as_string());
  call(op, "conversations.kick", Value::Map{{"channel", id}, {"user", user}}, [this, op, id, n, user](const auto& a) {
    if (a.fate != SlackAnswer::Fate::ok && a.error != "not_in_channel" && a.error != "user_not_found") {
      log(LogLevel::warn, "Slack did not take somebody out of a channel",
          {{"channel", op->channel}, {"user", user}, {"why", a.error}});
      const auto known = users_.find(user);
      const bool right = a.error == "restricted_action" || a.fate == SlackAnswer::Fate::configuration;
      Deliveries::not_invited(*op, known == users_.end() ? user : known->second.name,
                              right ? "no_right_to_remove" : a.error);
    }
    remove(op, id, n + 1);
  });
}

// By title: what is there with another address is changed, what is missing is added; people's own stay.
void Slack::bookmark(const OpPtr& op, const std::string& id) {
  call(op, "bookmarks.list", Value::Map{{"channel_id", id}}, [this, op, id](const SlackAnswer& a) {
    if (a.fate != SlackAnswer::Fate::ok) return refused(op, a);
    next_bookmark(op, id, a.body["bookmarks"], 0);
  });
}

void Slack::next_bookmark(const OpPtr& op, const std::string& id, const Value& there, std::size_t n) {
  const Value::List& links = op->message.body["links"].as_list();
  std::set<std::string> wanted;
  for (const Value& l : links) wanted.insert(l["url"].as_string());
  for (; n < links.size(); ++n) {
    const std::string title = links[n]["title"].as_string(), url = links[n]["url"].as_string();
    Value arguments = Value::Map{{"channel_id", id}, {"title", title}, {"link", url}};
    std::string method = "bookmarks.add";
    bool as_wanted = false;
    for (const Value& b : there.as_list()) {
      if (b["title"].as_string() != title || as_wanted) continue;
      as_wanted = b["link"].as_string() == url;
      if (wanted.contains(b["link"].as_string())) continue;  // another link of ours with the same title
      method = "bookmarks.edit";
      arguments.set("bookmark_id", b["id"]);
    }
    if (as_wanted) continue;
    if (method == "bookmarks.add") arguments.set("type", "link");
    return call(op, method, arguments, [this, op, id, there, n](const SlackAnswer& a) {
      if (a.fate == SlackAnswer::Fate::configuration) return refused(op, a);
      if (a.fate != SlackAnswer::Fate::ok)
        log(LogLevel::warn, "a bookmark was refused", {{"channel", op->channel}, {"why", a.error}});
      next_bookmark(op, id, there, n + 1);
    });
  }
  finish(op, {});
}

std::string Slack::channel_name(const std::string& id) {
  std::string ours = out_.directory.ours("channel", id);
  if (!ours.empty()) return ours;
  const Channel& c = channels_.at(id);
  ours = c.direct || c.name.empty() ? "direct-" + lower_ascii(id) : c.name;
  for (const auto& [name, called] : config_.channel_names) {
    if (called != c.name || c.direct) continue;
    remember_channel(name, id);
    return name;
  }
  if (!out_.directory.theirs("channel", ours).empty()) ours += "-" + lower_ascii(id);  // the name was another's before
  out_.directory.link("channel", ours, id);
  return ours;
}

}  // namespace muster
