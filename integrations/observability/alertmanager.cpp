#include "integrations/observability/alertmanager.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster::observability {
namespace {

constexpr std::size_t silences_read_max = 20'000;
constexpr std::size_t comment_bytes_max = 1'000;

Value matcher_value(const Matcher& m) {
  return Value::Map{
      {"name", m.name}, {"value", m.value}, {"isRegex", m.op.ends_with('~')}, {"isEqual", !m.op.starts_with('!')}};
}

Matcher read_matcher(const Value& v) {
  const bool equal = v["isEqual"].as_bool(true), regex = v["isRegex"].as_bool();
  return {v["name"].as_string(), equal ? (regex ? "=~" : "=") : (regex ? "!~" : "!="), v["value"].as_string()};
}

RemoteSilence read_silence(const Value& v) {
  RemoteSilence s;
  s.id = clip_bytes(v["id"].as_string(), 100);
  s.comment = clip_bytes(v["comment"].as_string(), 2 * comment_bytes_max);
  s.created_by = clip_bytes(v["createdBy"].as_string(), 200);
  s.state = v["status"]["state"].as_string();
  for (const Value& m : v["matchers"].as_list()) s.matchers.push_back(read_matcher(m));
  s.starts_ms = parse_time(v["startsAt"].as_string()).value_or(0);
  s.until_ms = parse_time(v["endsAt"].as_string()).value_or(0);
  return s;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// What the list says about our marker: the living one before an expired one.
const RemoteSilence* marked(const std::vector<RemoteSilence>& all, const std::string& marker) {
  const RemoteSilence* found = nullptr;
  for (const RemoteSilence& s : all) {
    if (marker.empty() || !s.comment.contains(marker)) continue;
    if (!found || found->state == "expired") found = &s;
  }
  return found;
}

// One order on its way; lives in the completions of its calls.
struct Carrying {
  HttpClient& client;
  BackendDef backend;
  SilenceOrder order;
  Answered<SilenceAnswer> done;
};
using CarryingPtr = std::shared_ptr<Carrying>;

void refuse(const CarryingPtr& c, std::string kind, std::string message) {
  c->done(std::unexpected(Failure{std::move(kind), std::move(message), false}));
}

void created(const CarryingPtr& c, const HttpResult& r) {
  if (r.status / 100 != 2) return c->done(std::unexpected(status_failure(c->backend.name, r.status, r.body)));
  const auto body = parse_json(r.body);
  const std::string id = body ? (*body)["silenceID"].as_string() : std::string();
  // Tried again, it is found by its marker: a strange answer is no reason to make a second one.
  if (!is_id(id)) return refuse(c, "unavailable", c->backend.name + " answered without the id of the silence");
  c->done(SilenceAnswer{id});
}

void create(const CarryingPtr& c) {
  HttpCall call = call_to(c->backend, "POST", "/api/v2/silences", 0);
  call.headers["Content-Type"] = "application/json";
  call.body = silence_body(c->order);
  send(c->client, std::move(call), c->backend.name, [c](Answer<HttpResult> r) {
    if (!r) return c->done(std::unexpected(std::move(r.error())));
    created(c, *r);
  });
}

void expire(const CarryingPtr& c, const std::string& id) {
  if (!is_id(id))
    return refuse(c, "bad_output", c->backend.name + " has an id that is none: " + clip(one_line(id), 60));
  send(c->client, call_to(c->backend, "DELETE", "/api/v2/silence/" + id, 0), c->backend.name,
       [c, id](Answer<HttpResult> r) {
         if (!r) return c->done(std::unexpected(std::move(r.error())));
         // Alertmanager before 0.26 says "not found" with status 500.
         const bool gone = r->status == 404 || (r->status == 500 && lower_ascii(said(r->body)).contains("not found"));
         if (r->status / 100 == 2 || gone) return c->done(SilenceAnswer{id});
         c->done(std::unexpected(status_failure(c->backend.name, r->status, r->body)));
       });
}

void looked(const CarryingPtr& c, const std::vector<RemoteSilence>& all) {
  const RemoteSilence* found = marked(all, c->order.marker);
  if (c->order.action == "expire") {
    if (!found || found->state == "expired") return c->done(SilenceAnswer{found ? found->id : std::string()});
    return expire(c, found->id);
  }
  if (!found) return create(c);
  if (found->state == "expired") return refuse(c, "conflict", "the silence was made and somebody has ended it there");
  c->done(SilenceAnswer{found->id});
}

}  // namespace

void look_at_silence(HttpClient& client, const BackendDef& backend, const std::string& remote,
                     const std::string& marker, Answered<SilenceLook> done) {
  if (!is_id(remote)) return done(std::unexpected(Failure{"refused", "it has no id at its source", false}));
  const auto among_all = [&client, backend, marker, done](bool known) {
    list_silences(client, backend, [known, marker, done](Answer<std::vector<RemoteSilence>> all) {
      if (!all) return done(std::unexpected(std::move(all.error())));
      const RemoteSilence* found = marked(*all, marker);
      if (!found || found->state == "expired") return done(SilenceLook{false, known || found, {}});
      done(SilenceLook{true, true, *found});
    });
  };
  send(client, call_to(backend, "GET", "/api/v2/silence/" + remote, 0), backend.name,
       [name = backend.name, among_all, done](Answer<HttpResult> r) {
         if (!r) return done(std::unexpected(std::move(r.error())));
         if (r->status == 404) return among_all(false);
         if (r->status / 100 != 2) return done(std::unexpected(status_failure(name, r->status, r->body)));
         const auto body = parse_json(r->body);
         if (!body || !body->is_map())
           return done(std::unexpected(Failure{"bad_output", name + " answered without a silence", false}));
         RemoteSilence found = read_silence(*body);
         if (found.state == "expired") return among_all(true);
         done(SilenceLook{true, true, std::move(found)});
       });
}

SilenceOrder silence_order(const Value& body) {
  SilenceOrder o;
  o.action = body["action"].as_string();
  o.marker = body["marker"].as_string();
  o.remote = body["remote"].as_string();
  o.matchers = matchers_from(body["matchers"]);
  o.starts_ms = body["starts_ms"].as_int();
  o.until_ms = body["until_ms"].as_int();
  o.created_by = body["created_by"].as_string();
  o.comment = body["comment"].as_string();
  return o;
}

std::string silence_body(const SilenceOrder& o) {
  Value matchers = Value::List{};
  for (const Matcher& m : o.matchers) matchers.push(matcher_value(m));
  return to_json(Value::Map{{"matchers", std::move(matchers)},
                            {"startsAt", format_utc(o.starts_ms)},
                            {"endsAt", format_utc(o.until_ms)},
                            {"createdBy", clip_bytes(one_line(o.created_by), 200)},
                            {"comment", clip_bytes(one_line(o.comment), comment_bytes_max) + " " + o.marker}});
}

Answer<std::vector<RemoteSilence>> parse_silences(const HttpResult& r) {
  if (r.status / 100 != 2) return std::unexpected(status_failure("Alertmanager", r.status, r.body));
  const auto body = parse_json(r.body);
  if (!body || !body->is_list())
    return std::unexpected(Failure{"bad_output", "the answer is no list of silences: is this an Alertmanager?", false});
  std::vector<RemoteSilence> all;
  for (const Value& v : body->as_list()) {
    if (all.size() == silences_read_max) break;
    all.push_back(read_silence(v));
  }
  return all;
}

void list_silences(HttpClient& client, const BackendDef& backend, Answered<std::vector<RemoteSilence>> done) {
  send(client, call_to(backend, "GET", "/api/v2/silences", 0), backend.name,
       [done = std::move(done)](Answer<HttpResult> r) {
         if (!r) return done(std::unexpected(std::move(r.error())));
         done(parse_silences(*r));
       });
}

void carry_silence(HttpClient& client, const BackendDef& backend, const SilenceOrder& order,
                   Answered<SilenceAnswer> done) {
  const auto c = std::make_shared<Carrying>(Carrying{client, backend, order, std::move(done)});
  if (order.action == "expire" && !order.remote.empty()) return expire(c, order.remote);
  if (order.action != "create" && order.action != "expire")
    return refuse(c, "refused", "nobody knows how to " + clip(one_line(order.action), 40) + " a silence");
  list_silences(client, backend, [c](Answer<std::vector<RemoteSilence>> all) {
    if (!all) return c->done(std::unexpected(std::move(all.error())));
    looked(c, *all);
  });
}

}  // namespace muster::observability
