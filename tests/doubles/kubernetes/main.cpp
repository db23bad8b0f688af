// The double as a program, for kubectl and for scripts: with TLS, because clients show a token to nobody else. It
// prints one line of JSON with its address and a kubeconfig, then takes one command a line on standard input: hold,
// release, add NAME IMAGE, autoscale NAME LEAST MOST, sick IMAGE REASON, forbid RIGHT…, expire, cut, ledger, show
// RESOURCE NAME. It ends with its standard input. Its one argument: milliseconds between two moves of a controller.
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "bot/base/json.h"
#include "tests/doubles/kubernetes/server.h"
#include "tests/support/certificates.h"

namespace {

using namespace muster;

std::string ledger_of(const doubles::KubernetesCore& core) {
  Value::List list;
  for (const auto& e : core.ledger)
    list.push_back(Value::Map{
        {"method", e.method}, {"path", e.path}, {"run", e.run}, {"status", e.status}, {"changed", e.changed}});
  return to_json(list);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string token = "sesame";
  SystemClock clock;
  const test::Certificate authority = test::make_certificate({.host = "the double's authority", .authority = true});
  const test::Certificate own = test::make_certificate({.host = "127.0.0.1", .is_ip = true}, &authority);
  doubles::KubernetesServer server(
      clock, {.token = token, .step = count > 1 ? std::atoi(arguments[1]) : 50},
      {.certificate_pem = own.certificate_pem, .key_pem = own.key_pem, .client_authority_pem = {}});
  server.on([&](doubles::KubernetesCore& core) {
    core.add_deployment("prod", "shop", "registry.example.com/shop:1.0", 3);
    core.add_deployment("prod", "cart", "registry.example.com/cart:2.4.1", 2);
    core.add_stateful_set("prod", "ledger", "registry.example.com/ledger:7", 2);
    core.add_daemon_set("prod", "agent", "registry.example.com/agent:3");
  });
  std::cout << to_json(Value::Map{{"url", server.url()},
                                  {"kubeconfig", doubles::kubeconfig(server.url(), token, authority.certificate_pem)}})
            << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, first, second, answer;
    words >> command >> first;
    std::getline(words >> std::ws, second);
    server.on([&](doubles::KubernetesCore& core) {
      if (command == "hold") core.hold = true;
      if (command == "release") core.hold = false;
      if (command == "add") core.add_deployment("prod", first, second, 1);
      if (command == "autoscale") {
        std::istringstream bounds(second);
        int least = 1, most = 1;
        bounds >> least >> most;
        core.add_autoscaler("prod", first, least, most);
      }
      if (command == "sick") core.sick_images[first] = second;
      if (command == "well") core.sick_images.clear();
      if (command == "forbid") core.forbidden.insert(first + " " + second);
      if (command == "allow") core.forbidden.clear();
      if (command == "expire") core.forget_history();
      if (command == "cut") core.end_watches();
      if (command == "ledger") answer = ledger_of(core);
      if (command == "show") {
        const Value* object = core.find(first, "prod", second);
        answer = object == nullptr ? "null" : to_json(*object);
      }
    });
    std::cout << (answer.empty() ? "done " + command : answer) << std::endl;
  }
  return 0;
}
