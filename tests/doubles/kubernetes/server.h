// The double behind real sockets: HTTP/1.1 with chunked streams for watches, plain or TLS, with client certificates.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "tests/doubles/kubernetes/core.h"

namespace muster::doubles {

struct KubernetesServerOptions {
  std::string certificate_pem, key_pem;  // empty: plain
  std::string client_authority_pem;      // who may sign client certificates; empty: nobody is asked for one
};

// For a client: one context `prod` with that namespace, a token, and whom to believe.
std::string kubeconfig(const std::string& url, const std::string& token, const std::string& authority_pem);

class KubernetesServer {
 public:
  KubernetesServer(const Clock& clock, KubernetesOptions options = {}, KubernetesServerOptions web = {});
  ~KubernetesServer();
  std::uint16_t port() const;
  std::string url() const;
  // The core is touched on the server's thread only; `task` runs there, and this waits for it.
  void on(const std::function<void(KubernetesCore&)>& task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster::doubles
