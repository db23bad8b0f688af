#include "bot/room_terminal.h"

#include <chrono>
#include <future>

#include "bot/core/commands/words.h"
#include "bot/dispatcher.h"
#include "integrations/chat/room.h"
#include "integrations/net/loop.h"

namespace muster {

namespace {
constexpr std::chrono::milliseconds completion_wait{300};  // the terminal's thread asks the loop; a busy one is let be
constexpr std::size_t posts_shown = 15;
}  // namespace

std::unique_ptr<RoomTerminal> RoomTerminal::open(Loop& loop, Room& room, const Dispatcher& dispatcher,
                                                 const std::string& data_folder, std::function<void()> quit) {
  std::unique_ptr<RoomTerminal> self(new RoomTerminal(room, dispatcher));
  TerminalOptions t = self->options(loop, data_folder, std::move(quit));
  const std::string person = t.person;
  auto started = Terminal::start(std::move(t));
  if (!started) return nullptr;
  self->terminal_ = std::move(*started);
  self->show_room(person);
  Terminal& screen = *self->terminal_;
  self->feed_ = room.subscribe([&screen](const Value& event, const std::string& to) { screen.show(event, to); });
  screen.notice(say(language_of(dispatcher.state(), dispatcher.config(), person, {}), "term.start",
                    {{"log", data_folder + "/muster.log"}}));
  return self;
}

RoomTerminal::~RoomTerminal() {
  if (terminal_) room_.unsubscribe(feed_);
}

TerminalOptions RoomTerminal::options(Loop& loop, const std::string& data_folder, std::function<void()> quit) {
  TerminalOptions t;
  const CoreConfig& config = dispatcher_.config();
  for (const Person& p : config.people) t.people.push_back(p.id);
  t.person = t.people.empty() ? "operator" : t.people.front();
  t.channel = "#muster";
  t.prefix = config.prefix;
  t.sandbox = config.sandbox;
  t.language = language_of(dispatcher_.state(), config, t.person, {});
  t.history_file = data_folder + "/terminal_history";
  t.act = [this, &loop](TerminalAct what) { loop.post([this, what] { act(what); }); };
  t.complete = [this, &loop](const std::string& prefix) {
    auto answer = std::make_shared<std::promise<std::vector<std::string>>>();
    auto words = answer->get_future();
    loop.post([this, answer, prefix] { answer->set_value(dispatcher_.complete(prefix)); });
    return words.wait_for(completion_wait) == std::future_status::ready ? words.get() : std::vector<std::string>{};
  };
  t.quit = std::move(quit);
  return t;
}

void RoomTerminal::show_room(const std::string& person) {
  const Value now = room_.snapshot(person, Room::channels_max, posts_shown);
  for (const Value& channel : now["channels"].as_list()) {
    terminal_->show(Value::Map{{"kind", "channel"}, {"channel", channel}}, {});
    for (const Value& post : channel["posts"].as_list()) {
      terminal_->show(Value::Map{{"kind", "past"}, {"post", post}}, post["private"].as_bool() ? person : "");
    }
  }
}

void RoomTerminal::act(const TerminalAct& what) {
  Room::Act a;
  a.user = what.person;
  a.channel = what.channel;
  a.thread = what.thread;
  a.post_id = what.post_id;
  (what.kind == "react" ? a.emoji : a.text) = what.text;
  const auto done = [this](const Result<void>& r) {
    if (!r) terminal_->notice(r.error().message + (r.error().next_step.empty() ? "" : " " + r.error().next_step));
  };
  if (what.kind == "say") room_.say(std::move(a), done);
  if (what.kind == "edit") room_.edit(std::move(a), done);
  if (what.kind == "delete") room_.remove(std::move(a), done);
  if (what.kind == "react") room_.react(std::move(a), true, done);
  if (what.kind == "pin" || what.kind == "unpin") room_.pin(std::move(a), what.kind == "pin", done);
}

}  // namespace muster
