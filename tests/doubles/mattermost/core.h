// Mattermost as far as a bot sees it, without sockets: users, channels, posts, REST v4 and the websocket's frames with
// their numbers. Times come from a clock that is passed in. It answers as server 5.37 does unless the options say
// otherwise; what no vendor's client has confirmed is listed in docs/mattermost.md.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "integrations/net/http_server.h"

namespace muster::doubles {

struct MattermostOptions {
  std::string version = "5.37.0";
  bool newer_action_ids = false;  // newest servers allow _ and - in action ids
  bool bots_may_ephemeral = false;
  bool reliable = true;  // resume by connection_id
  bool verifies_addresses = false;
  int rate_per_second = 0;  // 0: off
  int rate_burst = 100;
  bool doubled_headers = false;  // VaryByUser: every rate header appears twice
  std::int64_t message_runes_max = 16'383;
  std::size_t remembered = 128;  // sent frames kept for a resume
  std::size_t unsent_max = 256;
};

struct MmUser {
  std::string id, username, email;
  bool is_bot = false, active = true;
  std::string roles = "system_user", remote_id = {};
};
// A dialog that is open before a person.
struct MmDialog {
  std::string id, user_id, channel_id, url;
  Value dialog;
  Value errors = {};  // what the integration said: errors per field, error about the whole
};
struct MmChannel {
  std::string id, team_id, name, display_name, header, purpose, creator_id, type = "O";
  TimeMs create_at = 0, update_at = 0, delete_at = 0, last_post_at = 0;
  std::set<std::string> members;
};
struct MmPost {
  std::string id, channel_id, user_id, root_id, message, type, pending_post_id;
  Value props = Value::Map{};
  std::vector<std::string> file_ids;
  Value file_infos = Value::List{};  // as the metadata shows them
  TimeMs create_at = 0, update_at = 0, edit_at = 0, delete_at = 0;
  bool pinned = false;
  std::map<std::string, std::set<std::string>> reactions;  // emoji -> user ids
};
struct MmCommand {  // a slash command of a team
  std::string id, token, team_id, creator_id, trigger, method, url;
  Value about = {};  // as it was registered: names, hints
};
struct MmFile {
  std::string id, name, channel_id, user_id, post_id, data;
};

// What a bot did, in order: what transcripts show.
struct MmHappening {
  std::string kind;     // open, header, archive, post, edit, delete, pin, unpin, ephemeral; of a private channel also
                        // invite and remove
  std::string channel;  // name
  std::string post_id, user_id, text, to;
  bool in_thread;
  Value props;
};

class MattermostCore {
 public:
  struct Wire {  // how frames leave; a connection is the server's number for it
    std::function<void(std::uint64_t connection, std::string text)> send;
    std::function<void(std::uint64_t connection)> cut;
  };
  // The integration's answer to a click: status, content type, body; status 0: nobody there.
  using Integration = std::function<HttpResponse(const std::string& url, const std::string& body)>;

  explicit MattermostCore(const Clock& clock, MattermostOptions options = {});
  void connect_wire(Wire wire) { wire_ = std::move(wire); }
  void set_integration(Integration integration) { integration_ = std::move(integration); }

  // Setting up.
  std::string add_team(const std::string& name);
  std::string add_user(const std::string& username, bool is_bot = false, const std::string& email = {});
  std::string add_token(const std::string& user_id);
  void join_team(const std::string& team_id, const std::string& user_id);
  std::string add_channel(const std::string& team_id, const std::string& name, const std::string& type = "O");
  void set_header(const std::string& channel_id, const std::string& header) {
    channels_.at(channel_id).header = header;
  }
  void join(const std::string& channel_id, const std::string& user_id);
  void leave(const std::string& channel_id, const std::string& user_id);

  // People at work. Each returns the post's id.
  DurationMs said_before = 0;  // what is said was said so long ago and arrives now
  std::string say(const std::string& user_id, const std::string& channel_id, const std::string& text,
                  const std::string& root_id = {}, Value props = Value::Map{}, const std::string& type = {});
  void edit(const std::string& post_id, const std::string& text);
  void remove(const std::string& post_id, bool by_bot = false);
  void react(const std::string& user_id, const std::string& post_id, const std::string& emoji, bool on = true);
  void pin(const std::string& post_id, bool on = true);
  void archive(const std::string& channel_id);
  void restore(const std::string& channel_id) { channels_.at(channel_id).delete_at = 0; }
  void convert(const std::string& channel_id);  // a public channel becomes private
  void deactivate(const std::string& user_id) { users_.at(user_id).active = false; }
  HttpResponse click(const std::string& user_id, const std::string& post_id, const std::string& action_id);
  // A group of the server, a licensed feature: without one there is no license.
  std::string add_group(const std::string& name, std::vector<std::string> users);
  MmUser& user(const std::string& id) { return users_.at(id); }
  const MmUser& user(const std::string& id) const { return users_.at(id); }
  // A form: what the server posts to the integration when it is sent, and what the integration answers.
  const MmDialog* dialog_of(const std::string& user_id) const;  // the newest that is open
  Value submission(const std::string& dialog_id, const std::map<std::string, std::string>& values) const;
  void dialog_answered(const std::string& dialog_id, const HttpResponse& answer);
  void deliver_again(const std::string& post_id);  // the same post in a second frame

  // The doors.
  HttpResponse request(const HttpRequest& request);
  HttpResponse upgrade(const HttpRequest& request);
  void opened(std::uint64_t connection, const HttpRequest& request);
  void text(std::uint64_t connection, const std::string& text);
  void closed(std::uint64_t connection);
  void tick();  // cuts connections that did not log in within five seconds

