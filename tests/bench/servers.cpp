#include "tests/bench/servers.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bot/base/json.h"
#include "tests/bench/load.h"

namespace muster::bench {
namespace {

void wait_until_ready(Process& process, int port, const std::string& path) {
  for (const double end = now_ms() + 30'000; now_ms() < end; pause_ms(5)) {
    if (answers_ok(port, path)) return;
    if (!process.running()) break;
  }
  throw std::runtime_error("a server did not become ready: " + process.output());
}

std::string path_of(const std::string& url) { return url.substr(url.find('/', url.find("//") + 2)); }

// The URLs that `muster sources` prints, as a person would look them up.
std::string source_path(const std::string& folder, const std::string& kind) {
  Process asking({own_folder() + "/muster", "sources", "--data", folder}, folder + "/sources.txt");
  const std::string route = "/in/" + kind + "/";
  return route + asking.word_after(route);
}

std::string header_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find(name + ": ");
  if (at == head.npos) return {};
  const std::size_t from = at + name.size() + 2;
  return head.substr(from, head.find_first_of("\r;", from) - from);
}

// What the program is run under: words of MUSTER_UNDER, without quotes.
std::vector<std::string> program() {
  std::vector<std::string> words;
  std::istringstream under(std::getenv("MUSTER_UNDER") ? std::getenv("MUSTER_UNDER") : "");
  for (std::string word; under >> word;) words.push_back(word);
  words.push_back(own_folder() + "/muster");
  return words;
}

Muster started(const std::string& folder, const std::string& data, const std::vector<std::string>& more) {
  Muster m;
  m.folder = folder;
  std::vector<std::string> command = program();
  for (const char* word : {"serve", "--data", data.c_str(), "--listen", "127.0.0.1:0"}) command.emplace_back(word);
  command.insert(command.end(), more.begin(), more.end());
  m.process = std::make_unique<Process>(command, folder + "/output.txt");
  m.port = std::stoi(m.process->word_after("listening on http://127.0.0.1:"));
  m.login = path_of(m.process->word_after("room: "));
  wait_until_ready(*m.process, m.port, "/readyz");
  m.webhook = source_path(data, "alertmanager");
  m.api = source_path(data, "prometheus");  // with its /api/v2/alerts
  return m;
}

}  // namespace

std::string fresh_folder(const std::string& name) {
  const std::string folder = own_folder() + "/bench-data/" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

Muster start_muster(const std::string& folder, const std::vector<std::string>& more) {
  std::vector<std::string> words{"--sandbox"};
  words.insert(words.end(), more.begin(), more.end());
  return started(folder, folder, words);
}

Muster start_muster_with(const std::string& folder, const std::string& config) {
  std::filesystem::create_directories(folder + "/config");
  std::ofstream(folder + "/config/muster.yaml") << config;
  return started(folder, folder + "/data", {"--config", folder + "/config"});
}

Variable::Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
Variable::~Variable() { ::unsetenv(name_); }

Session log_in(const Muster& m) {
  Session s;
  s.cookie = "Cookie: " + header_of(ask(m.port, get_request(m.login)).head, "Set-Cookie") + "\r\n";
  const auto state = parse_json(ask(m.port, get_request("/room/state", s.cookie)).body);
  if (!state) throw std::runtime_error("the room's state is no JSON");
  s.csrf = (*state)["csrf"].as_string();
  s.cursor = (*state)["cursor"].as_string();
  return s;
}

double metric(int port, const std::string& name) {
  std::stringstream text(ask(port, get_request("/metrics")).body);
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  throw std::runtime_error("there is no metric " + name);
}

Alertmanager start_alertmanager(const std::string& folder) {
  // Many groups of a usual size and a receiver that does nothing: only taking alerts in is measured.
  std::ofstream(folder + "/alertmanager.yml")
      << "route: {receiver: nobody, group_by: [alertname, service]}\nreceivers: [{name: nobody}]\n";
  Alertmanager a;
  a.port = free_port();
  a.process = std::make_unique<Process>(
      std::vector<std::string>{"prometheus-alertmanager", "--config.file=" + folder + "/alertmanager.yml",
                               "--storage.path=" + folder + "/data",
                               "--cluster.listen-address=", "--web.listen-address=127.0.0.1:" + std::to_string(a.port)},
      folder + "/output.txt");
  wait_until_ready(*a.process, a.port, "/-/ready");
  return a;
}

std::unique_ptr<Process> start_bare(const std::string& folder, int& port) {
  auto process =
      std::make_unique<Process>(std::vector<std::string>{own_folder() + "/muster_bench", "bare"}, folder + "/bare.txt");
  port = std::stoi(process->word_after("listening on "));
  return process;
}

}  // namespace muster::bench
