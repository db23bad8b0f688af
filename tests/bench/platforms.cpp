// A command said on Slack's double until its answer is posted there: ours, durable, beside bots of @slack/bolt and of
// Hubot that keep nothing and answer with the same text and blocks. What the figures mean: docs/figures.md.
#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"
#include "tests/bench/workspace.h"
#include "tests/doubles/mattermost/server.h"

namespace muster::bench {
namespace {

constexpr const char* people_config = "people:\n  - {id: ana, name: Ana Sousa, roles: [owner], handles: [slack:U1]}\n";

struct Latency {
  double p50_ms = 0, p99_ms = 0;
};

struct Seen {
  std::string name;
  Latency in_a_row, rested;
  double processor_us = 0, private_mb = 0;
};

// The authorities of the system, as anybody who speaks to Slack has them, and the double's.
std::string authorities(const Workspace& w) {
  const std::string file = fresh_folder("authorities") + "/ca.pem";
  std::ofstream(file) << file_text("/etc/ssl/certs/ca-certificates.crt") << w.authority_pem();
  return file;
}

// The variables that all three read: muster the first of the two with authorities, Node the second.
struct Tokens {
  explicit Tokens(const Workspace& w)
      : file(authorities(w)),
        api("SLACK_API_URL", w.api()),
        app("SLACK_APP_TOKEN", w.app_token()),
        bot("SLACK_BOT_TOKEN", w.bot_token()),
        ours("SLACK_CA_FILE", file),
        node("NODE_EXTRA_CA_CERTS", file) {}
  std::string file;
  Variable api, app, bot, ours, node;
};

Latency latency_of(const std::vector<double>& ms) { return {quantile(ms, 0.5), quantile(ms, 0.99)}; }

std::string in_words(const Latency& l) { return "p50 " + number(l.p50_ms) + " ms, p99 " + number(l.p99_ms) + " ms"; }

// Once in each channel first: what a bot wants to know of a channel it asks then, as fast as Slack allows. Then one
// after the other, with a rest between them and without, then many at once, when a minute's worth is allowed again.
Seen measure(const std::string& name, Workspace& w, const Process& process) {
  constexpr std::size_t in_flight = 64, in_a_row = 192, together = 240;
  constexpr double rest_ms = 260;
  w.run({.commands = channels, .apart_ms = rest_ms});
  Seen seen;
  seen.name = name;
  seen.rested = latency_of(w.run({.commands = 150, .apart_ms = rest_ms}));
  seen.in_a_row = latency_of(w.run({.commands = in_a_row}));
  pause_ms(55'000);
  const double before = process.processor_ms();
  w.run({.commands = together, .at_once = in_flight});
  seen.processor_us = (process.processor_ms() - before) * 1000 / together;
  seen.private_mb = process.memory().private_mb;
  note(name + ": one after the other " + in_words(seen.in_a_row) + "; a quarter of a second apart " +
       in_words(seen.rested) + "; processor time " + number(seen.processor_us) + " us per command; " +
       number(seen.private_mb) + " MB private");
  return seen;
}

Seen ours(bool tls, std::string& answer) {
  Workspace w(tls);
  const Tokens tokens(w);
  const Muster m = start_muster_with(fresh_folder("platforms"), people_config);
  Seen seen = measure("muster", w, *m.process);
  answer = w.last_answer();
  return seen;
}

std::string clients() { return std::string(MUSTER_SOURCE_DIR) + "/tests/bench/clients/"; }

Seen theirs(bool tls, const std::string& name, const std::string& modules, const std::string& answer) {
  Workspace w(tls);
  const Tokens tokens(w);
  const std::string folder = fresh_folder(name);
  std::ofstream(folder + "/answer.json") << answer;
  const Variable where("CLIENT_MODULES", modules), what("ANSWER", folder + "/answer.json");
  const Process process({"node", clients() + name + ".mjs"}, folder + "/output.txt");
  try {
    return measure(name, w, process);
  } catch (const std::exception& e) {
    throw std::runtime_error(std::string(e.what()) + "; " + name + " said: " + process.output());
  }
}

// The folder with their packages, or nothing and why.
std::optional<std::string> fetched(std::string& why) {
  const std::string script = std::string(MUSTER_SOURCE_DIR) + "/tests/support/npm_modules.sh";
  const std::string output = fresh_folder("npm") + "/output.txt";
  Process npm({script, "slack-bench", clients() + "package.json", "@hubot-friends/hubot-slack"}, output);
  while (npm.running()) pause_ms(50);
  std::string said = npm.output();
  while (said.ends_with('\n')) said.pop_back();
  if (said.starts_with('/') && said.find('\n') == said.npos) return said;
  why = said;
  return std::nullopt;
}

// Each beside the better of the two others at that very thing.
void beside(const Seen& us, const Seen& bolt, const Seen& hubot) {
  const auto ratio = [&](const std::string& name, double limit, const char* unit, const auto& what) {
    const Seen& other = what(bolt) <= what(hubot) ? bolt : hubot;
    figure({.name = name,
            .measured = what(us) / what(other),
            .bound = Bound::at_most,
            .limit = limit,
            .unit = "x",
            .detail = number(what(us)) + " beside " + number(what(other)) + unit + other.name});
  };
  const auto round_trip = [&](const std::string& when, Latency Seen::*of) {
    ratio("round trip, " + when + ", p50", 1.0 / 3, " ms of ", [&](const Seen& s) { return (s.*of).p50_ms; });
    ratio("round trip, " + when + ", p99", 0.2, " ms of ", [&](const Seen& s) { return (s.*of).p99_ms; });
  };
  round_trip("one after the other", &Seen::in_a_row);
  round_trip("apart", &Seen::rested);
  ratio("processor time per command, 64 in flight", 0.2, " us of ", [](const Seen& s) { return s.processor_us; });
  ratio("private memory after it", 0.2, " MB of ", [](const Seen& s) { return s.private_mb; });
}

void added_latency(const std::string& when, const Latency& ours, const Disk& disk) {
  figure({.name = "added latency, " + when + ", p99",
          .measured = ours.p99_ms,
          .bound = Bound::at_most,
          .limit = 1 + disk.fsync_p99_ms,
          .unit = "ms",
          .detail = "limit: 1 ms + one fsync of this disk, " + number(disk.fsync_p99_ms) +
                    " ms; the double's sockets are in"});
}

}  // namespace

namespace {

void slack_section(bool tls, const Disk& disk) {
  heading(std::string("Slack's double, ") + (tls ? "over TLS" : "plain") +
          ": a command said there until its answer is posted");
  std::string answer, why;
  const Seen us = ours(tls, answer);
  added_latency("one after the other", us.in_a_row, disk);
  added_latency("apart", us.rested, disk);
  const auto modules = fetched(why);
  if (!modules) return skipped("beside Bolt and Hubot", why);
  const Seen bolt = theirs(tls, "bolt", *modules, answer);
  beside(us, bolt, theirs(tls, "hubot", *modules, answer));
}

}  // namespace

void platforms_section(const Disk& disk) { slack_section(true, disk); }
void plain_section(const Disk& disk) { slack_section(false, disk); }

namespace {

constexpr std::size_t everybody = 2'000;

// People of the Mattermost double, one channel, and how many the bot has looked up.
struct Townsquare {
  Townsquare() : server(clock) {
    server.on([this](doubles::MattermostCore& core) {
      const std::string team = core.add_team("ops"), bot = core.add_user("muster", true);
      core.join_team(team, bot);
      token = core.add_token(bot);
      channel = core.add_channel(team, "general");
      core.join(channel, bot);
      for (std::size_t n = 0; n < everybody; ++n) {
        people.push_back(core.add_user("person" + std::to_string(n)));
        core.join_team(team, people.back());
        core.join(channel, people.back());
      }
      core.fault_before = [this](const HttpRequest& q) {
        if (q.path.starts_with("/api/v4/users/") && !q.path.contains("/me")) ++asked;
        return std::optional<HttpResponse>();
      };
    });
  }
  void say(std::size_t n) {
    server.on([&](doubles::MattermostCore& core) { core.say(people[n], channel, "good morning"); });
  }
  std::size_t known() {
    std::size_t all = 0;
    server.on([&](doubles::MattermostCore&) { all = asked; });
    return all;
  }

