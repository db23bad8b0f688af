// kubeconfig files -> how one cluster is reached, and as whom. Pure: the files' texts come in.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "bot/base/result.h"

namespace muster::kubernetes {

struct ExecPlugin {  // a program that prints an ExecCredential
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string api_version;
  std::string install_hint;
  bool provide_cluster_info = false;
  std::string folder;  // of the file that names it: where a relative path starts
};

struct Access {
  std::string context;         // "in-cluster" in a pod
  std::string namespace_name;  // of the context; "default" where it names none
  std::string server;          // https://host:port, without a slash at its end
  std::string ca_pem, ca_file;
  std::string tls_server_name;
  std::string proxy;
  std::string token, token_file;
  std::string username, password;
  std::string certificate_pem, certificate_file, key_pem, key_file;
  ExecPlugin exec;  // command empty: none
  std::string impersonate;
};

struct ConfigText {
  std::string path;
  std::string text;
};

// The first file that sets a value wins. An empty `context` means the current one.
Result<Access> read_kubeconfig(const std::vector<ConfigText>& files, const std::string& context);
std::vector<std::string> contexts_of(const std::vector<ConfigText>& files);

// What a pod finds: the address from its environment, the rest from the mounted folder.
Access in_cluster(const std::string& host, const std::string& port, const std::string& namespace_text);
inline constexpr const char* account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";

}  // namespace muster::kubernetes
