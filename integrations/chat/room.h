// muster's own chat room: what is said, in memory. No sockets, no SQL. Loop thread only.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "integrations/chat/platform.h"

namespace muster {

struct RoomFile {
  std::string id;
  std::string name;
  std::int64_t size = 0;
  std::string sha256 = {};
};

struct RoomPost {
  std::string id;
  std::string channel;
  std::string thread;  // root post id; empty: in the channel itself
  std::string author;
  bool bot = false;
  std::string message;  // a card (to_value) as JSON text, a third of what its values take; empty for a person's text
  std::string text;     // what a person said
  TimeMs created_ms = 0;
  TimeMs edited_ms = 0;  // 0: never
  bool deleted = false;
  bool pinned = false;
  bool in_place = false;                                   // heard late: it stands where it was said, not at the end
  std::string private_to;                                  // only this person sees it; empty: all
  std::map<std::string, std::set<std::string>> reactions;  // emoji -> who
  std::vector<RoomFile> files;
};

struct RoomChannel {
  std::string name;  // "#inc-7"
  std::string title;
  std::string topic;
  bool archived = false;
  std::uint64_t opened = 0;  // order of opening
  TimeMs last_ms = 0;        // the newest post
  std::deque<RoomPost> posts;
  // Where each stands, by id: the first of `posts` has the number first_number. Everything that comes asks for one.
  std::map<std::string, std::uint64_t, std::less<>> numbers;
  std::uint64_t first_number = 0;
};

// Deliveries understood (destination "room:#channel"): open_channel {channel,title,topic}, topic {topic}, archive {},
// post {post_id,thread,message,private_to,at}, edit {post_id,message}, pin {post_id}, unpin {post_id},
// delete {post_id}, human_post {post_id,user,text,thread,at,files}, human_change {change,event,post_id,user,text,
// emoji,at}: an edit, delete, reaction or pin by a person. They are replayed after a restart. form {form,event,thread}
// opens a form before the person of private_to, now or never.
class Room final : public ChatPlatform {
 public:
  static constexpr std::size_t posts_max = 500;     // per channel; older ones live in the journal
  static constexpr std::size_t channels_max = 200;  // beyond it the oldest archived one goes
  static constexpr std::size_t text_bytes_max = 16'000;
  static constexpr std::size_t file_bytes_max = 4u << 20;       // one file: below what the server takes as a body
  static constexpr std::int64_t files_bytes_max = 512LL << 20;  // all files: the database stays a thing to copy
  // A person's action: `client_id` (optional) makes a repeated request the same event.
  struct Act {
    std::string user, channel, thread, post_id, text, emoji, client_id;
    std::vector<ChatFile> files = {};
    bool shows_forms = false;  // whoever acts sees a form that opens
  };
  using FormDone = std::function<void(Result<FormAnswer>)>;
  using Feed = std::function<void(const Value& event, std::string private_to)>;
  struct Change {
    std::uint64_t n = 0;
    std::string_view json;  // what a Feed gets, as text
    const std::string& private_to;
    const std::string& channel;  // it is about; empty: about none
    bool lasts = true;           // false: nobody who was away has to know ("typing")
    bool reset = false;          // other channels are shown from now on: read everything anew
  };
  using TextFeed = std::function<void(const Change& change)>;

  explicit Room(const Clock& clock);

  std::string name() const override { return "room"; }
  void deliver(const OutMessage& message, Done done) override;
  void on_event(Listener listener) override { listener_ = std::move(listener); }
  bool connected() const override { return true; }
  bool shows_what_is_stored() const override { return true; }

  // Each makes a ChatEvent for the listener. A message is shown when its human_post is delivered; the rest is
  // applied here as soon as the listener accepts.
  void say(std::string user, std::string channel, std::string thread, std::string text, Done done = {});
  void say(Act act, Done done);
  void press(Act act, Done done);  // text: the button's typed twin; kind button
  void send_form(Act act, std::map<std::string, std::string> fields, FormDone done);  // text: the form's command
  void edit(Act act, Done done);                                                      // own posts only
  void remove(Act act, Done done);
  void react(Act act, bool on, Done done);
  void pin(Act act, bool on, Done done);
  void typing(const std::string& user, const std::string& channel);  // seen, never stored

