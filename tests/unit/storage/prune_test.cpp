// Forgetting: what was decided or delivered long ago goes, in small steps; the journal and what is open stay.
#include "bot/base/limits.h"
#include "fixture.h"

using namespace muster;
using namespace muster::test;

namespace {

PruneReport prune_all(Store& store, TimeMs now) {
  PruneReport all;
  for (bool more = true; more;) {
    Result<PruneReport> step = fail(ErrorKind::internal, "");
    store.prune(now, [&step](Result<PruneReport> r) { step = std::move(r); });  // no post: done on the writer thread
    REQUIRE(store.commit_now({}).has_value());                                  // behind it in the queue
    REQUIRE(step.has_value());
    all.inbox += step->inbox;
    all.outbox += step->outbox;
    more = step->more;
  }
  return all;
}

InboxItem old_item(const std::string& key, const std::string& kind, TimeMs at) { return {key, kind, "body", at, {}}; }

}  // namespace

TEST_CASE("decided alert bodies go after a day, other keys after eight, what waits stays") {
  const Folder folder;
  auto store = open(folder.path());
  constexpr TimeMs now = 100 * day_ms;
  Commit c;
  for (int i = 0; i < 1200; ++i) {
    const std::string n = std::to_string(i);
    c.inbox.push_back(old_item("in:" + n, "alertmanager", now - 2 * day_ms));
    c.inbox.push_back(old_item("room:" + n, "chat", now - (i < 600 ? 9 : 7) * day_ms));
  }
  for (const InboxItem& i : c.inbox) c.inbox_done.push_back(i.dedupe_key);
  c.inbox.push_back(old_item("in:open", "alertmanager", now - 20 * day_ms));
  c.inbox.push_back(old_item("in:young", "alertmanager", now - hour_ms));
  c.inbox_done.push_back("in:young");
  REQUIRE(store->commit_now(c).has_value());
  CHECK(prune_all(*store, now).inbox == 1200 + 600);
  CHECK(prune_all(*store, now).inbox == 0);
  REQUIRE(store->pending_inbox()->size() == 1);
  CHECK(store->pending_inbox()->at(0).dedupe_key == "in:open");
  Commit again;
  again.inbox = {old_item("room:600", "chat", now)};
  CHECK(store->commit_now(again)->duplicate);
  again.inbox = {old_item("in:young", "alertmanager", now)};
  CHECK(store->commit_now(again)->duplicate);
}

TEST_CASE("the newest delivered messages stay, and everything that is not delivered; the journal is not touched") {
  const Folder folder;
  auto store = open(folder.path());
  constexpr std::int64_t extra = 700;
  Commit c = with_entries({entry("e1"), entry("e2")});
  for (std::int64_t i = 0; i < limits::sent_messages_keep + extra; ++i) {
    c.decision.out.push_back(message("h" + std::to_string(i), "http:self"));
  }
  for (int i = 0; i < 50; ++i) c.decision.out.push_back(message("r" + std::to_string(i)));
  REQUIRE(store->commit_now(c).has_value());
  Commit done;
  for (const OutMessage& m : c.decision.out) done.out_done.push_back(m.id);
  done.out_done.erase(done.out_done.begin() + 3);  // h3 is still to be delivered
  REQUIRE(store->commit_now(done).has_value());
  CHECK(prune_all(*store, 100 * day_ms).outbox == extra - 1);
  REQUIRE(store->pending_out()->size() == 1);
  CHECK(store->pending_out()->at(0).message.id == "h3");
  CHECK(store->room_history(1000)->size() == 50);
  CHECK(journal(*store).size() == 2);
  CHECK(verified(folder.path()).problems.empty());
}

TEST_CASE("of the events that a webhook did not take the newest stay; what others could not deliver stays all") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c = with_entries({entry("e1")});
  for (std::int64_t i = 0; i < limits::webhook_dead_keep + 3; ++i)
    c.decision.out.push_back(message("w" + std::to_string(i), "webhook:archive"));
  c.decision.out.push_back(message("s1", "slack:#ops"));
  REQUIRE(store->commit_now(c).has_value());
  Commit dead;
  for (const OutMessage& m : c.decision.out) dead.out_failed.push_back({m.id, "500", 7, true});
  REQUIRE(store->commit_now(dead).has_value());
  CHECK(prune_all(*store, 100 * day_ms).outbox == 3);
  CHECK(store->dead_letters()->size() == limits::webhook_dead_keep + 1);
  CHECK(store->dead_letters()->front().message.id == "w3");
}
