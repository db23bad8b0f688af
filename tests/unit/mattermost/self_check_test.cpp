#include "integrations/chat/mattermost/self_check.h"

#include <doctest/doctest.h>

#include "integrations/chat/mattermost/account.h"
#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;

namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const ChatChecks& checks) {
  Lines lines;
  for (const ChatCheck& check : checks) {
    CHECK_FALSE(check_text(check, "ko").empty());
    const auto rights = check.words.find("rights");
    lines.push_back(check.level + " " + check.key + (rights == check.words.end() ? "" : " " + rights->second));
  }
  return lines;
}

Lines found(Rig& r) {
  Lines lines;
  check_mattermost(r.net.http(), r.clock, r.config, [&](const ChatChecks& checks) { lines = lines_of(checks); });
  r.settle();
  return lines;
}

}  // namespace

TEST_CASE("a server that is set up right has nothing to complain about") {
  Rig r;
  r.config.channels = {"muster"};
  r.core.add_channel(r.team, "muster");
  CHECK(found(r) ==
        Lines{"ok clock.same", "ok account", "ok mattermost.version", "ok mattermost.rights", "ok channel.joinable"});
}

TEST_CASE("rights, clock and a channel that is not there are named") {
  Rig r;
  r.config.channels = {"muster"};
  r.core.rights_taken = {"create_public_channel", "upload_file"};
  r.core.clock_is_off = 3 * minute_ms;
  CHECK(found(r) == Lines{"FAIL clock.differs", "ok account", "ok mattermost.version",
                          "FAIL mattermost.rights_missing create_public_channel, upload_file", "note channel.none"});
  r.config.token = "nonsense";
  CHECK(found(r) == Lines{"FAIL clock.differs", "FAIL mattermost.token"});
}

TEST_CASE("versions are compared as numbers, and what is older than 5.37 is too old") {
  using mattermost::is_too_old;
  for (const char* old : {"4.10.2", "5.4.0", "5.36.9"}) CHECK(is_too_old(old));
  for (const char* good : {"5.37.0", "5.39.1", "6.0.0", "10.11.2"}) CHECK_FALSE(is_too_old(good));
  CHECK(mattermost::short_version("5.37.0.5.37.0.hash.false") == "5.37.0");
}

TEST_CASE("whether the server reaches us is tried with a button, and the trial leaves no post") {
  Rig r;
  r.config.callback_url = "http://bot/in/mattermost/act";
  bool reached = true;
  r.core.set_integration([&](const std::string&, const std::string& body) {
    HttpResponse answer{.status = 0, .body = {}, .headers = {}};
    if (reached) r.platform->click(body, [&](const HttpResponse& said) { answer = said; });
    return answer;
  });
  r.start();
  const auto last = [&] {
    Lines lines;
    r.platform->self_check([&](const ChatChecks& checks) { lines = lines_of(checks); });
    r.settle();
    return lines.empty() ? std::string("no answer") : lines.back();
  };
  CHECK(last() == "ok mattermost.callback");
  reached = false;
  CHECK(last() == "FAIL mattermost.no_callback");
  CHECK(r.heard().empty());
  r.core.revoke(r.token);
  CHECK(last() == "FAIL mattermost.token");  // whether buttons work is no question then
  for (const auto* post : r.core.posts_in(r.core.channel_named(r.bot + "__" + r.bot)->id)) CHECK(post->delete_at != 0);
}
