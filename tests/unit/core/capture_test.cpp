// The record of what people say, as decisions: marks, versions, tombstones, coverage. No platform, no store.
#include "bot/core/engine/capture.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bot/core/commands/policy.h"
#include "bot/core/engine/engine.h"
#include "bot/core/journal/sentence.h"
#include "bot/core/journal/view.h"
#include "bot/core/postmortems/report.h"

using namespace muster;

namespace {

constexpr TimeMs start = 1'700'000'000'000;

struct Desk {
  Desk() {
    for (const char* id : {"ana", "ben", "cem"}) {
      Person p;
      p.id = id;
      p.name = std::string(1, static_cast<char>(id[0] - 32)) + (id + 1);
      config.people.push_back(p);
    }
    config.policy = default_policy();
    Work w = work();
    Entry e;
    e.text = "declare Search is stale";
    e.data = Value::Map{{"title", "Search"}, {"severity", "SEV3"}};
    open_incident(w, e);
    keep(w);
  }
  Work work() {
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return "id-" + std::to_string(++serial); },
            .decision = {}};
  }
  void keep(Work& w) {
    for (Entry& e : w.decision.entries) {
      e.seq = static_cast<std::int64_t>(journal.size()) + 1;
      e.position = e.seq;
      journal.push_back(e);
    }
  }
  ChatFact fact(const std::string& kind, const std::string& user, const std::string& post) {
    ChatFact f;
    f.platform = "slack";
    f.kind = kind;
    f.channel = "inc-1-search";
    f.user = user;
    f.at = now += second_ms;
    f.about.channel = f.channel;
    f.about.post_id = post;
    f.about.author = "ben";
    f.about.at = start - minute_ms;
    f.about.text = "the pool is exhausted";
    return f;
  }
  Recorded take(const ChatFact& f) {
    Work w = work();
    const Recorded r = take_chat(w, f);
    keep(w);
    return r;
  }
  Recorded react(const std::string& user, const std::string& post, bool on = true,
                 const std::string& emoji = "pushpin") {
    ChatFact f = fact(on ? "reaction" : "unreaction", user, post);
    f.emoji = emoji;
    return take(f);
  }
  std::vector<const Entry*> all(const std::string& kind) const {
    std::vector<const Entry*> found;
    for (const Entry& e : journal)
      if (e.kind == kind) found.push_back(&e);
    return found;
  }
  std::vector<std::string> notes() const {
    std::vector<std::string> texts;
    for (const ViewRow& r : effective_view(journal, Profile::internal).rows)
      if (r.entry->kind == "note") texts.push_back(r.text);
    return texts;
  }
  void start_again() {  // all that is left of the process is the journal
    state = State();
    for (const Entry& e : journal) apply(state, e);
  }

  State state;
  CoreConfig config;
  std::vector<Entry> journal;
  TimeMs now = start;
  int serial = 0;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("mistake 3, duplicate delivery: the same mark under another event's id makes no second entry") {
  Desk d;
  d.react("ana", "p1");
  d.react("ana", "p1");
  d.react("cem", "p1");
  d.take(d.fact("pin", "ana", "p1"));
  CHECK(d.all("note").size() == 1);
  CHECK(d.notes() == Texts{"the pool is exhausted"});
}

TEST_CASE("mistake 4, attribution: the entry is its author's, at the message's time, and says who filed it") {
  Desk d;
  d.react("ana", "p1");
  const Entry& note = *d.all("note").at(0);
  CHECK(note.actor.id == "ben");
  CHECK(note.occurred_ms == start - minute_ms);
  CHECK(note.data["filed_by"].as_string() == "ana");
  CHECK(note.pinned);
}

TEST_CASE("an entry stands while one mark stands; the last one withdraws it by name, a new one brings it back") {
  Desk d;
  d.react("ana", "p1");
  d.react("cem", "p1", true, "memo");
  d.react("ana", "p1", false);
  CHECK(d.notes().size() == 1);
  d.react("cem", "p1", false, "memo");
  CHECK(d.notes().empty());
  CHECK(d.all("retraction").at(0)->actor.id == "cem");
  CHECK(d.all("retraction").at(0)->data["reason"].as_string().starts_with("reaction removed by Cem at "));
  d.react("ana", "p1");
  CHECK(d.notes() == Texts{"the pool is exhausted"});
  CHECK(d.all("note").size() == 1);
}

