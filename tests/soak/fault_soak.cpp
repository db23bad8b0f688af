#include "tests/soak/fault_soak.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "bot/base/log.h"

namespace muster::soak {

std::string SoakDirectory::theirs(const std::string& kind, const std::string& ours) const {
  const auto it = theirs_.find({kind, ours});
  return it == theirs_.end() ? std::string() : it->second;
}

std::string SoakDirectory::ours(const std::string& kind, const std::string& theirs) const {
  const auto it = ours_.find({kind, theirs});
  return it == ours_.end() ? std::string() : it->second;
}

void SoakDirectory::link(const std::string& kind, const std::string& ours, const std::string& theirs) {
  theirs_[{kind, ours}] = theirs;
  if (kind == "channel" || kind == "post") ours_[{kind, theirs}] = ours;
}

void settle(SoakWorld& w) {
  w.pump();
  while (!w.tasks.empty() || w.timers.ring_due()) {
    if (w.tasks.empty()) continue;
    const auto task = std::move(w.tasks.front());
    w.tasks.pop_front();
    task();
    w.pump();
  }
}

void pass_second(SoakWorld& w) {
  const TimeMs until = w.clock.now() + second_ms;
  while (w.timers.next() != 0 && w.timers.next() <= until) {
    w.clock.set(std::max(w.clock.now(), w.timers.next()));
    settle(w);
  }
  w.clock.set(until);
  w.tick();
  settle(w);
}

namespace {

constexpr int edited = 1'000'000;  // what an edit asks for: never to be done

OutMessage answer_to(const SoakWorld& w, int channel, int n) {
  char id[40];
  std::snprintf(id, sizeof id, "%011llx-s-%d", static_cast<unsigned long long>(w.clock.now()), n);
  return {
      id, w.name() + ":#c" + std::to_string(channel), "post",
      Value::Map{{"post_id", "r" + std::to_string(n)}, {"message", Value::Map{{"text", "pong " + std::to_string(n)}}}}};
}

// The bot as far as this needs it: an inbox that forgets nothing, one answer per command, an outbox that is kept.
class Bot {
 public:
  explicit Bot(SoakWorld& world) : w_(world) {}
  ~Bot() { kill(); }

  void start() {
    platform_ = w_.make(directory_);
    platform_->on_event([this](const ChatEvent& e, const ChatPlatform::Done& done) { heard(e, done); });
    w_.start(*platform_);
    for (OutMessage& m : std::exchange(outbox_, {})) {
      tried(m);
      send(std::move(m));
    }
  }
  void kill() {
    ++life_;
    platform_.reset();
    w_.tasks.clear();
    w_.timers.clear();
    w_.gone();
    w_.tasks.clear();
  }
  void send(OutMessage m) {
    outbox_.push_back(m);
    deliver(m);
  }
  ChatPlatform& platform() { return *platform_; }
  bool disk_full = false;
  std::map<int, int> done_times;             // command -> how often it was carried out
  std::map<int, std::vector<int>> answered;  // channel -> commands, in the order of their answers
  std::map<int, int> came_out_of_order;      // channel -> commands that came after a later one
  int refused_by_disk = 0, given_up = 0, redelivered = 0;
  std::deque<OutMessage> outbox_;
  ChatHealth total;

 private:
  void heard(const ChatEvent& e, const ChatPlatform::Done& done) {
    if (disk_full) {
      ++refused_by_disk;
      return done(fail(ErrorKind::unavailable, "the disk is full"));
    }
    const bool fresh = inbox_.insert(e.id).second;
    redelivered += fresh ? 0 : 1;
    done({});
    if (!fresh || e.kind != "message" || !e.text.starts_with("!ping ")) return;
    const int n = std::atoi(e.text.c_str() + 6), channel = e.channel.back() - '0';
    ++done_times[n];
    if (!answered[channel].empty() && answered[channel].back() > n) ++came_out_of_order[channel];
    answered[channel].push_back(n);
    send(answer_to(w_, channel, n));
  }
  // As the bot's own outbox says of what a process before, or a try before, may have posted already.
  static void tried(OutMessage& m) { m.body.set("tried", true); }
  void deliver(const OutMessage& m) {
    platform_->deliver(m, [this, m, life = life_](const Result<void>& r) {
      if (life != life_) return;
      if (r || r.error().kind != ErrorKind::unavailable) {
        given_up += r ? 0 : 1;
        std::erase_if(outbox_, [&m](const OutMessage& o) { return o.id == m.id; });
        return;
      }
      w_.timers.after(2 * second_ms, [this, m = m]() mutable {
        tried(m);
        deliver(m);
      });
    });
  }

