#include "bot/core/engine/channels.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

struct Desk {
  State state;
  CoreConfig config;
  Work work{state, config, 1'773'724'200'000, [] { return std::string("id"); }, {}};
  std::string name(const std::string& pattern, const std::string& title, const std::string& service = {}) {
    config.channel_name = pattern;
    Entry e;
    e.occurred_ms = work.now;
    if (!service.empty()) e.services = {service};
    e.data = Value::Map{{"title", title}, {"severity", "SEV2"}};
    return channel_name_for(work, e, 7);
  }
};

}  // namespace

TEST_CASE("a channel's name is the template filled in, in letters that every platform takes") {
  Desk d;
  const std::string usual = "inc-{number}-{slug}";
  CHECK(d.name(usual, "Checkout is slow!") == "inc-7-checkout-is-slow");
  CHECK(d.name(usual, "ÄÖ ~ & <@U1>") == "inc-7-ao-u1");
  CHECK(d.name(usual, "Café in İstanbul: ＡＰＩ groß") == "inc-7-cafe-in-istanbul-api-gro");
  CHECK(d.name(usual, "🔥🔥") == "inc-7");
  CHECK(d.name(usual, "결제가 느립니다", "checkout-api") == "inc-7-checkout-api");
  CHECK(d.name(usual, "결제가 느립니다") == "inc-7-gyeoljega-neuripnida");
  CHECK(d.name(usual, "결제가 느립니다 😀 checkout is slow") == "inc-7-checkout-is-slow");
  CHECK(d.name(usual, "결제 API 지연") == "inc-7-gyeolje-api-jiyeon");
  CHECK(d.name(usual, "결제 API 지연", "checkout-api") == "inc-7-checkout-api");
  CHECK(d.name("장애-{number}", "x") == "jangae-7");
  CHECK(d.name("{date}-{service}-{severity}", "x", "Checkout API") == "2026-03-17-checkout-api-sev2");
  CHECK(d.name("{service}", "x") == "inc-7");  // nothing is left of it
  CHECK(d.name("{id}_{slug}", "a b") == "inc-7-a-b");
  CHECK(d.name("war-room-of-the-whole-company-for-incident-{number}-{slug}", std::string(200, 'a')).size() <= 58);
}

TEST_CASE("a name that another incident or a channel of ours has gets a number") {
  Desk d;
  d.state.incident_by_channel["2026-03-17"] = 1;
  d.state.incident_by_channel["2026-03-17-2"] = 2;
  CHECK(d.name("{date}", "x") == "2026-03-17-3");
  CHECK(d.name("alerts", "x") == "alerts-2");
}

TEST_CASE("a placeholder that is none is found") {
  CHECK(unknown_placeholder("inc-{number}-{slug}").empty());
  CHECK(unknown_placeholder("inc-{nmber}") == "{nmber");
  CHECK(unknown_placeholder("inc-{number") == "{number");
}
