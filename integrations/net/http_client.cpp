#include "integrations/net/http_client.h"

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "bot/base/log.h"
#include "integrations/net/curl_exchange.h"
#include "integrations/net/http_kept.h"
#include "integrations/net/http_lanes.h"
#include "integrations/net/loop.h"

namespace muster {

namespace {

constexpr int poll_ms = 60'000;  // woken up by every send
constexpr std::size_t calls_waiting_max = 10'000;
constexpr std::size_t host_calls_max = 16;  // at a time

struct MultiDone {  // CURL and CURLM are both void
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ShareDone {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
using Exchange = std::unique_ptr<CurlExchange>;

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(Loop& loop) : loop_(loop) {}
  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (multi_) curl_multi_wakeup(multi_.get());
    }
    if (thread_.joinable()) thread_.join();
    *alive_ = false;
  }
  void send(HttpCall call, Done done) override;
  void stop(HttpStream& stream) override;

 private:
  void run();
  void drop_stopped();
  void take_new();
  void keep_connections();
  void serve(const std::string& lane);
  bool begin(Exchange exchange);  // false: it is over already, and that was told
  void finish_done();
  void complete(Done done, Result<HttpResult> result);

  Loop& loop_;
  std::mutex mutex_;
  std::deque<Exchange> waiting_;  // under mutex_
  bool stopping_ = false;         // under mutex_
  bool stopped_streams_ = false;  // under mutex_
  // A completion that was posted before the client went must not run after it: its captures went too.
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  // TLS sessions, so that a further connection to a host need not begin from nothing. The wire's thread only.
  std::unique_ptr<CURLSH, ShareDone> share_;
  Authorities authorities_;  // the system's, as they lay when the first call went out
  std::unique_ptr<CURLM, MultiDone> multi_;
  std::unordered_map<CURL*, Exchange> running_;  // the wire's thread only, as the next
  HttpLanes<Exchange> lanes_{host_calls_max};
  ConnectionsKept kept_;
  std::thread thread_;
};

void CurlClient::complete(Done done, Result<HttpResult> result) {
  loop_.post([alive = alive_, done = std::move(done), result = std::move(result)]() mutable {
    if (*alive) done(std::move(result));
  });
}

void CurlClient::send(HttpCall call, Done done) {
  auto exchange = std::make_unique<CurlExchange>();
  exchange->call = std::move(call);
  exchange->done = std::move(done);
  bool first_waiting = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= calls_waiting_max) {
      complete(std::move(exchange->done), fail(ErrorKind::unavailable, "too many calls are waiting"));
      return;
    }
    first_waiting = waiting_.empty();
    waiting_.push_back(std::move(exchange));
    if (!multi_) {
      static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
      static_cast<void>(ready);
      multi_.reset(curl_multi_init());
      thread_ = std::thread([this] { run(); });
    }
  }
  // Not under the lock, which it would run into at once; and once for all that wait.
  if (first_waiting) curl_multi_wakeup(multi_.get());
}

void CurlClient::stop(HttpStream& stream) {
  stream.stopped = true;
  const std::lock_guard lock(mutex_);
  stopped_streams_ = true;
  if (multi_) curl_multi_wakeup(multi_.get());
}

void CurlClient::drop_stopped() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(stopped_streams_, false)) return;
  }
  std::erase_if(running_, [this](const auto& entry) {
    const auto& stream = entry.second->call.stream;
    if (!stream || !stream->stopped) return false;
    curl_multi_remove_handle(multi_.get(), entry.first);
    return true;
  });
}

void CurlClient::take_new() {
  std::deque<Exchange> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(waiting_);
  }
  for (auto& exchange : fresh) {
    exchange->lane = lane_of(exchange->call);
    exchange->waits_since = std::chrono::steady_clock::now();
    if (exchange->lane.empty()) {
      begin(std::move(exchange));
      continue;
    }
    const std::string lane = exchange->lane;
    lanes_.wait(lane, std::move(exchange));
    serve(lane);
  }
}

void CurlClient::serve(const std::string& lane) {
  while (auto next = lanes_.next(lane))
    if (!begin(std::move(*next))) lanes_.left(lane);
}

bool CurlClient::begin(Exchange exchange) {
  if (!exchange->lane.empty() &&
      !has_time_left(exchange->call, std::chrono::steady_clock::now() - exchange->waits_since)) {
    if (exchange->call.trace) exchange->call.trace->timed_out = true;
    complete(std::move(exchange->done),
             fail(ErrorKind::unavailable, "earlier calls to this host were not answered in time"));
    return false;
  }
  CURL* easy = nullptr;
  if (const auto stream = exchange->call.stream) {
    if (stream->stopped) return false;
    exchange->hand_on = [this, stream](std::string part) {
      loop_.post([alive = alive_, stream, part = std::move(part)] {
        if (*alive && !stream->stopped) stream->part(part);
      });
    };
  }
  if (!prepare_exchange(*exchange, share_.get(), authorities_) ||
      curl_multi_add_handle(multi_.get(), easy = exchange->easy.get()) != CURLM_OK) {
    complete(std::move(exchange->done), fail(ErrorKind::invalid, "the call has an invalid method, URL or header"));
    return false;
  }
  running_.emplace(easy, std::move(exchange));
  return true;
}

void CurlClient::finish_done() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_.get(), easy);
    auto exchange = std::move(running_.extract(easy).mapped());
    if (exchange->call.stream && exchange->call.stream->stopped) continue;
    complete(std::move(exchange->done), outcome_of(*exchange, code));
    if (exchange->lane.empty()) continue;
    lanes_.left(exchange->lane);
    serve(exchange->lane);
  }
}

// With each call that ends libcurl closes the idle one that has rested longest, for as long as there are more.
void CurlClient::keep_connections() {
  if (const auto kept = kept_.change(running_.size(), std::chrono::steady_clock::now()))
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(*kept));
}

void CurlClient::run() {
  authorities_ = system_authorities();
  share_.reset(curl_share_init());
  curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    take_new();
    drop_stopped();
    keep_connections();
    int active = 0;
    if (const CURLMcode code = curl_multi_perform(multi_.get(), &active); code != CURLM_OK) {
      log(LogLevel::error, "the HTTP client failed", {{"error", curl_multi_strerror(code)}});
    }
    finish_done();
    curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
  }
  for (auto& [easy, exchange] : running_) curl_multi_remove_handle(multi_.get(), easy);
  running_.clear();
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(Loop& loop) { return std::make_unique<CurlClient>(loop); }

}  // namespace muster
