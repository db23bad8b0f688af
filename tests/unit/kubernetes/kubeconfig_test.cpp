#include "integrations/targets/kubernetes/kubeconfig.h"

#include <doctest/doctest.h>

#include "bot/base/base64.h"

using namespace muster;
using namespace muster::kubernetes;

namespace {

const std::string pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

std::string clusters(const std::string& more = "") {
  return "current-context: prod\n"
         "contexts:\n"
         "- name: prod\n  context: {cluster: eu, user: bot, namespace: shop}\n"
         "- name: bare\n  context: {cluster: eu}\n"
         "clusters:\n"
         "- name: eu\n  cluster:\n    server: https://10.0.0.1:6443/\n" +
         more;
}

std::string users(const std::string& body) { return "users:\n- name: bot\n  user:\n" + body; }

}  // namespace

TEST_CASE("a context leads to its cluster, its namespace and its user") {
  const auto access = read_kubeconfig({{"/k/config", clusters() + users("    token: sesame\n")}}, "");
  REQUIRE(access.has_value());
  CHECK(access->context == "prod");
  CHECK(access->namespace_name == "shop");
  CHECK(access->server == "https://10.0.0.1:6443");
  CHECK(access->token == "sesame");
  const auto bare = read_kubeconfig({{"/k/config", clusters()}}, "bare");
  REQUIRE(bare.has_value());
  CHECK(bare->namespace_name == "default");
  CHECK(bare->token.empty());
}

TEST_CASE("of several files the first that says it wins, and paths start at the file that names them") {
  const std::vector<ConfigText> files = {
      {"/one/config", "current-context: test\n"},
      {"/two/config", clusters("    certificate-authority: ca.crt\n") +
                          users("    client-certificate: /abs/c.crt\n    client-key: keys/c.key\n")},
      {"/three/config",
       "contexts:\n- name: test\n  context: {cluster: eu, user: bot}\n"
       "clusters:\n- name: eu\n  cluster: {server: \"https://other\"}\n"}};
  const auto access = read_kubeconfig(files, "");
  REQUIRE(access.has_value());
  CHECK(access->context == "test");
  CHECK(access->server == "https://10.0.0.1:6443");
  CHECK(access->ca_file == "/two/ca.crt");
  CHECK(access->certificate_file == "/abs/c.crt");
  CHECK(access->key_file == "/two/keys/c.key");
  CHECK(contexts_of(files) == std::vector<std::string>{"prod", "bare", "test"});
}

TEST_CASE("certificates inside the file, a proxy, another name for the certificate") {
  const auto access = read_kubeconfig(
      {{"/k", clusters("    certificate-authority-data: " + to_base64(pem) +
                       "\n    tls-server-name: kubernetes.internal\n    proxy-url: http://proxy:3128\n") +
                  users("    client-certificate-data: " + to_base64(pem) + "\n    client-key-data: " + to_base64(pem) +
                        "\n    username: ana\n    password: secret\n    tokenFile: /run/token\n")}},
      "prod");
  REQUIRE(access.has_value());
  CHECK(access->ca_pem == pem);
  CHECK(access->certificate_pem == pem);
  CHECK(access->key_pem == pem);
  CHECK(access->tls_server_name == "kubernetes.internal");
  CHECK(access->proxy == "http://proxy:3128");
  CHECK(access->username == "ana");
  CHECK(access->token_file == "/run/token");
}

TEST_CASE("an exec plug-in is read with its arguments and environment") {
  const auto access = read_kubeconfig(
      {{"/k/config", clusters() + users("    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
                                        "      command: ./login\n      args: [token, \"--cluster=eu\"]\n"
                                        "      env: [{name: PROFILE, value: prod}]\n      provideClusterInfo: true\n"
                                        "      installHint: ask ana\n")}},
      "");
  REQUIRE(access.has_value());
  CHECK(access->exec.command == "/k/./login");
  CHECK(access->exec.args == std::vector<std::string>{"token", "--cluster=eu"});
  CHECK(access->exec.env.at(0) == std::pair<std::string, std::string>{"PROFILE", "prod"});
  CHECK(access->exec.provide_cluster_info);
}

TEST_CASE("what cannot be used is refused with what to write instead") {
  const auto refused = [](const std::string& text, const std::string& context, const std::string& part) {
    CAPTURE(part);
    const auto access = read_kubeconfig({{"/k/config", text}}, context);
    REQUIRE_FALSE(access.has_value());
    CHECK((access.error().message + " / " + access.error().next_step).find(part) != std::string::npos);
  };
  refused(clusters(), "nowhere", "It has: prod, bare");
  refused("contexts: []\n", "", "kubectl config use-context");
  refused("a: [", "", "/k/config cannot be read");
  refused(clusters("    insecure-skip-tls-verify: true\n"), "bare", "certificate-authority-data");
  refused(clusters("    certificate-authority-data: \"!!\"\n"), "bare", "no PEM text");
  refused(clusters(), "prod", "no user `bot`");
  refused(clusters() + users("    exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}\n"), "prod",
          "v1beta1");
  refused(clusters() + users("    auth-provider: {name: gcp}\n"), "prod", "exec plug-in");
}

TEST_CASE("a pod reaches the cluster by its environment and the mounted folder") {
  const Access access = in_cluster("fd00::1", "443", "shop\n");
  CHECK(access.server == "https://[fd00::1]:443");
  CHECK(access.namespace_name == "shop");
  CHECK(access.token_file.ends_with("/token"));
  CHECK(in_cluster("10.0.0.1", "443", "").namespace_name == "default");
}
