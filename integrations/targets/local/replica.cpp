#include "integrations/targets/local/replica.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "bot/base/text.h"
#include "integrations/process/clean.h"
#include "integrations/process/files.h"
#include "integrations/process/keeper/layout.h"
#include "integrations/process/spawn.h"

namespace muster::local {
namespace {

using namespace process;

constexpr std::size_t shown_bytes = 4 << 10;

std::string text_in(const Fields& fields, std::string_view name) {
  const auto it = fields.find(name);
  return it == fields.end() ? std::string() : it->second;
}

std::optional<int> maybe(const Fields& fields, std::string_view name) {
  if (!fields.contains(name)) return std::nullopt;
  return static_cast<int>(number_in(fields, name));
}

bool can_listen(int port) {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  return bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Names are p<number>-<time>: the oldest come first.
void keep_newest(const std::string& logs, std::size_t kept) {
  std::vector<std::pair<std::int64_t, std::string>> all;
  for (const std::string& name : names_in(logs)) {
    struct stat info {};
    if (name.ends_with(".log") && lstat((logs + "/" + name).c_str(), &info) == 0)
      all.emplace_back(info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000, name);
  }
  std::ranges::sort(all);
  for (std::size_t i = 0; i + kept < all.size(); ++i) unlink((logs + "/" + all[i].second).c_str());
}

}  // namespace

std::optional<Record> read_state(const std::string& folder) {
  const auto fields = read_record(folder + "/" + keeper::state_file);
  if (!fields) return std::nullopt;
  Record r;
  r.boot = text_in(*fields, "boot");
  r.phase = text_in(*fields, "phase");
  r.keeper = static_cast<int>(number_in(*fields, "keeper"));
  r.keeper_start = number_in(*fields, "keeper_start");
  r.child = static_cast<int>(number_in(*fields, "child"));
  r.starts = number_in(*fields, "starts");
  r.started = number_in(*fields, "started_ms");
  r.code = maybe(*fields, "code");
  r.signal = maybe(*fields, "signal");
  r.exec_error = static_cast<int>(number_in(*fields, "errno"));
  r.in_folder = number_in(*fields, "stage") == 1;
  r.version = text_in(*fields, "version");
  r.generation = number_in(*fields, "generation");
  r.port = static_cast<int>(number_in(*fields, "port"));
  return r;
}

std::string how_it_ended(const Record& r) {
  if (r.exec_error != 0)
    return std::string(r.in_folder ? "could not enter its folder: " : "could not be run: ") +
           std::strerror(r.exec_error);
  if (r.code) return "ended with code " + std::to_string(*r.code);
  if (r.signal) return "was ended by signal " + std::to_string(*r.signal);
  return "ended";
}

std::string last_lines(const std::string& folder, const std::vector<std::string>& secrets) {
  const std::string path = folder + "/" + keeper::log_file;
  const std::uint64_t size = size_of(path);
  std::string text = read_some(path, size > shown_bytes ? size - shown_bytes : 0, shown_bytes);
  if (size > shown_bytes) text = cut_tail(std::move(text));
  return clean_output(text, secrets);
}

std::string last_word(const std::string& folder, const std::vector<std::string>& secrets) {
  std::string word;
  for (const std::string& line : split(last_lines(folder, secrets), '\n')) {
    if (!trim(line).empty() && !line.starts_with("muster: ")) word = line;
  }
  return clip_bytes(one_line(word), 200);
}

void put_away(const std::string& folder, const std::string& logs, const std::string& id, std::size_t kept) {
  mkdir(logs.c_str(), 0700);
  rename((folder + "/" + keeper::log_file).c_str(), (logs + "/" + id + ".log").c_str());
  keep_newest(logs, kept);
  for (const std::string& name : names_in(folder)) {
    if (name != "." && name != "..") unlink((folder + "/" + name).c_str());
  }
  rmdir(folder.c_str());
}

std::vector<std::string> process_ids(const std::string& folder) {
  std::vector<std::string> ids;
  for (const std::string& name : names_in(folder)) {
    if (name.starts_with('p') && is_command_id(name)) ids.push_back(name);
  }
  std::ranges::sort(ids);
  return ids;
}

int free_port(int first, int last, const std::vector<int>& used) {
  for (int port = first; port <= last; ++port) {
    if (std::ranges::count(used, port) == 0 && can_listen(port)) return port;
  }
  return 0;
}

}  // namespace muster::local
