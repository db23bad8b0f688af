// Accounts that are joined to people, as decisions. No platform, no store.
#include "bot/core/people/identity.h"

#include <doctest/doctest.h>

#include <set>

#include "bot/base/json.h"
#include "bot/core/commands/policy.h"
#include "bot/core/engine/engine.h"

using namespace muster;

namespace {

constexpr TimeMs start = 1'700'000'000'000;

struct Desk {
  Desk() {
    for (const char* id : {"ana", "ben"}) {
      Person p;
      p.id = id;
      p.name = id;
      p.handles = {{"slack", std::string("U-") + id}};
      config.people.push_back(p);
    }
    config.people[0].roles = {"owner"};
    config.policy = default_policy();
  }
  Work work() {
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return "id-" + std::to_string(++serial); },
            .decision = {}};
  }
  // What a line of this account is answered; `user` as the platform names it.
  Outcome say(const std::string& text, const std::string& platform, const std::string& account, const std::string& user,
              const std::string& standing = {}) {
    Work w = work();
    CommandInput input;
    input.person = speaker(state, config, {platform, account, user, standing});
    input.platform = platform;
    input.channel = "muster";
    input.source_id = "m" + std::to_string(++serial);
    input.text = text;
    input.direct = true;
    input.account = account.empty() ? "" : platform + ":" + account;
    input.standing = standing;
    input.secret = "secret " + std::to_string(serial);
    const Outcome o = run_command(w, input);
    for (const Entry& e : w.decision.entries) journal.push_back(e);
    return o;
  }
  std::string code_for(const std::string& person) {
    const Outcome o = say("link me", "slack", "U-" + person, person);
    const std::size_t at = o.reply.text.find("code is `");
    return at == std::string::npos ? "" : o.reply.text.substr(at + 9, 14);
  }
  Outcome mm(const std::string& text, const std::string& account = "m1", const std::string& standing = {}) {
    return say(text, "mattermost", account, "mattermost:" + account + ".name", standing);
  }
  bool by_email(const std::string& account, const std::string& person, const std::string& standing = {}) {
    Work w = work();
    return join_by_email(w, {"mattermost", account, "mattermost:" + account + ".name", standing, person});
  }
  std::string who(const std::string& account, const std::string& standing = {}) const {
    return speaker(state, config, {"mattermost", account, "mattermost:" + account + ".name", standing});
  }
  State state;
  CoreConfig config;
  TimeMs now = start;
  int serial = 0;
  std::vector<Entry> journal;
};

}  // namespace

TEST_CASE("a code makes an account the person it was shown to, with that person's rights and nothing else") {
  Desk d;
  CHECK(d.who("m1") == "mattermost:m1.name");
  CHECK_FALSE(d.mm("config reload").ok);
  const std::string code = d.code_for("ana");
  REQUIRE(code.size() == 14);
  const Outcome o = d.mm("link me " + code);
  CHECK(o.ok);
  CHECK(o.is_private);
  CHECK(o.reply.text.contains("owner"));
  CHECK(d.who("m1") == "ana");
  CHECK(d.who("m2") == "mattermost:m2.name");
  CHECK(d.who("m1", "guest") == "mattermost:m1.name");  // became a guest since
  CHECK(d.mm("whoami").json["id"].as_string() == "ana");
}

TEST_CASE("a code is good once, for ten minutes, and only the last one of a person") {
  Desk d;
  const std::string first = d.code_for("ana"), second = d.code_for("ana");
  CHECK(first != second);
  CHECK_FALSE(d.mm("link me " + first).ok);
  d.now += link_code_ms;
  CHECK_FALSE(d.mm("link me " + second).ok);
  const std::string third = d.code_for("ana");
  CHECK(d.mm("link me " + third).ok);
  CHECK_FALSE(d.mm("link me " + third, "m2").ok);
}

TEST_CASE("a code is read as people type it") {
  Desk d;
  std::string code = d.code_for("ana"), typed;
  for (const char c : code)
    typed += c == '-' ? ' ' : c == '0' ? 'o' : c == '1' ? 'l' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  CHECK(d.mm("link me " + typed).ok);
}