TEST_CASE("mistake 7, restart: marks, withdrawals and what was heard are folded from the journal") {
  Desk d;
  d.take(d.fact("message", "ben", "p1"));
  d.react("ana", "p1");
  d.react("cem", "p1");
  d.start_again();
  d.take(d.fact("heard", "ben", "p1"));  // read again after the restart, edited meanwhile
  d.react("ana", "p1");
  d.react("ana", "p1", false);
  CHECK(d.notes().size() == 1);
  d.start_again();
  d.react("cem", "p1", false);
  CHECK(d.notes().empty());
  CHECK(d.all("chat.said").size() == 1);
}

TEST_CASE("mistake 2, edits and deletes: each edit is a version, a deletion a tombstone, and nothing is lost") {
  Desk d;
  d.take(d.fact("message", "ben", "p1"));
  d.react("ana", "p1");
  for (const char* text : {"second text", "third text"}) {
    ChatFact f = d.fact("edit", "ben", "p1");
    f.about.text = text;
    d.take(f);
  }
  d.take(d.fact("delete", "", "p1"));
  d.react("ana", "p1", false);  // the platform takes the marks of a deleted message away
  const View view = effective_view(d.journal, Profile::internal);
  const auto row = std::ranges::find_if(view.rows, [](const ViewRow& r) { return r.entry->kind == "note"; });
  REQUIRE(row != view.rows.end());
  CHECK(row->text == "third text");
  CHECK(earlier_texts(*row) == Texts{"the pool is exhausted", "second text"});
  CHECK(row->deleted);
  REQUIRE(d.all("message.deleted").size() == 1);
  CHECK(d.all("message.deleted").at(0)->data["presumed"].as_bool());
}

TEST_CASE("where no text of deleted messages is kept, every entry with words of it gets its redaction") {
  Desk d;
  d.config.capture.keep_deleted = false;
  d.take(d.fact("message", "ben", "p1"));
  d.react("ana", "p1");
  ChatFact edit = d.fact("edit", "ben", "p1");
  edit.about.text = "second text";
  d.take(edit);
  const Recorded r = d.take(d.fact("delete", "ben", "p1"));
  std::vector<std::string> with_words;
  for (const Entry& e : d.journal)
    if (e.text == "second text" || e.text == "the pool is exhausted") with_words.push_back(e.event_id);
  CHECK(with_words.size() == 4);
  CHECK(std::ranges::is_permutation(with_words, r.scrubs));
  CHECK(d.all("redaction").size() == r.scrubs.size());
  for (const Entry* e : d.all("redaction")) CHECK(e->data["payload"]["display"].as_string() == "Ben");
}

TEST_CASE("who may not use `pin` files nothing with a reaction, and is told privately") {
  Desk d;
  Work w = d.work();
  ChatFact f = d.fact("reaction", "slack:mallory", "p1");
  f.emoji = "pushpin";
  take_chat(w, f);
  d.keep(w);
  CHECK(d.all("note").empty());
  CHECK(d.all("command.denied").size() == 1);
  REQUIRE(w.decision.out.size() == 1);
  CHECK(w.decision.out.front().body["private_to"].as_string() == "slack:mallory");
}

