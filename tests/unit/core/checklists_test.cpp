// Checklists as decisions: the longest that a configuration may hold, and who ticks by what they say.
#include "bot/core/engine/checklists.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/policy.h"

using namespace muster;

namespace {

struct Board {
  State state;
  CoreConfig config;
  TimeMs now = 1'700'000'000'000;
  int serial = 0;

  explicit Board(std::vector<ChecklistRule> lists) {
    config.checklists = std::move(lists);
    config.policy = default_policy();
    for (const char* id : {"ana", "ben"}) {
      Person p;
      p.id = p.name = id;
      config.people.push_back(p);
    }
  }
  Work work() {
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return "id-" + std::to_string(++serial); },
            .decision = {}};
  }
  std::vector<OutMessage> open() {
    Work w = work();
    Entry e;
    e.data = Value::Map{{"title", "Search"}, {"severity", "SEV3"}};
    bring_checklists(w, open_incident(w, e));
    return w.decision.out;
  }
  Incident& incident() { return state.incidents.at(1); }
  // How many items are ticked after this was said.
  std::ptrdiff_t ticked(const std::string& user, const std::string& text, bool by_bot = false,
                        const std::string& kind = "message") {
    ChatFact f;
    f.platform = "slack";
    f.kind = kind;
    f.channel = incident().channel;
    f.user = f.about.author = user;
    f.at = f.about.at = now += second_ms;
    f.about.channel = f.channel;
    f.about.post_id = "p" + std::to_string(++serial);
    f.about.text = text;
    f.about.by_bot = by_bot;
    Work w = work();
    take_chat(w, f);
    return std::ranges::count(incident().checklist, "done", &ChecklistItem::state);
  }
};

ChecklistItemRule item_of(const std::string& text, const std::string& keyword = {}) { return {text, "", "", keyword}; }

}  // namespace

TEST_CASE("the longest checklists fit what a platform takes as one message, and say how many they leave out") {
  std::vector<ChecklistRule> lists;
  for (int l = 0; l < 20; ++l) {
    ChecklistRule rule{.name = "List " + std::to_string(l), .stage = "investigating", .when = "", .items = {}};
    for (int n = 0; n < 30; ++n)
      rule.items.push_back(
          {std::string(300, 'x'), "incident.labels.no == \"\"", std::string(300, 'y'), std::string(100, 'z')});
    lists.push_back(std::move(rule));
  }
  Board board(std::move(lists));
  const auto out = board.open();
  CHECK(board.incident().checklist.size() == 600);
  const auto at = std::ranges::find_if(
      out, [](const OutMessage& o) { return o.body["post_id"].as_string().starts_with("checklist-"); });
  REQUIRE(at != out.end());
  const Message m = message_from(at->body["message"]);
  for (const Section& s : m.sections) CHECK(s.text.size() <= 3000);
  CHECK(m.sections.size() <= 40);
  CHECK(m.sections.back().text.find("575") != std::string::npos);
  CHECK(m.sections.front().text.find("its condition could not be decided") != std::string::npos);
}

TEST_CASE("what ticks an item: its whole words, said by a person who may, new, and no command") {
  Board board(
      {{"List", "investigating", "", {item_of("a", "Status Page"), item_of("b", "상태 페이지"), item_of("c")}}});
  board.open();
  CHECK(board.ticked("ana", "the status pages are fine") == 0);
  CHECK(board.ticked("ana", "!note the status page is out") == 0);
  CHECK(board.ticked("ana", "@muster note the status page is out") == 0);
  CHECK(board.ticked("ana", "the status page is out", true) == 0);
  CHECK(board.ticked("ana", "the status page is out", false, "edit") == 0);
  CHECK(board.ticked("nobody-we-know", "the status page is out") == 0);
  CHECK(board.ticked("ben", "the STATUS page is out") == 1);
  CHECK(board.incident().checklist[0].by == "ben");
  CHECK(board.ticked("ana", "상태 페이지에도 올렸습니다") == 2);
  CHECK(board.ticked("ana", "c") == 2);
}