TEST_CASE("codes cannot be guessed one after the other, and cannot be asked for without end") {
  Desk d;
  const std::string code = d.code_for("ana");
  for (std::size_t i = 0; i < link_wrong_max; ++i) CHECK_FALSE(d.mm("link me 0000-0000-000" + std::to_string(i)).ok);
  const Outcome blocked = d.mm("link me " + code);
  CHECK_FALSE(blocked.ok);
  CHECK(blocked.reply.text.contains("Too many"));
  CHECK(d.mm("link me " + code, "m2").ok);  // another account, whose person was shown it
  CHECK_FALSE(d.code_for("ben").empty());
  CHECK_FALSE(d.code_for("ben").empty());
  CHECK_FALSE(d.code_for("ben").empty());
  CHECK(d.code_for("ben").empty());
  d.now += link_code_ms;
  CHECK_FALSE(d.code_for("ben").empty());
}

TEST_CASE("a code that is typed stands in no answer and in no entry, however it was typed and by whomever") {
  Desk d;
  const auto seen = [&](const Outcome& o, const std::string& code) {
    bool in_journal = false;
    for (const Entry& e : d.journal) in_journal = in_journal || e.text.contains(code) || to_json(e.data).contains(code);
    return in_journal || o.reply.text.contains(code);
  };
  const std::string code = d.code_for("ana");
  const Outcome planned = d.mm("plan link me " + code);
  CHECK_FALSE(planned.ok);
  CHECK_FALSE(seen(planned, code));
  const Outcome known = d.say("link me " + code, "slack", "U-ben", "ben");
  CHECK_FALSE(known.ok);
  CHECK_FALSE(seen(known, code));
  CHECK(known.reply.text.contains("link me …"));
}

TEST_CASE("codes differ, and none stands in the journal") {
  Desk d;
  std::set<std::string> codes;
  for (int i = 0; i < 30; ++i) {
    codes.insert(d.code_for("ana"));
    d.now += link_code_ms;
  }
  CHECK(codes.size() == 30);
  for (const Entry& e : d.journal)
    for (const std::string& code : codes) {
      CHECK_FALSE(e.text.contains(code));
      CHECK_FALSE(e.data["command"].as_string().contains(code));
    }
}

TEST_CASE("two people of the configuration are never added up, and a used code stays used") {
  Desk d;
  const std::string code = d.code_for("ana");
  const Outcome o = d.say("link me " + code, "slack", "U-ben", "ben");
  CHECK_FALSE(o.ok);
  CHECK(o.reply.text.contains("rights of their own"));
  CHECK_FALSE(d.mm("link me " + code).ok);
  CHECK(d.who("m1") == "mattermost:m1.name");
}

TEST_CASE(
    "guests, people of other organisations, a second account on a platform and our own room are joined to nobody") {
  Desk d;
  CHECK_FALSE(d.mm("link me " + d.code_for("ana"), "m1", "guest").ok);
  CHECK_FALSE(d.mm("link me " + d.code_for("ana"), "m1", "outsider").ok);
  CHECK(d.mm("link me " + d.code_for("ana"), "m1").ok);
  d.now += link_code_ms;
  CHECK_FALSE(d.mm("link me " + d.code_for("ana"), "m2").ok);
  CHECK_FALSE(d.say("link me " + d.code_for("ana"), "room", "", "nobody").ok);
  CHECK(d.who("m2") == "mattermost:m2.name");
}

TEST_CASE("an address joins an account once, and not again after it was taken apart") {
  Desk d;
  CHECK_FALSE(d.by_email("m1", ""));
  CHECK_FALSE(d.by_email("m1", "nobody"));
  CHECK_FALSE(d.by_email("m1", "ana", "guest"));
  CHECK(d.by_email("m1", "ana"));
  CHECK(d.who("m1") == "ana");
  CHECK_FALSE(d.by_email("m1", "ana"));
  CHECK_FALSE(d.by_email("m2", "ana"));  // one account on a platform
  CHECK(d.mm("unlink").ok);
  CHECK(d.who("m1") == "mattermost:m1.name");
  CHECK_FALSE(d.by_email("m1", "ana"));
  CHECK(d.mm("link me " + d.code_for("ana")).ok);  // by a code it is
  CHECK(d.who("m1") == "ana");
}

