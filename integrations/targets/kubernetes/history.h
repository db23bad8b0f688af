// What went before: ReplicaSets of a Deployment, ControllerRevisions of the others. Pure.
#pragma once
#include <string>
#include <vector>

#include "bot/core/changes/target.h"
#include "integrations/targets/kubernetes/objects.h"

namespace muster::kubernetes {

struct Revision {
  std::int64_t number = 0;
  std::string version, cause, run;
  std::optional<TimeMs> at;
  Value pod_template;    // bare of the hash label
  Value annotations;     // of the ReplicaSet
  Value patch;           // of a ControllerRevision: what brings it back
  bool current = false;  // the template as it stands
  bool same_but_restart = false;
};

struct HistoryQuery {
  const Value& object;  // the Deployment, StatefulSet or DaemonSet
  std::string container, image_template;
};

// Newest first, of this owner only.
std::vector<Revision> revisions_of(const Value& list, Kind kind, const HistoryQuery& query);
// Without a version: the newest that is not as now (a restart makes no difference). With one: the newest of it.
// Null: none.
const Revision* choose_revision(const std::vector<Revision>& revisions, const std::string& version);
std::vector<HistoryEntry> entries_of(const std::vector<Revision>& revisions, int most);

}  // namespace muster::kubernetes
