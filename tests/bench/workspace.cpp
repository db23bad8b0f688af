#include "tests/bench/workspace.h"

#include <chrono>
#include <stdexcept>

#include "bot/base/json.h"
#include "tests/bench/process.h"

namespace muster::bench {
namespace {

constexpr std::chrono::seconds patience{60};

doubles::WebServerOptions own_certificate(const test::Certificate& authority) {
  test::Certificate own = test::make_certificate({.host = "127.0.0.1", .is_ip = true}, &authority);
  return {.certificate_pem = std::move(own.certificate_pem), .key_pem = std::move(own.key_pem)};
}

std::string channel_id(std::size_t n) { return "CBENCH" + std::to_string(n); }

}  // namespace

Workspace::Workspace(bool tls)
    : authority_(test::make_certificate({.host = "authority of the benchmark", .authority = true})),
      server_(clock_, tls ? own_certificate(authority_) : doubles::WebServerOptions{}) {
  server_.on([this](doubles::SlackCore& core) {
    core.listed_at_once = 200;
    core.users["U1"] = {"U1", "ana", "Ana Sousa", "ana@example.com", "T1", false, false};
    for (std::size_t n = 0; n < channels; ++n) {
      core.channels[channel_id(n)] = {
          .id = channel_id(n), .name = "bench-" + std::to_string(n), .topic = {}, .purpose = {}, .im_of = {}};
      core.channels[channel_id(n)].members = {doubles::SlackCore::bot_user, "U1"};
    }
    server_.before_call = [this] { called_at_ = now_ms(); };
    server_.after_call = [this](doubles::SlackCore& called) { heard(called); };
  });
}

Workspace::~Workspace() {
  server_.on([this](doubles::SlackCore&) {
    server_.before_call = {};
    server_.after_call = {};
  });
}

void Workspace::heard(doubles::SlackCore& core) {
  const std::scoped_lock hold(lock_);
  for (const doubles::SlackHappening& h : core.take_happenings()) {
    const auto asked = asked_.find(h.channel_id);
    if (h.kind != "post" || asked == asked_.end()) continue;
    ms_.push_back(called_at_ - asked->second);
    asked_.erase(asked);
    answer_ = to_json(Value::Map{{"text", h.text}, {"blocks", h.blocks}});
  }
  answered_.notify_one();
}

std::string Workspace::free_channel() {
  for (;;) {
    const std::string id = channel_id(turn_++ % channels);
    if (!asked_.contains(id)) return id;
  }
}

std::vector<double> Workspace::run(const ChatLoad& load) {
  double next = now_ms();
  for (std::size_t n = 0; n < load.commands; ++n) {
    while (now_ms() < next) pause_ms(1);
    next = now_ms() + load.apart_ms;
    std::string channel;
    {
      std::unique_lock hold(lock_);
      if (!answered_.wait_for(hold, patience, [&] { return asked_.size() < load.at_once; }))
        throw std::runtime_error("a command was not answered");
      channel = free_channel();
    }
    server_.on([&](doubles::SlackCore& core) {
      core.say("U1", channel, "!status");
      const std::scoped_lock hold(lock_);
      asked_[channel] = now_ms();
    });
  }
  std::unique_lock hold(lock_);
  if (!answered_.wait_for(hold, patience, [&] { return asked_.empty(); }))
    throw std::runtime_error("a command was not answered");
  return std::exchange(ms_, {});
}

std::string Workspace::last_answer() {
  const std::scoped_lock hold(lock_);
  return answer_;
}

}  // namespace muster::bench
