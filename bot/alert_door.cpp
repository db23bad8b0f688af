#include "bot/alert_door.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "bot/alert_api.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "integrations/alerts/alertmanager.h"

namespace muster {
namespace {

constexpr DurationMs refused_alert_ms = 6 * hour_ms;  // longer than Alertmanager's usual repeat interval

// A bearer token or "user:pass", or the value of a header of the configuration's choice; any of the configured ones, so
// that a rotation loses nothing.
bool secret_fits(const AlertSourceDef& def, const HttpRequest& request) {
  const std::vector<std::string>& secrets = def.secrets;
  if (secrets.empty()) return true;
  const auto header = request.headers.find(def.header.empty() ? "authorization" : def.header);
  if (header == request.headers.end()) return false;
  const std::string& sent = header->second;
  const std::string lower = lower_ascii(sent.substr(0, 7));
  std::string offered;
  if (!def.header.empty() && def.header != "authorization")
    offered = std::string(trim(sent));
  else if (lower.starts_with("bearer "))
    offered = std::string(trim(std::string_view(sent).substr(7)));
  else if (lower.starts_with("basic "))
    offered = from_base64(trim(std::string_view(sent).substr(6)));
  bool fits = false;
  for (const std::string& s : secrets) fits = equal_constant_time(s, offered) || fits;
  return fits;
}

bool comes_from(const std::vector<Network>& from, const std::string& remote) {
  return from.empty() || std::ranges::any_of(from, [&](const Network& n) { return is_within(remote, n); });
}

// /in/<kind>/<token>, and what follows.
struct Route {
  std::string_view kind, token, rest;
};
std::optional<Route> route_in(std::string_view path) {
  constexpr std::string_view door = "/in/";
  if (!path.starts_with(door)) return std::nullopt;
  path.remove_prefix(door.size());
  const std::size_t slash = path.find('/');
  if (slash == path.npos) return std::nullopt;
  const std::string_view rest = path.substr(slash + 1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  return Route{path.substr(0, slash), rest.substr(0, end), rest.substr(end)};
}

HttpResponse too_busy() {
  return {.status = 503, .content_type = "text/plain", .body = "", .headers = {{"Retry-After", "5"}}};
}
HttpResponse bare(int status) { return {.status = status, .content_type = "text/plain", .body = "", .headers = {}}; }
HttpResponse json_response(int status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = {}};
}

// More than this is not redacted and parsed on the loop: it would take more than a few milliseconds.
constexpr std::size_t on_loop_bytes_max = 96u << 10;
// More alerts are decided in parts, so that the loop breathes in between.
constexpr std::size_t part_alerts_max = 200;
// Taken in, but not decided: beyond this a sender is told to come again. An alert that waits takes some two kilobytes.
constexpr std::size_t undecided_max = 10'000;         // deliveries
constexpr std::size_t undecided_alerts_max = 20'000;  // alerts
constexpr std::size_t undecided_bytes_max = 64u << 20;
// Decisions whose commit is awaited. While there are some, single alerts gather; what is many already need not wait.
constexpr std::size_t under_way_few = 2;
constexpr std::size_t under_way_max = 16;
constexpr std::size_t many_alerts = part_alerts_max / 2;

}  // namespace

// One body on its way from the wire to its decisions.
struct AlertDoor::Delivery {
  InboxItem item;           // its body: as received first, then redacted
  bool stored = false;      // in a commit of its own, or in one with a part of the decisions
  std::string type;         // Content-Type, for API v2
  std::string undecodable;  // why
  ApiV2Alerts alerts;
  std::size_t next = 0;   // the first alert that is not decided yet
  std::size_t bytes = 0;  // of the body
  std::int64_t truncated = 0;
  DurationMs ends_after = 0;  // an alert that names no end; 0: never
  std::function<void(Result<void>)> done;

