// A text that must not be kept is gone from the file of a running bot, and the record still holds.
#include "bot/core/journal/scrub.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/core/engine/state.h"
#include "bot/scrub_answers.h"
#include "integrations/net/local_socket.h"
#include "storage/store.h"
#include "tests/support/temp_folder.h"

using namespace muster;
namespace fs = std::filesystem;

namespace {

class Bot {
 public:
  Bot() {
    auto app = App::start({.config_folder = "", .data_folder = folder, .listen = "127.0.0.1:0", .sandbox = true});
    REQUIRE(app);
    app_ = std::move(*app);
    thread_ = std::thread([this] { app_->run(); });
  }
  ~Bot() { stop(); }
  Bot(const Bot&) = delete;
  Bot& operator=(const Bot&) = delete;
  void stop() {
    if (!thread_.joinable()) return;
    app_->stop();
    thread_.join();
    app_.reset();
  }
  std::string say(const std::string& text, const std::string& channel = "muster") {
    const auto answer = call_local_socket(
        folder + "/muster.sock", to_json(Value::Map{{"op", "say"}, {"text", text}, {"channel", channel}}), 20'000);
    REQUIRE(answer);
    return (*parse_json(*answer, 64))["text"].as_string();
  }
  // Every byte that is kept: the database, its log, whatever lies beside it.
  std::string bytes() const {
    std::string all;
    for (const auto& file : fs::directory_iterator(folder)) {
      if (!file.is_regular_file()) continue;
      std::ostringstream content;
      content << std::ifstream(file.path(), std::ios::binary).rdbuf();
      all += content.str();
    }
    return all;
  }
  const test::TempFolder place;
  const std::string& folder = place.path();

 private:
  std::unique_ptr<App> app_;
  std::thread thread_;
};

// What verify asks: does the chain hold, and do the rows agree with it?
void check_whole(const std::string& folder) {
  const auto report = verify_journal(folder);
  REQUIRE(report);
  CHECK(report->problems.empty());
  CHECK(report->scrubbed == 2);
  StoreOptions options;
  options.folder = folder;
  options.read_only = true;
  auto store = open_store(std::move(options), [](const std::function<void()>& task) { task(); });
  REQUIRE(store);
  State state;
  REQUIRE((*store)->read_journal(0, [&state](const Entry& e) { apply(state, e); }));
  CHECK(*(*store)->projections() == projections(state));
  CHECK(state.incidents.at(1).title == "[scrubbed]");
  CHECK(state.incidents.at(1).severity == "SEV1");
  CHECK(state.incidents.at(1).channel == "inc-1-checkout-api");
}

}  // namespace

TEST_CASE("a scrub says that the channel's name is made of the words that go, and how that is avoided") {
  Bot bot;
  CHECK(bot.say("declare sev2 marmalade spilled for checkout-api").contains("INC-1"));
  CHECK(bot.say("scrub INC-1 1 because the title is a name").contains("A1"));
  const std::string done = bot.say("yes A1");
  CHECK_MESSAGE(done.contains("The channel is still called #inc-1-marmalade-spilled"), done);
  CHECK(done.contains("channel_name: inc-{number}"));
}

TEST_CASE("after a scrub no file of the bot holds the text, and the record verifies") {
  Bot bot;
  // The title in Korean: nothing of it is in the channel's name.
  CHECK(bot.say("declare sev2 카나리아-튤립 for checkout-api because 카나리아-사유").contains("INC-1"));
  const std::string padding(330, 'x');
  CHECK(bot.say("note card of *Kim* \"canary-tulip-9431\" " + padding +
                    "\nsecond line canary-tulip-9432\n@canary-tulip-9433",
                "inc-1-checkout-api")
            .contains("Noted"));
  CHECK(bot.say("note INC-1 an index is late").contains("Noted"));
  CHECK(bot.say("timeline INC-1").contains("canary-tulip"));
  CHECK(bot.bytes().contains("canary-tulip"));
  CHECK(bot.say("scrub INC-1 2 because it names a customer").contains("A1"));
  CHECK(bot.bytes().contains("canary-tulip"));  // a question destroys nothing
  const std::string done = bot.say("yes A1");
  CHECK_MESSAGE(done.contains("is destroyed"), done);
  CHECK(bot.say("scrub INC-1 1 because the title is a name").contains("A2"));
  // The question before had shown the title: an entry of its own, which is named and left.
  const std::string title = bot.say("yes A2");
  CHECK(title.contains("is destroyed"));
  CHECK(title.contains("The same text stands in other entries"));
  const std::string timeline = bot.say("timeline INC-1");
  CHECK(timeline.contains("note · [scrubbed]"));
  CHECK(timeline.contains("an index is late"));
  CHECK_FALSE(bot.bytes().contains("canary-tulip"));
  CHECK(bot.say("scrub INC-1 2 because again").contains("A3"));
  CHECK(bot.say("yes A3").contains("destroyed already"));
  CHECK(bot.say("severity INC-1 1 because it grows").contains("SEV1"));  // decisions go on
  bot.stop();
  CHECK_FALSE(bot.bytes().contains("canary-tulip"));
  check_whole(bot.folder);
}

TEST_CASE("what was uploaded with a scrubbed message goes, another file stays") {
  const test::TempFolder place;
  StoreOptions options;
  options.folder = place.path();
  auto store = open_store(std::move(options), [](const std::function<void()>& task) { task(); });
  REQUIRE(store);
  Entry said;
  said.event_id = "said:p1";
  said.incident_id = "INC-1";
  said.kind = "chat.said";
  said.source.id = "p1";
  said.text = "the card of Kim";
  said.data = Value::Map{{"files", Value::List{Value::Map{{"id", "f1"}, {"name", "card-canary.png"}}}}};
  Commit commit;
  commit.decision.entries.push_back(said);
  commit.decision.out.push_back(
      {"o1", "room:#inc-1", "human_post",
       Value::Map{{"post_id", "p1"},
                  {"user", "ana"},
                  {"text", said.text},
                  {"files", Value::List{Value::Map{{"id", "f1"}, {"name", "card-canary.png"}, {"size", 3}}}}}});
  for (const char* id : {"f1", "f2"}) commit.files.push_back({id, "card-canary.png", "inc-1", "ana", 1, "png"});
  REQUIRE((*store)->commit_now(std::move(commit)));
  ReadWanted wanted;
  wanted.what = "scrub";
  wanted.args = {"said:p1"};
  wanted.named["because"] = "a customer";
  const ScrubPlan plan = plan_scrub(**store, wanted, {});
  REQUIRE(plan.refusal.empty());
  Commit redaction;
  redaction.decision.entries.push_back(plan.redaction);
  REQUIRE((*store)->commit_now(std::move(redaction)));
  const auto report = carry_out(**store, plan);
  REQUIRE(report);
  CHECK(report->files == 1);
  CHECK_FALSE((*store)->read_file("f1"));
  CHECK((*store)->read_file("f2"));
  REQUIRE(report->out.size() == 1);
  CHECK(report->out[0].body["files"].as_list().empty());
  const auto edits = edits_of(*report, 7);
  REQUIRE(edits.size() == 1);
  CHECK(edits[0].body["files_gone"].as_bool());
  (*store)->stop();
}

TEST_CASE("the bot's own posts on a platform are edited, what people wrote there is not") {
  const auto post = [](const char* id, const char* kind, const char* to) {
    return OutMessage{id, "slack:#inc-1", kind,
                      Value::Map{{"post_id", id}, {"private_to", to}, {"message", Value::Map{{"text", "[scrubbed]"}}}}};
  };
  ScrubReport report;
  report.out = {post("p1", "post", ""), post("p2", "human_post", ""), post("p3", "post", "ana"),
                post("p1", "edit", "")};
  const auto edits = edits_of(report, 7);
  REQUIRE(edits.size() == 1);  // and once: one in flight is followed by its edit, in the order of its channel
  CHECK(edits[0].destination == "slack:#inc-1");
  CHECK(edits[0].kind == "edit");
  CHECK(edits[0].body["post_id"].as_string() == "p1");
  // What stands in our room too is edited there, and that edit goes on to the platforms.
  OutMessage in_room = post("p1", "post", "");
  in_room.destination = "room:#inc-1";
  report.out.push_back(in_room);
  const auto once = edits_of(report, 7);
  REQUIRE(once.size() == 1);
  CHECK(once[0].destination == "room:#inc-1");
}

TEST_CASE("what was cut short is found by its beginning, what only begins alike stays") {
  const std::vector<std::string> needles{"customer Kim Minji, 010-1234-5678"};
  const auto clean = [&](std::string_view text) { return without(text, needles, "[gone]"); };
  CHECK(clean("› `note customer Kim Minji, 010-1234-5678`") == "› `note [gone]`");
  CHECK(clean("note · customer Kim Min…") == "note · [gone]…");
  CHECK(clean("customer Kim Minsu called") == "customer Kim Minsu called");
  CHECK(clean("customer Kim Minji") == "[gone]");
  CHECK(clean("nothing of it") == "nothing of it");
}

TEST_CASE("an entry keeps what state is folded from and loses every other text") {
  Entry e;
  e.kind = "severity.changed";
  e.text = "SEV1: a customer";
  e.data = Value::Map{{"from", "SEV2"}, {"to", "SEV1"}, {"reason", "a customer"}, {"next_update_ms", 5}};
  const Scrubbed s = scrubbed(e, "[gone]");
  CHECK(to_json(s.entry.data) == R"({"from":"SEV2","next_update_ms":5,"reason":"[gone]","to":"SEV1"})");
  CHECK(s.entry.text == "[gone]");
  CHECK(s.needles == std::vector<std::string>{"SEV1: a customer", "a customer"});
}

TEST_CASE("of the labels that a sender names only those stay that say whose the alert is") {
  Entry e;
  e.kind = "alert.firing";
  e.data = Value::Map{{"labels", Value::Map{{"key", "a customer"}, {"service", "shop"}, {"without", "a customer"}}},
                      {"without", Value::List{Value("pod")}}};
  CHECK(to_json(scrubbed(e, "[gone]").entry.data) ==
        R"({"labels":{"key":"[gone]","service":"shop","without":"[gone]"},"without":["pod"]})");
}
