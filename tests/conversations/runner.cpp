// Replays .chat files through the real Dispatcher on a real store, with time turned by hand.
//
// A file reads like a chat log:
//   // what it proves
//   date 2026-03-17
//   05:09:00 alert fires CheckoutLatencyHigh severity=critical service=checkout-api summary="Checkout is slow"
//   05:10:00 #muster ana: declare sev2 Checkout is slow        (\n in a text is a line break)
//   #muster bot: *INC-1* is open …                             <- what the bot says, complete and in order
//     | a line of a section of that message
//   05:09:00 prometheus fires X …                              <- the same by the API: without a group of the sender
//   05:40:00 wait                                              <- only time passes; timers ring
//   05:41:00 target search in production version=v9            <- somebody else changed it there (runs_stage.h)
//   restart | again | start                                    <- again: the last chat event, same id
//   config gated                                               <- the folder beside the transcript, before any input
//   memory only                                                <- what it shows is not kept over a restart
//   05:11:00 #muster ana in thread: yes                        <- in the thread of the last message
//   05:11:00 #muster ana by script: note x                     <- muster say --channel muster; "#script hears: …"
//   05:11:00 #muster ana late: declare x                       <- typed 90 seconds before it arrives
//   05:11:00 #muster ana reacts: ✅  | ana presses: yes A1     <- to the last message of the bot
//   05:11:00 #inc-1 ana reacts with 📌: looks like             <- to the newest message of a person that begins so;
//     also `ana takes back 📌: …`, `ana pins: …`, `ana unpins: …`, `ben deletes: …`, `ben edits: old start -> new`
//   05:11:00 #muster ana sends the form: title="Checkout is slow" severity=SEV2   <- that the bot opened before her
//   with accounts                                            <- unknown people speak with accounts, as on a platform
//   account annie guest                                      <- or outsider: what the platform says of that account
//   on slack and mattermost                                  <- both at once, in their rooms; what the bot does there
//     comes as "#inc-1@slack bot: …"; people speak `ana on slack: …`, `ben on mattermost in thread of Ana: …` (of the
//     newest message that contains it, also one of the bot's), `ana on web: …`
//   05:11:00 slack is away | mattermost is back             <- no network to it
//   no account mia                                           <- the configuration gives her no handle on the platform
//   {code} in a line is the last one-time code that the bot showed; it is expected as XXXX-XXXX-XXXX.
// "..." in an expected line stands for any text. `#room ana says: …` shows a person's post that was changed
// before it was shown. MUSTER_REWRITE=1 writes what came as what is expected. MUSTER_TWIST=restart restarts
// after every input, MUSTER_TWIST=twice delivers every chat event twice: the output must stay the same.
// MUSTER_PLATFORM=mattermost or slack lets people speak on that double and reads there what the bot did: per channel
// the same lines must come.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/change_reads.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/silences.h"
#include "bot/dispatcher.h"
#include "bot/reads.h"
#include "bot/scrub_answers.h"
#include "integrations/alerts/alertmanager.h"
#include "tests/conversations/acts.h"
#include "tests/conversations/both_stage.h"
#include "tests/conversations/loop.h"
#include "tests/conversations/mattermost_stage.h"
#include "tests/conversations/runs_stage.h"
#include "tests/conversations/script.h"
#include "tests/conversations/slack_stage.h"

namespace muster {
namespace {

constexpr std::string_view both = "on slack and mattermost";

class Recorder final : public ChatPlatform {
 public:
  std::string name() const override { return "room"; }
  bool connected() const override { return true; }
  void on_event(Listener listener) override { say = std::move(listener); }
  void deliver(const OutMessage& m, Done done) override {
    note(m, m.destination.substr(m.destination.find(':') + 1));
    if (m.kind == "post" && !m.body["post_id"].as_string().starts_with("summary-"))
      last_post = m.body["post_id"].as_string(), last_thread = m.body["thread"].as_string();
    done({});
  }
  Listener say;
  bool people_only = false;  // the bot's own lines are read elsewhere
  Lines lines;
  std::string said;                    // the text as the person sent it
  std::string last_post, last_thread;  // of the bot
  Form form;                           // that was opened last
  std::string form_thread, form_channel;
  int calls = 0;

