// The HTTP routes for senders: /in/<kind>/<token>. Signature, redaction, commit, answer, parse: in that order.
#pragma once
#include <functional>
#include <string>

#include "bot/app.h"
#include "bot/dispatcher.h"
#include "integrations/net/http_server.h"

namespace muster {

class AlertDoor {
 public:
  AlertDoor(Dispatcher& dispatcher, Store& store, const Clock& clock)
      : dispatcher_(dispatcher), store_(store), clock_(clock) {}
  void configure(const Settings& settings, const Tokens& tokens);
  bool handles(const HttpRequest& request) const { return request.path.starts_with("/in/"); }
  void request(HttpRequest request, HttpReply reply);
  void take_pending(const InboxItem& item);  // what a crash left between the answer and the decision
  std::string token_of(const std::string& kind) const;
  std::string secret_of(const std::string& kind) const;  // what that door asks for beside its token; may be empty
  void started(TimeMs at) { started_ = at; }
  void refused(const std::string& path, int status);  // by a limit of the server: the sender is told, people too

 private:
  struct Sender {
    std::string name, kind, token;
    std::vector<std::string> secrets;
  };
  const Sender* sender(const std::string& kind, const std::string& token) const;
  void webhook(const Sender& sender, HttpRequest request, HttpReply reply);
  void api(const Sender& sender, const std::string& rest, HttpRequest request, HttpReply reply);
  void api_post(const Sender& sender, HttpRequest request, HttpReply reply);
  HttpResponse api_get(const std::string& rest, const HttpRequest& request) const;
  void decide(const std::string& key, const std::string& body, TimeMs received);

  Dispatcher& dispatcher_;
  Store& store_;
  const Clock& clock_;
  std::vector<Sender> senders_;
  TimeMs started_ = 0;
};

}  // namespace muster
