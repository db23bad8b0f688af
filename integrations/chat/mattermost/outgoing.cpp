// What we say: each delivery is a job of one or more calls that holds its channel's lane until it is done.
#include <algorithm>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/mattermost/markdown.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr std::size_t files_max = 5;  // of one post, on the oldest servers

std::string whole_name(const Delivery& d) { return "message-" + d.message.id + ".md"; }

ErrorKind kind_of(const Answer& a) {
  if (a.status == 401 || a.status == 403) return ErrorKind::unauthorized;
  if (a.status == 404) return ErrorKind::not_found;
  return ErrorKind::invalid;
}

}  // namespace

// Broken exchanges are repeated here, in the lane, so that the order holds; `then` sees only what is decided.
void Mattermost::call(const OpPtr& op, HttpCall c, Then then) {
  // The words go without the file, and who could not be taken out of a channel is named there.
  const bool goes_on = c.url.contains("/files?") || c.url.contains("/members");
  queue_.call(op->job, std::move(c), [this, op, goes_on, then = std::move(then)](const Result<HttpResult>& result) {
    const Answer a = answer_of(result);
    const bool alone = a.status == 500 && deliveries_.fails_alone(*op);
    // The server is there where it fails at this one alone: nothing else may come that would say so.
    a.try_again() && !alone ? deliveries_.call_failed() : deliveries_.call_answered();
    if (a.try_again() || a.status == 401) {
      op->may_be_sent = true;
      if (alone) return goes_on ? then(a) : refused(op, a);
      // A revoked token is seen by the next check; until then nothing is lost.
      if (a.status == 401 && open_timer_ == 0) reconnect("the server no longer accepts the token");
      return queue_.run_again(op->job);
    }
    then(a);
  });
}

void Mattermost::refused(const OpPtr& op, const Answer& a) {
  if (a.status == 403 && !op->joined) {
    op->joined = true;
    const std::string id = out_.directory.theirs("channel", op->channel);
    return call(op, api_.post("/channels/" + id + "/members", Value::Map{{"user_id", me_}}),
                [this, op](const Answer&) { run(op); });
  }
  if (a.error_id.ends_with("_deleted.error") || a.error_id == "api.channel.update_channel.deleted.app_error")
    found_archived(out_.directory.theirs("channel", op->channel));
  finish(op, fail(kind_of(a), "Mattermost refused " + op->message.kind + " in #" + op->channel + ": " + a.why,
                  a.status == 403 ? "Give @" + my_name_ + " the right, or invite it to the channel." : ""));
}

void Mattermost::run(const OpPtr& op) {
  if (op->message.kind == "open_channel") return open_channel(op);
  if (op->message.kind == "bind_channel")
    return deliveries_.bind(op, [this, op](const std::string& id) { remember_channel(op->channel, id); });
  with_channel(op, [this, op](const std::string& id) {
    const std::string& kind = op->message.kind;
    if (kind == "join") return finish(op, {});
    if (kind == "topic") return set_topic(op, id);
    if (kind == "archive") return archive(op, id);
    if (kind == "invite") return invite(op, id, 0);
    if (kind == "remove") return remove(op, id, 0);
    if (kind == "bookmarks") return finish(op, {});  // the header has them, older servers know nothing else
    if (kind == "post" && !op->message.body["private_to"].as_string().empty()) return post_private(op, id);
    if (kind == "post") return post(op, id);
    if (kind == "edit" || kind == "pin" || kind == "unpin" || kind == "delete") return change_post(op);
    finish(op, fail(ErrorKind::invalid, "Mattermost does not know the message kind " + kind));
  });
}

// Posts.

std::function<std::string(std::string_view)> Mattermost::channel_link() const {
  return [this](std::string_view ours) {
    const std::string id = out_.directory.theirs("channel", std::string(ours));
    const auto it = id.empty() ? channels_.end() : channels_.find(id);
    return it == channels_.end() ? std::string() : it->second.name;
  };
}

std::string Mattermost::text_of(const Op& op) const {
  std::string text = markdown_message(message_from(op.message.body["message"]), out_.prefix, channel_link());
  // Who is called by the bot: their names at the front become mentions, which text alone never does.
  for (const Value& person : op.message.body["calls"].as_list()) {
    const std::string name = "@\u200B" + person.as_string() + " ", there = user_name(person.as_string());
    const std::size_t at = there.empty() ? std::string::npos : text.find(name);
    if (at != std::string::npos) text.replace(at, name.size(), "@" + there + " ");
  }
  return text;
}

std::string Mattermost::user_name(const std::string& person) const {
  const std::string handle = out_.directory.handle(person);
  const auto known = users_.find(handle);
  return known != users_.end() ? known->second.name : is_id(handle) ? std::string() : lower_ascii(handle);
}

