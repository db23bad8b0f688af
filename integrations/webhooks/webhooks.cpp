#include "integrations/webhooks/webhooks.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "bot/base/base64.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/network.h"
#include "bot/base/text.h"

namespace muster {
namespace {

constexpr std::string_view secret_mark = "whsec_";
constexpr std::size_t key_bytes_least = 24, key_bytes_most = 64;  // as the specification has it
constexpr std::size_t answer_bytes_max = 64u << 10;

std::string key_of(std::string_view secret) {
  return secret.starts_with(secret_mark) ? from_base64(secret.substr(secret_mark.size())) : std::string();
}

std::string host_of(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  const std::string_view host = url.substr(0, url.find_first_of("/?#"));
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return lower_ascii(host.substr(0, host.find(':')));
}

bool is_here(const std::string& host) {
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && parse_network(host));
}

// Seconds, or a date as servers write it; 0: not said.
DurationMs wait_wanted(const std::string& header, TimeMs now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error != std::errc()) {
    std::tm parts{};
    if (!::strptime(header.c_str(), "%a, %d %b %Y %H:%M:%S", &parts)) return 0;
    seconds = ::timegm(&parts) - now / second_ms;
  }
  return std::clamp<std::int64_t>(seconds, 0, day_ms / second_ms) * second_ms;
}

constexpr std::string_view asked_mark = " retry-after ";

std::string name_of_hook(const OutMessage& m) { return m.destination.substr(webhook_platform.size() + 1); }

}  // namespace

std::string webhook_signature(const std::vector<std::string>& secrets, const std::string& id, TimeMs at,
                              const std::string& body) {
  const std::string text = id + "." + std::to_string(at / second_ms) + "." + body;
  std::string all;
  for (const std::string& secret : secrets)
    all += (all.empty() ? "v1," : " v1,") + to_base64(hmac_sha256(key_of(secret), text));
  return all;
}

std::vector<webhooks::Fault> webhooks::faults_of(const WebhookDef& def) {
  std::vector<Fault> faults;
  const std::string authority = def.url.substr(0, def.url.find_first_of("/?#", def.url.find("://") + 3));
  if (authority.contains('@'))
    faults.push_back({"url", 0, "an address holds no name and no password", "https://example.com/hooks/muster"});
  else if (def.url.starts_with("http://") && !def.plain_http && !is_here(host_of(def.url)))
    faults.push_back({"url", 0, "events would leave this machine unencrypted",
                      "https://…, or `plain_http: true` where the network is trusted"});
  if (def.secrets.size() > 2)
    faults.push_back({"secrets", 2, "more than two secrets for one webhook", "the old and the new"});
  for (std::size_t i = 0; i < def.secrets.size(); ++i) {
    const std::size_t bytes = key_of(def.secrets[i]).size();
    if (bytes < key_bytes_least || bytes > key_bytes_most)
      faults.push_back({"secrets", i, "what this reference holds is no signing secret",
                        "whsec_ and the base64 of 24 to 64 random bytes: echo \"whsec_$(openssl rand -base64 32)\""});
  }
  if (def.timeout < second_ms || def.timeout > minute_ms)
    faults.push_back({"timeout", 0, "a receiver gets from one second to one minute", "15s"});
  if (def.name.find_first_of(":\"\\`") != std::string::npos)
    faults.push_back({"name", 0, "colons, quotes and backslashes separate names elsewhere", "status-page"});
  return faults;
}

Webhooks::Webhooks(Parts parts) : patient_until_(parts.clock.now() + longest_wait), parts_(std::move(parts)) {}

void Webhooks::clock_was_set(DurationMs by) {
  patient_until_ = parts_.clock.now() + longest_wait;
  for (auto& [name, hook] : hooks_)
    for (TimeMs* t : {&hook->health.failing_since, &hook->health.delivered_ms})
      if (*t != 0) *t += by;
}

// What is known of one that stays is kept.
void Webhooks::configure(const std::vector<WebhookDef>& defs) {
  std::map<std::string, std::shared_ptr<Hook>> fresh;
  for (const WebhookDef& def : defs) {
    const auto known = hooks_.find(def.name);
    const bool stays = known != hooks_.end() && known->second->def.url == def.url;
    std::shared_ptr<Hook> hook = stays ? known->second : std::make_shared<Hook>();
    hook->def = def;
    fresh[def.name] = std::move(hook);
  }
  hooks_ = std::move(fresh);
}