TEST_CASE("only its person, or whoever may give rights, takes an account apart") {
  Desk d;
  CHECK(d.mm("link me " + d.code_for("ben")).ok);
  d.config.people[0].roles.clear();
  CHECK_FALSE(d.say("unlink m1.name", "slack", "U-ana", "ana").ok);
  d.config.people[0].roles = {"owner"};
  CHECK(d.say("unlink mattermost:m1.name", "slack", "U-ana", "ana").ok);
  CHECK(d.who("m1") == "mattermost:m1.name");
  CHECK_FALSE(d.say("unlink slack:U-ana", "slack", "U-ana", "ana").ok);  // named by the configuration
}

TEST_CASE("whoever leaves the configuration leaves with all accounts") {
  Desk d;
  CHECK(d.mm("link me " + d.code_for("ben")).ok);
  d.config.people.pop_back();
  CHECK(d.who("m1") == "mattermost:m1.name");
}

TEST_CASE("who was one person once is the same human for good") {
  Desk d;
  CHECK(d.mm("link me " + d.code_for("ben")).ok);
  CHECK(d.mm("unlink").ok);
  CHECK(same_human(d.state, "mattermost:m1.name", "ben"));
  CHECK_FALSE(same_human(d.state, "mattermost:m1.name", "ana"));
}

TEST_CASE("a joined account is meant by its name there, and by no part of another word") {
  Desk d;
  CHECK(d.mm("link me " + d.code_for("ben")).ok);
  CHECK(with_people_named(d.state, "mattermost", "lead @m1.name, now") == "lead @ben, now");
  CHECK(with_people_named(d.state, "slack", "lead @m1.name") == "lead @m1.name");
  CHECK(with_people_named(d.state, "mattermost", "note mail me@m1.name") == "note mail me@m1.name");
}

TEST_CASE("old journals fold, and entries of this kind fold the same a second time") {
  Desk d;
  CHECK(d.mm("link me " + d.code_for("ben")).ok);
  State again;
  for (const Entry& e : d.journal) apply(again, e);
  CHECK(speaker(again, d.config, {"mattermost", "m1", "mattermost:m1.name", ""}) == "ben");
}

TEST_CASE("a guest is not named among those who can give a role, unless a guest may do so") {
  Desk d;
  for (const char* id : {"cleo", "dora"}) {
    Person p;
    p.id = id;
    p.name = id;
    d.config.people.push_back(p);
  }
  Rule guests;
  guests.name = "guests";
  guests.who = {"guest"};
  guests.effect = "deny";
  Rule silent = guests;
  silent.name = "silent";
  silent.who = {"ben"};
  silent.verbs = {"declare"};
  Rule everybody;
  everybody.name = "everybody";
  everybody.who = {"*"};
  everybody.effect = "run";
  d.config.policy = {guests, silent, everybody};
  const auto names = [&d] { return d.say("declare sev3 Search is stale", "slack", "U-ben", "ben").reply.text; };
  CHECK(names().contains("ana, cleo, dora can give you a role"));
  d.config.people[2].standing = "guest";
  CHECK(names().contains("ana, dora can give you a role"));
  CHECK(d.say("can @cleo ack", "slack", "U-ana", "ana").reply.text.contains("guests"));
  // Whoever asks is judged by the account that he asks with.
  d.config.people[0].standing = "guest";
  CHECK_FALSE(d.say("can @ana ack", "slack", "U-ana", "ana").reply.text.contains("guests"));
  d.config.policy.erase(d.config.policy.begin());
  CHECK(names().contains("ana, cleo, dora can give you a role"));
}