// What the post says. The outgoing message's id lies in the props: after a crash it tells whether the post was made. An
// edit replaces the props, so our name for the post, which both have, lies beside it.
Value Mattermost::post_body(const Op& op, const std::string& text) const {
  Value props = Value::Map{{"muster_id", op.message.id}};
  if (const Value& ours = op.message.body["post_id"]; !ours.as_string().empty()) props.set("muster_post", ours);
  if (op.message.body["relayed"].as_bool())
    props.set("muster_relayed", true);  // a person's pin on it files the message
  if (Value with_buttons = attachments(op); !with_buttons.is_null()) props.set("attachments", std::move(with_buttons));
  return Value::Map{{"message", text}, {"props", std::move(props)}};
}

void Mattermost::post(const OpPtr& op, const std::string& channel_id) {
  op->lost_files.clear();
  const auto go_on = [this, op, channel_id] {
    const std::string text = text_of(*op);
    const Message said = message_from(op->message.body["message"]);
    std::deque<Attachment> files(said.attachments.begin(), said.attachments.end());
    if (files.size() >= files_max) files.resize(files_max - 1);
    if (code_point_count(text) > runes_max_) {
      files.push_front({whole_name(*op), "text/markdown", text});
    }
    upload(op, channel_id, std::move(files), {});
  };
  // The server recognises a repeated pending_post_id for half a minute; later only looking tells.
  if (!deliveries_.may_be_there(*op)) return go_on();
  constexpr DurationMs look_back_ms = 60 * second_ms;  // clocks differ
  const TimeMs made = made_at(op->message.id);
  const std::string which = made == 0 ? "per_page=100" : "since=" + std::to_string(made - look_back_ms);
  call(op, api_.get("/channels/" + channel_id + "/posts?" + which), [this, op, go_on](const Answer& a) {
    if (!a.ok()) return refused(op, a);
    const std::string& ours = op->message.body["post_id"].as_string();
    for (const auto& [id, v] : a.body["posts"].as_map()) {
      const Post p = post_of(v);
      const bool named = !ours.empty() && p.muster_post == ours && p.delete_at == 0;
      if (p.user_id != me_ || (p.muster_id != op->message.id && !named)) continue;
      out_.directory.link("post", op->channel + "/" + op->message.body["post_id"].as_string(), id);
      deliveries_.brought_back(*op);
      return finish(op, {});
    }
    deliveries_.not_there(*op);
    go_on();
  });
}

void Mattermost::upload(const OpPtr& op, const std::string& channel_id, std::deque<Attachment> files,
                        std::vector<std::string> uploaded) {
  if (files.empty()) return send_post(op, channel_id, uploaded);
  const Attachment file = std::move(files.front());
  files.pop_front();
  call(op, api_.upload(channel_id, file.name, file.text),
       [this, op, channel_id, files, uploaded, name = file.name](const Answer& a) mutable {
         // Where files are not taken the words are said without them; a channel that we are not in is joined first.
         if (a.status == 403 && !op->joined) return refused(op, a);
         if (!a.ok()) {
           Deliveries::file_lost(*op, name, a.error_id.empty() ? a.why : a.error_id);
           return upload(op, channel_id, std::move(files), std::move(uploaded));
         }
         const auto& infos = a.body["file_infos"].as_list();
         if (!infos.empty()) uploaded.push_back(infos.front()["id"].as_string());
         upload(op, channel_id, std::move(files), std::move(uploaded));
       });
}

void Mattermost::send_post(const OpPtr& op, const std::string& channel_id, const std::vector<std::string>& files) {
  std::string text = text_of(*op);
  // The whole is the first of the files: its beginning is enough, unless the server did not take it.
  const bool beside = !files.empty() && std::ranges::find(op->lost_files, whole_name(*op)) == op->lost_files.end();
  if (code_point_count(text) > runes_max_)
    text = beside ? clip_runes(text, std::min<std::size_t>(runes_max_, 1000)) + "\n\n📎" : clip_runes(text, runes_max_);
  Value body = post_body(*op, text);
  body.set("channel_id", channel_id);
  body.set("pending_post_id", me_ + ":" + op->message.id);
  for (const std::string& f : files) {
    Value ids = body["file_ids"];
    ids.push(f);
    body.set("file_ids", std::move(ids));
  }
  if (const std::string root = deliveries_.their_thread(*op); !root.empty()) body.set("root_id", root);
  const bool threaded = body.has("root_id");
  call(op, api_.post("/posts", body), [this, op, channel_id, files, threaded](const Answer& a) {
    if (threaded && a.error_id == "api.post.create_post.root_id.app_error") {
      op->message.body.set("thread", "");  // the root is gone: the channel itself
      return send_post(op, channel_id, files);
    }
    if (!a.ok()) return refused(op, a);
    found_archived_.erase(channel_id);
    const std::string ours = op->message.body["post_id"].as_string();
    const std::string made = a.body["id"].as_string();
    if (!ours.empty()) out_.directory.link("post", op->channel + "/" + ours, made);
    deliveries_.brought_back(*op);
    deliveries_.tell_lost_files(*op, threaded ? deliveries_.their_thread(*op) : made);
    if (!Deliveries::is_pinned(*op)) return finish(op, {});
    call(op, api_.post("/posts/" + made + "/pin", Value::Map{}), [this, op](const Answer&) { finish(op, {}); });
  });
}