  SystemClock clock;
  std::string token, channel;
  std::vector<std::string> people;
  std::size_t asked = 0;  // on the server's thread
  doubles::MattermostServer server;
};

std::string slack_id(std::size_t n) { return "UP" + std::to_string(n); }

void settle_on(Workspace& w) {
  w.server().on([](doubles::SlackCore& core) {
    for (std::size_t n = 0; n < everybody; ++n) {
      const std::string id = slack_id(n), name = "person" + std::to_string(n);
      core.users[id] = {id, name, name, name + "@example.com", "T1", false, false};
      core.channels.at("CBENCH0").members.insert(id);
    }
  });
}

void say_on(Workspace& w, std::size_t n) {
  w.server().on([&](doubles::SlackCore& core) { core.say(slack_id(n), "CBENCH0", "good morning"); });
}

// Everybody says something once; on Mattermost no faster than the bot asks who it was. Whom it knew already it does not
// ask after: it is over when all have spoken and nobody is asked after any more.
std::size_t meet_everybody(Workspace& w, Townsquare& t) {
  constexpr std::size_t ahead = 4;
  constexpr double quiet_ms = 10'000;
  std::size_t on_slack = 0, on_mattermost = 0, before = 0;
  double asked_at = now_ms();
  for (const double end = now_ms() + 900'000; now_ms() < end; pause_ms(20)) {
    const std::size_t known = t.known();
    if (std::exchange(before, known) != known) asked_at = now_ms();
    const bool quiet = now_ms() - asked_at > quiet_ms;
    if (on_slack == everybody && on_mattermost == everybody && quiet) return known;
    if (on_slack < everybody) say_on(w, on_slack++);
    if (on_mattermost < everybody && (on_mattermost < known + ahead || quiet)) t.say(on_mattermost++);
  }
  throw std::runtime_error("after a quarter of an hour it knows " + std::to_string(t.known()) +
                           " people on Mattermost");
}

}  // namespace

void people_section() {
  heading("Both platforms connected");
  Workspace w;
  settle_on(w);
  Townsquare t;
  const Tokens tokens(w);
  const Variable url("MATTERMOST_URL", t.server.url()), token("MATTERMOST_TOKEN", t.token);
  const Muster m = start_muster_with(fresh_folder("people"), people_config);
  const std::size_t asked_after = meet_everybody(w, t);
  pause_ms(5000);
  figure({.name = "2,000 people known on each, private memory",
          .measured = m.process->memory().private_mb,
          .bound = Bound::at_most,
          .limit = 16,
          .unit = "MB",
          .detail =
              "everybody has said something once; on Mattermost " + std::to_string(asked_after) + " were asked after"});
}

}  // namespace muster::bench