void Webhooks::deliver(const OutMessage& m, std::function<void(Result<void>)> done) {
  const auto it = hooks_.find(name_of_hook(m));
  if (it == hooks_.end()) return done(fail(ErrorKind::not_found, "the configuration names no such webhook any more"));
  const std::shared_ptr<Hook> hook = it->second;
  if (m.kind != webhook_test && parts_.is_gone(hook->def.name)) {
    hook->status = 410;
    return done(fail(ErrorKind::unavailable, "410"));
  }
  const TimeMs now = parts_.clock.now();
  const std::string& id = m.body["id"].as_string();
  HttpCall call{.method = "POST", .url = hook->def.url, .headers = {}, .body = to_json(m.body["event"])};
  call.headers = {{"Content-Type", "application/json"},
                  {"User-Agent", "muster"},
                  {"webhook-id", id},
                  {"webhook-timestamp", std::to_string(now / second_ms)},
                  {"webhook-signature", webhook_signature(hook->def.secrets, id, now, call.body)}};
  call.timeout_ms = hook->def.timeout;
  call.max_body_bytes = answer_bytes_max;
  call.ca_file = hook->def.ca_file;
  call.proxy = hook->def.proxy;
  call.no_metadata_addresses = true;
  call.stream = std::make_shared<HttpStream>();  // what a 2xx says is kept by nobody
  call.stream->part = [](const std::string&) {};
  parts_.client.send(std::move(call), [this, hook, now, done = std::move(done)](Result<HttpResult> r) {
    hook->took = parts_.clock.now() - now;
    hook->status = r ? r->status : 0;
    hook->retry_after = 0;
    if (!r) return done(fail(ErrorKind::unavailable, r.error().message));
    if (const auto wait = r->headers.find("retry-after"); wait != r->headers.end())
      hook->retry_after = wait_wanted(wait->second, parts_.clock.now());
    if (r->status / 100 == 2) return done({});
    done(fail(ErrorKind::unavailable, std::to_string(r->status)));
  });
}

// Doubles up to the longest, give or take a quarter, so that what failed together does not come back together.
DurationMs Webhooks::wait_for(const Hook& hook, int attempts) const {
  const int n = std::clamp(std::max(attempts, hook.failures), 1, 20);
  const DurationMs whole = std::min(longest_wait, first_wait << (n - 1));
  return whole * 3 / 4 + static_cast<DurationMs>(static_cast<double>(whole) / 2 * parts_.dice());
}

AfterAttempt Webhooks::after(const OutMessage& m, int attempts, const Result<void>& result) {
  using Next = AfterAttempt::Next;
  const std::string name = name_of_hook(m);
  const auto it = hooks_.find(name);
  if (it == hooks_.end()) return {result ? Next::delivered : Next::dead, 0, result ? "" : result.error().message};
  Hook& hook = *it->second;
  if (!result) return failed(hook, m, attempts, result.error());
  hook.failures = 0;
  hook.health.failing_since = 0;
  hook.health.delivered_ms = parts_.clock.now();
  ++hook.health.delivered;
  parts_.news(name, "well", "");
  return {Next::delivered, 0, std::to_string(hook.status) + " · " + std::to_string(hook.took) + " ms"};
}

// An answer that judges this event, and none that says "not now".
static bool refuses(int status) {
  return status >= 300 && status != 408 && status != 425 && status != 429 && (status < 502 || status > 504);
}

// The receiver's own wish stands in the note: after a restart nothing else tells it from a time that a wrong clock set.
std::string Webhooks::with_wait(const std::string& note, DurationMs asked) {
  return note + std::string(asked_mark) + std::to_string(asked / second_ms);
}

DurationMs Webhooks::wait_asked(const std::string& note) {
  const std::size_t at = note.find(asked_mark);
  return at == std::string::npos ? 0 : wait_wanted(note.substr(at + asked_mark.size()), 0);
}

bool Webhooks::stands_aside(int attempts, const std::string& note) {
  return attempts >= refusals_max && refuses(std::atoi(note.c_str()));
}

AfterAttempt Webhooks::failed(Hook& hook, const OutMessage& m, int attempts, const Error& error) const {
  using Next = AfterAttempt::Next;
  const TimeMs now = parts_.clock.now();
  ++hook.failures;
  ++hook.health.failed;
  if (hook.health.failing_since == 0) hook.health.failing_since = now;
  hook.health.last_error = error.message;
  if (hook.status == 410) {
    parts_.news(hook.def.name, "gone", error.message);
    return {Next::dead, 0, error.message};
  }
  const DurationMs wait = wait_for(hook, attempts);
  if (now - m.body["since"].as_int() >= give_up_after && now >= patient_until_) {
    const bool alone = hook.health.delivered_ms > m.body["since"].as_int();  // others were taken meanwhile
    parts_.news(hook.def.name, alone ? "refused" : "failed", error.message);
    return {Next::dead, std::max(hook.retry_after, std::min(wait, first_wait)), error.message};
  }
  const bool asked = hook.retry_after > wait;
  return {stands_aside(attempts, error.message) ? Next::aside : Next::again, std::max(wait, hook.retry_after),
          asked ? with_wait(error.message, hook.retry_after) : error.message};
}

std::string Webhooks::origin(const std::string& hook) const {
  const auto it = hooks_.find(hook);
  if (it == hooks_.end()) return {};
  const std::string& url = it->second->def.url;
  return url.substr(0, url.find_first_of("/?#", url.find("://") + 3));
}

std::string Webhooks::digest_of_address(const std::string& hook) const {
  const auto it = hooks_.find(hook);
  return it == hooks_.end() ? "" : to_hex(sha256(it->second->def.url)).substr(0, 16);
}

void Webhooks::remember(const std::string& hook, const Health& health) {
  if (const auto it = hooks_.find(hook); it != hooks_.end()) it->second->health = health;
}

Webhooks::Health Webhooks::health(const std::string& hook) const {
  const auto it = hooks_.find(hook);
  return it == hooks_.end() ? Health{} : it->second->health;
}

}  // namespace muster
