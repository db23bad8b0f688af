// Channels: found, joined or made, by id ever after. Names change and archived names stay taken.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/mattermost/markdown.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

void Mattermost::with_channel(const OpPtr& op, WithId then) {
  const std::string id = out_.directory.theirs("channel", op->channel);
  if (!id.empty() && out_.directory.theirs("called", op->channel) == wanted_name(op->channel)) return then(id);
  // No channel that is there already is taken for a private one.
  if (out_.directory.is_private(op->channel)) return make_channel(op, 1, std::move(then));
  find_channel(op, std::move(then));
}

void Mattermost::remember_channel(const std::string& ours, const std::string& id) {
  out_.directory.link("called", ours, wanted_name(ours));  // when the configuration names another, it is looked for
  out_.directory.link("channel", ours, id);
}

std::string Mattermost::wanted_name(const std::string& ours) const {
  const auto it = config_.channel_names.find(ours);
  return it == config_.channel_names.end() ? std::string() : it->second;
}

void Mattermost::find_channel(const OpPtr& op, WithId then) {
  const std::string called = wanted_name(op->channel);
  const std::string name = mattermost::channel_name(called.empty() ? op->channel : called);
  call(op, api_.get("/teams/" + team_ + "/channels/name/" + path_part(name)),
       [this, op, then = std::move(then)](const Answer& a) mutable {
         if (a.status == 404) return make_channel(op, 1, std::move(then));
         if (!a.ok()) return refused(op, a);
         take_channel(op, a.body, 1, std::move(then));
       });
}

// The channel is there: ours already, or one that people made. It is ours to speak in after joining.
void Mattermost::take_channel(const OpPtr& op, const Value& found, int attempt, WithId then) {
  const std::string id = found["id"].as_string(), owner = out_.directory.ours("channel", id);
  if (!owner.empty() && owner != op->channel) return make_channel(op, attempt + 1, std::move(then));
  call(op, api_.post("/channels/" + id + "/members", Value::Map{{"user_id", me_}}),
       [this, op, id, found, then = std::move(then)](const Answer& a) {
         if (!a.ok()) return refused(op, a);
         channels_[id] = {found["name"].as_string(), found["type"].as_string(), found["header"].as_string()};
         begin_at(id, found["last_post_at"].as_int());
         remember_channel(op->channel, id);
         then(id);
       });
}

void Mattermost::make_channel(const OpPtr& op, int attempt, WithId then) {
  constexpr int attempts_max = 20;
  if (attempt > attempts_max) {
    return finish(op, fail(ErrorKind::conflict, "no free channel name like " + op->channel + " was found"));
  }
  const Value& body = op->message.body;
  const std::string title = body["title"].as_string().empty() ? op->channel : body["title"].as_string();
  const std::string called = wanted_name(op->channel);
  if (!called.empty() && attempt > 1) {
    return finish(op, fail(ErrorKind::conflict, "~" + called + " (our #" + op->channel + ") cannot be joined or made.",
                           "Invite @" + my_name_ + " to it when it is private; restore it when it is archived."));
  }
  const std::string name = nth_name(mattermost::channel_name(called.empty() ? op->channel : called), attempt);
  const std::string header = header_of(*op);
  const Value wanted = Value::Map{{"team_id", team_},
                                  {"name", name},
                                  {"display_name", clip_runes(one_line(title), display_name_runes_max)},
                                  {"type", out_.directory.is_private(op->channel) ? "P" : "O"},
                                  {"header", header}};
  call(op, api_.post("/channels", wanted), [this, op, attempt, name, header, then = std::move(then)](const Answer& a) {
    if (a.ok()) {
      const std::string id = a.body["id"].as_string();
      channels_[id] = {name, a.body["type"].as_string(), header};
      topics_[id] = header;
      begin_at(id, a.body["create_at"].as_int());
      remember_channel(op->channel, id);
      return then(id);
    }
    const bool taken = a.error_id == "store.sql_channel.save_channel.exists.app_error";
    if (!taken) return refused(op, a);
    if (!op->may_be_sent) return make_channel(op, attempt + 1, then);
    // An earlier attempt broke off: the channel may be the one that it made.
    call(op, api_.get("/teams/" + team_ + "/channels/name/" + name), [this, op, attempt, then](const Answer& there) {
      const bool as_wanted = there.body["type"].as_string() == "P" || !out_.directory.is_private(op->channel);
      const bool mine = there.ok() && there.body["creator_id"].as_string() == me_ && as_wanted;
      if (!mine) return make_channel(op, attempt + 1, then);
      take_channel(op, there.body, attempt, then);
    });
  });
}

void Mattermost::open_channel(const OpPtr& op) {
  const auto done = [this, op](const std::string&) { finish(op, {}); };
  // A channel without an incident may be people's own already: it is joined, and its header stays theirs.
  if (std::ranges::find(config_.channels, op->channel) != config_.channels.end()) return with_channel(op, done);
  const std::string id = out_.directory.theirs("channel", op->channel);
  if (!id.empty()) return op->message.body["again"].as_bool() ? reopen(op, id) : set_topic(op, id);
  make_channel(op, 1, done);
}

