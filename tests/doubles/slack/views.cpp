// Modals: a trigger is good for three seconds and once; what is sent is answered with the acknowledgement. Limits as in
// Slack's block and view references.
#include "tests/doubles/slack/parts.h"

namespace muster::doubles {

namespace {

constexpr DurationMs kTriggerFor = 3'000;
constexpr std::size_t kBlocks = 100, kTitle = 24, kMetadata = 3'000, kOptions = 100, kOption = 75, kText = 3'000;

bool good_text(const Value& object, std::size_t most) {
  const std::size_t n = code_point_count(object["text"].as_string());
  return object["type"].as_string() == "plain_text" && n > 0 && n <= most;
}

std::string menu_problem(const Value& element) {
  const auto& options = element["options"].as_list();
  if (options.empty() || options.size() > kOptions) return "wrong number of options";
  std::set<std::string> values;
  for (const Value& o : options) {
    if (!good_text(o["text"], kOption)) return "option text of a wrong length";
    if (!values.insert(o["value"].as_string()).second) return "option value used twice";
  }
  if (element.has("initial_option") && !values.contains(element["initial_option"]["value"].as_string()))
    return "initial_option is none of the options";
  return {};
}

std::string input_problem(const Value& block) {
  if (!good_text(block["label"], 2'000)) return "a label of a wrong length";
  if (block.has("hint") && !good_text(block["hint"], 2'000)) return "a hint of a wrong length";
  const Value& element = block["element"];
  const std::string& type = element["type"].as_string();
  if (type == "static_select") return menu_problem(element);
  if (type != "plain_text_input") return "an unknown element " + type;
  const std::int64_t most = element["max_length"].as_int(kText);
  return most < 1 || most > static_cast<std::int64_t>(kText) ? "max_length out of range" : "";
}

std::string view_problem(const Value& view) {
  if (view["type"].as_string() != "modal") return "no modal";
  if (!good_text(view["title"], kTitle)) return "a title of a wrong length";
  if (view["private_metadata"].as_string().size() > kMetadata) return "private_metadata too long";
  const auto& blocks = view["blocks"].as_list();
  if (blocks.empty() || blocks.size() > kBlocks) return "wrong number of blocks";
  std::set<std::string> ids, actions;
  bool inputs = false;
  for (const Value& b : blocks) {
    if (b["type"].as_string() == "section") continue;
    if (b["type"].as_string() != "input") return "a block that a form does not have";
    inputs = true;
    if (!ids.insert(b["block_id"].as_string()).second) return "block_id used twice";
    if (!actions.insert(b["element"]["action_id"].as_string()).second) return "action_id used twice";
    if (const std::string problem = input_problem(b); !problem.empty()) return problem;
  }
  return inputs && !good_text(view["submit"], kTitle) ? "inputs without submit" : "";
}

// What the modal itself checks before it sends anything.
bool may_be_sent(const Value& block, const std::string& given) {
  if (block["type"].as_string() != "input") return true;
  if (given.empty()) return block["optional"].as_bool();
  if (block["element"]["type"].as_string() != "static_select") return true;
  const auto& options = block["element"]["options"].as_list();
  return std::ranges::any_of(options, [&](const Value& o) { return o["value"].as_string() == given; });
}

Value state_of(const Value& block, const std::string& given) {
  const Value& element = block["element"];
  const std::string type = element["type"].as_string();
  Value v = Value::Map{{"type", type}};
  if (type == "static_select") {
    Value chosen;
    for (const Value& o : element["options"].as_list())
      if (o["value"].as_string() == given) chosen = o;
    v.set("selected_option", chosen);
  } else {
    v.set("value", given.empty() ? Value() : Value(given));
  }
  return Value::Map{{element["action_id"].as_string(), v}};
}

}  // namespace

std::string SlackCore::new_trigger(const std::string& user) {
  const std::string id = "trigger-" + std::to_string(++serial_);
  triggers_[id] = {user, now_, false};
  return id;
}

Value SlackCore::views_open(const Arguments& a) {
  const auto trigger = triggers_.find(argument(a, "trigger_id"));
  if (trigger == triggers_.end()) return error("invalid_trigger_id");
  if (trigger->second.used) return error("exchanged_trigger_id");
  if (now_ - trigger->second.at > kTriggerFor) return error("expired_trigger_id");
  Value view = json_argument(a, "view");
  if (const std::string problem = view_problem(view); !problem.empty()) {
    broken_rules.push_back(problem);
    Value e = error("invalid_arguments");
    e.set("response_metadata", Value::Map{{"messages", Value::List{problem}}});
    return e;
  }
  trigger->second.used = true;
  const std::string id = "V" + std::to_string(100 + ++serial_);
  view.set("id", id);
  view.set("hash", "hash-" + id);
  view.set("team_id", "T1");
  views[id] = {id, trigger->second.user, view};
  happenings_.push_back({"form", {}, id, {}, trigger->second.user, view, false});
  return ok({{"view", view}});
}

const SlackView* SlackCore::view_of(const std::string& user) const {
  const SlackView* newest = nullptr;
  for (const auto& [id, v] : views)
    if (v.user == user && (!newest || id.size() > newest->id.size() || id > newest->id)) newest = &v;
  return newest;
}

bool SlackCore::submit(const std::string& user, const std::string& id,
                       const std::map<std::string, std::string>& values) {
  const auto it = views.find(id);
  if (it == views.end() || it->second.user != user) return false;
  Value state = Value::Map{};
  for (const Value& block : it->second.view["blocks"].as_list()) {
    const std::string name = block["block_id"].as_string();
    const std::string given = argument(values, name);
    if (!may_be_sent(block, given)) return false;
    if (block["type"].as_string() == "input") state.set(name, state_of(block, given));
  }
  Value view = it->second.view;
  view.set("state", Value::Map{{"values", state}});
  view_errors.erase(id);
  submissions_["env-" + std::to_string(serial_ + 1)] = id;
  emit("interactive", Value::Map{{"type", "view_submission"},
                                 {"team", Value::Map{{"id", "T1"}}},
                                 {"user", Value::Map{{"id", user}, {"team_id", "T1"}}},
                                 {"view", view}});
  return true;
}

// Nothing, or anything that is no list of errors, closes the modal.
void SlackCore::view_answered(const std::string& envelope_id, const Value& payload) {
  std::string id = envelope_id;
  if (id.ends_with("-again")) id.resize(id.size() - 6);
  const auto it = submissions_.find(id);
  if (it == submissions_.end()) return;
  const auto view = views.find(it->second);
  if (view == views.end()) return;
  if (payload["response_action"].as_string() != "errors") {
    views.erase(view);
    return;
  }
  std::set<std::string> blocks;
  for (const Value& b : view->second.view["blocks"].as_list()) blocks.insert(b["block_id"].as_string());
  for (const auto& [field, why] : payload["errors"].as_map())
    if (!blocks.contains(field) || why.as_string().empty()) broken_rules.push_back("an error of no block: " + field);
  view_errors[it->second] = payload["errors"];
}

void SlackCore::slash(const std::string& user, const std::string& channel, const std::string& command,
                      const std::string& text) {
  emit("slash_commands", Value::Map{{"command", command},
                                    {"text", text},
                                    {"user_id", user},
                                    {"channel_id", channel},
                                    {"channel_name", channels.at(channel).name},
                                    {"team_id", "T1"},
                                    {"trigger_id", new_trigger(user)},
                                    {"response_url", "https://hooks.slack.com/commands/1"}});
}

}  // namespace muster::doubles
