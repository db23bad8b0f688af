#include "bot/base/log.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "bot/base/clock.h"
#include "bot/base/hash.h"

using namespace muster;

TEST_CASE("log lines are one line each, with UTC time and quoted fields") {
  const auto path = std::filesystem::temp_directory_path() / ("muster-log-" + random_token(8));
  log_to(path.string());
  log(LogLevel::warn, "alert\nrefused", {{"source", "한국"}, {"why", "bad \"x\"\ninfo forged"}, {"empty", ""}});
  log(LogLevel::debug, "not shown");
  log_to("");
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  std::filesystem::remove(path);
  const std::string line = all.str();
  CHECK(line.size() > 25);
  CHECK(parse_time(line.substr(0, 24)));
  CHECK(line.substr(24) == " warning alert refused source=한국 why=\"bad \\\"x\\\" info forged\" empty=\"\"\n");
}