// Ephemeral where the account may (a system admin's right), else a direct message that says where it belongs.
void Mattermost::post_private(const OpPtr& op, const std::string& channel_id) {
  const std::string handle = out_.directory.handle(op->message.body["private_to"].as_string());
  if (handle.empty()) {
    return finish(op, fail(ErrorKind::not_found, "the person has no Mattermost name", "Add it under people: handles."));
  }
  const std::string path = is_id(handle) ? "/users/" + handle : "/users/username/" + path_part(lower_ascii(handle));
  call(op, api_.get(path), [this, op, channel_id, handle](const Answer& a) {
    if (a.status == 404) deliveries_.not_reached(*op, "@" + handle, "no_account");
    if (!a.ok()) return refused(op, a);
    if (a.body["delete_at"].as_int() != 0) {  // the server would take it, and nobody would read it
      deliveries_.not_reached(*op, "@" + handle, "deactivated");
      return finish(op, fail(ErrorKind::not_found, "@" + handle + " is deactivated on Mattermost"));
    }
    const std::string user = a.body["id"].as_string();
    if (!ephemeral_allowed_ || op->message.body["direct"].as_bool()) return post_direct(op, user);
    Value post = post_body(*op, clip_runes(text_of(*op), runes_max_));
    post.set("channel_id", channel_id);
    if (const std::string root = deliveries_.their_thread(*op); !root.empty()) post.set("root_id", root);
    call(op, api_.post("/posts/ephemeral", Value::Map{{"user_id", user}, {"post", post}}),
         [this, op, user](const Answer& sent) {
           if (sent.ok()) return finish(op, {});
           ephemeral_allowed_ = false;
           post_direct(op, user);
         });
  });
}

void Mattermost::post_direct(const OpPtr& op, const std::string& user_id) {
  call(op, api_.post("/channels/direct", Value::List{me_, user_id}), [this, op](const Answer& a) {
    if (!a.ok()) return refused(op, a);
    const std::string id = a.body["id"].as_string();
    const bool here = out_.directory.theirs("channel", op->channel) == id;
    const std::string called = channel_link()(op->channel);
    const std::string where =
        here ? "" : "~" + (called.empty() ? mattermost::channel_name(op->channel) : called) + ": ";
    Value body = post_body(*op, clip_runes(where + text_of(*op), runes_max_));
    body.set("channel_id", id);
    body.set("pending_post_id", me_ + ":" + op->message.id);
    call(op, api_.post("/posts", body), [this, op](const Answer& sent) {
      if (!sent.ok()) return refused(op, sent);
      finish(op, {});
    });
  });
}

void Mattermost::change_post(const OpPtr& op) {
  const std::string id = deliveries_.their_post(*op);
  if (id.empty()) return finish(op, {});  // it was never posted here: nothing to change
  const std::string& kind = op->message.kind;
  // A patch names only what changes: the pin stays. The props are ours as a whole, so nothing read is written back.
  HttpCall c = kind == "edit"
                   ? api_.put("/posts/" + id + "/patch", post_body(*op, clip_runes(text_of(*op), runes_max_)))
               : kind == "delete" ? api_.del("/posts/" + id)
                                  : api_.post("/posts/" + id + "/" + kind, Value::Map{});
  call(op, std::move(c), [this, op, id](const Answer& a) {
    // Deleted posts answer 403 or 404: somebody took it away, and trying again would not help.
    const bool gone = a.status == 404 || a.status == 403;
    if (gone && op->message.kind == "edit") return look_if_gone(op, id);
    if (a.error_id == "api.post.update_post.permissions_time_limit.app_error" && op->message.kind == "edit") {
      op->anew = true;  // the state must be seen; the old post can no longer show it
      return send_post(op, out_.directory.theirs("channel", op->channel), {});
    }
    if (a.ok() || gone) return finish(op, {});
    refused(op, a);
  });
}

// Only reading it tells a post that is gone from one that we may not change.
void Mattermost::look_if_gone(const OpPtr& op, const std::string& post_id) {
  if (!is_kept_current(op->message.body["post_id"].as_string())) return finish(op, {});
  call(op, api_.get("/posts/" + post_id), [this, op](const Answer& a) {
    const bool gone = a.status == 404 || a.body["delete_at"].as_int() != 0;
    if (!gone || !deliveries_.bring_back(*op)) return finish(op, {});
    post(op, out_.directory.theirs("channel", op->channel));
  });
}

}  // namespace muster
