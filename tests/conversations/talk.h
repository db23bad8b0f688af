// A transcript played: its lines go through the real Dispatcher on a real store, with time turned by hand.
#pragma once
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bot/app.h"
#include "bot/core/engine/silences.h"
#include "bot/dispatcher.h"
#include "bot/webhook_desk.h"
#include "tests/conversations/acts.h"
#include "tests/conversations/alert_line.h"
#include "tests/conversations/both_stage.h"
#include "tests/conversations/counting_store.h"
#include "tests/conversations/hook_stage.h"
#include "tests/conversations/mattermost_stage.h"
#include "tests/conversations/readings.h"
#include "tests/conversations/recorder.h"
#include "tests/conversations/runs_stage.h"
#include "tests/conversations/slack_stage.h"
#include "tests/support/tasks.h"
#include "tests/support/temp_folder.h"

namespace muster {

inline constexpr std::string_view on_both = "on slack and mattermost";

class Talk {
 public:
  Talk(std::string twist, std::string beside, const std::string& platform)
      : twist_(std::move(twist)), beside_(std::move(beside)) {
    const auto post = [this](std::function<void()> t) { tasks_.post(std::move(t)); };
    if (platform == "mattermost" || platform == "slack" || platform == "both") {
      if (platform == "slack")
        stage_ = std::make_unique<SlackStage>(clock_, post);
      else if (platform == "mattermost")
        stage_ = std::make_unique<MattermostStage>(clock_, post);
      else
        stage_ = std::make_unique<BothStage>(clock_, post);
      platform_ = platform;
      chat_.people_only = true;
      give_handles();
    } else if (!platform.empty() && platform != "room") {
      throw std::runtime_error("no such platform: " + platform);
    }
  }
  ~Talk() { close(); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  Lines play(const Step& step) {
    take_lines();
    const bool about_the_run = step.input.starts_with("config ") || step.input.starts_with("account ") ||
                               step.input.starts_with("no account ") || step.input == "memory only" ||
                               step.input == "with accounts" || step.input == on_both;
    if (!store_ && step.input != "start" && !step.input.starts_with("date ") && !about_the_run) {
      open();
      take_lines();  // the greeting is shown by `start` only
    }
    if (stage_) topics_ = stage_->topics();
    act(step);
    settle();
    if (twist_ == "restart" && store_) restart();
    return take_lines();
  }
  // The incidents' channels as the platform holds them in the end.
  Lines looks() const {
    Lines all;
    for (const auto& [n, i] : dispatcher_->state().incidents)
      for (std::string& line : stage_ ? stage_->looks(i.channel) : Lines()) all.push_back(std::move(line));
    return all;
  }
  // What is expected and what came, as far as this platform promises it.
  Lines comparable(Lines lines) const {
    if (stage_) std::ranges::for_each(lines, [this](std::string& line) { as_in_the_room(line); });
    // A process that begins shows every open run anew: when its message is edited is no promise then.
    if (twist_ == "restart")
      std::erase_if(lines, [](const std::string& line) { return line.contains(" bot edits run-R"); });
    return stage_ ? by_channel(lines, topics_) : lines;
  }

 private:
  // A platform names itself, and a person by the account that was joined.
  void as_in_the_room(std::string& line) const {
    const auto put = [&line](const std::string& old, const std::string& now) {
      if (const std::size_t at = line.find(old); at != std::string::npos) line.replace(at, old.size(), now);
    };
    put(" on " + platform_ + " ", " on room ");
    for (const auto& [person, account] : only_) put(" bot to " + person + ":", " bot to " + account + ":");
  }
  Lines take_lines() {
    Lines lines = std::exchange(chat_.lines, {});
    if (stage_)
      for (std::string& line : stage_->take_lines()) lines.push_back(std::move(line));
    for (std::string& line : std::exchange(receivers_.lines, {})) lines.push_back(std::move(line));
    for (std::string& line : lines) hide_code(line, code_), hide_ids(line);
    return lines;
  }

  void act(const Step& step) {
    const std::string& input = step.input;
    if (input.starts_with("date ")) {
      date_ = input.substr(5);
      if (!store_) clock_.set(time_of("00:00:00"));
      return;
    }
    if (input == "memory only") {
      if (twist_ == "restart") twist_.clear();
      return;
    }
    if (input == "with accounts") return static_cast<void>(accounts_ = true);
    if (input == on_both) return;
    if (input.starts_with("account ")) return account(words_of(input));
    if (input.starts_with("no account ")) return no_account(input.substr(11));
    if (input.starts_with("config ")) return configure(beside_ + "/" + input.substr(7));
    if (input == "start") return open();
    if (input == "restart") return restart();
    if (input == "again") return again();
    if (input.size() < 10 || input[2] != ':' || input[5] != ':') throw std::runtime_error("not understood: " + input);
    move_to(time_of(input.substr(0, 8)));
    const std::string what = input.substr(9);
    if (what == "wait") return;
    if (stage_ && !what.starts_with('#') && (what.ends_with(" is away") || what.ends_with(" is back")))
      return stage_->away(what.substr(0, what.find(' ')), what.ends_with(" is away"));
    if (stage_ && !what.starts_with('#') && slowness(what.substr(0, what.find(' ')), what.substr(what.find(' ') + 1)))
      return;
    if (what == "the platforms are checked") return stage_ ? platforms_->check() : void();
    if (what.starts_with("target ")) return runs_.set_target(words_of(what));
    if (what.starts_with("webhook ")) return answers(words_of(what));
    if (what.starts_with("there ")) return at_the_source(words_of(what));
    if (is_alert_line(what)) return alert(what);
    const std::size_t space = what.find(' '), by = what.find(" by script: ");
    if (what.starts_with('#') && by != std::string::npos && space < by)
      return script(what.substr(1, space - 1), what.substr(space + 1, by - space - 1),
                    with_breaks(what.substr(by + 12)));
    play(read_act(with_code(what)), "c" + std::to_string(step.line));
    settle();
    if (twist_ == "twice") again();
  }

  // What a platform is slow to do, and that it does it now; false: something else.
  bool slowness(const std::string& platform, const std::string& what) {
    if (what == "is back, its history later")
      return stage_->show_history(platform, false), stage_->away(platform, false), true;
    if (what == "shows its history") return stage_->show_history(platform, true), true;
    if (what == "is slow to open channels") return stage_->open_channels(platform, false), true;
    if (what == "is shared" || what == "is ours alone") return stage_->shared(platform, what == "is shared"), true;
    if (what == "opens channels") return stage_->open_channels(platform, true), true;
    return false;
  }

  void play(const Act& act, const std::string& id) {
    chat_.said = act.text;
    if (stage_ && act.place != "web") {
      last_ = ChatEvent{};
      return stage_->play(act);
    }
    const std::string root = !last_ ? "" : last_->thread.empty() ? last_->post_id : last_->thread;
    const auto [post, thread] =
        act.kind == "button" ? chat_.with_button(act.text) : std::pair(chat_.last_post, std::string());
    ChatEvent e{.platform = "room",
                .id = id,
                .kind = act.kind == "me" ? "message" : act.kind,
                .channel = act.channel,
                .thread = act.in_thread ? root : thread,
                .post_id = act.kind == "message" || act.kind == "me" ? id : post,
                .user = act.user,
                .text = act.text,
                .emoji = act.emoji,
                .at = act.late ? clock_.now() - late_by : clock_.now()};
    speaks(e);
    if (act.kind == "form") return send_form(std::move(e), act);
    e.is_told_only = act.kind == "me";
    e.can_open_form = act.kind == "button";
    if (e.kind == "message") said_.push_back({act.channel, id, e.thread, e.user, act.text, {}, e.at});
    if (!e.thread.empty()) e.about = message_like(act.channel, [&](const Said& s) { return s.post_id == e.thread; });
    if (!act.target.empty()) {
      e.about = message_like(act.channel, [&](const Said& s) { return s.text.starts_with(act.target); });
      e.post_id = e.about.post_id;
      if (e.post_id.empty()) throw std::runtime_error("nobody said: " + act.target);
      if (act.kind == "edit") change(e.post_id, act.text);
    }
    last_ = e;
    hear(e);
  }

  // Somebody the configuration does not know has an account on a platform, never in our own room: here it stands for
  // one.
  void speaks(ChatEvent& e) const {
    const auto standing = standings_.find(e.user);
    if (standing != standings_.end()) e.standing = standing->second;
    const bool unknown = std::ranges::none_of(config_.people, [&](const Person& p) { return p.id == e.user; });
    if (!accounts_ || !unknown) return;
    e.account = e.user;
    e.user = "room:" + e.user;
  }
  void no_account(const std::string& line) {
    if (const std::size_t at = line.find(" on "); at != std::string::npos) {
      for (Person& p : config_.people)
        if (p.id == line.substr(0, at))
          std::erase_if(p.handles, [&](const Handle& h) { return h.platform == line.substr(at + 4); });
      return;
    }
    const std::string person = line.substr(0, line.find(','));
    constexpr std::string_view own = ", only ";
    if (const std::size_t at = line.find(own); at != std::string::npos) only_[person] = line.substr(at + own.size());
    for (Person& p : config_.people)
      if (p.id == person)
        std::erase_if(p.handles, [&](const Handle& h) { return h.platform == "room" || h.platform == platform_; });
  }
  void account(const Lines& words) {
    standings_[words.at(1)] = words.at(2);
    if (stage_) stage_->account(words.at(1), words.at(2));
  }
  void send_form(ChatEvent e, const Act& act) {
    e.kind = "form";
    e.text = chat_.form.command;
    e.thread = chat_.form_thread;
    e.form = act.form;
    e.answer = std::make_shared<FormAnswer>();
    last_ = e;
    hear(e);
    for (std::string& line : form_answer_lines(act.channel, act.user, *e.answer))
      chat_.lines.push_back(std::move(line));
  }
  std::string with_code(std::string text) const {
    for (std::size_t at; (at = text.find("{code}")) != std::string::npos;) text.replace(at, 6, code_);
    return text;
  }

  Said message_like(const std::string& channel, const std::function<bool(const Said&)>& wanted) const {
    for (auto s = said_.rbegin(); s != said_.rend(); ++s) {
      if (s->channel != channel || !wanted(*s)) continue;
      Said found = *s;
      found.channel.erase(0, 1);
      return found;
    }
    return {};
  }
  void change(const std::string& post_id, const std::string& text) {
    for (Said& s : said_)
      if (s.post_id == post_id) s.text = text;
  }

  // As `muster say` does it: the answer goes back to the script.
  void script(const std::string& channel, const std::string& user, const std::string& text) {
    CommandInput input;
    input.person = user == "operator" ? "" : user;
    input.is_operator = user == "operator";
    input.platform = "cli";
    input.channel = channel;
    input.source_id = "s" + std::to_string(++scripts_);
    input.text = text;
    input.direct = true;
    input.sent_ms = clock_.now();
    dispatcher_->command(std::move(input), [this](Result<Outcome> o) {
      const Lines lines = split_lines(o ? plain_text(o->reply) : o.error().message);
      for (std::size_t i = 0; i < lines.size(); ++i)
        chat_.lines.push_back(trimmed_right((i == 0 ? "#script hears: " : "  | ") + lines[i]));
    });
    settle();
  }

  void give_handles() {
    for (Person& p : config_.people)
      for (const auto& [platform, handle] : stage_->handles(p.id)) p.handles.push_back({platform, handle});
  }

  void configure(const std::string& folder) {
    const Loaded loaded = load_config(folder, true);
    if (!loaded.ok()) throw std::runtime_error(folder + ": " + format_issue(loaded.issues.front()));
    config_ = core_config(loaded.settings, true);
    receivers_.defs = loaded.settings.webhooks;
    runs_.load(folder);
    if (stage_) give_handles();
  }

  TimeMs time_of(const std::string& clock) const {
    const auto t = parse_time(date_ + "T" + clock + "Z");
    if (!t) throw std::runtime_error("no time: " + date_ + " " + clock);
    return *t;
  }

  // In steps of a minute, as a running bot would see it.
  void move_to(TimeMs target) {
    if (target < clock_.now()) throw std::runtime_error("time goes backwards: " + format_utc(target));
    while (clock_.now() < target) {
      clock_.set(std::min(target, (clock_.now() / minute_ms + 1) * minute_ms));
      dispatcher_->tick();
      hooks_->tick();
      if (platforms_) platforms_->watch(clock_.now());
      settle();
    }
  }

  void hear(const ChatEvent& e) {
    bool accepted = false;
    chat_.say(e, [&accepted](Result<void> r) { accepted = r.has_value(); });
    settle();
    if (!accepted) throw std::runtime_error("the event was not accepted: " + e.text);
  }

  void again() {
    if (!last_) throw std::runtime_error("again: nobody has said anything");
    const int before = chat_.calls;
    if (stage_) {
      stage_->say_again();
      return settle();
    }
    hear(*last_);
    if (chat_.calls != before) chat_.lines.push_back("a second delivery had an effect");
  }

  void alert(const std::string& what) {
    SentAlerts sent = sender_.send(what, clock_.now());
    InboxItem item{.dedupe_key = "alert-" + std::to_string(++bodies_),
                   .kind = "alertmanager",
                   .body = std::move(sent.body),
                   .received_ms = clock_.now(),
                   .meta = {}};
    dispatcher_->alerts_with_inbox(std::move(sent.events), std::move(item), {});
  }

  void settle() {
    while ((store_ && store_->waiting > 0) || (stage_ && (!tasks_.empty() || stage_->step()))) {
      const bool idle = tasks_.empty() && !(store_ && store_->waiting > 0);
      if (idle) continue;  // a timer rang
      if (!tasks_.run_one(std::chrono::seconds(20))) throw std::runtime_error("the store did not answer");
    }
  }

  void open() {
    StoreOptions o;
    o.folder = folder_.path();
    auto opened = open_store(std::move(o), [this](std::function<void()> task) { tasks_.post(std::move(task)); });
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::make_unique<CountingStore>(std::move(*opened));
    dispatcher_ = std::make_unique<Dispatcher>(*store_, clock_, config_);
    runs_.attach(*dispatcher_, clock_);
    dispatcher_->attach(chat_);
    if (stage_) connect();
    const auto at_once = [](const std::function<void()>& work, const std::function<void()>& then) {
      work();
      then();
      return true;
    };
    hooks_ = std::make_unique<WebhookDesk>(receivers_, clock_, *dispatcher_, *store_, at_once, [] { return 0.5; });
    hooks_->configure(receivers_.defs);
    hooks_->restore();
    dispatcher_->set_reader([this](const ReadWanted& w, const CommandInput& in, const Answered& done) {
      if (w.what.starts_with("webhooks")) return hooks_->read(w, actor_of(config_, in.person, in.is_operator), done);
      read_wanted({*dispatcher_, store_->inner(), clock_, config_, runs_, platforms_.get()}, w, in, done);
    });
    dispatcher_->set_carrier([this](const OutMessage& m, std::function<void(Result<void>)> done) { carry(m, done); });
    if (auto started = dispatcher_->start(); !started) throw std::runtime_error(started.error().message);
    hooks_->started();
    settle();
    if (!stage_) return;
    stage_->start();
    settle();
    for (const ChatPlatform* p : platforms_->platforms())
      if (!p->connected() && !stage_->is_away(p->name()))
        throw std::runtime_error(p->name() + " is not connected: " + p->health().problem);
  }

  // webhook archive answers 500, webhook archive answers nothing, webhook archive answers 503 retry-after 7200
  void answers(const Lines& words) {
    receivers_.waits[words.at(1)] = words.size() > 5 ? words.at(5) : "";

    receivers_.answers[words.at(1)] = words.at(3) == "nothing" ? 0 : std::stoi(words.at(3));
  }

  // An Alertmanager that does what it is told, except where the reason says that it refuses.
  void carry(const OutMessage& m, const std::function<void(Result<void>)>& done) {
    if (WebhookDesk::carries(m)) return hooks_->carry(m, done);
    if (m.kind != "silence") return done({});
    SilenceReport report;
    report.id = m.body["silence"].as_string();
    report.action = m.body["action"].as_string();
    report.remote = "11111111-" + report.id;
    if (m.body["comment"].as_string().starts_with("refuse")) {
      report.end = SilenceReport::End::refused;
      report.problem = "invalid silence: no";
    }
    dispatcher_->report([report](Work& w) { silence_reported(w, report); }, done);
  }

  // What a look at that Alertmanager finds: somebody ended or moved a silence of ours there.
  void at_the_source(const std::vector<std::string>& words) {
    const Silence* l = find_silence(dispatcher_->state(), words.at(1));
    if (!l) throw std::runtime_error("there is no silence " + words.at(1));
    SilenceSeen seen{l->id, words.at(2) != "ends", l->remote, l->until_ms, l->matchers};
    if (words.at(2) == "until") seen.until_ms = time_of(words.at(3));
    dispatcher_->report([seen](Work& w) { silence_seen(w, seen); }, [](auto) {});
    settle();
  }

  void connect() {
    platforms_ = std::make_unique<ChatPlatforms>(*store_, *dispatcher_);
    if (auto loaded = platforms_->load(); !loaded) throw std::runtime_error(loaded.error().message);
    stage_->filed = [this](const std::string& p, const std::string& c) {
      return filed_in(dispatcher_->state(), c, p, clock_.now());
    };
    stage_->kept = [this](const std::string& c) { return kept_posts(dispatcher_->state(), config_, c); };
    for (auto& made : stage_->make_all(platforms_->links(), config_)) platforms_->add(std::move(made));
  }

  void close() {
    if (stage_ && platforms_) {
      settle();
      stage_->forget();
      platforms_.reset();  // it still writes how far it has read
      settle();
    }
    if (dispatcher_) dispatcher_->stop();
    if (store_) store_->stop();
    while (!tasks_.empty()) tasks_.run_one(std::chrono::seconds(1));
    hooks_.reset();
    dispatcher_.reset();
    store_.reset();
  }

  void restart() {
    close();
    open();
  }

  const test::TempFolder folder_{"chat"};
  std::string twist_, beside_, date_ = "2026-01-01";
  VirtualClock clock_{0};
  CoreConfig config_ = core_config(load_config("", true).settings, true);
  test::Tasks tasks_;
  Recorder chat_;
  std::unique_ptr<Stage> stage_;
  std::string platform_;
  std::map<std::string, std::string> topics_;  // before the step
  std::unique_ptr<CountingStore> store_;
  RunsStage runs_;
  std::unique_ptr<Dispatcher> dispatcher_;
  HookStage receivers_;
  std::unique_ptr<WebhookDesk> hooks_;
  std::unique_ptr<ChatPlatforms> platforms_;
  std::optional<ChatEvent> last_;
  std::vector<Said> said_;
  bool accounts_ = false;
  std::map<std::string, std::string> standings_;  // user -> guest, outsider
  std::map<std::string, std::string> only_;       // person -> the one account they get, by joining
  std::string code_;                              // shown last
  AlertSender sender_;
  int bodies_ = 0, scripts_ = 0;
};

}  // namespace muster