TEST_CASE("the copy of a file belongs to the entry, and nothing is stored for a message that nobody filed") {
  Desk d;
  ChatFact f = d.fact("reaction", "ana", "p1");
  f.emoji = "pushpin";
  f.about.files.push_back({"F1", "graph.png", "image/png", 8, {}, "https://files.slack.com/F1"});
  Work w = d.work();
  take_chat(w, f);
  d.keep(w);
  const auto asked = std::ranges::find_if(w.decision.out, [](const auto& o) { return o.kind == "fetch_files"; });
  REQUIRE(asked != w.decision.out.end());
  CHECK(asked->destination == "slack:files");
  ChatFact copy = d.fact("file", "", "p1");
  copy.about.files.push_back({"slack-F1", "graph.png", "image/png", 8, "ab12"});
  CHECK(d.take(copy).takes_file);
  CHECK(d.all("attachment.copied").at(0)->attachments.as_list().at(0)["sha256"].as_string() == "ab12");
  copy.about.post_id = "p2";
  CHECK_FALSE(d.take(copy).takes_file);
  ChatFact missed = d.fact("file", "", "p1");
  missed.about.files.push_back({"slack-F2", "heap.bin", "", 9, {}, {}, "it is too large"});
  CHECK_FALSE(d.take(missed).takes_file);
  CHECK(d.all("attachment.missed").at(0)->text == "heap.bin: it is too large");
  missed.about.files.front().why = "it has 10 B, more than the 4 B that are copied";
  missed.notes = {{"too_large", {{"size", "10 B"}, {"most", "4 B"}}}};
  missed.about.files.front().id = "slack-F3";
  d.take(missed);
  const Entry& told = *d.all("attachment.missed").at(1);
  CHECK(told.text == "heap.bin: it has 10 B, more than the 4 B that are copied");
  CHECK(entry_text(told, "en") == told.text);
  CHECK(entry_text(told, "ko") == "heap.bin: 크기가 10 B로 복사 한도 4 B를 넘음");
}

TEST_CASE(
    "what the bot wrote is said in the reader's language; what was corrected, or is of a newer version, as it is") {
  Entry e;
  e.data = Value::Map{{"presumed", false}};
  write_sentence(e, "entry.deleted", Value::Map{{"whose", "Ben"}, {"who", "Ana"}});
  CHECK(e.text == "message of Ben deleted by Ana");
  CHECK(e.data.has("presumed"));
  CHECK(entry_text(e, "ko") == "Ben 님의 메시지를 Ana 님이 삭제함");
  ViewRow row;
  row.entry = &e;
  row.text = e.text;
  CHECK(row_text(row, "ko") == "Ben 님의 메시지를 Ana 님이 삭제함");
  row.text = "it was moved";
  CHECK(row_text(row, "ko") == "it was moved");
  row.text = words_not_kept;
  CHECK(row_text(row, "en") == words_not_kept);
  CHECK(row_text(row, "ko") == "(채팅에서 삭제됨, 내용은 보관하지 않음)");
  Entry scrubbed = e;
  scrubbed.scrubbed = true;
  scrubbed.text = "clean";
  CHECK(entry_text(scrubbed, "ko") == "clean");
  e.data.set("sentence", sentence_value("entry.of_another_version", Value::Map{}));
  CHECK(entry_text(e, "ko") == e.text);
}

TEST_CASE("the postmortem says what was not heard, and the transcript is no part of its timeline") {
  Desk d;
  d.take(d.fact("message", "ben", "p1"));
  const auto printed = [&](const char* language) {
    ReportOptions options;
    options.language = language;
    std::string text;
    for (const Block& b : postmortem(d.journal, options).blocks) {
      text += b.text + "\n";
      for (const std::string& item : b.items) text += item + "\n";
      for (const auto& row : b.rows)
        for (const Cell& cell : row) text += cell.text + "\n";
    }
    return text;
  };
  CHECK(printed("en").contains("is recorded without a known gap"));
  CHECK_FALSE(printed("en").contains("the pool is exhausted"));
  ChatFact f = d.fact("coverage", "", "");
  f.from_ms = start + second_ms;
  f.complete = false;
  f.notes = {{"no_history", {{"platform", "Slack"}, {"why", "not_in_channel"}}}};
  d.take(f);
  CHECK(printed("en").contains("slack: BLIND from 2023-11-14 22:13:21 UTC to "));
  CHECK(printed("ko").contains("알 수 없음: Slack에서 대화 기록을 볼 수 없음(not_in_channel)"));
}

