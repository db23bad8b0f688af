// The double's core behind the HTTP client's interface, without sockets; on virtual timers.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "bot/base/text.h"
#include "integrations/net/http_client.h"
#include "integrations/net/http_text.h"
#include "integrations/net/timers.h"
#include "tests/doubles/kubernetes/core.h"

namespace muster::doubles {

class KubernetesWire final : public HttpClient {
 public:
  static constexpr const char* url = "https://cluster";
  KubernetesWire(KubernetesCore& core, Timers& timers) : core_(core), timers_(timers) {
    core_.connect_wire({.send = [this](std::uint64_t c, std::string line) { deliver(c, std::move(line)); },
                        .end = [this](std::uint64_t c) { end(c); }});
  }
  std::string broken;  // not empty: the cluster cannot be reached, for this reason
  bool broken_tls = false;
  bool hang = false;  // requests that change something are never answered, and time out
  std::vector<HttpCall> calls;

  void send(HttpCall call, Done done) override {
    calls.push_back(call);
    if (!broken.empty()) {
      if (call.trace) call.trace->bad_certificate = broken_tls;
      return later([done = std::move(done), why = broken] { done(fail(ErrorKind::unavailable, why)); });
    }
    const HttpRequest q = request_of(call);
    if (call.stream) return open(call, q, std::move(done));
    const HttpResponse r = core_.request(q);
    if (r.status == 0) {
      if (call.trace) call.trace->left = true;
      return later([done = std::move(done)] { done(fail(ErrorKind::unavailable, "the connection broke")); });
    }
    HttpResult result{r.status, r.body, {}};
    for (const auto& [name, value] : r.headers) result.headers[lower_ascii(name)] = value;
    later([done = std::move(done), result] { done(result); });
  }
  void stop(HttpStream& stream) override {
    stream.stopped = true;
    std::erase_if(streams_, [&](const auto& entry) {
      if (entry.second.stream.get() != &stream) return false;
      core_.closed(entry.first);
      return true;
    });
  }
  void forget() {  // the bot died: its connections go
    for (const auto& [connection, open] : streams_) core_.closed(connection);
    streams_.clear();
  }

 private:
  struct Open {
    std::shared_ptr<HttpStream> stream;
    Done done;
  };
  static HttpRequest request_of(const HttpCall& call) {
    HttpRequest q;
    q.method = call.method;
    const std::string target = call.url.substr(std::string(url).size());
    q.path = percent_decode(target.substr(0, target.find('?')), false);
    if (target.contains('?')) q.query = parse_query(target.substr(target.find('?') + 1));
    for (const auto& [name, value] : call.headers) q.headers[lower_ascii(name)] = value;
    q.body = call.body;
    return q;
  }
  void later(std::function<void()> task) { timers_.after(0, std::move(task)); }
  void open(const HttpCall& call, const HttpRequest& q, Done done) {
    const std::uint64_t id = ++last_;
    streams_[id] = {call.stream, done};
    if (const auto refused = core_.watch(id, q)) {
      streams_.erase(id);
      later([done, r = *refused] { done(HttpResult{r.status, r.body, {}}); });
    }
  }
  void deliver(std::uint64_t connection, std::string line) {
    const auto it = streams_.find(connection);
    if (it == streams_.end()) return;
    later([stream = it->second.stream, line = std::move(line)] {
      if (!stream->stopped) stream->part(line);
    });
  }
  void end(std::uint64_t connection) {
    const auto it = streams_.find(connection);
    if (it == streams_.end()) return;
    later([open = it->second] {
      if (!open.stream->stopped) open.done(HttpResult{200, {}, {}});
    });
    streams_.erase(it);
  }

  KubernetesCore& core_;
  Timers& timers_;
  std::map<std::uint64_t, Open> streams_;
  std::uint64_t last_ = 0;
};

}  // namespace muster::doubles
