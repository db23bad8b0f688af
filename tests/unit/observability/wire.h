// A wire without sockets: answers are what the test says, at once.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "integrations/net/http_client.h"

namespace muster::test {

class FakeWire final : public HttpClient {
 public:
  std::function<Result<HttpResult>(const HttpCall&)> answer;
  std::vector<HttpCall> calls;

  void send(HttpCall call, Done done) override {
    calls.push_back(call);
    done(answer(calls.back()));
  }
  void always(int status, std::string body) {
    answer = [status, body = std::move(body)](const HttpCall&) -> Result<HttpResult> {
      return HttpResult{status, body, {{"content-type", "application/json"}}};
    };
  }
  // The exchange breaks: before anything left, or after.
  void breaks(bool left, bool timed_out = false) {
    answer = [left, timed_out](const HttpCall& call) -> Result<HttpResult> {
      if (call.trace) call.trace->left = left, call.trace->timed_out = timed_out;
      return fail(ErrorKind::unavailable, "Empty reply from server");
    };
  }
};

template <class T>
struct Caught {
  std::vector<T> all;
  auto take() {
    return [this](T value) { all.push_back(std::move(value)); };
  }
  const T& one() const { return all.at(0); }
};

}  // namespace muster::test
