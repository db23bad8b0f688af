#include "integrations/targets/kubernetes/watch.h"

#include "bot/base/json.h"
#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/names.h"

namespace muster::kubernetes {
namespace {

constexpr std::size_t line_bytes_max = 4u << 20;  // an object has at most about 1.5 MiB
constexpr int page = 250;
constexpr DurationMs silent_max = 2 * minute_ms;
constexpr int watch_s = 300;  // and up to as much again, so that not all watches end together

bool is_gone(const Value& status) { return status["code"].as_int() == 410; }

}  // namespace

bool Lines::feed(const std::string& part, const std::function<void(std::string_view)>& line) {
  std::size_t from = 0;
  for (std::size_t end = part.find('\n'); end != part.npos; end = part.find('\n', from)) {
    const std::string_view piece(part.data() + from, end - from);
    if (rest_.empty()) {
      line(piece);
    } else {
      rest_ += piece;
      const std::string whole = std::exchange(rest_, {});
      line(whole);
    }
    from = end + 1;
  }
  rest_.append(part, from);
  return rest_.size() <= line_bytes_max;
}

Watch::Watch(Cluster& cluster, ClusterParts parts, Place place)
    : cluster_(cluster), parts_(std::move(parts)), place_(std::move(place)) {}

Watch::~Watch() { parts_.timers.cancel(timer_); }

std::uint64_t Watch::follow(const std::string& name, Seen seen) {
  followers_[++last_id_] = {name, std::move(seen)};
  if (!running_) {
    running_ = true;
    list({});
  }
  return last_id_;
}

void Watch::leave(std::uint64_t id) {
  followers_.erase(id);
  if (!followers_.empty()) return;
  running_ = false;
  stream_.reset();
  parts_.timers.cancel(timer_);
  version_.clear();
  ++listings_;  // an answer that is on its way is of no interest any more
}

void Watch::later(DurationMs wait, void (Watch::*what)()) {
  parts_.timers.cancel(timer_);
  timer_ = parts_.timers.after(wait, [this, what, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired() && running_) (this->*what)();
  });
}

void Watch::list(const std::string& more) {
  ApiRequest request;
  request.path = collection_path(place_);
  request.query = "limit=" + std::to_string(page) + (more.empty() ? "" : "&continue=" + escape(more));
  cluster_.call(request, [this, at = listings_, alive = std::weak_ptr<int>(alive_)](const ApiAnswer& answer) {
    if (!alive.expired() && running_ && at == listings_) listed(answer);
  });
}

void Watch::listed(const ApiAnswer& answer) {
  if (!answer.ok()) {
    if (answer.status != 410) tell_trouble(*answer.problem);  // 410: the pages took too long
    return later(reconnect_.ended(parts_.login.clock.now(), parts_.dice()), &Watch::again);
  }
  const std::string more = answer.body["metadata"]["continue"].as_string();
  const std::string version = answer.body["metadata"]["resourceVersion"].as_string();
  const int at = listings_;
  for (const Value& object : answer.body["items"].as_list()) {
    tell(object, false);
    if (!running_ || at != listings_) return;  // the last follower has left meanwhile
  }
  if (!more.empty()) return list(more);
  version_ = version;
  open();
}

void Watch::open() {
  ApiRequest request;
  request.path = collection_path(place_);
  const int seconds = watch_s + static_cast<int>(parts_.dice() * watch_s);
  request.query = "watch=true&allowWatchBookmarks=true&resourceVersion=" + escape(version_) +
                  "&timeoutSeconds=" + std::to_string(seconds);
  lines_.clear();
  reconnect_.opened(parts_.login.clock.now());
  const auto mine = [this, at = listings_, alive = std::weak_ptr<int>(alive_)] {
    return !alive.expired() && running_ && at == listings_;
  };
  stream_ = cluster_.stream(
      request,
      [this, mine](const std::string& part) {
        if (mine()) take(part);
      },
      [this, mine](const ApiAnswer& answer) {
        if (mine()) ended(answer);
      });
}

bool Watch::lives() const {
  return running_ && stream_ && heard_at_ != 0 && parts_.login.clock.now() - heard_at_ < silent_max;
}

void Watch::take(const std::string& part) {
  heard_at_ = parts_.login.clock.now();
  const int at = listings_;
  const bool fits = lines_.feed(part, [this, at](std::string_view line) {
    if (running_ && at == listings_) take_line(line);
  });
  if (!fits) expired();
}

void Watch::take_line(std::string_view line) {
  const auto event = parse_json(line);
  if (!event) return;
  const std::string& type = (*event)["type"].as_string();
  const Value& object = (*event)["object"];
  if (type == "ERROR") {
    if (is_gone(object)) return expired();
    return;  // the server ends the stream after it
  }
  // Versions are opaque: the newest is the one that came last.
  if (const std::string& version = object["metadata"]["resourceVersion"].as_string(); !version.empty())
    version_ = version;
  if (type == "ADDED" || type == "MODIFIED" || type == "DELETED") tell(object, type == "DELETED");
}

void Watch::ended(const ApiAnswer& answer) {
  // A connection that breaks is opened again; one that cannot be opened is a trouble.
  const bool mute = std::exchange(heard_at_, 0) == 0;
  if (answer.status == 410) return expired();
  if (answer.problem && (answer.status != 0 || mute)) tell_trouble(*answer.problem);
  later(reconnect_.ended(parts_.login.clock.now(), parts_.dice()), &Watch::again);
}

void Watch::expired() {
  ++listings_;
  stream_.reset();
  heard_at_ = 0;
  version_.clear();
  later(reconnect_.ended(parts_.login.clock.now(), parts_.dice()), &Watch::again);
}

void Watch::tell(const Value& object, bool deleted) {
  const std::string& name = object["metadata"]["name"].as_string();
  std::vector<Seen> who;  // telling one may make others leave
  for (const auto& [id, follower] : followers_) {
    if (follower.name == name) who.push_back(follower.seen);
  }
  if (who.empty()) return;
  const Workload workload = read_workload(place_.kind, object);
  for (const Seen& seen : who) seen({&workload, deleted, nullptr});
}

void Watch::tell_trouble(const Error& trouble) {
  std::vector<Seen> who;
  for (const auto& [id, follower] : followers_) who.push_back(follower.seen);
  for (const Seen& seen : who) seen({nullptr, false, &trouble});
}

}  // namespace muster::kubernetes
