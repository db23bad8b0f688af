#include "fixture.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("chat links are kept over a restart, and of a name the newest value counts") {
  const Folder folder;
  {
    auto store = open(folder.path());
    Commit c;
    c.links = {{"mattermost", "channel", "inc-1", "old"}, {"mattermost", "post", "inc-1/summary", "p1"}};
    REQUIRE(store->commit_now(std::move(c)));
    Commit again;
    again.links = {{"mattermost", "channel", "inc-1", "new"}, {"slack", "channel", "inc-1", "C1"}};
    REQUIRE(store->commit_now(std::move(again)));
  }
  auto store = open(folder.path());
  const auto links = store->chat_links();
  REQUIRE(links);
  REQUIRE(links->size() == 3);
  CHECK((*links)[0].theirs == "new");
  CHECK((*links)[1].ours == "inc-1/summary");
  CHECK((*links)[2].platform == "slack");
}

TEST_CASE("links of a decision that was a duplicate are not written") {
  const Folder folder;
  auto store = open(folder.path());
  const auto commit = [&](const std::string& theirs) {
    Commit c;
    c.inbox.push_back({.dedupe_key = "k", .kind = "chat", .body = "", .received_ms = 1, .meta = {}});
    c.links.push_back({"mattermost", "channel", "a", theirs});
    return store->commit_now(std::move(c));
  };
  REQUIRE(commit("first"));
  REQUIRE(commit("second"));
  CHECK(store->chat_links()->front().theirs == "first");
}