TEST_CASE("a platform is told of the marks that were set there, by which account, and of what was said there") {
  Desk d;
  d.react("ana", "m1");
  ChatFact f = d.fact("reaction", "ben", "m1");
  f.emoji = "memo";
  f.platform = "mattermost";
  f.account = "u-ben";
  d.take(f);
  f = d.fact("pin", "", "m2");
  f.platform = f.about.platform = "mattermost";
  d.take(f);
  f = d.fact("reaction", "cem", "m3");
  f.emoji = "pushpin";
  f.platform = "room";
  f.about.platform = "slack";
  d.take(f);
  const auto seen = [&](const std::string& platform) {
    std::string text;
    const auto filed = filed_in(d.state, "inc-1-search", platform, d.now);
    REQUIRE(filed);
    for (const FiledMessage& m : *filed) {
      text += m.post_id + (m.said_there ? " said" : "") + (m.pinned ? " pinned" : "");
      for (const auto& r : m.reactions) text += " " + r.person + ":" + r.emoji + ":" + r.account;
      text += "; ";
    }
    return text;
  };
  CHECK(seen("slack") == "m1 said ana:pushpin:; m3 said; ");
  CHECK(seen("mattermost") == "m1 ben:memo:u-ben; m2 said pinned; ");
  CHECK(seen("room") == "m3 cem:pushpin:; ");
}

TEST_CASE("a mark that an account set before it was joined to a person is that person's: set once, taken away once") {
  Desk d;
  Rule guests;  // here they may file
  guests.who = {"guest"};
  guests.effect = "run";
  d.config.policy.insert(d.config.policy.begin(), guests);
  const auto react = [&d](const std::string& user, bool on) {
    ChatFact f = d.fact(on ? "reaction" : "unreaction", user, "m1");
    f.emoji = "pushpin";
    f.account = "U9";
    f.standing = user == "ana" ? "" : "guest";  // a full member since
    d.take(f);
  };
  react("slack:U9", true);
  REQUIRE(d.all("note").size() == 1);
  react("ana", true);  // the history shows it again, now it is hers
  CHECK(d.all("chat.marked").size() == 1);
  react("ana", false);
  CHECK(d.all("retraction").size() == 1);
  react("ana", false);
  CHECK(d.all("chat.unmarked").size() == 1);
  react("ana", true);
  CHECK(d.all("retraction").size() == 2);  // put back
  // The record keeps who it was when it was filed.
  CHECK(d.all("note").front()->data["filed_by"].as_string() == "slack:U9");
}

TEST_CASE("a post of the bot's that is kept current and was deleted is said once more") {
  Desk d;
  const auto edits = [&](const std::string& post) {
    ChatFact f = d.fact("gone", "", post);
    f.about.author.clear();
    Work w = d.work();
    take_chat(w, f);
    d.keep(w);
    return std::ranges::count(w.decision.out, std::string("edit"), &OutMessage::kind);
  };
  CHECK(edits("summary-INC-1") == 1);
  CHECK(edits("board-INC-1") == 1);
  CHECK(edits("announce-INC-1") == 1);
  CHECK(edits("summary-INC-9") == 0);
  CHECK(edits("announce-INC-9") == 0);
  CHECK(edits("summary") == 0);
  d.config.board_channel = "board";
  const auto kept = [&](const std::string& channel) { return kept_posts(d.state, d.config, channel); };
  CHECK(kept("inc-1-search") == std::vector<std::string>{"summary-INC-1"});
  CHECK(kept("board") == std::vector<std::string>{"board-INC-1"});
  CHECK(kept(d.config.alerts_channel) == std::vector<std::string>{"announce-INC-1"});
  CHECK(kept("another").empty());
  d.state.incidents.at(1).status = "resolved";  // who looks for one that is over finds it elsewhere
  CHECK(edits("announce-INC-1") == 0);
  CHECK(kept("inc-1-search").empty());
  CHECK(kept(d.config.alerts_channel).empty());
}

TEST_CASE("words make an offer once in a while, not in a muted thread, and none unless they are configured") {
  Desk d;
  const auto offers = [&](const std::string& post, const std::string& text) {
    ChatFact f = d.fact("message", "ben", post);
    f.channel = f.about.channel = "random";
    f.about.text = text;
    Work w = d.work();
    w.now = d.now;
    take_chat(w, f);
    d.keep(w);
    return w.decision.out.size();
  };
  CHECK(offers("m1", "an outage!") == 0);
  d.config.capture.keywords = {"outage"};
  CHECK(offers("m2", "Outage?") == 1);
  CHECK(offers("m3", "outage") == 0);
  d.now += hour_ms;
  CHECK(offers("m4", "outages") == 0);
  CHECK(offers("m5", "an outage.") == 1);
}