 private:
  void note(const OutMessage& m, const std::string& channel) {
    ++calls;
    const std::string post_id = m.body["post_id"].as_string();
    if (m.kind == "human_change") {
      return;  // what a person did; the input line says it
    }
    if (m.kind == "form") {
      form = form_from(m.body["form"]), form_thread = m.body["thread"].as_string(), form_channel = channel;
      if (people_only) return;
      for (std::string& line : form_lines(channel, m.body["private_to"].as_string(), form))
        lines.push_back(std::move(line));
      return;
    }
    if (m.kind == "human_post") {
      const std::string shown = m.body["text"].as_string();
      if (shown != said) lines.push_back(channel + " " + m.body["user"].as_string() + " says: " + first_line(shown));
    } else if (people_only) {
      return;
    } else if (m.kind == "post" || m.kind == "edit") {
      const Message message = message_from(m.body["message"]);
      const std::string to = m.body["private_to"].as_string();
      const std::string thread = m.body["thread"].as_string().empty() ? "" : " in thread";
      const std::string verb = m.kind == "edit" ? " edits " + post_id : (to.empty() ? "" : " to " + to) + thread;
      add(channel + " bot" + verb + ": ", message, m.kind == "post" && !post_id.starts_with("summary-"));
    } else if (m.kind == "topic") {
      lines.push_back(channel + " bot topic: " + m.body["topic"].as_string());
    } else if (m.kind == "invite" || m.kind == "bookmarks") {
      std::string names;
      for (const Value& p : m.body["people"].as_list()) names += " " + p.as_string();
      for (const Value& l : m.body["links"].as_list())
        names += " " + l["title"].as_string() + "=" + l["url"].as_string();
      lines.push_back(channel + (m.kind == "invite" ? " bot invites" : " bot links") + names);
    } else {
      lines.push_back(trimmed_right(channel + " bot " + (m.kind == "open_channel" ? "opens" : m.kind + " " + post_id)));
    }
  }
  void add(const std::string& head, const Message& message, bool whole) {
    lines.push_back(trimmed_right(head + first_line(message.text)));
    if (!whole) return;
    Lines rest = split_lines(message.text);
    if (!rest.empty()) rest.erase(rest.begin());
    for (const Section& s : message.sections) {
      for (std::string& line : split_lines(s.text)) rest.push_back(std::move(line));
      for (const auto& [label, value] : s.fields) rest.push_back(label + ": " + value);
    }
    for (const Attachment& a : message.attachments)
      rest.push_back("📎 " + a.name + ", " + std::to_string(split_lines(a.text).size()) + " lines");
    for (const std::string& line : rest) lines.push_back(trimmed_right("  | " + line));
  }
};

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
    std::string pattern = (std::filesystem::temp_directory_path() / "muster-chat-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~Talk() {
    close();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  Lines play(const Step& step) {
    take_lines();
    const bool about_the_run = step.input.starts_with("config ") || step.input.starts_with("account ") ||
                               step.input.starts_with("no account ") || step.input == "memory only" ||
                               step.input == "with accounts" || step.input == both;
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
  // What is expected and what came, as far as this platform promises it.
  Lines comparable(Lines lines) const {
    // A process that begins shows every open run anew: when its message is edited is no promise then.
    if (twist_ == "restart")
      std::erase_if(lines, [](const std::string& line) { return line.contains(" bot edits run-R"); });
    return stage_ ? by_channel(lines, topics_) : lines;
  }

 private:
  Lines take_lines() {
    Lines lines = std::exchange(chat_.lines, {});
    if (stage_)
      for (std::string& line : stage_->take_lines()) lines.push_back(std::move(line));
    for (std::string& line : lines) hide_code(line, code_);
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
    if (input == both) return;
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
    if (what.starts_with("target ")) return runs_.set_target(words_of(what));
    if (what.starts_with("alert fires ") || what.starts_with("alert clears ")) return alert(what);
    if (what.starts_with("prometheus fires ") || what.starts_with("prometheus clears ")) return alert(what);
    const std::size_t space = what.find(' '), by = what.find(" by script: ");
    if (what.starts_with('#') && by != std::string::npos && space < by)
      return script(what.substr(1, space - 1), what.substr(space + 1, by - space - 1),
                    with_breaks(what.substr(by + 12)));
    play(read_act(with_code(what)), "c" + std::to_string(step.line));
    settle();
    if (twist_ == "twice") again();
  }

  void play(const Act& act, const std::string& id) {
    chat_.said = act.text;
    if (stage_ && act.place != "web") {
      last_ = ChatEvent{};
      return stage_->play(act);
    }
    const std::string root = !last_ ? "" : last_->thread.empty() ? last_->post_id : last_->thread;
    ChatEvent e{.platform = "room",
                .id = id,
                .kind = act.kind,
                .channel = act.channel,
                .thread = act.in_thread          ? root
                          : act.kind == "button" ? chat_.last_thread
                                                 : "",
                .post_id = act.kind == "message" ? id : chat_.last_post,
                .user = act.user,
                .text = act.text,
                .emoji = act.emoji,
                .at = act.late ? clock_.now() - 90 * second_ms : clock_.now()};
    speaks(e);
    if (act.kind == "form") return send_form(std::move(e), act);
    e.can_open_form = act.kind == "button";
    if (act.kind == "message") said_.push_back({act.channel, id, e.thread, act.user, act.text, {}, e.at});
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
  void no_account(const std::string& person) {
    const std::string here = platform_.empty() ? "room" : platform_;
    for (Person& p : config_.people)
      if (p.id == person) std::erase_if(p.handles, [&](const Handle& h) { return h.platform == here; });
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

  // Through the real codec: the body is what Alertmanager would send.
  void alert(const std::string& what) {
    Lines words = words_of(what);
    const bool fires = words[1] == "fires";
    Value labels = Value::Map{{"alertname", words.at(2)}}, annotations = Value::Map{};
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t eq = words[i].find('=');
      if (eq == std::string::npos) throw std::runtime_error("no label: " + words[i]);
      const std::string key = words[i].substr(0, eq);
      (key == "summary" || key == "description" ? annotations : labels).set(key, words[i].substr(eq + 1));
    }
    const std::string identity = to_json(labels);
    TimeMs& started = firing_[identity];
    if (started == 0) started = clock_.now();
    const Value one = Value::Map{{"status", fires ? "firing" : "resolved"},
                                 {"labels", labels},
                                 {"annotations", annotations},
                                 {"startsAt", format_utc(started)},
                                 {"endsAt", fires ? "0001-01-01T00:00:00Z" : format_utc(clock_.now())},
                                 {"generatorURL", ""}};
    if (!fires) started = 0;
    const Value body = Value::Map{{"version", "4"},
                                  {"groupKey", "{}:{alertname=\"" + words[2] + "\"}"},
                                  {"truncatedAlerts", 0},
                                  {"status", fires ? "firing" : "resolved"},
                                  {"receiver", "muster"},
                                  {"groupLabels", Value::Map{{"alertname", words[2]}}},
                                  {"commonLabels", labels},
                                  {"commonAnnotations", annotations},
                                  {"externalURL", "http://alertmanager.example"},
                                  {"alerts", Value::List{one}}};
    const auto parsed = parse_alertmanager_webhook(to_json(body), clock_.now());
    if (!parsed) throw std::runtime_error(parsed.error().message);
    std::vector<AlertEvent> events = parsed->alerts;
    if (what.starts_with("prometheus"))
      for (AlertEvent& e : events) e.group_key.clear();
    InboxItem item{.dedupe_key = "alert-" + std::to_string(++bodies_),
                   .kind = "alertmanager",
                   .body = to_json(body),
                   .received_ms = clock_.now(),
                   .meta = {}};
    dispatcher_->alerts_with_inbox(std::move(events), std::move(item), {});
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
    o.folder = folder_;
    auto opened = open_store(std::move(o), [this](std::function<void()> task) { tasks_.post(std::move(task)); });
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::make_unique<CountingStore>(std::move(*opened));
    dispatcher_ = std::make_unique<Dispatcher>(*store_, clock_, config_);
    runs_.attach(*dispatcher_, clock_);
    dispatcher_->attach(chat_);
    if (stage_) connect();
    dispatcher_->set_reader(
        [this](const ReadWanted& w, const CommandInput& in, std::function<void(Outcome)> done) { read(w, in, done); });
    dispatcher_->set_carrier([this](const OutMessage& m, std::function<void(Result<void>)> done) { carry(m, done); });
    if (auto started = dispatcher_->start(); !started) throw std::runtime_error(started.error().message);
    settle();
    if (!stage_) return;
    stage_->start();
    settle();
    for (const ChatPlatform* p : platforms_->platforms())
      if (!p->connected() && !stage_->is_away(p->name()))
        throw std::runtime_error(p->name() + " is not connected: " + p->health().problem);
  }

  // An Alertmanager that does what it is told, except where the reason says that it refuses.
  void carry(const OutMessage& m, const std::function<void(Result<void>)>& done) {
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

  void connect() {
    platforms_ = std::make_unique<ChatPlatforms>(*store_, *dispatcher_);
    if (auto loaded = platforms_->load(); !loaded) throw std::runtime_error(loaded.error().message);
    for (auto& made : stage_->make_all(platforms_->links(), config_)) platforms_->add(std::move(made));
  }

  void close() {
    if (stage_ && platforms_) {
      settle();
      stage_->forget();
      platforms_.reset();  // it still writes how far it has read
      settle();
    }
    if (store_) store_->stop();
    while (!tasks_.empty()) tasks_.run_one(std::chrono::seconds(1));
    dispatcher_.reset();
    store_.reset();
  }

  void restart() {
    close();
    open();
  }

  // What the application reads off the loop, read here at once.
  void read(const ReadWanted& wanted, const CommandInput& in, const std::function<void(Outcome)>& done) {
    const std::string& language = wanted.language;
    if (wanted.what == "scrub") {
      const auto at_once = [](const std::function<void()>& work, const std::function<void()>& then) {
        work();
        then();
        return true;
      };
      return scrub({*dispatcher_, store_->inner(), clock_, at_once}, wanted,
                   actor_of(config_, in.person, in.is_operator), done);
    }
    if (wanted.what == "where" || wanted.what == "diff") {
      const std::string& service = wanted.args.front();
      const auto answered = [&](const std::vector<PlaceNow>& places) {
        done(places_outcome(wanted, dispatcher_->state(), config_, places, clock_.now()));
      };
      return look_at_places(
          runs_.targets(), service, environments_of(dispatcher_->state(), config_, service),
          [](DurationMs, const std::function<void()>& then) { then(); }, answered);
    }
    if (wanted.what == "releases" || wanted.what == "metrics")
      return done(change_history_outcome(store_->inner(),
                                         {wanted, incident_spans(dispatcher_->state()), config_, clock_.now()}));
    if (wanted.what == "plan change") return read_plan(runs_.plan_reading(*dispatcher_, clock_), wanted, in, done);
    const auto entries = store_->read_incident(wanted.incident);
    Outcome o;
    if (wanted.what == "history") {
      HistoryReader history(wanted);
      if (!store_->read_journal(0, [&history](const Entry& e) { history.take(e); })) return;
      return done(history.outcome());
    }
    if (!entries) {
      o.reply.text = entries.error().message;
    } else if (wanted.what == "timeline") {
      o = timeline_outcome(*entries, wanted, config_);
    } else if (wanted.what == "transcript") {
      o = transcript_outcome(*entries, wanted);
    } else if (wanted.what == "postmortem") {
      const std::string html = render_report(*entries, config_, "html", language, "UTC");
      o.reply.text = say(language, "postmortem.done", {{"id", wanted.incident}, {"url", "/room/report/INC"}});
      if (!html.contains(wanted.incident)) o.reply.text = "the report does not name its incident";
    } else {
      o.reply.text = "reads " + wanted.what;
    }
    done(std::move(o));
  }

  std::string twist_, beside_, folder_, date_ = "2026-01-01";
  VirtualClock clock_{0};
  CoreConfig config_ = core_config(load_config("", true).settings, true);
  Tasks tasks_;
  Recorder chat_;
  std::unique_ptr<Stage> stage_;
  std::string platform_;
  std::map<std::string, std::string> topics_;  // before the step
  std::unique_ptr<CountingStore> store_;
  RunsStage runs_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<ChatPlatforms> platforms_;
  std::optional<ChatEvent> last_;
  std::vector<Said> said_;
  bool accounts_ = false;
  std::map<std::string, std::string> standings_;  // user -> guest, outsider
  std::string code_;                              // shown last
  std::map<std::string, TimeMs> firing_;
  int bodies_ = 0, scripts_ = 0;
};

std::string whole_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool wants_both(const std::string& text) { return text.contains("\n" + std::string(both) + "\n"); }

// What the stage of another platform cannot play yet: lines that are late, and answers as files.
// A transcript may say that a restart shows there: a platform's history is read again after each, and that is said.
bool playable(const std::string& path, const std::string& platform, const std::string& twist) {
  const std::string text = whole_file(path);
  if (wants_both(text)) return platform.empty() && (twist != "restart" || !text.contains("// not restarted: "));
  if (platform.empty()) return true;
  if (twist == "restart" && text.contains("// not restarted elsewhere: ")) return false;
  if (text.contains("// only in the room: ")) return false;
  const bool scripts = text.contains("\nwith accounts\n");  // what is asked for at the machine is the same everywhere
  for (const Step& step : read_script(path).steps) {
    if (step.input.contains(" late: ") || (!scripts && step.input.contains(" by script: "))) return false;
    for (const std::string& line : step.expected) {
      if (line.contains("📎")) return false;
    }
  }
  return true;
}

bool replay(const std::string& path, const std::string& twist, const std::string& platform, bool rewrite) {
  Script script = read_script(path);
  const std::string where = wants_both(whole_file(path)) ? "both" : platform;
  Talk talk(twist, std::filesystem::path(path).parent_path().string(), where);
  bool same = true;
  for (Step& step : script.steps) {
    Lines got = talk.comparable(talk.play(step));
    step.expected = talk.comparable(step.expected);
    if (like(step.expected, got)) continue;
    same = false;
    if (rewrite)
      step.expected = std::move(got);
    else
      explain(path, step, got);
  }
  if (script.steps.empty()) throw std::runtime_error(path + ": nothing is said");
  if (!rewrite || same) return same;
  std::ofstream file(path);
  const auto write = [&file](const Lines& lines) {
    for (const std::string& line : lines) file << line << "\n";
  };
  for (const Step& step : script.steps) {
    write(step.before);
    file << step.input << "\n";
    write(step.expected);
  }
  write(script.after);
  std::cout << path << ": rewritten\n";
  return static_cast<bool>(file.flush());
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
  const char* twist = std::getenv("MUSTER_TWIST");
  const char* where = std::getenv("MUSTER_PLATFORM");
  const std::string platform = where ? where : "";
  const bool rewrite = std::getenv("MUSTER_REWRITE") != nullptr && twist == nullptr && platform.empty();
  int differing = 0, left_out = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      if (!muster::playable(argv[i], platform, twist ? twist : "")) {
        ++left_out;
        continue;
      }
      if (!muster::replay(argv[i], twist ? twist : "", platform, rewrite)) ++differing;
    } catch (const std::exception& e) {
      std::cout << argv[i] << ": " << e.what() << "\n";
      ++differing;
    }
  }
  std::cout << argc - 1 << " conversations, " << differing << " differ"
            << (twist ? std::string(", twist ") + twist : "") << (where ? std::string(", on ") + where : "");
  if (left_out > 0) std::cout << ", " << left_out << " not playable there";
  std::cout << "\n";
  return argc < 2 ? 2 : differing == 0 ? 0 : 1;
}
