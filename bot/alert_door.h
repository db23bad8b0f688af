// The HTTP routes for senders: /in/<kind>/<token>. Signature, redaction, commit, answer, parse: in that order.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/alert_signature.h"
#include "bot/app.h"
#include "bot/base/network.h"
#include "bot/dispatcher.h"
#include "integrations/net/http_server.h"

namespace muster {

class AlertDoor {
 public:
  AlertDoor(Dispatcher& dispatcher, Store& store, const Clock& clock)
      : dispatcher_(dispatcher), store_(store), clock_(clock) {}
  void configure(const Settings& settings, const Tokens& tokens);
  bool handles(const HttpRequest& request) const { return request.path.starts_with("/in/"); }
  // The refusal of who may not send here, by path and headers alone; the body need not be there yet.
  std::optional<HttpResponse> turn_away(const HttpRequest& request) const;
  void request(HttpRequest request, HttpReply reply);
  void take_pending(const InboxItem& item);  // what a crash left between the answer and the decision
  std::string token_of(const std::string& kind) const;
  // The headers that this door asks for beside its token of a delivery with this body.
  std::map<std::string, std::string> asked_headers(const std::string& kind, std::string_view body) const;
  void started(TimeMs at) { started_ = at; }
  void refused(const std::string& path, int status);  // by a limit of the server: the sender is told, people too
  // Runs the first on another thread and then the second on the loop; false when too much waits already. Large
  // bodies are redacted and parsed there; without it everything happens at once.
  using Elsewhere = std::function<bool(std::function<void()> work, std::function<void()> then)>;
  void set_elsewhere(Elsewhere elsewhere) { elsewhere_ = std::move(elsewhere); }

 private:
  struct Sender {
    AlertSourceDef def;
    std::string token;
    std::vector<Network> from;
  };
  const Sender* sender_called(const std::string& name) const;
  const Sender* sender(std::string_view kind, std::string_view token) const;
  struct Delivery;
  using DeliveryPtr = std::shared_ptr<Delivery>;
  void take_in(const DeliveryPtr& delivery, const SignatureClaim& claim, const HttpReply& reply,
               std::function<void()> also, std::function<void()> then);
  bool run(std::size_t bytes, std::function<void()> work, std::function<void()> then);
  void webhook(const Sender& sender, HttpRequest request, HttpReply reply);
  void api(const Sender& sender, const std::string& rest, HttpRequest request, HttpReply reply);
  void api_post(const Sender& sender, HttpRequest request, HttpReply reply);
  HttpResponse api_get(const std::string& rest, const HttpRequest& request) const;
  void store(const DeliveryPtr& delivery, const HttpReply& reply);
  void decide(const DeliveryPtr& delivery);
  // Deliveries in the order in which they are to be decided. While decisions are on their way to the disk small
  // deliveries gather, and are one decision then.
  struct Line {
    std::deque<DeliveryPtr> waiting;
    std::size_t alerts = 0;     // of those that wait
    std::size_t bytes = 0;      // of their bodies, which is about what they take
    std::size_t under_way = 0;  // decisions whose commit is awaited
    bool in_parts = false;      // a large one is decided part by part, and the others come after it
    bool full() const;
  };
  void line_up(Line& line, const DeliveryPtr& delivery);
  void decide_next(Line& line);
  void decide_together(Line& line, const std::vector<DeliveryPtr>& deliveries);
  void decide_part(const DeliveryPtr& delivery);

  Dispatcher& dispatcher_;
  Store& store_;
  const Clock& clock_;
  std::vector<Sender> senders_;
  TimeMs started_ = 0;
  Elsewhere elsewhere_;
  Line stored_, unstored_;  // webhooks, and what is stored with its decision
};

}  // namespace muster