  SoakWorld& w_;
  SoakDirectory directory_;
  std::unique_ptr<ChatPlatform> platform_;
  std::set<std::string> inbox_;
  int life_ = 0;
};

struct Said {
  int n = 0, channel = 0;
  std::string post;
};

class Day {
 public:
  Day(SoakWorld& world, const SoakPlan& plan) : w_(world), plan_(plan), dice_(plan.seed), bot_(world) {}

  std::vector<std::string> run() {
    bot_.start();
    settle(w_);
    w_.settle_in();
    for (int i = 0; i < 120; ++i) pass_second(w_);
    const TimeMs end = w_.clock.now() + plan_.time;
    next_cut_ = w_.clock.now();
    next_restart_ = w_.clock.now() + 20 * minute_ms;
    const double each_second = static_cast<double>(plan_.messages) * second_ms / static_cast<double>(plan_.time);
    double owed = 0;
    while (w_.clock.now() < end) {
      for (owed += each_second; owed >= 1 && static_cast<int>(said_.size()) < plan_.messages; owed -= 1) say();
      trouble();
      pass_second(w_);
    }
    w_.heal();
    bot_.disk_full = false;
    for (int i = 0; i < 3'600 && (i < 900 || !bot_.outbox_.empty()); ++i) pass_second(w_);
    return verdict();
  }

 private:
  bool once_in(DurationMs time) { return dice_() % static_cast<unsigned>(time / second_ms) == 0; }
  void say() {
    const int n = static_cast<int>(said_.size()) + 1, channel = static_cast<int>(dice_() % SoakWorld::channels);
    said_.push_back({n, channel, w_.say(channel, "!ping " + std::to_string(n))});
    settle(w_);
  }
  void trouble() {
    const TimeMs now = w_.clock.now();
    if (now >= next_cut_) {
      ++faults_["connection lost"];
      w_.cut();
      next_cut_ = now + minute_ms + static_cast<DurationMs>(dice_() % (5 * minute_ms));
    }
    if (once_in(40 * second_ms)) ++faults_[w_.fault(dice_)];
    if (heal_at_ != 0 && now >= heal_at_) {
      w_.heal();
      bot_.disk_full = false;
      heal_at_ = 0;
    }
    if (heal_at_ == 0) heal_at_ = now + 10 * second_ms + static_cast<DurationMs>(dice_() % (50 * second_ms));
    if (once_in(20 * minute_ms)) {
      ++faults_["disk full"];
      bot_.disk_full = true;
    }
    if (once_in(3 * minute_ms)) edit();
    if (now >= next_restart_) {
      ++faults_["process restarted"];
      bot_.kill();
      bot_.start();
      next_restart_ = now + hour_ms + static_cast<DurationMs>(dice_() % (2 * hour_ms));
    }
  }
  // Only what was carried out already: a message that is edited before it was heard is no command any more.
  void edit() {
    if (said_.empty()) return;
    const Said& s = said_[dice_() % said_.size()];
    if (!bot_.done_times.contains(s.n)) return;
    ++faults_["command edited afterwards"];
    w_.edit(s.channel, s.post, "!ping " + std::to_string(edited + s.n));
    settle(w_);
  }
  std::vector<std::string> verdict() {
    std::vector<std::string> wrong = w_.broken_rules();
    const auto bad = [&wrong](const std::string& what, int n) {
      if (n > 0) wrong.push_back(std::to_string(n) + " " + what);
    };
    int lost = 0, twice = 0, of_edits = 0;
    for (const Said& s : said_) lost += bot_.done_times.contains(s.n) ? 0 : 1;
    for (const auto& [n, times] : bot_.done_times) {
      twice += times > 1 ? 1 : 0;
      of_edits += n > edited ? 1 : 0;
    }
    bad("commands were lost", lost);
    bad("commands were carried out twice", twice);
    bad("edited messages were carried out", of_edits);
    bad("answers were given up", bot_.given_up);
    bad("answers still wait", static_cast<int>(bot_.outbox_.size()));
    int posts = 0, missing = 0, doubled = 0, late_in = 0, swapped = 0;
    for (int c = 0; c < SoakWorld::channels; ++c) {
      std::map<int, int> seen;
      std::vector<int> order;
      for (const std::string& text : w_.bot_posts(c)) {
        if (!text.starts_with("pong ")) continue;
        const int n = std::atoi(text.c_str() + 5);
        if (++seen[n] == 1) order.push_back(n);
        ++posts;
      }
      for (const int n : bot_.answered[c]) missing += seen.contains(n) ? 0 : 1;
      for (const auto& [n, times] : seen) doubled += times > 1 ? 1 : 0;
      swapped += order == bot_.answered[c] ? 0 : 1;
      late_in += bot_.came_out_of_order[c];
    }
    bad("answers are missing", missing);
    bad("answers were posted twice", doubled);
    bad("channels have their answers in another order", swapped);
    print(posts, late_in);
    return wrong;
  }
  void print(int posts, int late_in) {
    std::printf("%s: %lld h of virtual time, seed %u\n", w_.name().c_str(),
                static_cast<long long>(plan_.time / hour_ms), plan_.seed);
    for (const auto& [what, n] : faults_) std::printf("  %-46s %7d\n", what.c_str(), n);
    const auto row = [](const char* what, std::size_t n) { std::printf("  %-46s %7zu\n", what, n); };
    row("= commands said", said_.size());
    row("= commands carried out", bot_.done_times.size());
    row("= events that came again and changed nothing", static_cast<std::size_t>(bot_.redelivered));
    row("= events the full disk refused", static_cast<std::size_t>(bot_.refused_by_disk));
    row("= commands that came after a later one", static_cast<std::size_t>(late_in));
    row("= answers posted", static_cast<std::size_t>(posts));
    const ChatHealth h = bot_.platform().health();
    row("= calls refused with 429 since the last restart", h.refused);
  }

  SoakWorld& w_;
  SoakPlan plan_;
  std::mt19937 dice_;
  Bot bot_;
  std::vector<Said> said_;
  std::map<std::string, int> faults_;
  TimeMs next_cut_ = 0, heal_at_ = 0, next_restart_ = 0;
};

}  // namespace

std::vector<std::string> run_soak(SoakWorld& world, const SoakPlan& plan) { return Day(world, plan).run(); }

int soak_main(int argc, char** argv, const std::function<std::unique_ptr<SoakWorld>()>& make) {
  SoakPlan plan{.time = 24 * hour_ms, .messages = 20'000, .seed = 1};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!std::strcmp(argv[i], "--hours")) plan.time = std::atoi(argv[i + 1]) * hour_ms;
    if (!std::strcmp(argv[i], "--messages")) plan.messages = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "--seed")) plan.seed = static_cast<unsigned>(std::atoi(argv[i + 1]));
  }
  log_at(LogLevel::error);
  std::vector<std::string> wrong = run_flood(*make());
  for (std::string& w : run_soak(*make(), plan)) wrong.push_back(std::move(w));
  for (const std::string& w : wrong) std::cout << "FAIL (seed " << plan.seed << ") " << w << "\n";
  if (wrong.empty()) std::cout << "all laws hold\n";
  return wrong.empty() ? 0 : 1;
}

}  // namespace muster::soak
