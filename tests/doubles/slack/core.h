// A Slack workspace without sockets: what the Web API answers, what Socket Mode sends, and the faults of both.
// Time is passed in. Faithful as far as docs/slack.md says which vendor's client was run against it.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster::doubles {

struct SlackUser {
  std::string id, name, real_name, email, team = "T1";
  bool is_bot = false, deleted = false;
  bool is_guest = false, email_confirmed = true;
};

// A modal that is open before a person.
struct SlackView {
  std::string id, user;
  Value view;
};

struct SlackPost {
  std::string ts, user, bot_id, text, thread_ts, edited_ts;
  Value blocks, metadata, files;
  std::map<std::string, std::set<std::string>> reactions;
  bool pinned = false;
  std::string pinned_by = {};
  std::string subtype = {};
};

struct SlackChannel {
  std::string id, name, topic, purpose, im_of;
  bool is_private = false, archived = false;
  std::int64_t created = 0;  // seconds
  std::string creator = {};
  std::set<std::string> members = {};
  std::map<std::string, SlackPost> posts = {};  // by ts
  std::vector<Value> bookmarks = {};
};

struct SlackReply {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  bool stall = false;  // the answer never comes; what the call did stays done
};

// What goes wrong with the next call of a method ("*": of any).
struct SlackFault {
  enum class Kind { rate_limited, html_500, error, stall_after, stall_before };
  Kind kind = Kind::error;
  std::string error;      // of Kind::error
  int retry_after_s = 0;  // 0: no header
  int times = 1;
};

// What the bot did that people can see.
struct SlackHappening {
  std::string kind;  // open, topic, archive, post, edit, pin, unpin, ephemeral, file (its text is the name); of a
                     // private channel also invite and remove
  std::string channel_id, ts, text, to;
  Value blocks;
  bool in_thread = false;
};

class SlackCore {
 public:
  using Peer = std::uint64_t;
  struct Frame {
    Peer peer;
    std::string text;
    bool then_close = false;
  };

  explicit SlackCore(TimeMs now);
  void set_now(TimeMs now) { now_ = now; }

  // The Web API. `arguments`: form fields, nested values as JSON text. `token` without "Bearer ".
  SlackReply call(const std::string& method, std::map<std::string, std::string> arguments, const std::string& token);
  SlackReply upload(const std::string& file_id, std::string bytes);

  // Socket Mode.
  bool opens(const std::string& ticket);  // a ticket is good for one connection
  bool connected(Peer peer);              // false: the eleventh, to be closed after the frames
  void disconnected(Peer peer);
  void received(Peer peer, const std::string& text);  // acknowledgements
  std::vector<Frame> take_frames();
  void tick();                                      // delivers again what was not acknowledged in time
  void warn(Peer peer, const std::string& reason);  // warning, refresh_requested, link_disabled
  std::vector<Peer> peers() const;
  std::size_t unacknowledged() const { return pending_.size(); }

  // HTTP mode instead: what Slack posts to the app's Request URL, and what came back (0: nothing in time).
  struct Post {
    std::string envelope_id, body;
    std::map<std::string, std::string> headers;  // lower-case names
  };
  std::string signing_secret;  // empty: Socket Mode
  std::vector<Post> take_posts() { return std::exchange(posts_out_, {}); }
  void answered(const std::string& envelope_id, int status, const std::string& body = {});

  // What people do. The answer is the ts.
  DurationMs said_before = 0;  // what is said was said so long ago and arrives now
  std::string say(const std::string& user, const std::string& channel, const std::string& text,
                  const std::string& thread = {});
  std::string say_me(const std::string& user, const std::string& channel, const std::string& text);  // "/me …"
  // With a file: Slack keeps it, readable with the bot's token only. The answer is the ts. In a channel that is shared
  // with another organisation messages only name it, and `files.info` tells the rest.
  std::set<std::string> connected_channels;  // ids
  std::string share(const std::string& user, const std::string& channel, const std::string& text,
                    const std::string& name, const std::string& type, std::string bytes,
                    const std::string& kept_at = "https://files.slack.com/files-pri/T1-");
  // A file that Slack only names: `mode` is "tombstone", "hidden_by_limit" or "file_access". The answer is the ts.
  std::string share_without(const std::string& user, const std::string& channel, const std::string& mode);
  SlackReply download(const std::string& url, const std::string& token);
  bool choose(const std::string& user, const std::string& channel, const std::string& ts,
              const std::string& callback_id);                               // a shortcut in the menu of a message
  void change_group(const std::string& id, std::vector<std::string> users);  // who is in it from now on
  void say_last_again();  // the same event, as if it had not been acknowledged
  void edit(const std::string& channel, const std::string& ts, const std::string& text);
  void remove(const std::string& channel, const std::string& ts);
  void react(const std::string& user, const std::string& channel, const std::string& ts, const std::string& name,
             bool added = true);
  void pin(const std::string& user, const std::string& channel, const std::string& ts, bool added = true);
  bool press(const std::string& user, const std::string& channel, const std::string& ts, const std::string& value);
  void archive_by_hand(const std::string& user, const std::string& channel);
  void put_bot_out(const std::string& channel) { channels.at(channel).members.erase(bot_user); }
  void invite_bot(const std::string& user, const std::string& channel);  // a person does, by hand
  // A slash command, and a form that is sent; `values`: block id -> text or the value of an option. False: there is no
  // such view, or the modal would not let it be sent.
  void slash(const std::string& user, const std::string& channel, const std::string& command, const std::string& text);
  bool submit(const std::string& user, const std::string& view, const std::map<std::string, std::string>& values);
  const SlackView* view_of(const std::string& user) const;         // the newest that is open
  std::map<std::string, SlackView> views;                          // by id
  std::map<std::string, Value> view_errors;                        // by id: what the app said is wrong, field by field
  void unfurl(const std::string& channel, const std::string& ts);  // a link unfolds: message_changed without edit

