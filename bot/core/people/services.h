// The services that incidents, alerts and changes are about.
#pragma once
#include <string>
#include <vector>

namespace muster {

struct Service {
  std::string name;
  std::string title;
  std::vector<std::string> owners;  // people or groups
  std::vector<std::string> environments;
  std::vector<std::string> depends_on;  // names of services
  std::string runbook_url;
};

}  // namespace muster
