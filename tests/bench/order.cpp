// Not a figure: which functions of the program a working day passes, for the linker to put side by side. A page of code
// that holds one of them and fifteen that nobody calls is memory, and a fault whenever it comes back. The result is
// bot/order.ld; how to make it anew: docs/figures.md.
#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>

#include "bot/base/json.h"
#include "tests/bench/bodies.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"
#include "tests/bench/workspace.h"

namespace muster::bench {
namespace {

constexpr const char* order_config = "people:\n  - {id: ana, name: Ana Sousa, roles: [owner], handles: [slack:U1]}\n";

void control(const Muster& m, const std::string& option, const std::string& value) {
  Process p({"callgrind_control", option, value, std::to_string(m.process->pid())}, m.folder + "/control.txt");
  while (p.running()) pause_ms(20);
}

void say(const Muster& m, const Session& s, const std::string& text) {
  static int said = 0;
  const std::string body =
      to_json(Value::Map{{"channel", "#muster"}, {"text", text}, {"client_id", "order-" + std::to_string(++said)}});
  ask(m.port, post_request("/room/say", body, s.headers()));
}

// Commands in the room and on Slack, alerts, pages and a scrape; a minute and a half of it is rest, with its timers.
void a_day(const Muster& m, Workspace& w) {
  const Session s = log_in(m);
  w.run({.commands = 40, .apart_ms = 100});
  say(m, s, "declare SEV2 checkout is slow");
  for (const char* text : {"status", "note INC-1 the pool is full", "incidents", "timeline", "update INC-1 we look",
                           "ack INC-1", "help", "who is on call"})
    for (int i = 0; i < 3; ++i) say(m, s, text);
  Template hook = webhook_template(m.webhook), api = api_template(m.api, 20);
  for (std::size_t n = 0; n < 10; ++n) {
    ask(m.port, hook.fill(n));
    ask(m.port, api.fill(n + 1));
    ask(m.port, get_request("/metrics"));
  }
  pause_ms(90'000);
  w.run({.commands = 160, .at_once = 32});
  pause_ms(5'000);
}

// Instructions of each function, by its name for the linker; those of libraries are left out later.
std::map<std::string, std::uint64_t> counted(const std::string& file) {
  std::map<std::string, std::uint64_t> cost;
  std::ifstream in(file);
  std::string function;
  bool is_call = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("fn=")) function = line.substr(3, line.find('\'') - 3);
    const bool number = !line.empty() && std::string_view("0123456789+-*").contains(line[0]);
    if (number && !is_call) cost[function] += std::stoull(line.substr(line.find(' ') + 1));
    is_call = line.starts_with("calls=");
  }
  return cost;
}

// One piece of code may have several names, as constructors do: its section has one of them, and callgrind says
// another.
std::map<std::string, std::uint64_t> with_other_names(const std::map<std::string, std::uint64_t>& cost,
                                                      const std::string& names) {
  Process nm({"nm", "--defined-only", own_folder() + "/muster"}, names);
  while (nm.running()) pause_ms(20);
  std::map<std::string, std::uint64_t> at, all;
  std::string address, kind, name;
  for (std::ifstream in(names); in >> address >> kind >> name;)
    if (const auto it = cost.find(name); it != cost.end()) at[address] = std::max(at[address], it->second);
  for (std::ifstream in(names); in >> address >> kind >> name;)
    if (const auto it = at.find(address); it != at.end()) all[name] = it->second;
  return all;
}

void write(const std::string& file, const std::map<std::string, std::uint64_t>& cost) {
  std::vector<std::pair<std::uint64_t, std::string>> most;
  for (const auto& [name, instructions] : cost) most.emplace_back(instructions, name);
  std::ranges::sort(most, std::greater<>());
  std::ofstream out(file);
  out << "/* The functions that commands, alerts and ticks pass, the busiest first: made by `muster_bench order`, see\n"
         "   docs/figures.md. A name that is not there any more does nothing; a new function lies with the others. */\n"
         "SECTIONS\n{\n  .text.often :\n  {\n";
  for (const auto& [instructions, name] : most) out << "    *(.text." << name << ")\n";
  out << "  }\n}\nINSERT BEFORE .text;\n";
}

}  // namespace

void order_section() {
  heading("The order of the functions");
  if (!installed("valgrind")) return skipped("order", "valgrind is not installed");
  Workspace w;
  const Variable api("SLACK_API_URL", w.api()), app("SLACK_APP_TOKEN", w.app_token());
  const Variable bot("SLACK_BOT_TOKEN", w.bot_token());
  const std::string folder = fresh_folder("order"), file = folder + "/counted", authority = folder + "/ca.pem";
  std::ofstream(authority) << w.authority_pem();
  const Variable ca("SLACK_CA_FILE", authority);
  const Variable under("MUSTER_UNDER",
                       "valgrind --tool=callgrind --instr-atstart=no --demangle=no --compress-strings=no "
                       "--compress-pos=no --callgrind-out-file=" +
                           file);
  const Muster m = start_muster_with(folder, order_config);
  control(m, "-i", "on");
  a_day(m, w);
  control(m, "-d", "order");
  const auto cost = with_other_names(counted(file + ".1"), folder + "/names");
  if (cost.empty()) throw std::runtime_error("callgrind counted nothing in " + file + ".1");
  write(own_folder() + "/order.ld", cost);
  note(std::to_string(cost.size()) + " names of functions; copy " + own_folder() + "/order.ld to bot/order.ld");
}

}  // namespace muster::bench
