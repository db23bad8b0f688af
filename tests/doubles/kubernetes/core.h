// Kubernetes as far as a deployer sees it, without sockets: objects with generations and versions, the three patch
// types, the scale subresource, watches, and controllers that roll out step by step on the clock that is passed in.
// What kubectl has not confirmed is listed in docs/kubernetes.md.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "integrations/net/http_server.h"

namespace muster::doubles {

struct KubernetesOptions {
  std::string token;            // empty: everybody is let in
  DurationMs step = second_ms;  // between two moves of a controller
  int nodes = 3;
  bool gone_as_line = false;  // 410 of a watch as an ERROR line instead of the HTTP status
};

// Every request that wants to change something, in order; refused ones too, dry runs not.
struct KubernetesEffect {
  TimeMs at = 0;
  std::string method, path, run, body;
  int status = 0;        // as the world decided, whatever was answered
  bool changed = false;  // the object is another one now
};

class KubernetesCore {
 public:
  struct Wire {  // how watches speak; a connection is the server's number for it
    std::function<void(std::uint64_t connection, std::string line)> send;
    std::function<void(std::uint64_t connection)> end;
  };
  explicit KubernetesCore(const Clock& clock, KubernetesOptions options = {});
  void connect_wire(Wire wire) { wire_ = std::move(wire); }

  // Setting up. Workloads come with all their pods up.
  void add_deployment(const std::string& space, const std::string& name, const std::string& image, int replicas,
                      Value more_metadata = Value::Map{});
  void add_stateful_set(const std::string& space, const std::string& name, const std::string& image, int replicas);
  void add_daemon_set(const std::string& space, const std::string& name, const std::string& image);
  // Of a Deployment of its name; its load wants what there is when it is added.
  void add_autoscaler(const std::string& space, const std::string& name, int least, int most);
  void add(const std::string& resource, Value object);  // anything with metadata.namespace and name

  // The doors. A watch that opens answers nothing here: its lines go over the wire.
  HttpResponse request(const HttpRequest& request);
  static bool is_watch(const HttpRequest& request);
  std::optional<HttpResponse> watch(std::uint64_t connection, const HttpRequest& request);
  void closed(std::uint64_t connection) { watches_.erase(connection); }

  // Controllers do what is due by now; the time of the next move, 0 when nothing moves.
  TimeMs tick();
  void set_step(DurationMs step) { options_.step = step; }
  void settle();      // every controller to its end, whatever the clock says
  bool hold = false;  // new pods do not come up

  // Faults. The answer stands for the server's; status 0: the connection ends. `before`: nothing is done;
  // `after`: it is done, and the answer is another.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> fault_before, fault_after;
  std::map<std::string, std::string> sick_images;  // image -> ImagePullBackOff, CrashLoopBackOff, Unschedulable
  std::set<std::string> forbidden;                 // "patch deployments", "list pods": 403
  std::string quota;                               // not empty: pods cannot be made, for this reason
  void forget_history() {
    events_.clear();
    oldest_ = version_;
  }                    // what came before is compacted: 410
  void end_watches();  // as when the server restarts

  const Value* find(const std::string& resource, const std::string& space, const std::string& name) const;
  // Those whose name begins so; `name` needs a namespace.
  std::vector<const Value*> all(const std::string& resource, const std::string& space,
                                const std::string& name = {}) const;
  // Somebody at a keyboard: no request, no entry in the ledger.
  void edit(const std::string& resource, const std::string& space, const std::string& name,
            const std::function<Value(Value)>& change);
  std::vector<KubernetesEffect> ledger;
  std::uint64_t requests = 0, watches_opened = 0;
  std::size_t watching() const { return watches_.size(); }
  static HttpResponse status_response(int code, const std::string& reason, const std::string& message);

 private:
  friend struct KubernetesControllers;
  friend struct KubernetesRoutes;
  struct Event {
    std::uint64_t version;
    std::string resource, space, name, type;
    Value object;
  };
  struct Watching {
    std::string resource, space, name;
    bool bookmarks = false;
    TimeMs ends = 0, bookmark_at = 0;
  };
  std::string store(const std::string& resource, Value object, const std::string& type);  // the new version
  void remove(const std::string& resource, const std::string& space, const std::string& name);
  void touch(const std::string& resource, const Value& object);  // a controller has work
  void tell(const Watching& watching, std::uint64_t connection, const Event& event);
  std::string new_uid();
  std::string now_text() const { return format_utc(clock_.now()).substr(0, 19) + "Z"; }

  const Clock& clock_;
  KubernetesOptions options_;
  Wire wire_;
  std::uint64_t version_ = 1000, oldest_ = 1000, serial_ = 0;
  std::map<std::string, Value> objects_;  // resource/space/name
  std::deque<Event> events_;
  std::map<std::uint64_t, Watching> watches_;
  std::map<std::string, TimeMs> due_;  // key of a workload -> its next move
};

// patches.cpp
Value set_in(Value object, const std::vector<std::string>& path, Value value);
Value merge_patch(const Value& object, const Value& patch);
Value strategic_patch(const Value& object, const Value& patch);
std::optional<Value> json_patch(const Value& object,
                                const Value& operations);  // nothing: a test failed, or no such path

// controllers.cpp: one move of one workload; false: it is where it should be.
bool controller_step(KubernetesCore& core, const std::string& key);

}  // namespace muster::doubles
