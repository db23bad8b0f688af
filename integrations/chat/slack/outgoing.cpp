// What we say: each delivery is a job of one or more calls that holds its channel's lane until it is done.
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/slack/blocks.h"
#include "integrations/chat/slack/mrkdwn.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

using Fate = SlackAnswer::Fate;

constexpr DurationMs look_back_ms = 60 * second_ms;  // clocks differ

std::string slack_ts(TimeMs t) {
  const std::string ms = std::to_string(t % 1'000);
  return std::to_string(t / 1'000) + "." + std::string(3 - ms.size(), '0') + ms + "000";
}

// The method whose rate the delivery uses up; its first call is nearly always that one.
std::string method_of(const OutMessage& m) {
  if (m.kind == "edit") return "chat.update";
  if (m.kind == "delete") return "chat.delete";
  if (m.kind == "pin") return "pins.add";
  if (m.kind == "unpin") return "pins.remove";
  if (m.kind == "topic") return "conversations.setTopic";
  if (m.kind == "open_channel") return "conversations.create";
  if (m.kind == "archive") return "conversations.archive";
  if (m.kind == "invite") return "conversations.invite";
  if (m.kind == "remove") return "conversations.kick";
  if (m.kind == "bookmarks") return "bookmarks.list";
  if (m.kind == "join") return "conversations.join";
  return m.body["private_to"].as_string().empty() ? "chat.postMessage" : "chat.postEphemeral";
}

ErrorKind kind_of(const SlackAnswer& a) {
  if (a.fate == Fate::configuration) return ErrorKind::unauthorized;
  return is_channel_gone(a.error) || a.error == "message_not_found" ? ErrorKind::not_found : ErrorKind::invalid;
}

// Links in what we post stay links. Only chat.postMessage knows these arguments.
void unfold_nothing(Value& arguments) {
  arguments.set("unfurl_links", false);
  arguments.set("unfurl_media", false);
}

// The beginning of a message: its first block, and the text for notifications.
void change_front(Value& arguments, const std::function<std::string(std::string)>& change) {
  arguments.set("text", change(arguments["text"].as_string()));
  if (arguments["blocks"].is_null()) return;
  Value blocks = Value::List{};
  bool first = true;
  for (Value block : arguments["blocks"].as_list()) {
    if (std::exchange(first, false) && block["text"].is_map()) {
      Value text = block["text"];
      text.set("text", change(text["text"].as_string()));
      block.set("text", std::move(text));
    }
    blocks.push(std::move(block));
  }
  arguments.set("blocks", std::move(blocks));
}

// Not of a gateway, nor of the way there.
bool is_own_fault(const SlackAnswer& a) {
  return a.error == "internal_error" || a.error == "fatal_error" || a.error == "http_500";
}

bool is_rate_limit(const std::string& error) { return error == "ratelimited" || error == "rate_limited"; }

}  // namespace

bool is_slack_ts(const std::string& text) {
  return text.size() > 7 && text.find('.') != std::string::npos &&
         text.find_first_not_of("0123456789.") == std::string::npos;
}

namespace {

std::vector<std::string> buckets_of(const std::string& method, const std::string& channel) {
  std::vector<std::string> buckets = {"method:" + method};
  if (method == "chat.postMessage") buckets.push_back("channel:" + channel);
  return buckets;
}

}  // namespace

std::vector<std::string> slack_buckets(const OutMessage& m, const std::string& channel) {
  return buckets_of(method_of(m), channel);
}

// What is unclear is repeated here, in the lane, so that the order holds; `then` sees only what is decided.
void Slack::call(const OpPtr& op, const std::string& method, const Value& arguments, Then then) {
  call_made(op, method, method_call(method, arguments, config_.bot_token), std::move(then));
}

void Slack::call_made(const OpPtr& op, const std::string& method, HttpCall made, Then then) {
  // The message is there by then: done again from its beginning it would be found, and its files left out in silence.
  const bool of_file = method.starts_with("files.");
  const bool of_removal = method == "conversations.kick";  // who could not be taken out is named in the channel
  const auto take = [this, op, of_file, of_removal, then = std::move(then)](const Result<HttpResult>& result) {
    SlackAnswer a;
    if (result) a = read_slack_answer(result->status, result->body, result->headers);
    if (!result) a.error = result.error().message;
    if (a.fate == Fate::unclear) op->may_be_sent = true;
    if (is_own_fault(a) && deliveries_.fails_alone(*op)) return of_file || of_removal ? then(a) : refused(op, a);
    if (a.fate == Fate::unclear)
      deliveries_.call_failed();
    else if (a.fate != Fate::later || is_rate_limit(a.error))
      deliveries_.call_answered();
    if (a.fate == Fate::token) doubt_token();
    if (of_file) return then(a);
    if (a.fate == Fate::unclear || a.fate == Fate::later || a.fate == Fate::token) return queue_.run_again(op->job);
    then(a);
  };
  queue_.call(op->job, std::move(made), take, buckets_of(method, op->channel));
}

void Slack::refused(const OpPtr& op, const SlackAnswer& a) {
  const std::string id = out_.directory.theirs("channel", op->channel);
  if (a.error == "not_in_channel" && !op->joined && !id.empty()) {
    op->joined = true;
    return call(op, "conversations.join", Value::Map{{"channel", id}}, [this, op](const SlackAnswer&) { run(op); });
  }
  if (a.error == "is_archived" && !id.empty()) found_archived(id);
  const std::string why = a.error + (a.detail.empty() ? "" : ": " + a.detail);
  const std::string next = a.fate == Fate::configuration ? "Give the app the scope " + a.needed + " and reinstall it."
                           : a.error == "not_in_channel" || a.error == "channel_not_found"
                               ? "Invite @" + my_name_ + " to the channel."
                               : "";
  finish(op, fail(kind_of(a), "Slack refused " + op->message.kind + " in #" + op->channel + ": " + why, next));
}

// A message that Slack will not show as it is built is said once more, as text alone: buttons are a comfort, the words
// are not. Nothing was posted by the first attempt, and the metadata is the same, so it is found as the other would be.
bool Slack::say_plainly(const OpPtr& op, const std::string& method, const SlackAnswer& a) {
  if (!is_about_form(a.error) || std::exchange(op->text_alone, true)) return false;
  ++said_plainly_;
  log(LogLevel::warn, "Slack refused how a message is put together; it is said as text alone",
      {{"method", method}, {"channel", op->channel}, {"error", a.error}, {"detail", a.detail}});
  return true;
}

void Slack::run(const OpPtr& op) {
  if (op->message.kind == "open_channel") return open_channel(op);
  if (op->message.kind == "bind_channel")
    return deliveries_.bind(op, [this, op](const std::string& id) { remember_channel(op->channel, id); });
  with_channel(op, [this, op](const std::string& id) {
    const std::string& kind = op->message.kind;
    if (kind == "join") return finish(op, {});
    if (kind == "topic") return set_topic(op, id);
    if (kind == "archive") return archive(op, id);
    if (kind == "invite") return invite(op, id);
    if (kind == "remove") return remove(op, id, 0);
    if (kind == "bookmarks") return bookmark(op, id);
    if (kind == "post" && !op->message.body["private_to"].as_string().empty()) return post_private(op, id);
    if (kind == "post") return post(op, id);
    if (kind == "edit" || kind == "pin" || kind == "unpin" || kind == "delete") return change_post(op, id);
    finish(op, fail(ErrorKind::invalid, "Slack does not know the message kind " + kind));
  });
}

// Who is called by the bot: their names at the front become mentions, which text alone never does.
void Slack::name_called(const Value& calls, Value& arguments) const {
  for (const Value& person : calls.as_list()) {
    const std::string id = user_id_of(person.as_string()), name = "@" + person.as_string() + " ";
    if (id.empty()) continue;
    change_front(arguments, [&](std::string text) {
      const std::size_t at = text.find(name);
      return at == std::string::npos ? text : text.replace(at, name.size(), "<@" + id + "> ");
    });
  }
}

// The outgoing message's id lies in the metadata: after a crash it tells whether the post was made.
Value Slack::post_arguments(const Op& op, std::deque<Attachment>* files) const {
  const Message said = message_from(op.message.body["message"]);
  const auto channel = [this](std::string_view ours) { return out_.directory.theirs("channel", std::string(ours)); };
  SlackMessage m = op.text_alone ? slack_text_alone(said, out_.prefix, out_.language, channel)
                                 : slack_message(said, out_.prefix, out_.language, channel);
  if (files) files->assign(said.attachments.begin(), said.attachments.end());
  if (files && !m.rest.empty()) files->push_front({"message.txt", "text/plain", std::move(m.rest)});
  const Value mark = Value::Map{{"event_type", "muster_post"}, {"event_payload", Value::Map{{"id", op.message.id}}}};
  Value arguments = Value::Map{{"text", m.text}, {"blocks", std::move(m.blocks)}, {"metadata", mark}};
  name_called(op.message.body["calls"], arguments);
  return arguments;
}

void Slack::post(const OpPtr& op, const std::string& channel_id) {
  if (deliveries_.may_be_there(*op)) return look_for_post(op, channel_id, {});
  send_post(op, channel_id);
}

// There is no key that Slack would recognise a repetition by: whoever is unsure looks first.
void Slack::look_for_post(const OpPtr& op, const std::string& channel_id, const std::string& cursor) {
  const std::string thread = deliveries_.their_thread(*op);
  const TimeMs made = made_at(op->message.id);
  Value arguments = Value::Map{{"channel", channel_id}, {"include_all_metadata", true}, {"limit", 200}};
  if (made != 0) arguments.set("oldest", slack_ts(made - look_back_ms));
  if (!thread.empty()) arguments.set("ts", thread);
  if (!cursor.empty()) arguments.set("cursor", cursor);
  call(op, thread.empty() ? "conversations.history" : "conversations.replies", arguments,
       [this, op, channel_id, cursor](const SlackAnswer& a) {
         // A channel whose history is closed to us: a second post is the smaller harm than a lost one.
         if (a.fate != Fate::ok) return send_post(op, channel_id);
         for (const Value& m : a.body["messages"].as_list()) {
           if (m["metadata"]["event_payload"]["id"].as_string() != op->message.id) continue;
           return posted(op, channel_id, m["ts"].as_string(), {});
         }
         const std::string next = next_slack_page(a, cursor);
         if (!next.empty()) return look_for_post(op, channel_id, next);
         deliveries_.not_there(*op);
         send_post(op, channel_id);
       });
}

ForeseenPost Slack::made_post(const Op& op, const std::string& channel_id, const std::string& thread) const {
  ForeseenPost post{.message = {}, .channel_id = channel_id, .thread = thread, .call = {}, .files = {}};
  Value arguments = post_arguments(op, &post.files);
  arguments.set("channel", channel_id);
  unfold_nothing(arguments);
  post.channels = channels_learned_;
  if (!thread.empty()) arguments.set("thread_ts", thread);
  post.call = method_call("chat.postMessage", arguments, config_.bot_token);
  return post;
}

void Slack::foresee(OutMessage m) {
  if (!ready_ || m.kind != "post" || !m.body["private_to"].as_string().empty()) return;
  Op op;
  op.channel = out_channel(m);
  const std::string id = out_.directory.theirs("channel", op.channel);
  if (id.empty()) return;
  op.message = std::move(m);
  ForeseenPost post = made_post(op, id, deliveries_.their_thread(op));
  post.message = std::move(op.message);
  foreseen_.add(std::move(post));
}

void Slack::send_post(const OpPtr& op, const std::string& channel_id) {
  const std::string thread = deliveries_.their_thread(*op);
  auto foreseen = foreseen_.take(op->message, channel_id, thread);
  // Made before it could name its channel, or with blocks.
  if (op->waited || op->text_alone || (foreseen && foreseen->channels != channels_learned_)) foreseen.reset();
  ForeseenPost post = foreseen ? std::move(*foreseen) : made_post(*op, channel_id, thread);
  const auto then = [this, op, channel_id, thread, files = std::move(post.files)](const SlackAnswer& a) {
    if (!thread.empty() && (a.error == "thread_not_found" || a.error == "cannot_reply_to_message")) {
      op->message.body.set("thread", "");  // the root is gone: the channel itself
      return send_post(op, channel_id);
    }
    if (say_plainly(op, "chat.postMessage", a)) return send_post(op, channel_id);
    if (a.fate != Fate::ok) return refused(op, a);
    posted(op, channel_id, a.body["ts"].as_string(), files);
  };
  call_made(op, "chat.postMessage", std::move(post.call), then);
}

void Slack::posted(const OpPtr& op, const std::string& channel_id, const std::string& ts,
                   std::deque<Attachment> files) {
  const std::string ours = op->message.body["post_id"].as_string();
  if (!ours.empty()) out_.directory.link("post", op->channel + "/" + ours, ts);
  // In a channel where nobody has spoken yet, what is said first while we are cut off comes after our own post.
  marks_.begin(channel_id, ts);
  found_archived_.erase(channel_id);
  const std::string thread = deliveries_.their_thread(*op);
  op->lost_files.clear();
  const auto go_on = [this, op, channel_id, root = thread.empty() ? ts : thread, files = std::move(files)] {
    upload(op, channel_id, root, files);
  };
  deliveries_.brought_back(*op);
  if (!Deliveries::is_pinned(*op)) return go_on();
  call(op, "pins.add", Value::Map{{"channel", channel_id}, {"timestamp", ts}},
       [go_on](const SlackAnswer&) { go_on(); });
}

// Three steps; the bytes go to an address that Slack names, without our token. The message itself is there already,
// so a file that cannot be sent is told of in its thread and holds nothing up.
void Slack::upload(const OpPtr& op, const std::string& channel_id, const std::string& thread,
                   std::deque<Attachment> files) {
  if (files.empty()) {
    deliveries_.tell_lost_files(*op, thread);
    return finish(op, {});
  }
  const Attachment file = std::move(files.front());
  files.pop_front();
  const auto next = [this, op, channel_id, thread, files, name = file.name](const std::string& fault) {
    if (!fault.empty()) {
      log(LogLevel::warn, "a file did not get to Slack", {{"channel", op->channel}, {"file", name}, {"why", fault}});
      Deliveries::file_lost(*op, name, fault);
    }
    upload(op, channel_id, thread, files);
  };
  const Value wanted = Value::Map{{"filename", file.name}, {"length", static_cast<std::int64_t>(file.text.size())}};
  call(op, "files.getUploadURLExternal", wanted, [this, op, channel_id, thread, file, next](const SlackAnswer& a) {
    if (a.fate != Fate::ok) return next(a.error);
    HttpCall put;
    put.method = "POST";
    put.url = a.body["upload_url"].as_string();
    put.headers["Content-Type"] = "application/octet-stream";
    put.body = file.text;
    put.ca_file = config_.ca_file;
    put.proxy = config_.proxy;
    const Value list = Value::List{Value::Map{{"id", a.body["file_id"]}, {"title", file.name}}};
    const Value complete = Value::Map{{"files", list}, {"channel_id", channel_id}, {"thread_ts", thread}};
    const auto sent_there = [this, op, complete, next](const Result<HttpResult>& sent) {
      if (!sent) return next(sent.error().message);
      if (sent->status / 100 != 2) return next("http_" + std::to_string(sent->status));
      call(op, "files.completeUploadExternal", complete,
           [next](const SlackAnswer& done) { next(done.fate == Fate::ok ? std::string() : done.error); });
    };
    queue_.call(op->job, std::move(put), sent_there, {"method:upload"});
  });
}

// Ephemeral while the person is in the channel, else a direct message. What must be seen is never only ephemeral:
// the core sends such things as posts.
void Slack::post_private(const OpPtr& op, const std::string& channel_id) {
  const std::string user = user_id_of(op->message.body["private_to"].as_string());
  if (user.empty()) {
    return finish(op, fail(ErrorKind::not_found, "the person has no Slack handle", "Add it under people: handles."));
  }
  if (op->message.body["direct"].as_bool()) return post_direct(op, user);
  Value arguments = post_arguments(*op, nullptr);
  arguments.set("metadata", nullptr);
  arguments.set("channel", channel_id);
  arguments.set("user", user);
  if (const std::string thread = deliveries_.their_thread(*op); !thread.empty()) arguments.set("thread_ts", thread);
  call(op, "chat.postEphemeral", arguments, [this, op, channel_id, user](const SlackAnswer& a) {
    if (a.fate == Fate::ok) return finish(op, {});
    if (say_plainly(op, "chat.postEphemeral", a)) return post_private(op, channel_id);
    if (a.fate == Fate::configuration) return refused(op, a);
    post_direct(op, user);
  });
}

void Slack::post_direct(const OpPtr& op, const std::string& user_id) {
  call(op, "conversations.open", Value::Map{{"users", user_id}}, [this, op, user_id](const SlackAnswer& a) {
    if (a.fate == Fate::refused)
      deliveries_.not_reached(*op, user_id,
                              a.error == "user_not_found"  ? "no_account"
                              : a.error == "user_disabled" ? "deactivated"
                                                           : a.error);
    if (a.fate != Fate::ok) return refused(op, a);
    Value arguments = post_arguments(*op, nullptr);
    const std::string there = a.body["channel"]["id"].as_string();
    const std::string about = out_.directory.theirs("channel", op->channel);
    if (!about.empty() && about != there)  // where it belongs
      change_front(arguments, [&](const std::string& text) { return "<#" + about + ">: " + text; });
    arguments.set("channel", there);
    unfold_nothing(arguments);
    call(op, "chat.postMessage", arguments, [this, op, user_id](const SlackAnswer& sent) {
      if (say_plainly(op, "chat.postMessage", sent)) return post_direct(op, user_id);
      if (sent.fate != Fate::ok) return refused(op, sent);
      finish(op, {});
    });
  });
}

void Slack::change_post(const OpPtr& op, const std::string& channel_id) {
  const std::string ts = deliveries_.their_post(*op);
  if (ts.empty()) return finish(op, {});  // it was never posted here: nothing to change
  const std::string method = method_of(op->message);
  const bool pins = method.starts_with("pins.");
  Value arguments = Value::Map{};
  if (op->message.kind == "edit") arguments = post_arguments(*op, nullptr);
  if (op->message.kind == "edit") arguments.set("metadata", nullptr);  // stays as it was
  arguments.set("channel", channel_id);
  arguments.set(pins ? "timestamp" : "ts", ts);
  call(op, method, arguments, [this, op, channel_id, method](const SlackAnswer& a) {
    const bool edit = op->message.kind == "edit";
    if (edit && say_plainly(op, method, a)) return change_post(op, channel_id);
    if (edit && (a.error == "edit_window_closed" || a.error == "cant_update_message")) {
      op->anew = true;  // the state must be seen; the old post can no longer show it
      return send_post(op, channel_id);
    }
    const bool gone = a.error == "message_not_found";
    if (edit && gone && deliveries_.bring_back(*op)) return post(op, channel_id);
    if (a.fate == Fate::ok || gone) return finish(op, {});
    refused(op, a);
  });
}

}  // namespace muster
