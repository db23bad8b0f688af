// The laws of the journal and of de-duplication on generated input. A failure prints a smaller example and
// "RC_PARAMS=…", which repeats it when it stands in the environment.
#include <rapidcheck.h>

#include <map>
#include <set>

#include "fixture.h"

using namespace muster;
using namespace muster::test;

namespace {

// One thing that happens to a store: a delivery under a key, which may be a repetition, or a restart.
struct Step {
  int key = 0;  // -1: the program starts again
  int entries = 0;
  int incident = 0;  // 0: none
  std::string text;
};

void showValue(const Step& s, std::ostream& out) {
  if (s.key < 0)
    out << "restart";
  else
    out << "key " << s.key << ", " << s.entries << " entries for " << s.incident << " '" << s.text << "'";
}

rc::Gen<Step> any_step() {
  return rc::gen::build<Step>(rc::gen::set(&Step::key, rc::gen::inRange(-1, 8)),
                              rc::gen::set(&Step::entries, rc::gen::inRange(0, 4)),
                              rc::gen::set(&Step::incident, rc::gen::inRange(0, 3)),
                              rc::gen::set(&Step::text, rc::gen::arbitrary<std::string>()));
}

Commit commit_of(const Step& s) {
  const std::string key = "k" + std::to_string(s.key);
  Commit c;
  c.inbox = {item(key)};
  c.inbox_done = {key};
  for (int i = 0; i < s.entries; ++i) {
    Entry e = entry(key + "-" + std::to_string(i), s.incident == 0 ? "" : "INC-" + std::to_string(s.incident));
    e.text = s.text;
    c.decision.entries.push_back(std::move(e));
  }
  c.decision.out = {message("m" + key)};
  return c;
}

// What the store must hold: the first delivery of each key, in order, nothing else.
struct Model {
  std::set<int> seen;
  std::vector<std::pair<std::string, std::string>> entries;  // event id, incident
  std::vector<std::string> out;
  bool take(const Commit& c, int key) {
    if (!seen.insert(key).second) return false;
    for (const Entry& e : c.decision.entries) entries.emplace_back(e.event_id, e.incident_id);
    for (const OutMessage& m : c.decision.out) out.push_back(m.id);
    return true;
  }
};

void play(const std::vector<Step>& steps, const std::string& folder, Model& model) {
  auto store = open(folder);
  for (const Step& s : steps) {
    if (s.key < 0) {
      store.reset();
      store = open(folder);
      continue;
    }
    const Commit c = commit_of(s);
    const bool fresh = model.take(c, s.key);
    const auto done = store->commit_now(c);
    RC_ASSERT(done.has_value());
    RC_ASSERT(done->duplicate == !fresh);
  }
}

// std::string of any bytes is no text: what is stored is UTF-8, as everything from outside is repaired before.
std::vector<Step> readable(std::vector<Step> steps) {
  for (Step& s : steps) std::erase_if(s.text, [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
  return steps;
}

}  // namespace

TEST_CASE("law: whatever is delivered again, in whatever order and across restarts, is applied once") {
  CHECK(rc::check([] {
    const auto steps = readable(*rc::gen::resize(25, rc::gen::container<std::vector<Step>>(any_step())));
    const Folder folder;
    Model model;
    play(steps, folder.path(), model);
    auto store = open(folder.path());
    std::vector<std::pair<std::string, std::string>> entries;
    for (const Entry& e : journal(*store)) entries.emplace_back(e.event_id, e.incident_id);
    RC_ASSERT(entries == model.entries);
    const auto waiting = store->pending_out();
    std::vector<std::string> out;
    for (const PendingOut& p : *waiting) out.push_back(p.message.id);
    RC_ASSERT(out == model.out);
    RC_ASSERT(store->pending_inbox()->empty());
  }));
}

TEST_CASE("law: positions and numbers have no gaps, and the chain holds over everything that was read back") {
  CHECK(rc::check([] {
    const auto steps = readable(*rc::gen::resize(25, rc::gen::container<std::vector<Step>>(any_step())));
    const Folder folder;
    Model model;
    play(steps, folder.path(), model);
    std::int64_t position = 0;
    std::map<std::string, std::int64_t> seq;
    std::map<std::string, std::string> texts;
    for (const Step& s : steps) texts.emplace("k" + std::to_string(s.key), s.text);
    for (const Entry& e : journal(*open(folder.path()))) {
      RC_ASSERT(e.position == ++position);
      RC_ASSERT((e.incident_id.empty() ? e.seq == 0 : e.seq == ++seq[e.incident_id]));
      RC_ASSERT(e.text == texts.at(e.event_id.substr(0, e.event_id.find('-'))));
    }
    RC_ASSERT(verified(folder.path()).problems.empty());
  }));
}

TEST_CASE("law: no single change of a stored row goes unseen") {
  CHECK(rc::check([] {
    const Folder folder;
    const int rows = *rc::gen::inRange(1, 6);
    {
      auto store = open(folder.path());
      for (int i = 0; i < rows; ++i) {
        RC_ASSERT(store->commit_now(with_entries({entry("e" + std::to_string(i))})).has_value());
      }
    }
    const std::string row = std::to_string(*rc::gen::inRange(1, rows + 1));
    const auto change = *rc::gen::element<std::string>(
        "kind = kind || 'x'", "occurred_ms = occurred_ms + 1", "received_ms = received_ms - 1",
        "written_ms = written_ms + 1", "actor_id = 'somebody'", "visibility = 'public'", "pinned = 1 - pinned",
        "source_id = source_id || ' '", "event_id = event_id || '0'", "prev_hash = randomblob(32)",
        "row_hash = zeroblob(32)", "payload_mac = zeroblob(32)", "incident_id = 'INC-9'", "role = 'x'");
    const std::string where = " WHERE position = " + row;
    RC_ASSERT(raw_sql(folder.db(), "DROP TRIGGER event_no_update; UPDATE event SET " + change + where).empty());
    RC_ASSERT_FALSE(verified(folder.path()).problems.empty());
  }));
}
