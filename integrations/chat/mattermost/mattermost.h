// Mattermost as a chat platform: websocket in, REST v4 out, catch-up over REST after a loss. Loop thread only.
// Deliveries are those of the room (room.h) with destination "mattermost:#channel".
#pragma once
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
#include "integrations/chat/mattermost/account.h"
#include "integrations/chat/mattermost/api.h"
#include "integrations/chat/mattermost/config.h"
#include "integrations/chat/mattermost/gateway.h"
#include "integrations/chat/outside.h"
#include "integrations/chat/platform.h"
#include "integrations/chat/read_marks.h"
#include "integrations/net/http_server.h"

namespace muster {

class Mattermost final : public ChatPlatform {
 public:
  using Outside = ChatOutside;
  static constexpr std::size_t inbound_max = 10'000;  // events waiting for a look-up; beyond: read again over REST
  static constexpr std::size_t seen_max = 20'000;     // event ids remembered

  Mattermost(MattermostConfig config, Outside outside);
  ~Mattermost() override;
  void start();

  std::string name() const override { return config_.name; }
  void deliver(const OutMessage& message, Done done) override {
    if (message.kind == "fetch_files") return copies_.fetch(message, std::move(done));
    if (message.kind == "form") return open_form(message, std::move(done));
    deliveries_.take(message, std::move(done));
  }
  void on_event(Listener listener) override { listener_ = std::move(listener); }
  bool connected() const override { return ready_ && gateway_.live(); }
  ChatHealth health() const override;
  void members_of(const std::string& group, Members done) override;
  void self_check(ChatChecksDone done) override;  // with the way back for buttons, tried through a post to itself
  // A button was pressed: what Mattermost posts to the callback URL. The reply comes when the press is stored.
  void click(const std::string& body, const std::function<void(HttpResponse)>& reply);
  // The slash command was typed. The reply comes when the line is stored.
  void slash(const HttpRequest& request, const std::function<void(HttpResponse)>& reply);

 private:
  using Job = BudgetQueue::Job;
  using Post = mattermost::Post;
  using Answer = mattermost::Answer;
  using Op = Delivery;
  using OpPtr = DeliveryPtr;
  using Then = std::function<void(const Answer&)>;
  using WithId = std::function<void(const std::string& id)>;
  struct User {
    std::string name;
    bool is_bot = false;
    std::string standing = {};  // guest, outsider; empty: a full member
    std::string email = {};     // verified; empty unless the configuration lets addresses join accounts
  };
  struct Channel {
    std::string name, type, header;
  };
  struct Inbound {
    std::string kind;  // message, edit, delete, reaction, unreaction, pin, unpin
    Post post;
    std::string user_id, emoji, id;
    TimeMs at = 0;
    Done stored = {};
    std::string by = {};     // of a deletion: who did it, when the server says so
    std::string about = {};  // the post it is about, where that has to be read
    bool asked = false;
    bool is_read_later = false;  // found when the changes were read, not heard
    Post meant = {};             // that post
    std::string trigger = {};    // of a button: lets a form open
    std::map<std::string, std::string> form = {};
    std::shared_ptr<FormAnswer> answer = {};
    std::shared_ptr<Message> told = {};  // of a click: before the person alone
    // Of a coverage statement.
    TimeMs from = 0;
    int found = 0;
    bool complete = true;
    std::vector<CoverageNote> notes = {};
    std::string undone_by = {};  // a person of the record whose reaction does not stand any more
    std::string of_record = {};  // the name that the record has for the post
  };

  struct Trigger {
    std::string id, user, channel;
    TimeMs at = 0;
  };

  // life.cpp: who we are, where, and the websocket
  void check();
  void checked_me(const Answer& answer);
  void checked_teams(const Answer& answer);
  void checked_config(const Answer& answer);
  void know_channels(const Answer& answer);
  void become_ready();
  std::string setting(const char* variable, const char* key) const;  // what a person must look at
  void trouble(const mattermost::Trouble& trouble);
  void open_socket();
  void socket_opened();
  void socket_closed(const WebSocketEnd& end);
  void carry_out(mattermost::GatewayActions actions);
  void reconnect(const std::string& why);
  void tick();

