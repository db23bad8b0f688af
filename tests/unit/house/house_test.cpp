// The house: which room may include what. It reads every source file and holds it against the table.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Source {
  std::string path;  // relative to the source folder
  std::vector<std::string> lines;
  bool header = false;
};

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Source> all_sources() {
  std::vector<Source> out;
  const fs::path root = MUSTER_SOURCE_DIR;
  for (const char* room : {"bot", "storage", "config", "integrations", "runbooks"}) {
    if (!fs::exists(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
      out.push_back({fs::relative(entry.path(), root).generic_string(), lines_of(entry.path()), extension == ".h"});
    }
  }
  return out;
}

const std::vector<Source>& sources() {
  static const std::vector<Source> all = all_sources();
  return all;
}

bool under(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::string included(std::string_view line, char open, char close) {
  if (!line.starts_with("#include")) return {};
  const std::size_t begin = line.find(open);
  if (begin == line.npos) return {};
  const std::size_t end = line.find(close, begin + 1);
  return end == line.npos ? std::string() : std::string(line.substr(begin + 1, end - begin - 1));
}

// The first two folders, or one for a file that lies in integrations/ itself.
std::string integration_of(std::string_view path) {
  const std::size_t first = path.find('/'), second = path.find('/', first + 1);
  return std::string(path.substr(0, second == path.npos ? first : second));
}

std::vector<std::string> may_include(std::string_view path) {
  if (under(path, "bot/base")) return {"bot/base"};
  if (under(path, "bot/cel")) return {"bot/base", "bot/cel"};
  if (under(path, "bot/core")) return {"bot/base", "bot/cel", "bot/core"};
  if (under(path, "runbooks")) return {"bot/base", "bot/cel", "bot/core", "runbooks"};
  if (under(path, "storage")) return {"bot/base", "bot/core", "runbooks", "storage"};
  if (under(path, "config")) return {"bot/base", "bot/cel", "bot/core", "runbooks", "config"};
  if (under(path, "integrations/net")) return {"bot/base", "integrations/net"};
  if (under(path, "integrations/process")) return {"bot/base", "integrations/net", "integrations/process"};
  if (under(path, "integrations")) {
    return {"bot/base", "bot/core", "integrations/net", "integrations/process", integration_of(path)};
  }
  return {"bot", "storage", "config", "integrations", "runbooks"};
}

bool is_allowed(std::string_view path, std::string_view include) {
  if (under(path, "config") && include.ends_with("/config.h")) return true;
  if (under(path, "bot") && include.find('/') == include.npos) return true;  // generated beside the build
  const std::vector<std::string> folders = may_include(path);
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& f) { return under(include, f); });
}

bool is_heavy(std::string_view include) {
  constexpr std::string_view heavy[] = {"boost/", "websocketpp/", "nlohmann/", "rapidjson/",
                                        "curl/",  "sqlite3.h",    "spdlog/",   "yaml.h"};
  return std::any_of(std::begin(heavy), std::end(heavy), [&](std::string_view h) { return include.starts_with(h); });
}

std::string code_of(const std::string& line) { return line.substr(0, line.find("//")); }

bool has_sql(std::string_view line) {
  constexpr std::string_view starts[] = {"\"SELECT ",      "\"INSERT INTO", "\"INSERT OR", "\"DELETE FROM",
                                         "\"CREATE TABLE", "(SELECT ",      "(INSERT INTO"};
  return std::any_of(std::begin(starts), std::end(starts),
                     [&](std::string_view s) { return line.find(s) != line.npos; });
}

template <class Check>
void for_each_line(Check check) {
  for (const Source& source : sources()) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string place = source.path + ":" + std::to_string(i + 1) + ": " + source.lines[i];
      CAPTURE(place);
      check(source, source.lines[i]);
    }
  }
}

}  // namespace

TEST_CASE("the rules of the house refuse what they should") {
  CHECK(is_allowed("bot/core/alerts/decide.h", "bot/base/clock.h"));
  CHECK_FALSE(is_allowed("bot/base/clock.h", "bot/core/alerts/decide.h"));
  CHECK_FALSE(is_allowed("bot/core/a.cpp", "storage/store.h"));
  CHECK_FALSE(is_allowed("integrations/chat/a.cpp", "integrations/alerts/b.h"));
  CHECK_FALSE(is_allowed("integrations/net/a.cpp", "bot/core/b.h"));
  CHECK_FALSE(is_allowed("storage/a.cpp", "integrations/net/b.h"));
  CHECK_FALSE(is_allowed("storage/a.cpp", "bot/cel/b.h"));
  CHECK(is_allowed("integrations/alerts/a.cpp", "integrations/net/b.h"));
  CHECK(is_allowed("config/a.cpp", "integrations/net/config.h"));
  CHECK_FALSE(is_allowed("config/a.cpp", "integrations/net/http.h"));
  CHECK(is_allowed("bot/dispatcher.cpp", "storage/store.h"));
  CHECK(included("#include \"bot/base/a.h\"  // why", '"', '"') == "bot/base/a.h");
  CHECK(has_sql("run(\"SELECT 1\")"));
  CHECK_FALSE(has_sql("\"Select a channel\""));
  CHECK(sources().size() > 20);
}

TEST_CASE("every room includes only what its row in the table allows") {
  for_each_line([](const Source& source, const std::string& line) {
    const std::string include = included(line, '"', '"');
    if (!include.empty()) CHECK(is_allowed(source.path, include));
  });
}

TEST_CASE("heavy library headers stay in source files, and SQLite in storage") {
  for_each_line([](const Source& source, const std::string& line) {
    const std::string include = included(line, '<', '>');
    if (source.header) CHECK_FALSE(is_heavy(include));
    if (include.starts_with("sqlite3")) CHECK(under(source.path, "storage"));
  });
}

TEST_CASE("SQL is written in storage only") {
  for_each_line([](const Source& source, const std::string& line) {
    if (!under(source.path, "storage")) CHECK_FALSE(has_sql(code_of(line)));
  });
}

TEST_CASE("no coroutines, no sleeping, no namespace opened in a header") {
  for_each_line([](const Source& source, const std::string& line) {
    const std::string code = code_of(line);
    for (const char* banned : {"co_await", "co_return", "co_yield", "sleep_for", "sleep_until"}) {
      CAPTURE(banned);
      CHECK(code.find(banned) == std::string::npos);
    }
    if (source.header) CHECK(code.find("using namespace") == std::string::npos);
  });
}

TEST_CASE("files and lines stay short enough to read") {
  for (const Source& source : sources()) {
    CAPTURE(source.path);
    CHECK(source.lines.size() <= 800);
  }
  for_each_line([](const Source& source, const std::string& line) {
    // Patterns and style sheets are data: a line of them is one thing.
    if (source.path.ends_with("postmortems/lint.cpp") || source.path.ends_with("reports/html.cpp")) return;
    // Counted in code points: Korean text is three bytes a letter.
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    CHECK(columns <= 140);
  });
}
