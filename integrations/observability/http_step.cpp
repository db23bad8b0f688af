#include "integrations/observability/http_step.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"

namespace muster::observability {
namespace {

bool changes_things(const std::string& method) { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }

Answer<HttpStepAnswer> read_answer(const HttpResult& r) {
  HttpStepAnswer a;
  a.status = r.status;
  for (const char* name : {"content-type", "location", "etag", "retry-after", "last-modified"})
    if (const auto it = r.headers.find(name); it != r.headers.end()) a.headers[name] = clip_bytes(it->second, 1000);
  a.body_bytes = static_cast<std::int64_t>(r.body.size());
  a.body =
      redact(clip_bytes(repair_utf8(std::string_view(r.body).substr(0, 2 * body_kept_bytes_max)), body_kept_bytes_max))
          .text;
  const auto type = r.headers.find("content-type");
  const bool json = type != r.headers.end() && lower_ascii(type->second).contains("json");
  if ((json || r.body.starts_with('{') || r.body.starts_with('[')) && r.body.size() <= json_kept_bytes_max)
    a.json = parse_json(r.body).value_or(Value());
  return a;
}

struct Judged {
  std::string method, name;
  std::vector<int> expect;
};

Answer<HttpStepAnswer> judged(const Judged& j, Answer<HttpStepAnswer> answer) {
  if (!answer) return answer;
  const int status = answer->status;
  const bool fine = j.expect.empty() ? status / 100 == 2 : std::ranges::find(j.expect, status) != j.expect.end();
  if (fine) return answer;
  Failure f = status_failure(j.name, status, answer->body);
  if (status / 100 != 5 || !changes_things(j.method)) f.may_have_happened = false;
  return std::unexpected(std::move(f));
}

}  // namespace

Value step_result(const HttpStepAnswer& a) {
  Value headers = Value::Map{};
  for (const auto& [name, value] : a.headers) headers.set(name, value);
  return Value::Map{{"status", a.status},
                    {"headers", std::move(headers)},
                    {"body", a.body},
                    {"body_bytes", a.body_bytes},
                    {"json", a.json}};
}

void call_http(HttpClient& client, const std::vector<HttpAllowDef>& list, const HttpStep& step,
               const Elsewhere& elsewhere, Answered<HttpStepAnswer> done) {
  const auto allow = permitted(list, step);
  if (!allow) return done(std::unexpected(allow.error()));
  auto call = http_request(**allow, step);
  if (!call) return done(std::unexpected(std::move(call.error())));
  const Judged rules{call->method, (*allow)->name, step.expect};
  send(client, std::move(*call), rules.name, [rules, elsewhere, done = std::move(done)](Answer<HttpResult> r) {
    if (!r) {
      r.error().may_have_happened = r.error().may_have_happened && changes_things(rules.method);
      return done(std::unexpected(std::move(r.error())));
    }
    const auto finish = [rules, done](Answer<HttpStepAnswer> answer) { done(judged(rules, std::move(answer))); };
    parsed<HttpStepAnswer>(elsewhere, std::move(*r), &read_answer, finish);
  });
}

}  // namespace muster::observability
