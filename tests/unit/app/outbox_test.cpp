// A message that nothing can deliver: seen, listed, sent again, from a real start of the whole application.
#include <doctest/doctest.h>

#include <thread>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/outbox_answers.h"
#include "integrations/net/local_socket.h"
#include "storage/store.h"
#include "tests/support/temp_folder.h"

using namespace muster;

namespace {

// What a bot left behind that could speak to pigeons.
void leave_message(const std::string& folder) {
  StoreOptions options;
  options.folder = folder;
  auto store = open_store(std::move(options), [](std::function<void()> task) { task(); });
  REQUIRE(store);
  Commit commit;
  commit.decision.out.push_back({"coo-1", "pigeon:#roof", "post", Value::Map{{"text", "coo"}}});
  REQUIRE((*store)->commit_now(std::move(commit)));
  (*store)->stop();
}

// The application on a thread of its own.
class Running {
 public:
  explicit Running(const std::string& folder) : folder_(folder) {
    auto app = App::start({.config_folder = "", .data_folder = folder, .listen = "127.0.0.1:0"});
    REQUIRE(app);
    app_ = std::move(*app);
    thread_ = std::thread([this] { app_->run(); });
  }
  ~Running() {
    app_->stop();
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Value say(const std::string& text) const {
    const auto line =
        call_local_socket(folder_ + "/muster.sock", to_json(Value::Map{{"op", "say"}, {"text", text}}), 10'000);
    REQUIRE(line);
    return *parse_json(*line);
  }

 private:
  std::string folder_;
  std::unique_ptr<App> app_;
  std::thread thread_;
};

bool contains(const Value& answer, const std::string& part) {
  return answer["text"].as_string().find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a message that nothing delivers is named by health, listed, and sent again on request") {
  const test::TempFolder folder;
  leave_message(folder.path());
  const Running bot(folder.path());
  const Value health = bot.say("health");
  CHECK(contains(health, "1 message could not be delivered"));
  const Value listed = bot.say("outbox");
  REQUIRE(listed["json"].as_list().size() == 1);
  CHECK(listed["json"].as_list()[0]["id"].as_string() == "coo-1");
  CHECK(contains(listed, "pigeon:#roof"));
  CHECK_FALSE(bot.say("outbox resend coo-2")["ok"].as_bool());
  const Value resent = bot.say("outbox resend coo-1");
  CHECK(resent["ok"].as_bool());
  CHECK(resent["json"]["resent"].as_int() == 1);
  // Nothing here speaks to pigeons still: it comes back, and who asked is on record.
  CHECK(bot.say("outbox")["json"].as_list().size() == 1);
  CHECK(contains(bot.say("health"), "1 message could not be delivered"));
}

TEST_CASE("an undelivered message is still listed after a restart") {
  const test::TempFolder folder;
  leave_message(folder.path());
  {
    const Running bot(folder.path());
    CHECK(bot.say("outbox")["json"].as_list().size() == 1);
  }
  const Running bot(folder.path());
  CHECK(contains(bot.say("health"), "1 message could not be delivered"));
}

TEST_CASE("of several that are sent again, one that is gone meanwhile keeps no other back") {
  const test::TempFolder folder;
  StoreOptions options;
  options.folder = folder.path();
  auto store = open_store(std::move(options), [](std::function<void()> task) { task(); });
  REQUIRE(store);
  Commit made, died;
  for (const char* id : {"coo-1", "coo-2", "coo-3"}) {
    made.decision.out.push_back({id, "pigeon:#roof", "post", Value::Map{}});
    died.out_failed.push_back({id, "gone", 0, true});
  }
  const std::vector<OutMessage> all = made.decision.out;
  REQUIRE((*store)->commit_now(std::move(made)));
  REQUIRE((*store)->commit_now(std::move(died)));
  REQUIRE((*store)->resend_dead_letter("coo-2"));  // somebody else did
  const Resent resent = resend_letters(**store, all);
  REQUIRE(resent.waiting.size() == 2);
  CHECK(resent.waiting[0].id == "coo-1");
  CHECK(resent.waiting[1].id == "coo-3");
  CHECK(outbox_resent(resent.waiting, resent.stored, "en").reply.text.contains("2 messages"));
  CHECK((*store)->pending_out()->size() == 3);
  CHECK_FALSE(resend_letters(**store, all).stored.has_value());  // nothing left
  (*store)->stop();
}
