// What a cluster's refusal means and what to do about it.
#include "bot/base/text.h"
#include "integrations/targets/kubernetes/api.h"

namespace muster::kubernetes {
namespace {

std::string verb_of(const ApiRequest& request, bool named) {
  if (request.method == "PATCH") return "patch";
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.query.find("watch=true") != std::string::npos) return "watch";
  return named ? "get" : "list";
}

std::string place_of(const Right& right) {
  return right.namespace_name.empty() ? "" : " in the namespace " + right.namespace_name;
}

std::string ask_of(const Right& right) {
  return "kubectl auth can-i " + right.verb + " " + right.resource +
         (right.namespace_name.empty() ? " --all-namespaces" : " -n " + right.namespace_name);
}

}  // namespace

// …/namespaces/NS/PLURAL[/NAME[/SUB]]
Right right_of(const ApiRequest& request) {
  const std::vector<std::string> parts = split(request.path, '/');
  Right right;
  std::size_t at = request.path.starts_with("/apis/") ? 4 : 3;  // behind the group's version
  if (parts.size() > at + 1 && parts[at] == "namespaces") {
    right.namespace_name = parts[at + 1];
    at += 2;
  }
  if (parts.size() > at) right.resource = parts[at];
  if (parts.size() > at + 2) right.resource += "/" + parts[at + 2];
  right.verb = verb_of(request, parts.size() > at + 1);
  return right;
}

Error error_of(int status, const Value& body, const ApiRequest& request, const std::string& cluster) {
  const Right right = right_of(request);
  std::string said = clip_bytes(one_line(body["message"].as_string()), 400);
  if (said.empty()) said = "HTTP status " + std::to_string(status);
  const std::string who = "the cluster " + clip(one_line(cluster), 80);
  switch (status) {
    case 401:
      return {ErrorKind::unauthorized, who + " does not accept our credentials",
              "Renew them: kubectl get namespaces, as the bot's user, must work again."};
    case 403:
      return {ErrorKind::unauthorized,
              who + " does not let us " + right.verb + " " + right.resource + place_of(right) + ": " + said,
              "Grant it; this tells when it is there: " + ask_of(right)};
    case 404:
      return {ErrorKind::not_found, who + " does not have it: " + said,
              "Compare the name, the kind and the namespace in the configuration with the cluster's."};
    case 409:
      return {ErrorKind::conflict, "somebody else changed it in " + who + " at the same time: " + said,
              "Look at it again, then decide again."};
    case 415:
      return {ErrorKind::invalid, who + " takes no patch of this type for " + right.resource,
              "Only Deployments, StatefulSets and DaemonSets are changed by this target."};
    case 422:
      return {ErrorKind::invalid, who + " says that it is not valid: " + said, "Nothing was changed."};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::unavailable, who + " failed: " + said, "The cluster's own log tells more."};
  return {ErrorKind::invalid, who + " refused it: " + said, ""};
}

}  // namespace muster::kubernetes
