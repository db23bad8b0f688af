// Kills the bot again and again under load, at crash points and at random moments, and checks after each death that
// nothing acknowledged is lost, nothing is applied twice and no outgoing message is dropped.
//   muster_soak [--kills N] [--seed N] [--keep]        (make soak: 500 kills)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/core/engine/listed.h"
#include "bot/core/engine/state.h"
#include "config/load.h"
#include "storage/store.h"
#include "tests/soak/bot.h"

namespace muster::soak {
namespace {

constexpr const char* points[] = {"before-begin",   "before-entry",   "before-commit", "after-commit",
                                  "after-complete", "before-deliver", "after-deliver"};

struct Promises {
  std::mutex mutex;
  std::set<std::string> alerts, incidents;  // what the bot said that it has
  std::atomic<int> answers = 0;
};

void send_load(const Life& life, const std::string& path, const std::string& prefix, int count, Promises& promises) {
  for (int n = 0; n < count; ++n) {
    const std::string name = prefix + "n" + std::to_string(n);
    const bool incident = n % 5 == 4;
    if (!(incident ? declare_incident(life, name) : post_alert(life, path, name))) return;  // it is dead
    const std::lock_guard lock(promises.mutex);
    (incident ? promises.incidents : promises.alerts).insert(name);
    ++promises.answers;
  }
}

// What the disk holds, read beside nobody: the bot is dead.
struct Found {
  State state;
  std::map<std::string, int> alerts, incidents;  // name -> how often it was applied
  std::map<std::string, int> opened;             // destination -> messages that open it
  std::set<std::string> waiting;                 // alerts that are stored and not decided
  std::size_t undelivered = 0;
};

void read_journal(Store& store, Found& found) {
  const auto read = store.read_journal(0, [&found](const Entry& e) {
    apply(found.state, e);
    if (e.kind == "alert.firing") ++found.alerts[e.data["alert"].as_string()];
    if (e.kind == list_kind)
      for (const Value& item : e.data["alerts"].as_list()) ++found.alerts[item["alert"].as_string()];
    if (e.kind == "incident.declared") ++found.incidents[e.data["title"].as_string()];
  });
  if (!read) throw std::runtime_error(read.error().message);
}

Found read_folder(Store& store) {
  Found found;
  read_journal(store, found);
  const auto inbox = store.pending_inbox();
  for (const InboxItem& item : inbox.value()) {
    const auto body = parse_json(item.body);
    for (const Value& a : body.value()["alerts"].as_list()) {
      found.waiting.insert(a["labels"]["alertname"].as_string());
    }
  }
  const auto out = store.pending_out();
  found.undelivered = out.value().size();
  for (const PendingOut& p : *out) found.opened[p.message.kind == "open_channel" ? p.message.destination : ""] += 1;
  const auto shown = store.room_history(1'000'000);
  for (const OutMessage& m : shown.value()) found.opened[m.kind == "open_channel" ? m.destination : ""] += 1;
  return found;
}

void check_once(const char* what, const std::set<std::string>& promised, const std::map<std::string, int>& applied,
                const std::set<std::string>& waiting, std::vector<std::string>& wrong) {
  for (const std::string& name : promised) {
    if (!applied.contains(name) && !waiting.contains(name)) wrong.push_back(std::string("lost: ") + what + name);
  }
  for (const auto& [name, n] : applied) {
    if (n > 1 || waiting.contains(name)) wrong.push_back(std::string("applied twice: ") + what + name);
  }
}

// What is wrong with the folder, in sentences; empty: every law holds.
std::vector<std::string> broken_laws(const std::string& folder, const Promises& promises, bool all_delivered) {
  const auto report = verify_journal(folder);
  if (!report) return {report.error().message};
  std::vector<std::string> wrong = report->problems;
  const auto store = open_store({.folder = folder, .read_only = true, .fault = {}, .now = {}}, {});
  if (!store) return {store.error().message};
  const Found found = read_folder(**store);
  check_once("the alert ", promises.alerts, found.alerts, found.waiting, wrong);
  check_once("the incident ", promises.incidents, found.incidents, {}, wrong);
  for (const auto& [n, i] : found.state.incidents) {
    const auto opened = found.opened.find("room:#" + i.channel);
    if (opened == found.opened.end() || opened->second != 1) {
      wrong.push_back("dropped or doubled: the opening of #" + i.channel);
    }
  }
  if (all_delivered && found.undelivered > 0) {
    wrong.push_back(std::to_string(found.undelivered) + " messages are not delivered");
  }
  if (projections(found.state) != *(*store)->projections()) wrong.emplace_back("the rows differ from the journal");
  return wrong;
}

struct Figures {
  double slowest_ready_ms = 0;
  int at_points = 0, in_starts = 0;
};

Death choose_death(std::mt19937& random, int round) {
  constexpr int n_points = static_cast<int>(std::size(points));
  if (round < n_points) return {points[round], 1 + static_cast<int>(random() % 20)};  // each once for certain
  if (random() % 5 < 2) return {};
  return {points[random() % n_points], 1 + static_cast<int>(random() % 150)};
}

void one_round(const std::string& folder, const std::string& path, int round, std::mt19937& random, Promises& promises,
               Figures& figures) {
  const Death death = choose_death(random, round);
  const int answers_before_kill = static_cast<int>(random() % 120);
  const Life life = start_bot(folder, death);
  if (life.port == 0) {
    ++figures.in_starts;
    wait_for_end(life, false);
    return;
  }
  figures.slowest_ready_ms = std::max(figures.slowest_ready_ms, life.ready_ms);
  const int before = promises.answers;
  std::vector<std::thread> senders;
  std::atomic<int> sending = 4;
  for (int w = 0; w < 4; ++w) {
    senders.emplace_back([&, w] {
      send_load(life, path, "r" + std::to_string(round) + "w" + std::to_string(w), 40, promises);
      --sending;
    });
  }
  while (sending > 0 && (!death.point.empty() || promises.answers - before < answers_before_kill)) ::usleep(200);
  const int status = wait_for_end(life, death.point.empty() || sending == 0);
  for (std::thread& t : senders) t.join();
  if (!death.point.empty() && WIFSIGNALED(status)) ++figures.at_points;
}

// A last life without a death: everything that was accepted is decided and delivered.
void live_in_peace(const std::string& folder) {
  const Life life = start_bot(folder, {});
  declare_incident(life, "last");
  for (int i = 0; i < 2000; ++i) {
    auto store = open_store({.folder = folder, .read_only = true, .fault = {}, .now = {}}, {});
    if (store && (*store)->pending_out()->empty() && (*store)->pending_inbox()->empty()) break;
    ::usleep(10'000);
  }
  ::kill(life.pid, SIGTERM);
  wait_for_end(life, false);
}

int run(int kills, unsigned seed, bool keep) {
  std::string name = (std::filesystem::temp_directory_path() / "muster-soak-XXXXXX").string();
  if (!::mkdtemp(name.data())) return 2;
  const std::string folder = name + "/data";
  std::filesystem::create_directory(folder);
  const auto tokens = load_tokens(folder, load_config("").settings);
  if (!tokens) return 2;
  const std::string path = "/in/alertmanager/" + tokens->sources.at("alertmanager");
  log_to(name + "/log");
  std::cout << "seed " << seed << ", " << kills << " kills, in " << name << std::endl;
  std::mt19937 random(seed);
  Promises promises;
  Figures figures;
  for (int round = 0; round <= kills; ++round) {
    const bool last = round == kills;
    if (!last) {
      one_round(folder, path, round, random, promises, figures);
    } else {
      live_in_peace(folder);
    }
    const auto wrong = broken_laws(folder, promises, last);
    for (const std::string& w : wrong)
      std::cout << "FAIL (seed " << seed << ", kill " << round + 1 << ") " << w << "\n";
    if (!wrong.empty()) {
      std::cout << "kept: " << name << std::endl;
      return 1;
    }
    if ((round + 1) % 20 == 0) {
      std::cout << round + 1 << " kills, " << promises.answers << " answers, slowest start " << figures.slowest_ready_ms
                << " ms" << std::endl;
    }
  }
  std::cout << "all laws hold after " << kills << " kills (" << figures.at_points << " at crash points, "
            << figures.in_starts << " of them before the bot was ready); " << promises.answers
            << " answers, all kept once; slowest start " << figures.slowest_ready_ms << " ms\n";
  if (!keep) std::filesystem::remove_all(name);
  return 0;
}

}  // namespace
}  // namespace muster::soak

int main(int argc, char** argv) {
  int kills = 500;
  unsigned seed = std::random_device{}();
  bool keep = false;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--keep"))
      keep = true;
    else if (i + 1 < argc && !std::strcmp(argv[i], "--kills"))
      kills = std::atoi(argv[++i]);
    else if (i + 1 < argc && !std::strcmp(argv[i], "--seed"))
      seed = static_cast<unsigned>(std::strtoul(argv[++i], nullptr, 10));
    else
      kills = -1;
  }
  if (kills < 0) {
    std::cerr << "usage: muster_soak [--kills N] [--seed N] [--keep]\n";
    return 2;
  }
  return muster::soak::run(kills, seed, keep);
}
