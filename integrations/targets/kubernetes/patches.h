// A change -> the one request that makes it. Pure: tested without a cluster.
#pragma once
#include <string>

#include "bot/core/changes/target.h"
#include "integrations/targets/kubernetes/history.h"
#include "integrations/targets/kubernetes/objects.h"

namespace muster::kubernetes {

struct ApiRequest {
  std::string method = "GET";
  std::string path;   // percent-encoded
  std::string query;  // percent-encoded, without the question mark
  std::string content_type;
  std::string body;
};

struct Place {
  Kind kind = Kind::deployment;
  std::string namespace_name, name;
};
std::string collection_path(const Place& place);
std::string object_path(const Place& place);

struct ChangeInput {
  const ChangeRequest& request;
  const Workload& now;
  const Value& object;  // as it was read
  std::string container;
  std::string image_template;
  const Revision* back_to = nullptr;   // of a rollback
  const Autoscaler* scaler = nullptr;  // of a scale that moves its minimum
  TimeMs at = 0;
};

// Error: it must not be sent, and why. An empty body: there is nothing to do.
Result<ApiRequest> request_for(const ChangeInput& input, bool dry);

}  // namespace muster::kubernetes
