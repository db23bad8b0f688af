#include "integrations/targets/kubernetes/kubeconfig.h"

#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/base/yaml.h"

namespace muster::kubernetes {
namespace {

struct File {
  std::string folder;
  YamlNode root;
};

const YamlNode none;

const YamlNode& member(const YamlNode& node, std::string_view key) {
  const YamlNode* found = node.find(key);
  return found == nullptr ? none : *found;
}

std::string text_at(const YamlNode& node, std::string_view key) { return member(node, key).text; }
bool flag_at(const YamlNode& node, std::string_view key) { return text_at(node, key) == "true"; }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string from_folder(const std::string& path, const std::string& folder) {
  return path.empty() || path.starts_with('/') ? path : folder + "/" + path;
}

Result<std::vector<File>> parse(const std::vector<ConfigText>& texts) {
  std::vector<File> files;
  for (const ConfigText& text : texts) {
    auto root = parse_yaml(text.text);
    if (!root) {
      return fail(ErrorKind::invalid, "the kubeconfig " + text.path + " cannot be read: " + root.error().message,
                  "kubectl config view shows how kubectl understands it.");
    }
    files.push_back({folder_of(text.path), std::move(*root)});
  }
  return files;
}

struct Named {
  const YamlNode* node = nullptr;  // the entry's body: its member `cluster`, `user` or `context`
  std::string folder;
};

// {name: NAME, cluster: {…}} in the list `clusters`, from the first file that has one of the name.
Named named(const std::vector<File>& files, const std::string& list, const std::string& body, const std::string& name) {
  for (const File& file : files) {
    for (const YamlNode& entry : member(file.root, list).items) {
      if (text_at(entry, "name") == name) return {&member(entry, body), file.folder};
    }
  }
  return {};
}

std::vector<std::string> names_in(const std::vector<File>& files, const std::string& list) {
  std::vector<std::string> names;
  for (const File& file : files) {
    for (const YamlNode& entry : member(file.root, list).items) {
      std::string name = text_at(entry, "name");
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

std::string current_context(const std::vector<File>& files) {
  for (const File& file : files) {
    if (std::string name = text_at(file.root, "current-context"); !name.empty()) return name;
  }
  return {};
}

std::unexpected<Error> missing(const std::string& what, const std::string& name,
                               const std::vector<std::string>& known) {
  return fail(ErrorKind::not_found, "the kubeconfig has no " + what + " `" + clip(one_line(name), 80) + "`",
              known.empty() ? "It has none at all." : "It has: " + clip(join(known, ", "), 300));
}

Result<std::string> inline_pem(const YamlNode& node, std::string_view key) {
  const std::string data = text_at(node, key);
  if (data.empty()) return std::string();
  std::string pem = from_base64(data);
  if (pem.find("-----BEGIN") != pem.npos) return pem;
  return fail(ErrorKind::invalid, "`" + std::string(key) + "` of the kubeconfig is no PEM text in base64");
}

Result<void> read_cluster(const Named& cluster, Access& access) {
  const YamlNode& node = *cluster.node;
  access.server = text_at(node, "server");
  while (access.server.ends_with('/')) access.server.pop_back();
  if (!access.server.starts_with("https://") && !access.server.starts_with("http://")) {
    return fail(ErrorKind::invalid, "the cluster's `server` is no address: " + clip(one_line(access.server), 120),
                "It begins with https://");
  }
  if (flag_at(node, "insecure-skip-tls-verify")) {
    return fail(ErrorKind::invalid,
                "the kubeconfig asks not to check the server's certificate, which muster always does",
                "Put the cluster's authority into certificate-authority-data instead of insecure-skip-tls-verify.");
  }
  auto pem = inline_pem(node, "certificate-authority-data");
  if (!pem) return std::unexpected(pem.error());
  access.ca_pem = std::move(*pem);
  if (access.ca_pem.empty()) access.ca_file = from_folder(text_at(node, "certificate-authority"), cluster.folder);
  access.tls_server_name = text_at(node, "tls-server-name");
  access.proxy = text_at(node, "proxy-url");
  return {};
}

Result<ExecPlugin> read_plugin(const YamlNode& node, const std::string& folder) {
  ExecPlugin plugin;
  plugin.command = text_at(node, "command");
  if (plugin.command.empty()) return plugin;
  // A bare name is looked up in PATH; what has a slash starts at the file.
  if (plugin.command.find('/') != std::string::npos) plugin.command = from_folder(plugin.command, folder);
  for (const YamlNode& arg : member(node, "args").items) plugin.args.push_back(arg.text);
  for (const YamlNode& one : member(node, "env").items)
    plugin.env.emplace_back(text_at(one, "name"), text_at(one, "value"));
  plugin.api_version = text_at(node, "apiVersion");
  plugin.install_hint = text_at(node, "installHint");
  plugin.provide_cluster_info = flag_at(node, "provideClusterInfo");
  plugin.folder = folder;
  if (plugin.api_version == "client.authentication.k8s.io/v1" ||
      plugin.api_version == "client.authentication.k8s.io/v1beta1") {
    return plugin;
  }
  return fail(ErrorKind::invalid,
              "the exec plug-in speaks `" + clip(one_line(plugin.api_version), 80) + "`, which is not known here",
              "client.authentication.k8s.io/v1 and v1beta1 are.");
}

Result<void> read_user(const Named& user, Access& access) {
  const YamlNode& node = *user.node;
  access.token_file = from_folder(text_at(node, "tokenFile"), user.folder);
  access.token = text_at(node, "token");
  access.username = text_at(node, "username");
  access.password = text_at(node, "password");
  access.impersonate = text_at(node, "as");
  auto certificate = inline_pem(node, "client-certificate-data");
  if (!certificate) return std::unexpected(certificate.error());
  auto key = inline_pem(node, "client-key-data");
  if (!key) return std::unexpected(key.error());
  access.certificate_pem = std::move(*certificate);
  access.key_pem = std::move(*key);
  if (access.certificate_pem.empty())
    access.certificate_file = from_folder(text_at(node, "client-certificate"), user.folder);
  if (access.key_pem.empty()) access.key_file = from_folder(text_at(node, "client-key"), user.folder);
  auto plugin = read_plugin(member(node, "exec"), user.folder);
  if (!plugin) return std::unexpected(plugin.error());
  access.exec = std::move(*plugin);
  if (node.find("auth-provider") == nullptr) return {};
  return fail(ErrorKind::invalid, "the kubeconfig's user has an auth-provider, which Kubernetes has removed",
              "Use the exec plug-in of your cloud instead.");
}

}  // namespace

std::vector<std::string> contexts_of(const std::vector<ConfigText>& texts) {
  const auto files = parse(texts);
  return files ? names_in(*files, "contexts") : std::vector<std::string>();
}

Result<Access> read_kubeconfig(const std::vector<ConfigText>& texts, const std::string& context) {
  const auto files = parse(texts);
  if (!files) return std::unexpected(files.error());
  Access access;
  access.context = context.empty() ? current_context(*files) : context;
  if (access.context.empty()) {
    return fail(ErrorKind::invalid, "the kubeconfig has no current context, and the configuration names none",
                "Say `context`, or run: kubectl config use-context NAME");
  }
  const Named chosen = named(*files, "contexts", "context", access.context);
  if (chosen.node == nullptr) return missing("context", access.context, names_in(*files, "contexts"));
  const std::string cluster_name = text_at(*chosen.node, "cluster"), user_name = text_at(*chosen.node, "user");
  const Named cluster = named(*files, "clusters", "cluster", cluster_name);
  if (cluster.node == nullptr) return missing("cluster", cluster_name, names_in(*files, "clusters"));
  if (auto read = read_cluster(cluster, access); !read) return std::unexpected(read.error());
  access.namespace_name = text_at(*chosen.node, "namespace");
  if (access.namespace_name.empty()) access.namespace_name = "default";
  if (user_name.empty()) return access;
  const Named user = named(*files, "users", "user", user_name);
  if (user.node == nullptr) return missing("user", user_name, names_in(*files, "users"));
  if (auto read = read_user(user, access); !read) return std::unexpected(read.error());
  return access;
}

Access in_cluster(const std::string& host, const std::string& port, const std::string& namespace_text) {
  Access access;
  access.context = "in-cluster";
  const bool v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  access.server = "https://" + (v6 ? "[" + host + "]" : host) + ":" + port;
  access.namespace_name = std::string(trim(namespace_text));
  if (access.namespace_name.empty()) access.namespace_name = "default";
  access.ca_file = std::string(account_folder) + "/ca.crt";
  access.token_file = std::string(account_folder) + "/token";
  return access;
}

}  // namespace muster::kubernetes
