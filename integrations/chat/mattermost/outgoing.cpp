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

std::string bare_channel(const OutMessage& m) {
  std::string name = m.destination.substr(m.destination.find(':') + 1);
  if (name.empty()) name = m.body["channel"].as_string();
  return name.starts_with('#') ? name.substr(1) : name;
}

std::string clip_runes(const std::string& text, std::size_t most) {
  if (code_point_count(text) <= most) return text;
  std::string out;
  std::size_t count = 0;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80 && ++count >= most) break;
    out += c;
  }
  return out + "…";
}

// Ids of ours sort by time: the first eleven digits are milliseconds.
TimeMs made_at(const std::string& message_id) {
  if (message_id.size() < 12 || message_id[11] != '-') return 0;
  return static_cast<TimeMs>(std::strtoll(message_id.substr(0, 11).c_str(), nullptr, 16));
}

ErrorKind kind_of(const Answer& a) {
  if (a.status == 401 || a.status == 403) return ErrorKind::unauthorized;
  if (a.status == 404) return ErrorKind::not_found;
  return ErrorKind::invalid;
}

}  // namespace

void Mattermost::deliver(const OutMessage& m, Done done) {
  if (m.kind == "human_post") return done({});  // people speak for themselves here
  if (m.kind == "fetch_files") return fetch_files(m, std::move(done));
  const auto op = std::make_shared<Op>();
  op->message = m;
  op->done = std::move(done);
  op->channel = bare_channel(m);
  op->since = out_.clock.now();
  if (m.kind == "edit") op->coalesce = op->channel + "/" + m.body["post_id"].as_string();
  if (m.kind == "topic") op->coalesce = op->channel + "/topic";
  if (op->channel.empty()) return op->done(fail(ErrorKind::invalid, "the message names no channel"));
  if (ready_) return queue(op);
  if (parked_.size() >= parked_max) return op->done(fail(ErrorKind::unavailable, "too many messages wait"));
  parked_.push_back(op);
}

void Mattermost::queue(const OpPtr& op) {
  if (!op->coalesce.empty()) {
    // Of several changes that wait only the last is worth sending; it takes the place at the end.
    const auto earlier = coalescing_.find(op->coalesce);
    if (earlier != coalescing_.end() && queue_.waits(earlier->second->job)) {
      queue_.cancel(earlier->second->job);
      if (earlier->second->done) earlier->second->done({});
    }
    coalescing_[op->coalesce] = op;
  }
  const bool makes = op->message.kind == "open_channel";
  BudgetTicket ticket{.lane = op->channel,
                      .buckets = {"all"},
                      .urgent = makes || op->message.body["urgent"].as_bool(),
                      .barrier = makes};
  op->job = queue_.add(std::move(ticket), [this, op](Job job) {
    op->job = job;
    run(op);
  });
  if (op->job == 0 && op->done) op->done(fail(ErrorKind::unavailable, "too many messages wait"));
}

void Mattermost::finish(const OpPtr& op, Result<void> result) {
  if (const auto it = coalescing_.find(op->coalesce); it != coalescing_.end() && it->second == op) {
    coalescing_.erase(it);
  }
  if (!result) {
    log(LogLevel::warn, "Mattermost refused a message",
        {{"kind", op->message.kind}, {"channel", op->channel}, {"why", result.error().message}});
  }
  const Done done = std::exchange(op->done, {});
  if (done) done(std::move(result));
  queue_.finish(op->job);
}