void Mattermost::set_topic(const OpPtr& op, const std::string& id) {
  if (deliveries_.is_peoples(op->channel, id)) return finish(op, {});
  const std::string header = header_of(*op);
  const auto known = topics_.find(id);
  // Each change is a line in the channel: the same again is not worth one.
  if (known != topics_.end() && known->second == header) return finish(op, {});
  call(op, api_.put("/channels/" + id + "/patch", Value::Map{{"header", header}}),
       [this, op, id, header](const Answer& a) {
         if (!a.ok()) return refused(op, a);
         topics_[id] = header;
         finish(op, {});
       });
}

void Mattermost::archive(const OpPtr& op, const std::string& id) {
  if (deliveries_.is_peoples(op->channel, id)) return finish(op, {});
  call(op, api_.del("/channels/" + id), [this, op](const Answer& a) {
    const bool was = a.error_id == "api.channel.delete_channel.deleted.app_error";
    if (!a.ok() && !was) return refused(op, a);
    finish(op, {});
  });
}

// Restoring needs a right of the team that bots seldom have: then another channel takes the place.
void Mattermost::reopen(const OpPtr& op, const std::string& id) {
  topics_.erase(id);
  call(op, api_.get("/channels/" + id), [this, op, id](const Answer& there) {
    // Nobody archived it there, or somebody undid it.
    if (there.ok() && there.body["delete_at"].as_int() == 0) return set_topic(op, id);
    call(op, api_.post("/channels/" + id + "/restore", Value::Map{}), [this, op, id](const Answer& a) {
      if (a.ok()) return set_topic(op, id);
      make_channel(op, 1, [this, op](const std::string&) { finish(op, {}); });
    });
  });
}

namespace {

std::string invite_fault(const Answer& a) {
  if (a.error_id == "app.team.get_member.missing.app_error") return "not_in_team";
  if (a.error_id.starts_with("app.user.")) return "no_account";
  return a.status == 403 ? "no_right" : a.error_id.empty() ? a.why : a.error_id;
}

}  // namespace

// One after the other: 5.37 takes one, and somebody who is not in the team keeps nobody else out.
void Mattermost::invite(const OpPtr& op, const std::string& id, std::size_t n) {
  const Value::List& people = op->message.body["people"].as_list();
  while (n < people.size() && out_.directory.handle(people[n].as_string()).empty()) ++n;
  if (n >= people.size()) return deliveries_.invited(op);
  if (invite_group(op, id, n)) return;
  const std::string handle = out_.directory.handle(people[n].as_string());
  const std::string path = is_id(handle) ? "/users/" + handle : "/users/username/" + path_part(lower_ascii(handle));
  const auto next = [this, op, id, n, handle](const Answer& a) {
    if (!a.ok())
      log(LogLevel::warn, "Mattermost did not invite somebody",
          {{"channel", op->channel}, {"user", handle}, {"why", a.error_id}});
    if (!a.ok()) Deliveries::not_invited(*op, handle, invite_fault(a));
    invite(op, id, n + 1);
  };
  call(op, api_.get(path), [this, op, id, n, handle, next](const Answer& a) {
    if (!a.ok()) return next(a);
    if (a.body["delete_at"].as_int() != 0) {
      Deliveries::not_invited(*op, handle, "deactivated");
      return invite(op, id, n + 1);
    }
    call(op, api_.post("/channels/" + id + "/members", Value::Map{{"user_id", a.body["id"]}}), next);
  });
}

// Who is not there need not go.
void Mattermost::remove(const OpPtr& op, const std::string& id, std::size_t n) {
  const Value::List& people = op->message.body["people"].as_list();
  while (n < people.size() && out_.directory.handle(people[n].as_string()).empty()) ++n;
  if (n >= people.size()) return deliveries_.removed(op);
  const std::string handle = out_.directory.handle(people[n].as_string());
  const std::string path = is_id(handle) ? "/users/" + handle : "/users/username/" + path_part(lower_ascii(handle));
  const auto next = [this, op, id, n, handle](const Answer& a) {
    if (!a.ok() && a.status != 404) {
      log(LogLevel::warn, "Mattermost did not take somebody out of a channel",
          {{"channel", op->channel}, {"user", handle}, {"why", a.error_id}});
      Deliveries::not_invited(*op, handle, a.status == 403 ? "no_right_to_remove" : invite_fault(a));
    }
    remove(op, id, n + 1);
  };
  call(op, api_.get(path), [this, op, id, next](const Answer& a) {
    if (!a.ok()) return next(a);
    call(op, api_.del("/channels/" + id + "/members/" + a.body["id"].as_string()), next);
  });
}

namespace {

// What would end a Markdown link early is percent-encoded.
std::string link_target(const std::string& url) {
  static constexpr std::string_view breaking = " ()<>[]\\`";
  std::string out;
  for (const char c : url) {
    const auto u = static_cast<unsigned char>(c);
    if (u > ' ' && breaking.find(c) == std::string_view::npos)
      out += c;
    else
      out += '%' + to_hex(std::string(1, c));
  }
  return out;
}

}  // namespace

std::string Mattermost::header_of(const Op& op) const {
  std::string header = clip_runes(markdown_text(op.message.body["topic"].as_string()), header_runes_max);
  for (const Value& l : op.message.body["links"].as_list()) {
    const std::string link =
        " · [" + markdown_text(plain(l["title"].as_string())) + "](" + link_target(l["url"].as_string()) + ")";
    if (code_point_count(header) + code_point_count(link) > header_runes_max) break;  // half a link is none
    header += link;
  }
  return header;
}

}  // namespace muster