  void parse_webhook() {
    Result<WebhookAlerts> parsed = parse_alertmanager_webhook(item.body, item.received_ms);
    if (!parsed) undecodable = parsed.error().message;
    if (!parsed) return;
    alerts.alerts = std::move(parsed->alerts);
    truncated = parsed->truncated;
  }
  void parse() {
    if (item.kind == "alerts_v2")
      alerts = parse_alerts_v2(item.body, type, item.received_ms);
    else
      parse_webhook();
    for (AlertEvent& e : alerts.alerts) {
      if (ends_after <= 0 || e.status != "firing" || e.ends_ms != 0) continue;
      e.ends_ms = item.received_ms + ends_after;
      e.ends_is_timeout = true;
    }
  }
  std::vector<AlertEvent> take_part() {
    const auto from = alerts.alerts.begin() + static_cast<std::ptrdiff_t>(next);
    next = std::min(next + part_alerts_max, alerts.alerts.size());
    const auto to = alerts.alerts.begin() + static_cast<std::ptrdiff_t>(next);
    return {std::make_move_iterator(from), std::make_move_iterator(to)};
  }
};

bool AlertDoor::run(std::size_t bytes, std::function<void()> work, std::function<void()> then) {
  if (bytes > on_loop_bytes_max && elsewhere_) return elsewhere_(std::move(work), std::move(then));
  work();
  then();
  return true;
}

void AlertDoor::configure(const Settings& settings, const Tokens& tokens) {
  senders_.clear();
  for (const AlertSourceDef& s : settings.sources) {
    const auto token = tokens.sources.find(s.name);
    std::vector<Network> from;
    for (const std::string& text : s.from)
      if (auto network = parse_network(text)) from.push_back(std::move(*network));
    if (token != tokens.sources.end()) senders_.push_back({s, token->second, from});
    const auto old = tokens.old_sources.find(s.name);
    if (old != tokens.old_sources.end()) senders_.push_back({s, old->second, from});
  }
}

std::string AlertDoor::token_of(const std::string& kind) const {
  for (const Sender& s : senders_) {
    if (s.def.kind == kind) return s.token;
  }
  return "";
}

std::map<std::string, std::string> AlertDoor::asked_headers(const std::string& kind, std::string_view body) const {
  const auto s = std::ranges::find(senders_, kind, [](const Sender& x) { return x.def.kind; });
  if (s == senders_.end()) return {};
  auto headers = signature_headers(s->def, body, clock_.now());
  if (s->def.secrets.empty()) return headers;
  if (!s->def.header.empty() && s->def.header != "authorization")
    headers[s->def.header] = s->def.secrets.front();
  else
    headers["Authorization"] = "Bearer " + s->def.secrets.front();
  return headers;
}

const AlertDoor::Sender* AlertDoor::sender_called(const std::string& name) const {
  const auto s = std::ranges::find(senders_, name, [](const Sender& x) { return x.def.name; });
  return s == senders_.end() ? nullptr : &*s;
}

const AlertDoor::Sender* AlertDoor::sender(std::string_view kind, std::string_view token) const {
  const Sender* found = nullptr;
  for (const Sender& s : senders_) {
    if (s.def.kind == kind && equal_constant_time(s.token, token)) found = &s;
  }
  return found;
}

std::optional<HttpResponse> AlertDoor::turn_away(const HttpRequest& request) const {
  const auto route = route_in(request.path);
  const bool known_kind = route && (route->kind == "alertmanager" || route->kind == "prometheus");
  if (!known_kind) return bare(404);
  const Sender* s = sender(route->kind, route->token);
  const bool may = s && secret_fits(s->def, request) && comes_from(s->from, request.remote);
  return may ? std::nullopt : std::optional(bare(401));
}

void AlertDoor::request(HttpRequest request, HttpReply reply) {
  if (auto refusal = turn_away(request)) return reply(std::move(*refusal));
  const auto route = route_in(request.path);
  const Sender* s = sender(route->kind, route->token);
  const std::string rest(route->rest);
  if (!rest.empty() && rest != "/") return api(*s, rest, std::move(request), std::move(reply));
  if (request.method != "POST")
    return reply({.status = 405, .content_type = "text/plain", .body = "", .headers = {{"Allow", "POST"}}});
  webhook(*s, std::move(request), std::move(reply));
}

void AlertDoor::webhook(const Sender& s, HttpRequest request, HttpReply reply) {
  if (dispatcher_.full() || stored_.full()) return reply(too_busy());
  const auto d = std::make_shared<Delivery>();
  d->ends_after = s.def.auto_resolve_after;
  d->item = {.dedupe_key = "in:" + dispatcher_.new_id(),
             .kind = "alertmanager",
             .body = std::move(request.body),
             .received_ms = clock_.now(),
             .meta = Value::Map{{"source", s.def.name}}};
  const auto claim = claimed_signature(s.def, request.headers, clock_.now());
  if (!claim) return reply(bare(401));
  take_in(
      d, *claim, reply, [] {}, [this, d, reply] { store(d, reply); });
}

// The signature is over the bytes as they came: it is looked at before anything is masked or parsed, and a body that
// was signed by nobody we know goes no further.
void AlertDoor::take_in(const DeliveryPtr& d, const SignatureClaim& claim, const HttpReply& reply,
                        std::function<void()> also, std::function<void()> then) {
  const auto genuine = std::make_shared<bool>(false);
  const auto work = [d, claim, genuine, also = std::move(also)] {
    *genuine = holds(claim, d->item.body);
    if (!*genuine) return;
    d->item.body = redact_body(d->item.body);
    also();
  };
  const auto done = [genuine, reply, then = std::move(then)] { *genuine ? then() : reply(bare(401)); };
  if (!run(d->item.body.size(), work, done)) reply(too_busy());
}

void AlertDoor::store(const DeliveryPtr& d, const HttpReply& reply) {
  Commit c;
  c.inbox.push_back(d->item);
  store_.commit(std::move(c), [this, d, reply](const Result<Committed>& r) {
    if (!r) return reply(too_busy());
    reply(bare(202));
    d->stored = true;
    decide(d);
  });
}

// The body is stored; whatever happens now, a restart takes it up again.
void AlertDoor::decide(const DeliveryPtr& d) {
  const auto decided = [this, d] {
    if (!d->undecodable.empty()) return dispatcher_.undecodable("Alertmanager", d->item.dedupe_key, d->undecodable);
    line_up(stored_, d);
  };
  if (!run(
          d->item.body.size(), [d] { d->parse(); }, decided)) {
    d->parse();
    decided();
  }
}

bool AlertDoor::Line::full() const {
  return waiting.size() >= undecided_max || alerts >= undecided_alerts_max || bytes >= undecided_bytes_max;
}

void AlertDoor::line_up(Line& line, const DeliveryPtr& d) {
  d->bytes = d->item.body.size();
  if (d->stored) std::string().swap(d->item.body);  // the inbox has it
  line.alerts += d->alerts.alerts.size();
  line.bytes += d->bytes;
  line.waiting.push_back(d);
  decide_next(line);
}

void AlertDoor::decide_next(Line& line) {
  const std::size_t most = line.alerts >= many_alerts ? under_way_max : under_way_few;
  if (line.in_parts || line.under_way >= most || line.waiting.empty()) return;
  ++line.under_way;
  std::vector<DeliveryPtr> together;
  std::size_t alerts = 0;
  for (; !line.waiting.empty(); line.waiting.pop_front()) {
    const std::size_t more = line.waiting.front()->alerts.alerts.size();
    if (!together.empty() && alerts + more > part_alerts_max) break;
    alerts += more;
    line.bytes -= line.waiting.front()->bytes;
    together.push_back(std::move(line.waiting.front()));
  }
  line.alerts -= alerts;
  decide_together(line, together);
}

void AlertDoor::decide_together(Line& line, const std::vector<DeliveryPtr>& deliveries) {
  const auto over = [this, &line] {
    --line.under_way;
    decide_next(line);
  };
  if (const DeliveryPtr& first = deliveries.front(); first->alerts.alerts.size() > part_alerts_max) {
    line.in_parts = true;
    const auto told = std::move(first->done);
    first->done = [&line, told, over](const Result<void>& r) {
      line.in_parts = false;
      if (told) told(r);
      over();
    };
    return decide_part(first);
  }
  std::vector<Dispatcher::Delivered> all;
  all.reserve(deliveries.size());
  for (const DeliveryPtr& d : deliveries) {
    const TimeMs received = d->item.received_ms;
    all.push_back({{std::move(d->alerts.alerts), received}, std::move(d->item), d->truncated, std::move(d->done)});
  }
  dispatcher_.deliveries(std::move(all), &line == &stored_, over);
}

// One part follows the commit of the part before; only the last one marks the delivery as done.
void AlertDoor::decide_part(const DeliveryPtr& d) {
  std::vector<AlertEvent> part = d->take_part();
  const InboxItem& item = d->item;
  if (d->next == d->alerts.alerts.size()) {
    std::vector<Dispatcher::Delivered> last(1);
    last[0] = {{std::move(part), item.received_ms}, item, d->truncated, d->done};
    return dispatcher_.deliveries(std::move(last), d->stored, {});
  }
  std::optional<InboxItem> first;
  if (!d->stored) first = item;
  const bool kept = std::exchange(d->stored, true);
  dispatcher_.alert_part(std::move(part), std::move(first), item.received_ms, [this, d, kept](const Result<void>& r) {
    if (r) return decide_part(d);
    if (r.error().kind == ErrorKind::internal) dispatcher_.undecided(d->item, kept);
    if (d->done) d->done(r);
  });
}

void AlertDoor::take_pending(const InboxItem& item) {
  if (item.kind != "alertmanager" && item.kind != "alerts_v2") return;
  const auto d = std::make_shared<Delivery>();
  d->item = item;
  d->stored = true;
  d->type = "application/json";
  if (const Sender* s = sender_called(item.meta["source"].as_string())) d->ends_after = s->def.auto_resolve_after;
  decide(d);
}

void AlertDoor::api(const Sender& s, const std::string& rest, HttpRequest request, HttpReply reply) {
  if (request.method == "GET") return reply(api_get(rest, request));
  if (rest == "/api/v2/alerts" && request.method == "POST") return api_post(s, std::move(request), std::move(reply));
  if (rest.starts_with("/api/v2/silence"))  // silences are not made here: a client must not believe that it was
    return reply(json_response(
        501, to_json(Value("muster makes no silences; silence the alert at its source or in Alertmanager"))));
  const bool known = rest == "/api/v2/alerts" || rest == "/api/v2/alerts/groups";
  HttpResponse refusal = bare(known ? 405 : 404);
  if (known) refusal.headers["Allow"] = rest.ends_with("alerts") ? "GET, POST" : "GET";
  reply(std::move(refusal));
}

HttpResponse AlertDoor::api_get(const std::string& rest, const HttpRequest& request) const {
  if (rest == "/-/ready" || rest == "/-/healthy")
    return {.status = 200, .content_type = "text/plain", .body = "OK", .headers = {}};
  if (rest == "/api/v2/status") return json_response(200, to_json(api_status(started_)));
  if (rest == "/api/v2/receivers") return json_response(200, to_json(api_receivers()));
  if (rest == "/api/v2/silences") return json_response(200, "[]");
  const bool groups = rest == "/api/v2/alerts/groups";
  if (!groups && rest != "/api/v2/alerts") return bare(404);
  const auto asked = read_alert_query(request.query);
  if (!asked) return json_response(400, to_json(Value(asked.error().message)));
  const Value list = groups ? api_groups(dispatcher_.state(), *asked, clock_.now())
                            : api_alerts(dispatcher_.state(), *asked, clock_.now());
  return json_response(200, to_json(list));
}

// Alertmanager's clients expect the body to be checked before the answer, so that it is stored with its decisions.
void AlertDoor::api_post(const Sender& s, HttpRequest request, HttpReply reply) {
  if (unstored_.full()) return reply(too_busy());
  const auto d = std::make_shared<Delivery>();
  const auto type = request.headers.find("content-type");
  if (type != request.headers.end()) d->type = type->second;
  d->item = {.dedupe_key = "in:" + dispatcher_.new_id(),
             .kind = "alerts_v2",
             .body = std::move(request.body),
             .received_ms = clock_.now(),
             .meta = Value::Map{{"source", s.def.name}}};
  const auto claim = claimed_signature(s.def, request.headers, clock_.now());
  if (!claim) return reply(bare(401));
  const auto then = [this, d, reply] {
    const HttpResponse answer = json_response(d->alerts.status, d->alerts.answer);
    if (d->alerts.alerts.empty()) return reply(answer);
    d->done = [reply, answer](const Result<void>& r) { reply(r ? answer : too_busy()); };
    line_up(unstored_, d);
  };
  take_in(
      d, *claim, reply, [d] { d->parse(); }, then);
}

// The sender will try again for ever, and its alerts do not arrive: that is an alert of its own.
void AlertDoor::refused(const std::string& path, int status) {
  const auto route = route_in(path);
  const Sender* s = route ? sender(route->kind, route->token) : nullptr;
  if (!s || status != 413) return;
  const TimeMs now = clock_.now();
  const std::string& language = dispatcher_.config().language;
  AlertEvent e;
  e.route = "alertmanager";
  e.status = "firing";
  e.severity = "warning";
  e.labels = {{"alertname", "MusterDeliveryTooLarge"}, {"source", s->def.name}, {"severity", "warning"}};
  e.source_key = label_fingerprint(e.labels);
  const std::string limit = std::to_string(limits::body_bytes_max >> 20);
  e.title = say(language, "door.refused.title", {{"source", s->def.name}, {"limit", limit}});
  e.body = say(language, "door.refused.body");
  e.starts_ms = now;
  e.ends_ms = now + refused_alert_ms;
  InboxItem item{.dedupe_key = "in:" + dispatcher_.new_id(),
                 .kind = "refused",
                 .body = "",
                 .received_ms = now,
                 .meta = Value::Map{{"source", s->def.name}}};
  dispatcher_.alerts_with_inbox({e}, std::move(item), {});
}

}  // namespace muster
