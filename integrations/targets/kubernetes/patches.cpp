#include "integrations/targets/kubernetes/patches.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/targets/kubernetes/names.h"
#include "integrations/targets/kubernetes/rollout.h"

namespace muster::kubernetes {
namespace {

constexpr const char* strategic = "application/strategic-merge-patch+json";
constexpr const char* merge = "application/merge-patch+json";
constexpr const char* json_patch = "application/json-patch+json";

std::string cause_of(const ChangeRequest& request) {
  std::string cause = "muster " + request.run + ": " + name_of(request.verb);
  if (!request.version.empty()) cause += " " + request.version;
  if (!request.person.empty()) cause += " by " + request.person;
  return clip_bytes(one_line(cause), 200);
}

// Our run, and the version of the object that this was decided on: somebody quicker makes it a conflict.
Value metadata_of(const ChangeInput& in) {
  Value notes = Value::Map{{run_annotation, in.request.run}, {cause_annotation, cause_of(in.request)}};
  if (in.now.stage) notes.set(stage_annotation, Value());  // gone, unless a next stage writes it anew
  return Value::Map{{"resourceVersion", in.now.resource_version}, {"annotations", std::move(notes)}};
}

ApiRequest patch_of(const ChangeInput& in, const char* type, const Value& body, bool dry) {
  ApiRequest r;
  r.method = "PATCH";
  r.path = object_path({in.now.kind, in.now.namespace_name, in.now.name});
  r.query = std::string("fieldManager=muster&fieldValidation=Strict") + (dry ? "&dryRun=All" : "");
  r.content_type = type;
  r.body = to_json(body);
  return r;
}

std::unexpected<Error> paused_already(const ChangeInput& in) {
  return fail(ErrorKind::conflict, in.now.name + " is paused: nothing would come of a " + name_of(in.request.verb),
              "Resume it first: kubectl rollout resume -n " + in.now.namespace_name + " deployment/" + in.now.name);
}

std::unexpected<Error> not_for(const ChangeInput& in) {
  return fail(ErrorKind::invalid, std::string("a ") + title_of(in.now.kind) + " cannot be told to " +
                                      name_of(in.request.verb) + "; only a Deployment can");
}

std::unexpected<Error> in_part(const ChangeInput& in) {
  return fail(ErrorKind::conflict, "a version of " + in.now.name + " is out in part",
              "Bring all of it out, or roll it back; then " + std::string(name_of(in.request.verb)) + " again.");
}

Value image_spec(const ChangeInput& in, const std::string& image) {
  const Value containers = Value::List{Value::Map{{"name", in.container}, {"image", image}}};
  return Value::Map{{"template", Value::Map{{"spec", Value::Map{{"containers", containers}}}}}};
}

Value with_fields(Value spec, const Value& fields) {
  for (const auto& [key, value] : fields.as_map()) spec.set(key, value);
  return spec;
}

// One patch: the image and what holds it. The run that the object bears is that of the stage.
Result<ApiRequest> stage(const ChangeInput& in, const std::string& present, const std::string& image, bool dry) {
  if (in.now.stage ? image != present : is_busy(in.now)) {
    return fail(ErrorKind::conflict,
                in.now.stage ? "another version of " + in.now.name + " is out in part"
                             : "a rollout of " + in.now.name + " is under way",
                in.now.stage ? "Roll it back first." : "Wait until it is through.");
  }
  if (!in.now.stage && image == present) return ApiRequest{};
  const auto made = stage_patch(in.now, in.object, present, in.request);
  if (!made) return std::unexpected(made.error());
  if (!*made) return ApiRequest{};
  Value metadata = metadata_of(in);
  Value notes = metadata["annotations"];
  notes.set(stage_annotation, (*made)->note);
  metadata.set("annotations", std::move(notes));
  return patch_of(in, strategic,
                  Value::Map{{"metadata", metadata}, {"spec", with_fields(image_spec(in, image), (*made)->spec)}}, dry);
}

Result<ApiRequest> deploy(const ChangeInput& in, bool dry) {
  if (in.now.paused) return paused_already(in);
  const std::string present = image_of(in.now, in.container);
  const auto image = image_for(in.request.version, in.image_template, present);
  if (!image) return std::unexpected(image.error());
  if (!in.request.part.empty()) return stage(in, present, *image, dry);
  // The same image is no rollout: the cluster would do nothing at all.
  if (*image == present && !in.now.stage) return ApiRequest{};
  const Value spec = with_fields(image_spec(in, *image), in.now.stage ? in.now.stage->own : Value());
  return patch_of(in, strategic, Value::Map{{"metadata", metadata_of(in)}, {"spec", spec}}, dry);
}

// The object that sets the number, and not the one whose number it is. It keeps our run and what the minimum was before
// ours, until that is back.
Result<ApiRequest> minimum(const ChangeInput& in, bool dry) {
  if (in.scaler == nullptr) {
    return fail(ErrorKind::conflict, "no autoscaler sets the number of replicas of " + in.now.name + " any more",
                "Look at it again, then say the number anew.");
  }
  const Autoscaler& scaler = *in.scaler;
  const int wanted = in.request.replicas.value_or(0);
  if (wanted == scaler.least) return ApiRequest{};
  if (in.now.stage) return in_part(in);
  const int once = scaler.least_once.value_or(scaler.least);
  const Value notes = Value::Map{{run_annotation, in.request.run},
                                 {cause_annotation, cause_of(in.request)},
                                 {minimum_annotation, once == wanted ? Value() : Value(std::to_string(once))}};
  ApiRequest r = patch_of(
      in, merge,
      Value::Map{{"metadata", Value::Map{{"resourceVersion", scaler.resource_version}, {"annotations", notes}}},
                 {"spec", Value::Map{{"minReplicas", wanted}}}},
      dry);
  r.path = "/apis/autoscaling/v2/namespaces/" + escape(scaler.namespace_name) + "/horizontalpodautoscalers/" +
           escape(scaler.name);
  return r;
}

Result<ApiRequest> scale(const ChangeInput& in, bool dry) {
  if (in.now.kind == Kind::daemon_set)
    return fail(ErrorKind::invalid, "a DaemonSet has one pod on each node; it cannot be scaled");
  if (in.request.minimum) return minimum(in, dry);
  if (in.now.replicas == in.request.replicas) return ApiRequest{};
  if (in.now.stage) return in_part(in);
  ApiRequest r = patch_of(in, merge,
                          Value::Map{{"metadata", Value::Map{{"resourceVersion", in.now.resource_version}}},
                                     {"spec", Value::Map{{"replicas", in.request.replicas.value_or(0)}}}},
                          dry);
  r.path += "/scale";
  return r;
}

Result<ApiRequest> restart(const ChangeInput& in, bool dry) {
  if (in.now.paused) return paused_already(in);
  if (in.now.stage) return in_part(in);
  const Value notes = Value::Map{{restarted_annotation, format_utc(in.at)}};
  const Value pod_template = Value::Map{{"metadata", Value::Map{{"annotations", notes}}}};
  return patch_of(in, strategic,
                  Value::Map{{"metadata", metadata_of(in)}, {"spec", Value::Map{{"template", pod_template}}}}, dry);
}

Result<ApiRequest> pause(const ChangeInput& in, bool dry) {
  if (in.now.kind != Kind::deployment) return not_for(in);
  const bool wanted = in.request.verb == TargetVerb::pause;
  if (in.now.paused == wanted) return ApiRequest{};
  if (in.now.stage && wanted) return in_part(in);
  return patch_of(
      in, strategic,
      Value::Map{{"metadata", metadata_of(in)}, {"spec", Value::Map{{"paused", wanted ? Value(true) : Value()}}}}, dry);
}

// The Deployment keeps its own of these; every other annotation comes back with the old ReplicaSet.
bool stays(std::string_view name) {
  constexpr std::string_view own[] = {"kubectl.kubernetes.io/last-applied-configuration",
                                      "deployment.kubernetes.io/revision",
                                      "deployment.kubernetes.io/revision-history",
                                      "deployment.kubernetes.io/desired-replicas",
                                      "deployment.kubernetes.io/max-replicas",
                                      "deprecated.deployment.rollback.to"};
  return std::ranges::count(own, name) > 0;
}

Value rolled_back_annotations(const ChangeInput& in) {
  Value notes = Value::Map{};
  for (const auto& [name, value] : in.object["metadata"]["annotations"].as_map()) {
    if (stays(name)) notes.set(name, value);
  }
  for (const auto& [name, value] : in.back_to->annotations.as_map()) {
    if (!stays(name) && name != stage_annotation) notes.set(name, value);  // a ReplicaSet keeps it for ever
  }
  notes.set(run_annotation, in.request.run);
  return notes;
}

Value operation(const char* op, const char* path, Value value) {
  return Value::Map{{"op", op}, {"path", path}, {"value", std::move(value)}};
}

Result<ApiRequest> rollback(const ChangeInput& in, bool dry) {
  if (in.now.paused) return paused_already(in);
  if (in.back_to->current && !in.now.stage) return ApiRequest{};
  if (in.now.kind == Kind::deployment) {
    Value::List operations{operation("test", "/metadata/resourceVersion", in.now.resource_version),
                           operation("replace", "/spec/template", in.back_to->pod_template),
                           operation("add", "/metadata/annotations", rolled_back_annotations(in))};
    for (Value& own : in.now.stage ? own_operations(*in.now.stage) : Value::List())
      operations.push_back(std::move(own));
    return patch_of(in, json_patch, operations, dry);
  }
  Value patch = in.back_to->patch;
  if (in.now.stage) patch.set("spec", with_fields(patch["spec"], in.now.stage->own));
  patch.set("metadata", metadata_of(in));
  return patch_of(in, strategic, patch, dry);
}

}  // namespace

std::string collection_path(const Place& place) {
  return "/apis/apps/v1/namespaces/" + escape(place.namespace_name) + "/" + plural_of(place.kind);
}

std::string object_path(const Place& place) { return collection_path(place) + "/" + escape(place.name); }

Result<ApiRequest> request_for(const ChangeInput& in, bool dry) {
  switch (in.request.verb) {
    case TargetVerb::deploy:
      return deploy(in, dry);
    case TargetVerb::rollback:
      return rollback(in, dry);
    case TargetVerb::scale:
      return scale(in, dry);
    case TargetVerb::restart:
      return restart(in, dry);
    case TargetVerb::pause:
    case TargetVerb::resume:
      return pause(in, dry);
    default:
      return fail(ErrorKind::invalid, std::string(name_of(in.request.verb)) + " changes nothing");
  }
}

}  // namespace muster::kubernetes