  // Faults.
  void revoke(const std::string& token) { tokens_.erase(token); }  // open websockets go on
  void cut_all();                                                  // TCP gone everywhere
  void forget_connections() { lost_.clear(); }                     // the five-minute sweep
  void skip_frames(int n) { skip_ = n; }                           // the next frames get lost on the way
  // Asked before a request is handled: an answer stands for the server's (status 0: the connection ends).
  std::function<std::optional<HttpResponse>(const HttpRequest&)> fault_before;
  std::function<std::optional<HttpResponse>(const HttpRequest&)> fault_after;  // done, but the answer is another

  const MmChannel* channel_named(const std::string& name) const;
  const MmChannel* channel(const std::string& id) const;
  const MmUser* user_named(const std::string& name) const;
  const MmPost* post(const std::string& id) const;
  const MmFile* file(const std::string& id) const;
  // What a button stands for: clients, the bot included, never see it.
  Value integration(const std::string& post_id, const std::string& action_id) const {
    const auto it = integrations_.find(post_id + "/" + action_id);
    return it == integrations_.end() ? Value() : it->second;
  }
  std::string say_with_file(const std::string& user_id, const std::string& channel_id, const std::string& text,
                            const std::string& name, const std::string& type, std::string data);
  std::vector<const MmPost*> posts_in(const std::string& channel_id) const;  // oldest first
  std::vector<const MmPost*> all_posts() const;                              // of all channels, oldest first
  std::vector<MmHappening> take_happenings() { return std::exchange(happenings_, {}); }
  std::size_t connections() const { return live_.size(); }
  std::uint64_t requests = 0;
  DurationMs clock_is_off = 0;         // what the Date header is away from the truth
  std::set<std::string> rights_taken;  // permissions that an administrator took from every role

  // The answer to a press, also one that came later than the call that asked for it.
  void told_presser(const std::string& post_id, const std::string& user_id, const Value& answer);

 private:
  friend struct MattermostRoutes;
  struct Session {  // of one websocket connection_id; outlives a lost TCP connection
    std::string id, user_id;
    std::int64_t next_seq = 0, sent_up_to = 0;
    std::deque<std::pair<std::int64_t, std::string>> frames;  // the remembered and the unsent
    bool reliable = false;
  };
  struct Live {
    Session session;
    bool logged_in = false;
    TimeMs opened_ms = 0;
  };
  std::string new_id(char kind);
  TimeMs now();  // strictly increasing, as posts need it
  const MmUser* user_of(const HttpRequest& request) const;
  bool member(const std::string& channel_id, const std::string& user_id) const;
  void system_post(const MmChannel& channel, const std::string& user_id, const std::string& type,
                   const std::string& text);
  std::string store_post(MmPost post);
  void note(std::string kind, const MmPost& post);
  void note_channel(std::string kind, const MmChannel& channel, const std::string& text, const std::string& user_id);

  void to_channel(const std::string& event, Value data, const MmChannel& channel);
  void to_user(const std::string& event, Value data, const std::string& user_id, const std::string& channel_id = {});
  void frame(Session& session, std::uint64_t connection, const std::string& event, const Value& data,
             const Value& broadcast);
  void broadcast(const std::string& event, const Value& data, const Value& where,
                 const std::function<bool(const std::string& user_id)>& wanted);
  void hello(std::uint64_t connection, Live& live);
  bool resume(std::uint64_t connection, Live& live, const HttpRequest& request);
  std::string new_trigger(const std::string& user_id, const std::string& channel_id);
  HttpResponse open_dialog(const Value& body);
  HttpResponse command_answered(const HttpResponse& answer, const MmUser& user, const MmChannel& channel,
                                const std::string& trigger_id);
  void show_answer(const Value& said, const std::string& user_id, const std::string& channel_id);
  HttpResponse response_url(const std::string& id, const std::string& body);
  HttpResponse submit_dialog(const Value& body, const MmUser& user);
  void posted(const MmPost& post);
  void post_edited(const MmPost& post);

  const Clock& clock_;
  MattermostOptions options_;
  Wire wire_;
  Integration integration_;
  std::uint64_t serial_ = 0;
  TimeMs last_ms_ = 0;
  std::map<std::string, std::string> teams_;  // id -> name
  std::map<std::string, std::set<std::string>> team_members_;
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> groups_;  // id -> name, users
  HttpResponse groups(const std::vector<std::string>& at, const std::string& wanted) const;
  std::map<std::string, MmUser> users_;
  std::map<std::string, std::string> tokens_;  // token -> user id
  std::map<std::string, MmChannel> channels_;
  std::map<std::string, MmPost> posts_;
  std::vector<std::string> order_;  // post ids by creation
  std::map<std::string, MmFile> files_;
  std::map<std::uint64_t, Live> live_;
  std::map<std::string, Session> lost_;
  std::map<std::string, std::pair<TimeMs, std::string>> pending_;  // pending_post_id -> post
  struct Trigger {
    std::string user_id, channel_id;
    TimeMs at = 0;
  };
  std::map<std::string, Trigger> triggers_;
  std::map<std::string, MmDialog> dialogs_;
  std::map<std::string, MmCommand> commands_;
  struct ResponseUrl {
    std::string channel_id, user_id;
    TimeMs at = 0;
    int uses = 0;
  };
  std::map<std::string, ResponseUrl> response_urls_;
  std::map<std::string, Value> integrations_;  // post id + action id -> integration
  std::vector<MmHappening> happenings_;
  double rate_tokens_ = 0;
  TimeMs rate_at_ = 0;
  int skip_ = 0;
};

// JSON as the API shows it.
Value to_value(const MmUser& user);
Value to_value(const MmChannel& channel);
Value to_value(const MmPost& post);

}  // namespace muster::doubles