  std::size_t reacted_shown = 50;           // people named of a reaction, unless asked for all; the count stays right
  void lose_events() { pending_.clear(); }  // none of them comes again
  void give_up_old();  // all that it could not deliver for long, where nothing newer waits behind it
  void deny_history(const std::string& channel) { denied_.insert(channel); }
  void fail_next(const std::string& method, SlackFault fault) { faults_[method].push_back(std::move(fault)); }
  bool deliver_twice = false;  // every event over two connections, or twice over one
  bool require_membership = true;
  std::string bot_token = "xoxb-test", app_token = "xapp-1-test";
  std::string granted_scopes;   // X-OAuth-Scopes
  DurationMs clock_is_off = 0;  // what the Date header is away from the truth
  bool link_disabled = false;
  std::string link_base = "ws://slack", upload_base = "http://slack";  // where the server can be reached

  std::map<std::string, SlackUser> users;
  std::map<std::string, SlackChannel> channels;
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> groups;  // id -> handle, users
  bool paid = true;                                                                // user groups are for paid plans
  std::map<std::string, std::string> files;                                        // id -> bytes
  std::vector<std::string> broken_rules;  // limits that the bot passed: a test wants none
  std::map<std::string, int> calls;       // method -> count
  SlackChannel* channel_named(const std::string& name);
  std::size_t listed_at_once = 2;  // channels on a page of conversations.list; Slack's own choice
  bool everybody_joins = false;    // people are members of every public channel that is made
  std::vector<SlackHappening> take_happenings() { return std::exchange(happenings_, {}); }

  static constexpr const char* bot_user = "UBOT";
  static constexpr const char* bot_id = "BBOT";

 private:
  using Arguments = std::map<std::string, std::string>;
  using Method = Value (SlackCore::*)(const Arguments&);
  static const std::map<std::string, Method>& methods();
  Value connections_open(const Arguments&);
  Value auth_test(const Arguments&);
  Value post_message(const Arguments&);
  Value post_ephemeral(const Arguments&);
  Value file_info(const Arguments&);
  Value update(const Arguments&);
  Value delete_message(const Arguments&);
  Value permalink(const Arguments&);
  Value create(const Arguments&);
  Value invite(const Arguments&);
  Value kick(const Arguments&);
  Value join(const Arguments&);
  Value open_direct(const Arguments&);
  Value set_topic(const Arguments&);
  Value set_purpose(const Arguments&);
  Value archive(const Arguments&);
  Value unarchive(const Arguments&);
  Value list_channels(const Arguments&);
  Value channel_info(const Arguments&);
  Value members(const Arguments&);
  Value history(const Arguments&);
  Value replies(const Arguments&);
  Value pins_add(const Arguments&);
  Value pins_remove(const Arguments&);
  Value pins_list(const Arguments&);
  Value reactions_get(const Arguments&);
  Value reactions_add(const Arguments&);
  Value share_publicly(const Arguments&);
  Value bookmarks_add(const Arguments&);
  Value bookmarks_edit(const Arguments&);
  Value bookmarks_list(const Arguments&);
  Value user_info(const Arguments&);
  Value user_by_email(const Arguments&);
  Value user_list(const Arguments&);
  Value upload_url(const Arguments&);
  Value upload_complete(const Arguments&);
  Value views_open(const Arguments&);
  Value usergroups(const Arguments&);
  Value usergroup_users(const Arguments&);
  std::string new_trigger(const std::string& user);
  void view_answered(const std::string& envelope_id, const Value& payload);

  std::string next_ts();
  std::string earlier_ts(DurationMs ago);
  bool hidden(const SlackChannel& channel) const;
  Value writable(const std::string& channel, SlackChannel*& found);  // an error value, or null
  void check_names(const std::string& method, const Arguments& arguments);
  void check_limits(const Arguments& a);
  bool too_fast(const std::string& channel);
  void emit(const std::string& type, Value payload);
  void emit_event(Value event);
  void send_envelope(std::size_t index);
  Value message_value(const SlackPost& post, bool full = false) const;
  Value channel_value(const SlackChannel& channel) const;

  struct Pending {
    std::string envelope_id, type;
    Value payload;
    int attempt = 0;
    TimeMs sent_ms = 0, made_ms = 0;
  };
  TimeMs now_;
  TimeMs last_ts_us_ = 0;
  std::uint64_t serial_ = 0;
  std::set<std::string> tickets_;
  struct Trigger {
    std::string user;
    TimeMs at = 0;
    bool used = false;
  };
  std::map<std::string, Trigger> triggers_;
  std::map<std::string, std::string> submissions_;  // envelope id -> view id
  std::vector<Peer> peers_;
  std::size_t turn_ = 0;
  std::vector<Pending> pending_;
  std::vector<Frame> frames_;
  std::vector<Post> posts_out_;
  void send_post(const Pending& pending);
  Value last_said_;  // payload
  Value next_files_;
  std::string next_subtype_;
  std::map<std::string, Value> shared_;  // file id -> the file object
  std::set<std::string> denied_;
  std::vector<SlackHappening> happenings_;
  std::map<std::string, std::deque<SlackFault>> faults_;
  std::map<std::string, std::deque<TimeMs>> posted_;                    // channel -> times of the last posts
  std::map<std::string, std::pair<std::string, std::size_t>> uploads_;  // file id -> name, length
};

}  // namespace muster::doubles
