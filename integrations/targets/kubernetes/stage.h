// A version that is out in part, as one object tells it. Pure.
//
// Of a Deployment the new pods come beside the old ones: maxSurge is the number of them, maxUnavailable is 0, and
// minReadySeconds is so long that none of them counts as available; so the cluster's own controller neither makes more
// of them nor ends an old one. (They get traffic as soon as they are ready; minReadySeconds does not touch that.) Of a
// StatefulSet it is the partition. What the object had of its own stands in an annotation, and comes back with the last
// stage or with the way back. Every stage is one patch of one object: it happens as a whole, or not at all.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "bot/base/result.h"
#include "bot/base/value.h"
#include "bot/core/changes/target.h"

namespace muster::kubernetes {

struct Workload;

inline constexpr std::string_view stage_annotation = "muster/stage";
inline constexpr int held_seconds = 365 * 24 * 3600;  // of minReadySeconds: longer than any stage

struct Stage {
  std::string image;  // of the others
  Value own;          // the fields of the spec as they were, for a merge: a null takes away what it had not
  int copies = 0;     // of the new version
  bool operator==(const Stage&) const = default;
};

// Nothing: the object is not held at a stage, whatever its annotations say.
std::optional<Stage> stage_of(const Workload& workload, const Value& object);
// Why no part of it can be brought out as it is; empty: it can.
std::string no_part_of(const Workload& workload);

// What a patch changes besides image and run.
struct StagePatch {
  Value note;  // for the annotation; null: it goes
  Value spec;  // for a merge: only what differs
};
// `present`: the image as it stands. Error: it cannot be, and why. Nothing: so many are out already.
Result<std::optional<StagePatch>> stage_patch(const Workload& workload, const Value& object, const std::string& present,
                                              const ChangeRequest& request);
// What gives the object its own fields back (`own` is the same for a merge), as operations of a JSON patch.
Value::List own_operations(const Stage& stage);

// What a plan says of the share; empty: it is at no stage.
std::string stage_words(const Workload& then);

}  // namespace muster::kubernetes