  // outgoing.cpp
  void run(const OpPtr& op);
  void call(const OpPtr& op, HttpCall call, Then then);
  void refused(const OpPtr& op, const Answer& answer);
  void finish(const OpPtr& op, Result<void> result) { deliveries_.finish(op, std::move(result)); }
  void with_channel(const OpPtr& op, WithId then);
  void remember_channel(const std::string& ours, const std::string& id);
  std::string wanted_name(const std::string& ours) const;  // as the configuration calls it there; empty: as we do
  void find_channel(const OpPtr& op, WithId then);
  void make_channel(const OpPtr& op, int attempt, WithId then);
  void take_channel(const OpPtr& op, const Value& found, int attempt, WithId then);
  void open_channel(const OpPtr& op);
  void set_topic(const OpPtr& op, const std::string& id);
  void archive(const OpPtr& op, const std::string& id);
  void reopen(const OpPtr& op, const std::string& id);
  void invite(const OpPtr& op, const std::string& id, std::size_t n);
  void remove(const OpPtr& op, const std::string& id, std::size_t n);
  bool invite_group(const OpPtr& op, const std::string& id, std::size_t n);  // false: that one is a person
  std::string header_of(const Op& op) const;                                 // the topic and the links behind it
  void post(const OpPtr& op, const std::string& channel_id);
  void upload(const OpPtr& op, const std::string& channel_id, std::deque<Attachment> files,
              std::vector<std::string> uploaded);
  void send_post(const OpPtr& op, const std::string& channel_id, const std::vector<std::string>& files);
  void post_private(const OpPtr& op, const std::string& channel_id);
  void post_direct(const OpPtr& op, const std::string& user_id);
  void change_post(const OpPtr& op);
  void look_if_gone(const OpPtr& op, const std::string& post_id);
  Value post_body(const Op& op, const std::string& text) const;
  Value attachments(const Op& op) const;  // buttons.cpp; null: none
  std::string seal(const std::string& channel_id, const std::string& command, TimeMs until) const;
  std::function<std::string(std::string_view ours)> channel_link() const;
  std::string text_of(const Op& op) const;
  std::string told_text(const Message& told) const;
  std::string user_name(const std::string& person) const;  // empty: no name is known
  void check_callback(ChatChecks found, ChatChecksDone done);
  void send(HttpCall call, Then then);

  // dialogs.cpp
  std::string seal_form(const Value& state) const;
  void keep_trigger(const Inbound& in, ChatEvent& event);
  void open_form(const OutMessage& message, Done done);
  void form_as_text(OutMessage message, Done done);
  void submitted(const Value& submission, const std::function<void(HttpResponse)>& reply);

  // groups.cpp
  void member_pages(const std::string& group, const std::string& path, const Members& done);

  std::string press_id(const std::string& what);

  // slash.cpp
  bool is_command_token(const std::string& token);
  void slash_line(Inbound in);
  void slash_join(const Inbound& in);

  // incoming.cpp
  void event(const mattermost::GatewayEvent& e);
  void post_event(const std::string& name, const Value& data);
  void take_post(const Post& post, TimeMs messages_after);
  void replies_gone(const Post& root);
  void reaction_event(const mattermost::GatewayEvent& e);
  void enqueue(Inbound in);
  void enqueue_found(Inbound in);
  void drop_waiting();
  void pump();
  bool known(Inbound& in);
  bool known_user(const std::string& id);
  User user_of(const Answer& answer) const;
  bool known_channel(const std::string& id);
  void look_up(const std::string& path, std::function<void(const Answer&)> found);
  void look_up_patiently(const std::string& path, std::function<void(const Answer&)> found);
  void ask(const std::string& path, bool again, std::function<void(const Answer&)> found, bool patient = false);
  void hand_over(const Inbound& in);
  std::string channel_name(const std::string& id);
  void catch_up();
  void catch_up_channels(const Answer& answer);
  void catch_up_pages(const std::string& channel_id, const mattermost::Answer& so_far, int page);
  void catch_up_one(const std::string& channel_id);
  void archived_event(const Value& data);
  void found_archived(const std::string& channel_id);
  void ours_gone(const mattermost::Post& post);
  void catch_up_next();
  void caught_up_posts(const std::string& channel_id, const Answer& answer);
  void remember(const std::string& channel_id, TimeMs update_at);
  void begin_at(const std::string& channel_id, TimeMs at);
  bool was_pinned(const std::string& post_id) const;  // also by an earlier process
  void pin_stored(const Inbound& in, bool stored);
  void save_marks();

