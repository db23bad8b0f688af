// One kind of object in one namespace, watched once however many rollouts go on there: list, then watch, from the
// newest version that was seen. Nothing of an object is kept. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "integrations/net/backoff.h"
#include "integrations/targets/kubernetes/api.h"

namespace muster::kubernetes {

struct WatchEvent {
  const Workload* workload = nullptr;  // null: see trouble
  bool deleted = false;
  const Error* trouble = nullptr;  // it cannot be watched for now; it goes on trying
};

// Parts of a stream -> whole lines. A line longer than an object can be ends it.
class Lines {
 public:
  bool feed(const std::string& part, const std::function<void(std::string_view)>& line);  // false: too long
  void clear() { rest_.clear(); }

 private:
  std::string rest_;
};

class Watch {
 public:
  using Seen = std::function<void(const WatchEvent&)>;
  Watch(Cluster& cluster, ClusterParts parts, Place place);  // place.name is not used
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  // From now on; what is there already is told only when the list is read anew.
  std::uint64_t follow(const std::string& name, Seen seen);
  void leave(std::uint64_t id);
  bool idle() const { return followers_.empty(); }
  // Something came by it lately: an event, or the bookmark that a server sends about once a minute.
  bool lives() const;

 private:
  struct Follower {
    std::string name;
    Seen seen;
  };
  void list(const std::string& more);
  void listed(const ApiAnswer& answer);
  void open();
  void take(const std::string& part);
  void take_line(std::string_view line);
  void ended(const ApiAnswer& answer);
  void expired();  // the version we know is too old for the server
  void later(DurationMs wait, void (Watch::*what)());
  void again() { version_.empty() ? list({}) : open(); }
  void tell(const Value& object, bool deleted);
  void tell_trouble(const Error& trouble);

  Cluster& cluster_;
  ClusterParts parts_;
  Place place_;
  std::map<std::uint64_t, Follower> followers_;
  std::uint64_t last_id_ = 0, timer_ = 0;
  std::string version_;  // of the newest list, event or bookmark; empty: list again
  bool running_ = false;
  int listings_ = 0;
  TimeMs heard_at_ = 0;  // when something came by the stream; 0: nothing yet
  Lines lines_;
  Reconnect reconnect_;
  std::shared_ptr<Cluster::Watching> stream_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace muster::kubernetes
