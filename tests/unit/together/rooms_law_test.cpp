// Two rooms as one, whatever happens between them: every message appears on the other side once, in order, and is
// recorded once. Random talk, edits, second deliveries, lost platforms and restarts on both doubles at once.
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <filesystem>

#include "bot/app.h"
#include "bot/base/text.h"
#include "bot/dispatcher.h"
#include "tests/conversations/both_stage.h"
#include "tests/conversations/counting_store.h"
#include "tests/support/tasks.h"

using namespace muster;

namespace {

const char* const channel = "#inc-1-checkout-is-slow";

struct Spoken {
  std::string place, text;
};

// The bot with both platforms, on a clock turned by hand.
class Rooms {
 public:
  Rooms() : stage_(clock_, [this](std::function<void()> t) { tasks_.post(std::move(t)); }) {
    std::string pattern = (std::filesystem::temp_directory_path() / "muster-rooms-XXXXXX").string();
    RC_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    clock_.set(*parse_time("2026-03-17T05:00:00Z"));
    Person ana;
    ana.id = "ana";
    ana.name = "Ana";
    for (const auto& [platform, handle] : stage_.handles("ana")) ana.handles.push_back({platform, handle});
    config_.people = {ana};
    Rule all;
    all.who = {"*"};
    all.effect = "run";
    config_.policy = {all};
    config_.severities = {{"SEV3", "", 0, 0}};
    config_.together = {
        {.platforms = {"slack", "mattermost"}, .open_all = true, .lost_after = minute_ms, .channels = {}}};
    open();
    act("#muster", "slack", "declare Checkout is slow");
  }
  ~Rooms() {
    close();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Rooms(const Rooms&) = delete;
  Rooms& operator=(const Rooms&) = delete;

  void say(const std::string& place) {
    const std::string text = "m" + std::to_string(++said_) + "e";
    spoken.push_back({place, text});
    act(channel, place, text);
  }
  void edit(const std::string& place) {
    for (auto s = spoken.rbegin(); s != spoken.rend(); ++s) {
      if (s->place != place) continue;
      Act change{
          .kind = "edit", .channel = channel, .user = "ana", .text = s->text + "+", .emoji = {}, .target = s->text};
      change.place = place;
      s->text += "+";
      stage_.play(change);
      return settle();
    }
  }
  void again() {
    stage_.say_again();
    settle();
  }
  void away(const std::string& place, bool is) {
    stage_.away(place, is);
    settle();
  }
  bool is_away(const std::string& place) const { return stage_.is_away(place); }
  // Slack is there again, shows later what was said meanwhile, and people go on.
  void back_before_its_history() {
    stage_.show_history("slack", false);
    away("slack", false);
    for (int seconds = 0; seconds < 10; ++seconds) {  // it is connected
      clock_.set(clock_.now() + second_ms);
      settle();
    }
    say("slack");
    edit("slack");
    say("mattermost");
    say("slack");
    stage_.show_history("slack", true);
    settle();
    wait(1);
  }
  void restart() {
    close();
    open();
  }
  void wait(int minutes) {
    for (; minutes > 0; --minutes) {
      clock_.set(clock_.now() + minute_ms);
      dispatcher_->tick();
      platforms_->watch(clock_.now());
      settle();
    }
  }
  // The bot says "f1" and so on, all at once: they wait.
  void flood(int posts) {
    for (int n = 1; n <= posts; ++n)
      dispatcher_->announce(channel + 1, {.text = "f" + std::to_string(n), .sections = {}, .buttons = {}, .color = {}});
  }
  void type(const std::string& place, const std::string& text) { act(channel, place, text); }
  std::vector<std::string> lines(const std::string& on) const { return stage_.lines_of_bot(on, channel); }
  // The bot's copies in one platform's room, the oldest first, without what a late one adds.
  std::vector<std::string> copies(const std::string& on) {
    std::vector<std::string> found;
    for (const std::string& line : stage_.lines_of_bot(on, channel)) {
      const std::size_t at = line.find("): m");
      if (at != std::string::npos) found.push_back(line.substr(at + 3, line.find_first_of(" \n", at + 3) - at - 3));
    }
    return found;
  }
  std::vector<std::string> recorded() {
    std::vector<std::string> texts;
    RC_ASSERT(store_
                  ->read_journal(0,
                                 [&](const Entry& e) {
                                   if (e.kind == "chat.said" && e.text.starts_with("m")) texts.push_back(e.text);
                                 })
                  .has_value());
    return texts;
  }
  std::vector<Spoken> spoken;

 private:
  void act(const std::string& where, const std::string& place, const std::string& text) {
    clock_.set(clock_.now() + second_ms);
    Act a{.kind = "message", .channel = where, .user = "ana", .text = text, .emoji = {}, .target = {}};
    a.place = place;
    stage_.play(a);
    settle();
  }
  void settle() {
    while ((store_ && store_->waiting > 0) || !tasks_.empty() || stage_.step()) {
      const bool idle = tasks_.empty() && !(store_ && store_->waiting > 0);
      if (!idle) RC_ASSERT(tasks_.run_one(std::chrono::seconds(20)));
    }
    stage_.take_lines();
  }
  void open() {
    StoreOptions o;
    o.folder = folder_;
    auto opened = open_store(std::move(o), [this](std::function<void()> task) { tasks_.post(std::move(task)); });
    RC_ASSERT(opened.has_value());
    store_ = std::make_unique<CountingStore>(std::move(*opened));
    dispatcher_ = std::make_unique<Dispatcher>(*store_, clock_, config_);
    platforms_ = std::make_unique<ChatPlatforms>(*store_, *dispatcher_);
    RC_ASSERT(platforms_->load().has_value());
    for (auto& made : stage_.make_all(platforms_->links(), config_)) platforms_->add(std::move(made));
    RC_ASSERT(dispatcher_->start().has_value());
    settle();
    stage_.start();
    settle();
  }
  void close() {
    settle();
    stage_.forget();
    platforms_.reset();
    settle();
    store_->stop();
    while (!tasks_.empty()) tasks_.run_one(std::chrono::seconds(1));
    dispatcher_.reset();
    store_.reset();
  }

  VirtualClock clock_{0};
  test::Tasks tasks_;
  CoreConfig config_;
  BothStage stage_;
  std::string folder_;
  std::unique_ptr<CountingStore> store_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<ChatPlatforms> platforms_;
  int said_ = 0;
};

enum class Deed { say, edit, again, restart, wait, away, back, back_slowly };

void take(Rooms& rooms, Deed step, const std::string& place) {
  switch (step) {
    case Deed::say:
      return rooms.say(place);
    case Deed::edit:  // of what nobody heard yet the order of the edits would count
      return rooms.is_away(place) ? rooms.say(place) : rooms.edit(place);
    case Deed::again:
      return rooms.again();
    case Deed::restart:
      return rooms.restart();
    case Deed::wait:
      return rooms.wait(2);
    case Deed::away:
      return rooms.away(place, true);
    case Deed::back:
      rooms.away(place, false);
      return rooms.wait(1);
    case Deed::back_slowly:
      return rooms.is_away("slack") ? rooms.back_before_its_history() : rooms.say(place);
  }
}

std::vector<std::string> said_on(const std::vector<Spoken>& spoken, const std::string& place) {
  std::vector<std::string> texts;
  for (const Spoken& s : spoken)
    if (s.place == place) texts.push_back(s.text);
  return texts;
}

}  // namespace

TEST_CASE(
    "a thousand posts to one channel: an answer overtakes, the rest keeps its order, one line says what is late") {
  Rooms rooms;
  rooms.flood(1'000);
  rooms.type("slack", "!severity sev3 because it is slow");  // while they wait; Slack takes one a second
  rooms.wait(60);
  const auto lines = rooms.lines("slack");
  const auto answer =
      std::ranges::find_if(lines, [](const std::string& l) { return l.contains("because it is slow"); });
  CHECK(answer - lines.begin() < 20);
  for (const char* place : {"slack", "mattermost"}) {
    std::vector<int> order;
    int told = 0;
    for (const std::string& line : rooms.lines(place)) {
      if (line.starts_with('f')) order.push_back(std::atoi(line.c_str() + 1));
      told += line.contains("⏳") ? 1 : 0;
    }
    CHECK(order.size() == 1'000);
    CHECK(std::ranges::is_sorted(order));
    CHECK(told == 1);
  }
}

TEST_CASE("what was said on Mattermost while it was away is passed on when the bot was restarted meanwhile") {
  Rooms rooms;
  rooms.say("mattermost");
  rooms.away("mattermost", true);
  rooms.say("slack");
  rooms.say("mattermost");
  rooms.restart();
  rooms.say("slack");  // its copy is the first that Mattermost hears of us
  rooms.away("mattermost", false);
  rooms.wait(8);
  CHECK(rooms.copies("slack") == said_on(rooms.spoken, "mattermost"));
  CHECK(rooms.copies("mattermost") == said_on(rooms.spoken, "slack"));
}

TEST_CASE(
    "what was said on Slack before its history could be read stands on the other side before what was said since") {
  Rooms rooms;
  rooms.say("slack");
  rooms.away("slack", true);
  rooms.say("slack");
  rooms.say("slack");
  rooms.back_before_its_history();
  const auto words = [](const std::vector<std::string>& all) { return join(all, " "); };
  CHECK(words(rooms.copies("mattermost")) == words(said_on(rooms.spoken, "slack")));
  CHECK(words(rooms.copies("slack")) == words(said_on(rooms.spoken, "mattermost")));
}

TEST_CASE("what an earlier process left waiting goes on when Slack stays away, and holds up nothing that comes later") {
  Rooms rooms;
  rooms.say("slack");
  rooms.restart();
  rooms.away("slack", true);
  rooms.say("slack");
  rooms.wait(2);
  CHECK(rooms.copies("mattermost").size() == 1);
  rooms.back_before_its_history();
  rooms.wait(1);
  CHECK(rooms.copies("mattermost") == said_on(rooms.spoken, "slack"));
}

TEST_CASE("law: every message appears on the other side exactly once and in order, and once in the record") {
  const bool held = rc::check("two rooms are one", [] {
    using Steps = std::vector<std::pair<Deed, bool>>;
    const auto step = rc::gen::weightedElement<Deed>({{8, Deed::say},
                                                      {3, Deed::edit},
                                                      {2, Deed::again},
                                                      {1, Deed::restart},
                                                      {1, Deed::wait},
                                                      {1, Deed::away},
                                                      {1, Deed::back},
                                                      {1, Deed::back_slowly}});
    const auto steps = *rc::gen::resize(25, rc::gen::container<Steps>(rc::gen::pair(step, rc::gen::arbitrary<bool>())));
    Rooms rooms;
    std::string told;
    for (const auto& [what, left] : steps) told += " " + std::to_string(static_cast<int>(what)) + (left ? "s" : "m");
    RC_LOG(told);
    for (const auto& [what, left] : steps) take(rooms, what, left ? "slack" : "mattermost");
    for (const char* place : {"slack", "mattermost"}) rooms.away(place, false);
    rooms.wait(8);
    RC_ASSERT(rooms.copies("mattermost") == said_on(rooms.spoken, "slack"));
    RC_ASSERT(rooms.copies("slack") == said_on(rooms.spoken, "mattermost"));
    RC_ASSERT(rooms.recorded().size() == rooms.spoken.size());
  });
  CHECK(held);
}
