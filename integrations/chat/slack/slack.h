// Slack as a chat platform: Socket Mode in, Web API out, history read after a loss. Loop thread only.
// Deliveries are those of the room (room.h) with destination "slack:#channel".
#pragma once
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/core/chat/message.h"
#include "integrations/chat/deliveries.h"
#include "integrations/chat/file_copies.h"
#include "integrations/chat/hearing_gap.h"
#include "integrations/chat/in_order.h"
#include "integrations/chat/outside.h"
#include "integrations/chat/platform.h"
#include "integrations/chat/read_marks.h"
#include "integrations/chat/slack/config.h"
#include "integrations/chat/slack/connections.h"
#include "integrations/chat/slack/foreseen.h"
#include "integrations/chat/slack/gathered.h"
#include "integrations/chat/slack/incoming.h"
#include "integrations/chat/slack/web_api.h"
#include "integrations/net/http_server.h"

namespace muster {

class Slack final : public ChatPlatform {
 public:
  using Outside = ChatOutside;
  static constexpr std::size_t inbound_max = 10'000;  // events that wait for a look-up; beyond: not acknowledged
  static constexpr std::size_t stored_max = 20'000;   // event ids remembered, some hours of a busy workspace
  // What is said in a channel whose history is still being read waits for it where it is passed on: no longer and no
  // more than this. What is said late is marked so after a minute anyway.
  static constexpr DurationMs copies_wait_ms = minute_ms;
  static constexpr std::size_t copies_max = 5'000, copies_bytes_max = 4u << 20;
  // What is read of a channel's gap is handed over when all of it is read, or at one of these. The time is short
  // because a command in it must not get too old to be run.
  static constexpr GatheredMost gathered_most = {.items = 3'000, .bytes = 4u << 20, .ms = 20 * second_ms};

  Slack(SlackConfig config, Outside outside);
  ~Slack() override;
  void start();

  std::string name() const override { return config_.name; }
  void deliver(const OutMessage& message, Done done) override {
    if (message.kind == "fetch_files") return copies_.fetch(message, std::move(done));
    if (message.kind == "form") return open_form(message, std::move(done));
    deliveries_.take(message, std::move(done));
  }
  void foresee(OutMessage message) override;
  void on_event(Listener listener) override { listener_ = std::move(listener); }
  bool connected() const override { return ready_ && (over_http() || connections_.ready()); }
  ChatHealth health() const override;
  void members_of(const std::string& group, Members done) override;
  void self_check(ChatChecksDone done) override;
  bool reads_before(const std::string& channel, const CopiesWaiting& copies) override;
  bool over_http() const { return !config_.signing_secret.empty(); }
  // HTTP mode: what Slack posts to us, signed. The reply comes when it is stored.
  void request(const HttpRequest& request, const HttpReply& reply);

 private:
  using Job = BudgetQueue::Job;
  using Op = Delivery;
  using OpPtr = DeliveryPtr;
  using Then = std::function<void(const SlackAnswer&)>;
  using WithId = std::function<void(const std::string& id)>;
  struct User {
    std::string name;
    bool is_bot = false;
    std::string standing;  // guest, outsider; empty: a full member
    std::string email;     // verified; empty unless the configuration lets addresses join accounts
    TimeMs asked_ms = 0;
  };
  struct Channel {
    std::string name, topic;
    bool direct = false;
    bool open = false;    // everybody of the workspace may read it
    bool closed = false;  // of others: we neither read it nor speak there
  };
  struct Acknowledgement {
    int slot = 0;
    std::uint64_t socket = 0;  // the connection that delivered; another one may have its slot by now
    std::string envelope_id;
    // HTTP mode: the answer to the request that brought it, with JSON or nothing.
    std::function<void(const std::string& json)> reply = {};
  };
  struct Inbound {
    SlackEvent event;
    bool caught_up = false;
    std::string about_channel = {}, about_ts = {};  // the message it is about, where that has to be read
    bool asked = false;
    Value about = {};
    bool of_record = false;  // what the record has does not stand any more: `by` undid it, `whose` wrote it
    std::string by = {}, whose = {};
    std::string asked_from = {};  // a place where we cannot answer: what it is about stands there
  };

  struct Trigger {
    std::string id, channel;
    TimeMs at = 0;
  };
  struct Sought {  // a channel that is looked for by its name
    OpPtr op;
    WithId then;
    bool from_start;  // since the first page of the listing under way
  };
  enum class Listing { none, first, further };  // whether its first page has come

  // life.cpp: who we are, and the connections
  void check();
  void checked(const SlackAnswer& answer, const std::string& scopes);
  void doubt_token();
  void become_ready();
  void trouble(const std::string& code, const std::string& detail, bool lasting);
  void tick();
  void carry_out(const std::vector<SlackStep>& steps);
  void ask_url();
  void open_socket(int slot, const std::string& url);
  void socket_closed(int slot, std::uint64_t socket, const WebSocketEnd& end);
  void frame(int slot, std::uint64_t socket, const std::string& text);
  void count_connections(std::int64_t open);
  void look_who_shares();
  ChatCheck shared() const;

  // outgoing.cpp
  void run(const OpPtr& op);
  void call(const OpPtr& op, const std::string& method, const Value& arguments, Then then);
  void call_made(const OpPtr& op, const std::string& method, HttpCall made, Then then);
  void refused(const OpPtr& op, const SlackAnswer& answer);
  bool say_plainly(const OpPtr& op, const std::string& method, const SlackAnswer& answer);
  void finish(const OpPtr& op, Result<void> result) { deliveries_.finish(op, std::move(result)); }
  HttpCall method_call(const std::string& method, const Value& arguments, const std::string& token) const;
  void post(const OpPtr& op, const std::string& channel_id);
  void send_post(const OpPtr& op, const std::string& channel_id);
  ForeseenPost made_post(const Op& op, const std::string& channel_id, const std::string& thread) const;
  void posted(const OpPtr& op, const std::string& channel_id, const std::string& ts, std::deque<Attachment> files);
  void look_for_post(const OpPtr& op, const std::string& channel_id, const std::string& cursor);
  void post_private(const OpPtr& op, const std::string& channel_id);
  void post_direct(const OpPtr& op, const std::string& user_id);
  void change_post(const OpPtr& op, const std::string& channel_id);
  void upload(const OpPtr& op, const std::string& channel_id, const std::string& thread, std::deque<Attachment> files);
  void name_called(const Value& calls, Value& arguments) const;
  Value post_arguments(const Op& op, std::deque<Attachment>* files) const;  // files: what goes along, unless null

  // channels.cpp
  void with_channel(const OpPtr& op, WithId then);
  void remember_channel(const std::string& ours, const std::string& id);
  std::string wanted_name(const std::string& ours) const;  // as the configuration calls it there; empty: as we do
  void find_channel(const OpPtr& op, WithId then);
  void list_channels(const std::string& cursor);
  void not_listed(const SlackAnswer& answer);
  // Null: it is not among them.
  Value channel_for(const std::string& ours, const Value& channels, bool only_own) const;
  void take_channel(const OpPtr& op, const Value& found, WithId then);
  void make_channel(const OpPtr& op, int attempt, WithId then);
  void open_channel(const OpPtr& op);
  void set_topic(const OpPtr& op, const std::string& id);
  void archive(const OpPtr& op, const std::string& id);
  void reopen(const OpPtr& op, const std::string& id);
  void invite(const OpPtr& op, const std::string& id);
  void remove(const OpPtr& op, const std::string& id, std::size_t n);
  bool invite_group(const OpPtr& op, const std::string& id);  // false: there is none among the people
  void bookmark(const OpPtr& op, const std::string& id);
  void next_bookmark(const OpPtr& op, const std::string& id, const Value& there, std::size_t n);
  std::string user_id_of(const std::string& person) const;  // empty: no handle
  std::string channel_name(const std::string& id);

  // hearing.cpp
  void envelope(const Acknowledgement& from, const SlackFrame& frame);
  void found_archived(const std::string& channel_id);
  bool was_kept_current(const std::string& ts) const;
  void notice(const SlackNotice& notice);
  void acknowledge(const Acknowledgement& to, const std::string& answer = {});
  void enqueue(Inbound in, const Acknowledgement* from);
  void pump();
  bool known(Inbound& in);
  bool known_channel(const std::string& id);
  bool can_be_answered(Inbound& in);
  void answer_directly(const std::string& channel_id);
  void look_up(const std::string& method, const Value& arguments, Then found, bool urgent = true);
  void look_up_patiently(const std::string& method, const Value& arguments, Then found);
  void ask(const std::string& method, const Value& arguments, Then found, bool urgent, bool patient);
  void hand_over(const Inbound& in);
  void stored(const std::string& id, const std::string& channel_id, const std::string& ts);
  void not_stored(const std::string& id);
  void settled(const std::string& channel_id, bool caught_up);
  bool is_unread(const std::string& channel_id) const;
  bool is_overtaken(const Inbound& in, const ChatEvent& said);
  void answered(const std::string& id, const std::string& answer);
  std::string person(const std::string& user_id) const;
  std::string readable(const std::string& text) const;
  void save_marks();
  void catch_up(const std::string& cursor);
  void catch_up_direct(const std::string& cursor);
  void catch_up_next();
  void to_be_read(const std::string& channel_id);
  void one_less_unread(const std::string& channel_id);
  void covered();
  void catch_up_page(const std::string& channel_id, const std::string& cursor);
  void caught_up_messages(const std::string& channel_id, const SlackAnswer& answer);
  void caught_up_message(const std::string& channel_id, const Value& message);
  void catch_up_threads(const std::string& channel_id);
  void catch_up_older(const std::string& channel_id, const std::string& cursor, int pages);
  void caught_up_marks(const std::string& channel_id, const Value& message);
  void caught_up_edit(const std::string& channel_id, const Value& message);
  void gather(const std::string& ts, Inbound in);
  void hand_over_gathered();
  void caught_up_channel(const std::string& channel_id);
  void cannot_read(const std::string& channel_id, const SlackAnswer& answer);
  void catch_up_thread(const std::string& channel, const std::string& root, const std::string& cursor);

  void catch_up_one(const std::string& channel_id);

  // standing.cpp
  void begin_checks(const std::string& channel_id);
  void check_seen(const std::string& channel_id, const Value& message);
  void check_marks(const std::string& channel_id);
  void compare_pins(const std::string& channel_id, const Value& items);
  void check_pins(const std::string& channel_id);
  void check_next_mark(const std::string& channel_id);
  void compare_reactions(const std::string& channel_id, const FiledMessage& m, const Value& reactions);
  std::optional<bool> stands(const Value& reactions, const FiledMessage::Reaction& set) const;
  void recall(const std::string& kind, const std::string& channel_id, const FiledMessage& m, const std::string& person,
              const std::string& emoji);
  static ChatEvent recalled(ChatEvent event, const Inbound& in);
  void marks_checked(const std::string& channel_id);
  void check_next_kept(const std::string& channel_id);
  void tell_gone(const std::string& channel_id, const std::string& ts);
  void read_through(const std::string& channel_id);

  // forms.cpp
  bool keep_trigger(const SlackEvent& event);
  void open_form(const OutMessage& message, Done done);
  void form_as_text(OutMessage message, Done done);
  void count_submission(ChatEvent& event) const;
  std::string form_answered(const std::string& id, const Inbound& in, const FormAnswer& answer);

  // people.cpp
  bool known_user(const std::string& id);
  User user_of(const std::string& id, const Value& user, bool shown_to_us) const;
  void tell_standing(const std::string& id);
  void list_people(const std::string& cursor);

  // recording.cpp
  void find_about(Inbound& in) const;
  bool known_about(Inbound& in);
  void fetch_message(const std::string& method, const std::string& channel, const std::string& ts,
                     const std::function<void(const Value&)>& then);
  std::string permalink(const std::string& channel, const std::string& ts, const std::string& thread) const;
  static std::vector<SaidFile> files_of(const Value& files);
  Said said_of(const std::string& channel, const Value& message);
  void fill_about(ChatEvent& event, const Inbound& in);
  bool is_slacks(const std::string& url) const;
  void know_file(const Value& file, const std::function<void(const Value&)>& known);  // asks where only its id came
  std::expected<HttpCall, CoverageNote> file_call(const Value& file) const;
  static CoverageNote not_the_file(const HttpResult& answer, const SaidFile& file);
  void gap_began();
  void state_coverage(const std::string& channel_id, std::vector<CoverageNote> beside);

  SlackConfig config_;
  Outside out_;
  BudgetQueue queue_;
  Deliveries deliveries_;
  ForeseenPosts foreseen_;
  std::size_t channels_learned_ = 0;
  FileCopies copies_;
  HearingGap gap_;
  ReadMarks marks_;
  SlackConnections connections_;
  std::array<std::unique_ptr<WebSocket>, 2> sockets_;
  std::array<std::uint64_t, 2> socket_ids_{};
  std::uint64_t last_socket_ = 0;
  Listener listener_;

  bool ready_ = false;  // the Web API works and we know who we are
  bool checking_ = false;
  SlackSelf self_;
  std::string my_name_, team_name_, problem_, next_step_;
  ChatCheck trouble_;  // what problem_ says, where it is of the catalogue
  BackoffLimits backoff_{.first = second_ms, .most = minute_ms, .stable = minute_ms};
  int check_failures_ = 0;
  TimeMs last_signed_ms_ = 0;  // HTTP mode: when Slack last posted something
  std::uint64_t timer_ = 0, check_timer_ = 0, reconnects_ = 0, caught_up_ = 0, said_plainly_ = 0;

  // Connections of this app that are not ours: another process takes a part of the events. Slack counts one that broke
  // off for a while longer, so a number is believed only when none of ours has ended lately, and looked at again.
  static constexpr DurationMs share_settled_ms = 2 * minute_ms, share_doubt_ms = 3 * minute_ms;
  std::int64_t others_ = 0;
  TimeMs socket_ended_ms_ = 0, share_look_ms_ = 0;  // the last of ours; when to look again, 0: not

  std::map<std::string, std::string> topics_;  // channel id -> topic
  std::vector<Sought> sought_;
  Listing listing_ = Listing::none;

  std::set<std::string> found_archived_;  // channels, and told of
  std::map<std::string, User> users_;
  std::map<std::string, Channel> channels_;
  InOrder<Inbound> inbound_;
  bool catching_up_ = false, again_ = false;
  std::size_t unsettled_ = 0;                       // of what was read: not on disk yet
  std::map<std::string, std::string> lines_ahead_;  // channel id -> ts of the newest line for us heard in a gap
  bool all_unread_ = true;                          // nobody has said yet which channels are to be read
  // Channels whose messages of the gap are not all on disk: how many are known of, and one more while it is read.
  std::map<std::string, int> unread_;
  std::map<std::string, TimeMs> passed_on_;  // those that others got words of out of order, since when
  std::uint64_t again_timer_ = 0;            // something could not be stored
  std::map<std::string, Trigger> triggers_;  // event id -> what lets a form open
  std::map<std::string, int> submissions_;   // of a form, the same values: how often they were refused
  std::map<std::string, std::vector<Acknowledgement>> waiting_;  // event id -> who waits for its commit
  std::set<std::string> stored_;
  std::deque<std::string> stored_order_;
  std::deque<std::string> to_catch_up_;
  std::size_t first_to_catch_up_ = 0;                        // how many at its front are of incidents
  std::deque<std::pair<std::string, std::string>> threads_;  // channel id, root: to be read
  TimeMs marks_saved_ms_ = 0;
  std::string site_url_;  // https://acme.slack.com/
  int found_ = 0;         // messages of the channel that is read again
  Gathered<Inbound> gathered_{gathered_most};
  std::string handed_to_;            // ts of the newest message of its gap that was handed over
  int disordered_ = 0;               // messages of its gap that came after later ones
  std::string gap_cursor_;           // its newest message before the gap
  std::string gap_key_;              // makes what was found in this gap known from what an earlier one brought
  std::vector<CoverageNote> blind_;  // why something of it is missing
  // What the record has of it, by ts: how marks stand is seen on the messages that are read, and asked for the others.
  std::map<std::string, FiledMessage> filed_, unchecked_;
  std::deque<std::string> to_check_;  // ts
  bool recorded_ = false;             // it is an incident's
  std::set<std::string> kept_;        // posts of ours that are kept current, ts, as far as they were not seen
  int doubtful_ = 0;                  // messages with a mark of which nobody knows whose it is
  std::vector<CoverageNote> unseen_;  // what could not be looked at
  std::set<std::string> rejoined_;    // channels that we were put out of and are in again: unheard since their mark
};

// A call of the Web API, ready to be sent.
HttpCall slack_call(const SlackConfig& config, const std::string& method, const Value& arguments,
                    const std::string& token);

// The sentence and the next step for a code of Slack's that a person must act on.
struct SlackAdvice {
  ChatCheck check;                 // the same in the catalogue's words
  std::string problem, next_step;  // in English
};
SlackAdvice slack_advice(const std::string& code, const std::string& detail, const SlackConfig& config);

// "inc-7-Zähler" -> what Slack takes: [a-z0-9_-], at most 80; never empty.
std::string slack_channel_name(const std::string& ours, int attempt = 1);

bool is_slack_ts(const std::string& text);  // "1700000000.000100"
// What a delivery uses up: its method's rate, a post its channel's too.
std::vector<std::string> slack_buckets(const OutMessage& message, const std::string& channel);

// Text as a person reads it: entities decoded, tags replaced. `user` answers the name for an id, or empty.
std::string slack_readable(std::string_view text, const std::function<std::string(const std::string& id)>& user);

}  // namespace muster
