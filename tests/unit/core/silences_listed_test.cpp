// Which silences the list shows.
#include <doctest/doctest.h>

#include "bot/core/commands/policy.h"
#include "bot/core/engine/engine.h"

using namespace muster;

TEST_CASE("a silence of which nobody knows whether it was made is listed until its time is over, then with --all") {
  constexpr TimeMs start = 1'773'724'140'000;
  State state;
  CoreConfig config;
  config.policy = default_policy();
  Silence l;
  l.id = "L1";
  l.backend = "alertmanager";
  l.status = "unknown";
  l.starts_ms = start;
  l.until_ms = start + hour_ms;
  state.silences[1] = l;
  const auto listed = [&](TimeMs now, const std::string& text) {
    Work w{.state = state, .config = config, .now = now, .new_id = [] { return std::string("id"); }, .decision = {}};
    CommandInput input;
    input.is_operator = true;
    input.platform = "script";
    input.channel = "muster";
    input.text = text;
    input.direct = true;
    return run_command(w, input).json.as_list().size();
  };
  CHECK(listed(start + minute_ms, "silences") == 1);
  CHECK(listed(start + hour_ms - 1, "silences") == 1);
  CHECK(listed(start + hour_ms, "silences") == 0);
  CHECK(listed(start + hour_ms, "silences --all") == 1);
}