  // Who is shown which channel (without '#'); none: everybody all of them.
  using Gate = std::function<bool(const std::string& channel, const std::string& person)>;
  void set_gate(Gate gate) { gate_ = std::move(gate); }
  bool shows(std::string_view channel, const std::string& person) const;

  // How much the stored files hold; counted on from there.
  void set_file_bytes(std::int64_t bytes) { file_bytes_ = bytes; }
  const RoomFile* file(std::string_view id, const std::string& person) const;  // of a post that is still here

  // Shows a stored event again (after a restart, or on acceptance). Messages too: the same post_id is shown once.
  void apply(const ChatEvent& event);

  // {cursor, channels: [{name,title,topic,archived,opened,last_ms,posts:[…]}]}; what this person may see.
  Value snapshot(const std::string& person, std::size_t channel_limit, std::size_t post_limit) const;
  // Every change as {n, kind: channel|channel_gone|post|typing|form, …}; posts are whole, so the newest one wins.
  // Returns an id for unsubscribe.
  std::uint64_t subscribe(Feed feed);
  std::uint64_t subscribe_text(TextFeed feed);  // the same as JSON: printed once for all pages
  void unsubscribe(std::uint64_t id);
  std::uint64_t cursor() const { return cursor_; }  // n of the last change
  const RoomChannel* channel(std::string_view name) const;
  const RoomPost* post(std::string_view channel, std::string_view post_id) const;
  bool may_see(const std::string& person, std::string_view channel, std::string_view post_id) const;

 private:
  struct AnyFeed {
    Feed values;
    TextFeed text;
  };
  using Feeds = std::map<std::uint64_t, AnyFeed>;

  RoomChannel& open(const std::string& name);
  void make_space();
  static RoomPost& put(RoomChannel& channel, RoomPost post);
  RoomPost* find(const std::string& channel, std::string_view post_id);
  void add(RoomPost post);
  void publish_channel(const RoomChannel& channel);
  void publish_post(const RoomPost& post);
  void publish(Value event, const std::string& private_to);
  std::uint64_t add_feed(AnyFeed feed);
  Result<void> show(const OutMessage& message);
  void show_post(const OutMessage& message, const std::string& channel, bool human);
  void change_post(const OutMessage& message, const std::string& channel);
  void change_channel(const OutMessage& message, const std::string& channel);
  void change_by_person(RoomPost& post, const ChatEvent& event);
  bool first_time(const std::string& id);
  ChatEvent event(std::string kind, Act act);
  Said about(const std::string& channel, const std::string& post_id) const;
  void submit(ChatEvent event, Done done);
  Result<void> check_place(const Act& act) const;
  Result<void> check_post(const Act& act) const;
  Result<void> check_own(const Act& act) const;
  Result<void> check_files(const Act& act) const;

  const Clock& clock_;
  Listener listener_;
  Gate gate_;
  std::map<std::string, RoomChannel, std::less<>> channels_;
  std::shared_ptr<const Feeds> feeds_ = std::make_shared<Feeds>();  // never changed: made anew
  std::unordered_set<std::string> seen_;
  std::deque<const std::string*> seen_order_;  // of those in seen_, the oldest first
  std::string boot_;                           // ids of this process differ from those of the last one
  std::int64_t file_bytes_ = 0;
  std::uint64_t serial_ = 0, cursor_ = 0, opened_ = 0, next_feed_ = 1;
};

std::string room_channel_name(std::string_view name);  // "room:#inc-7", "#inc-7", "inc-7" -> "#inc-7"; empty when bad
Value to_value(const RoomPost& post);
void append_json(std::string& out, const RoomPost& post);  // the same as text
Value message_of(const RoomPost& post);                    // null for a person's text
Value to_value(const RoomChannel& channel);                // without posts

}  // namespace muster
