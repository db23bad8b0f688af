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
  std::string dashboard_url = {};
  std::string compare_url = {};         // {from} and {to} are versions
  std::vector<std::string> order = {};  // of environments: a version runs well in one before it goes to the next
  std::string ci_url = {};              // asked before a version goes out: {service}, {env} and {version} are filled in
  std::string ci_pass = {};             // CEL over the answer `it`; empty: it.status == 200
};

// What is changed there with more care. An environment that is not listed counts as protected: better asked than sorry.
struct Environment {
  std::string name;
  bool is_protected = true;
};

// Whom an incident calls into its channel. All rules that match count.
struct InviteRule {
  std::vector<std::string> severities;  // empty: every one
  std::vector<std::string> services;    // empty: every one, and none
  std::vector<std::string> who;         // person ids, group:NAME, owners (of the service)
  bool is_private = false;              // of private incidents only; else of all others
};

// What a person declares of this kind is private.
struct PrivateRule {
  std::vector<std::string> severities;  // empty: every one
  std::vector<std::string> services;    // empty: every one, and none
};

}  // namespace muster
