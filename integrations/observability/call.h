// What the files of this room share: a call to a configured system, and what went wrong with it as a sentence.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bot/base/result.h"
#include "integrations/net/http_client.h"
#include "integrations/observability/config.h"

namespace muster::observability {

inline constexpr std::size_t answer_bytes_max = 8u << 20;
inline constexpr std::size_t parse_here_bytes_max = 64u << 10;  // a larger body is parsed off the loop
inline constexpr std::int64_t connect_timeout_ms = 5'000;

struct Failure {
  std::string kind;  // unavailable, timeout, refused, not_found, conflict, bad_output, too_large: as steps name them
  std::string message;
  bool may_have_happened = false;  // the request left, and no answer says what became of it
};
template <class T>
using Answer = std::expected<T, Failure>;
template <class T>
using Answered = std::function<void(Answer<T>)>;

Error error_of(const Failure& failure);

// Runs work on another thread and then `then` on the loop; false when it takes nothing now. Null: work is done here.
using Elsewhere = std::function<bool(std::function<void()> work, std::function<void()> then)>;

// "Bearer …", "Basic …", or empty. `scheme` stands for Bearer where the system has another word.
std::string authorization(std::string_view secret, std::string_view scheme = "Bearer");
std::string url_encoded(std::string_view text);
std::string form(std::initializer_list<std::pair<std::string_view, std::string>> fields);

// The call with everything the configuration says; path begins with a slash.
HttpCall call_to(const BackendDef& backend, std::string method, const std::string& path, DurationMs timeout);

// Sends and tells a broken exchange apart: before the request left, after it, too long, too slow.
void send(HttpClient& client, HttpCall call, std::string_view name, Answered<HttpResult> done);

// The sentence of an answer that is an error: JSON's error or message, else the first line, bounded.
std::string said(std::string_view body);
Failure status_failure(std::string_view name, int status, std::string_view body);

// Parses `body` with `parse` here or, when it is large, elsewhere; then calls `done` on the loop.
template <class T>
void parsed(const Elsewhere& elsewhere, HttpResult result, Answer<T> (*parse)(const HttpResult&), Answered<T> done) {
  if (!elsewhere || result.body.size() <= parse_here_bytes_max) return done(parse(result));
  struct Job {
    HttpResult result;
    Answer<T> answer = std::unexpected(Failure{});
  };
  const auto job = std::make_shared<Job>();
  job->result = std::move(result);
  const bool taken =
      elsewhere([job, parse] { job->answer = parse(job->result); }, [job, done] { done(std::move(job->answer)); });
  if (!taken) done(std::unexpected(Failure{"unavailable", "the bot is busy; try again in a moment"}));
}

}  // namespace muster::observability