  // recording.cpp
  std::string post_about(const Inbound& in) const;
  bool known_about(Inbound& in);
  void fill_about(ChatEvent& event, const Inbound& in);
  Said said_of(const Post& post);
  std::string person(const std::string& user_id) const;
  // The language of an account. `called`: what the request names it, where the server was not asked yet.
  std::string reads(const std::string& user_id, const std::string& called = {}) const;
  std::string permalink(const std::string& post_id) const;
  std::expected<HttpCall, CoverageNote> file_call(const Value& file) const;
  void check_marks(const std::string& channel_id, const mattermost::Answer& answer, bool whole);
  std::string id_there(const std::string& ours, const FiledMessage& m) const;
  void check_next_mark(const std::string& channel_id);
  void marks_checked(const std::string& channel_id);
  void compare_reactions(const std::string& channel_id, const FiledMessage& m, const Value& reactions);
  std::optional<bool> stands(const Value& reactions, const FiledMessage::Reaction& set) const;
  void recall(const std::string& channel_id, const FiledMessage& m, const FiledMessage::Reaction& set);
  void state_coverage(const std::string& channel_id);
  void caught_up_marks(const Value& post);

  MattermostConfig config_;
  Outside out_;
  mattermost::Api api_;
  BudgetQueue queue_;
  Deliveries deliveries_;
  FileCopies copies_;
  HearingGap gap_;
  ReadMarks marks_;
  mattermost::Gateway gateway_;
  Reconnect backoff_, check_backoff_;
  std::unique_ptr<WebSocket> socket_;
  Listener listener_;

  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool ready_ = false;  // REST works and we know who we are
  std::string me_, my_name_, team_, team_name_, version_;
  std::size_t runes_max_ = 16'383;
  bool verifies_addresses_ = false;  // nobody signs in there before his address was verified
  std::string problem_, next_step_;
  ChatCheck trouble_;  // what problem_ says, in the catalogue's words
  std::uint64_t timer_ = 0, open_timer_ = 0, reconnects_ = 0, caught_up_ = 0;

  bool ephemeral_allowed_ = true;              // until the server says no
  std::map<std::string, std::string> topics_;  // channel id -> header

  std::vector<std::string> command_tokens_;
  TimeMs tokens_read_ms_ = 0;
  std::map<std::string, TimeMs> pressed_;    // what was pressed or sent, and when first: twice is once
  std::map<std::string, Trigger> triggers_;  // event id -> what lets a form open
  std::map<std::string, User> users_;
  std::map<std::string, Channel> channels_;
  InOrder<Inbound> inbound_;
  std::deque<Inbound> held_;  // live events while a catch-up runs
  bool catching_up_ = false, holding_ = false;
  bool again_ = false;  // lost once more meanwhile: what was read so far may lack the end
  std::deque<std::string> to_catch_up_;
  bool whole_ = false;  // page by page all messages of the channel were read
  // Of the channel that is read again: messages found, why something is missing, what could not be seen beside them.
  int found_ = 0;
  std::vector<CoverageNote> blind_, unseen_;
  std::deque<FiledMessage> to_check_;     // whose reactions are asked for
  int doubtful_ = 0;                      // messages with a mark of which nobody knows whose it is
  std::set<std::string> rejoined_;        // channels that we were put out of and are in again: unheard since their mark
  std::set<std::string> found_archived_;  // channels, and told of
  std::set<std::string> seen_;
  std::deque<std::string> seen_order_;
  std::map<std::string, bool> pinned_;  // post -> whether it is, as far as it was handed over
  TimeMs marks_saved_ms_ = 0;
};

}  // namespace muster