// Broken exchanges are repeated here, in the lane, so that the order holds; `then` sees only what is decided.
void Mattermost::call(const OpPtr& op, HttpCall c, Then then) {
  queue_.call(op->job, std::move(c), [this, op, then = std::move(then)](const Result<HttpResult>& result) {
    const Answer a = answer_of(result);
    if (a.try_again() || a.status == 401) {
      op->may_be_sent = true;
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
  finish(op, fail(kind_of(a), "Mattermost refused " + op->message.kind + " in #" + op->channel + ": " + a.why,
                  a.status == 403 ? "Give @" + my_name_ + " the right, or invite it to the channel." : ""));
}

void Mattermost::run(const OpPtr& op) {
  if (op->message.kind == "open_channel") return open_channel(op);
  with_channel(op, [this, op](const std::string& id) {
    const std::string& kind = op->message.kind;
    if (kind == "join") return finish(op, {});
    if (kind == "topic") return set_topic(op, id);
    if (kind == "archive") return archive(op, id);
    if (kind == "post" && !op->message.body["private_to"].as_string().empty()) return post_private(op, id);
    if (kind == "post") return post(op, id);
    if (kind == "edit" || kind == "pin" || kind == "unpin" || kind == "delete") return change_post(op);
    finish(op, fail(ErrorKind::invalid, "Mattermost does not know the message kind " + kind));
  });
}

// Channels.

void Mattermost::with_channel(const OpPtr& op, WithId then) {
  const std::string id = out_.directory.theirs("channel", op->channel);
  if (!id.empty()) return then(id);
  find_channel(op, std::move(then));
}

void Mattermost::find_channel(const OpPtr& op, WithId then) {
  const std::string name = mattermost::channel_name(op->channel);
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
         out_.directory.link("channel", op->channel, id);
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
  const std::string name = nth_name(mattermost::channel_name(op->channel), attempt);
  const std::string header = clip_runes(markdown_text(body["topic"].as_string()), header_runes_max);
  const Value wanted = Value::Map{{"team_id", team_},
                                  {"name", name},
                                  {"display_name", clip_runes(one_line(title), display_name_runes_max)},
                                  {"type", body["private"].as_bool() ? "P" : "O"},
                                  {"header", header}};
  call(op, api_.post("/channels", wanted), [this, op, attempt, name, header, then = std::move(then)](const Answer& a) {
    if (a.ok()) {
      const std::string id = a.body["id"].as_string();
      channels_[id] = {name, a.body["type"].as_string(), header};
      topics_[id] = header;
      out_.directory.link("channel", op->channel, id);
      return then(id);
    }
    const bool taken = a.error_id == "store.sql_channel.save_channel.exists.app_error";
    if (!taken) return refused(op, a);
    if (!op->may_be_sent) return make_channel(op, attempt + 1, then);
    // An earlier attempt broke off: the channel may be the one that it made.
    call(op, api_.get("/teams/" + team_ + "/channels/name/" + name), [this, op, attempt, then](const Answer& there) {
      const bool mine = there.ok() && there.body["creator_id"].as_string() == me_;
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
  if (!id.empty()) return set_topic(op, id);  // opened again
  make_channel(op, 1, done);
}

void Mattermost::set_topic(const OpPtr& op, const std::string& id) {
  const std::string header = clip_runes(markdown_text(op->message.body["topic"].as_string()), header_runes_max);
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
  call(op, api_.del("/channels/" + id), [this, op](const Answer& a) {
    const bool was = a.error_id == "api.channel.delete_channel.deleted.app_error";
    if (!a.ok() && !was) return refused(op, a);
    finish(op, {});
  });
}

// Posts.

std::string Mattermost::text_of(const Op& op) const {
  const auto link = [this](std::string_view ours) {
    const std::string id = out_.directory.theirs("channel", std::string(ours));
    const auto it = id.empty() ? channels_.end() : channels_.find(id);
    return it == channels_.end() ? std::string() : it->second.name;
  };
  return markdown_message(message_from(op.message.body["message"]), out_.prefix, link);
}

std::string Mattermost::post_id_of(const Op& op) const {
  const std::string ours = op.message.body["post_id"].as_string();
  const std::string linked = out_.directory.theirs("post", op.channel + "/" + ours);
  return !linked.empty() ? linked : is_id(ours) ? ours : std::string();
}

// What the post says. The outgoing message's id lies in the props: after a crash it tells whether the post was made.
Value Mattermost::post_body(const Op& op, const std::string& text) const {
  Value props = Value::Map{{"muster_id", op.message.id}};
  if (Value with_buttons = attachments(op); !with_buttons.is_null()) props.set("attachments", std::move(with_buttons));
  return Value::Map{{"message", text}, {"props", std::move(props)}};
}

void Mattermost::post(const OpPtr& op, const std::string& channel_id) {
  const bool old = out_.clock.now() - made_at(op->message.id) > probe_after_ms;
  const auto go_on = [this, op, channel_id] {
    const std::string text = text_of(*op);
    const Message said = message_from(op->message.body["message"]);
    std::deque<Attachment> files(said.attachments.begin(), said.attachments.end());
    if (files.size() >= files_max) files.resize(files_max - 1);
    if (code_point_count(text) > runes_max_) {
      files.push_front({"message-" + op->message.id + ".md", "text/markdown", text});
    }
    upload(op, channel_id, std::move(files), {});
  };
  // The server recognises a repeated pending_post_id for half a minute; later only looking tells.
  if (!op->may_be_sent && !old) return go_on();
  call(op, api_.get("/channels/" + channel_id + "/posts?per_page=100"), [this, op, go_on](const Answer& a) {
    if (!a.ok()) return refused(op, a);
    for (const auto& [id, v] : a.body["posts"].as_map()) {
      const Post p = post_of(v);
      if (p.user_id != me_ || p.muster_id != op->message.id) continue;
      out_.directory.link("post", op->channel + "/" + op->message.body["post_id"].as_string(), id);
      return finish(op, {});
    }
    go_on();
  });
}

void Mattermost::upload(const OpPtr& op, const std::string& channel_id, std::deque<Attachment> files,
                        std::vector<std::string> uploaded) {
  if (files.empty()) return send_post(op, channel_id, uploaded);
  const Attachment file = std::move(files.front());
  files.pop_front();
  call(op, api_.upload(channel_id, file.name, file.text),
       [this, op, channel_id, files, uploaded](const Answer& a) mutable {
         if (!a.ok()) return refused(op, a);
         const auto& infos = a.body["file_infos"].as_list();
         if (!infos.empty()) uploaded.push_back(infos.front()["id"].as_string());
         upload(op, channel_id, std::move(files), std::move(uploaded));
       });
}

void Mattermost::send_post(const OpPtr& op, const std::string& channel_id, const std::vector<std::string>& files) {
  std::string text = text_of(*op);
  if (code_point_count(text) > runes_max_) text = clip_runes(text, std::min<std::size_t>(runes_max_, 1000)) + "\n\n📎";
  Value body = post_body(*op, text);
  body.set("channel_id", channel_id);
  body.set("pending_post_id", me_ + ":" + op->message.id);
  for (const std::string& f : files) {
    Value ids = body["file_ids"];
    ids.push(f);
    body.set("file_ids", std::move(ids));
  }
  if (const std::string thread = op->message.body["thread"].as_string(); !thread.empty()) {
    const std::string linked = out_.directory.theirs("post", op->channel + "/" + thread);
    const std::string root = !linked.empty() ? linked : is_id(thread) ? thread : std::string();
    if (!root.empty()) body.set("root_id", root);
  }
  const bool threaded = body.has("root_id");
  call(op, api_.post("/posts", body), [this, op, channel_id, files, threaded](const Answer& a) {
    if (threaded && a.error_id == "api.post.create_post.root_id.app_error") {
      op->message.body.set("thread", "");  // the root is gone: the channel itself
      return send_post(op, channel_id, files);
    }
    if (!a.ok()) return refused(op, a);
    const std::string ours = op->message.body["post_id"].as_string();
    if (!ours.empty()) out_.directory.link("post", op->channel + "/" + ours, a.body["id"].as_string());
    finish(op, {});
  });
}

// Ephemeral where the account may (a system admin's right), else a direct message that says where it belongs.
void Mattermost::post_private(const OpPtr& op, const std::string& channel_id) {
  const std::string handle = out_.directory.handle(op->message.body["private_to"].as_string());
  if (handle.empty()) {
    return finish(op, fail(ErrorKind::not_found, "the person has no Mattermost name", "Add it under people: handles."));
  }
  const std::string path = is_id(handle) ? "/users/" + handle : "/users/username/" + path_part(lower_ascii(handle));
  call(op, api_.get(path), [this, op, channel_id](const Answer& a) {
    if (!a.ok()) return refused(op, a);
    const std::string user = a.body["id"].as_string();
    if (!ephemeral_allowed_) return post_direct(op, user);
    Value post = post_body(*op, clip_runes(text_of(*op), runes_max_));
    post.set("channel_id", channel_id);
    const std::string thread = op->message.body["thread"].as_string();
    if (is_id(thread)) post.set("root_id", thread);
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
    const std::string where = here ? "" : "~" + mattermost::channel_name(op->channel) + ": ";
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
  const std::string id = post_id_of(*op);
  if (id.empty()) return finish(op, {});  // it was never posted here: nothing to change
  const std::string& kind = op->message.kind;
  // A patch names only what changes: the pin stays. The props are ours as a whole, so nothing read is written back.
  HttpCall c = kind == "edit"
                   ? api_.put("/posts/" + id + "/patch", post_body(*op, clip_runes(text_of(*op), runes_max_)))
               : kind == "delete" ? api_.del("/posts/" + id)
                                  : api_.post("/posts/" + id + "/" + kind, Value::Map{});
  call(op, std::move(c), [this, op](const Answer& a) {
    // Deleted posts answer 403 or 404: somebody took it away, and trying again would not help.
    if (a.ok() || a.status == 404 || a.status == 403) return finish(op, {});
    refused(op, a);
  });
}

}  // namespace muster
