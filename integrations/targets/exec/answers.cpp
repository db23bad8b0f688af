#include "integrations/targets/exec/answers.h"

#include <algorithm>
#include <limits>

#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster::exec {
namespace {

constexpr std::size_t value_bytes_max = 256;
constexpr std::size_t message_bytes_max = 2000;
constexpr std::size_t links_max = 5;
constexpr std::size_t last_lines_max = 5;  // of the streams' mixture, where a warning may follow the last word

std::string short_text(const Value& value, std::size_t most = value_bytes_max) {
  if (value.is_int()) return std::to_string(value.as_int());
  return clip_bytes(one_line(value.as_string()), most);
}

// The document, or the last line that is one: programs like to talk first.
Result<Value> last_document(std::string_view text, bool (Value::*kind)() const) {
  if (auto whole = parse_json(trim(text)); whole && ((*whole).*kind)()) return whole;
  std::vector<std::string> lines = split(trim(text), '\n');
  for (std::size_t i = 0; i < last_lines_max && i < lines.size(); ++i) {
    if (auto line = parse_json(trim(lines[lines.size() - 1 - i])); line && ((*line).*kind)()) return line;
  }
  return fail(ErrorKind::invalid, "it printed no JSON of the kind that is needed",
              "It printed: " + clip_bytes(one_line(text.substr(0, 400)), 200));
}

struct Members {
  const Value& object;
  std::string wrong = {};  // names of members that have another type

  std::optional<bool> flag(const char* name) {
    if (!has(name)) return std::nullopt;
    if (object[name].is_bool()) return object[name].as_bool();
    return bad<bool>(name);
  }
  std::optional<int> count(const char* name) {
    if (!has(name)) return std::nullopt;
    const std::int64_t n = object[name].as_int(-1);
    if (object[name].is_int() && n >= 0 && n <= std::numeric_limits<int>::max()) return static_cast<int>(n);
    return bad<int>(name);
  }
  std::string text(const char* name) {
    if (!has(name)) return {};
    const Value& value = object[name];
    // A version that is a number with a point has lost zeros on its way: 1.10 is not 1.1.
    if (!value.is_string() && !value.is_int()) return bad<std::string>(name).value_or("");
    if (value.as_string().size() > value_bytes_max) return bad<std::string>(name).value_or("");
    return short_text(value);
  }

 private:
  bool has(const char* name) const { return !object[name].is_null(); }
  template <class T>
  std::optional<T> bad(const char* name) {
    wrong += (wrong.empty() ? "" : ", ") + std::string(name);
    return std::nullopt;
  }
};

bool is_web_link(std::string_view url) {
  return (url.starts_with("https://") || url.starts_with("http://")) && url.size() <= 2000 &&
         std::none_of(url.begin(), url.end(),
                      [](char c) { return c <= ' ' || c == '<' || c == '>' || c == '|' || c == '"'; });
}

HistoryEntry read_entry(const Value& value) {
  HistoryEntry entry;
  if (!value.is_map()) {
    entry.version = short_text(value);
    return entry;
  }
  entry.version = short_text(value["version"]);
  if (const auto at = parse_time(value["at"].as_string())) entry.at = *at;
  entry.by = short_text(value["by"]);
  entry.revision = short_text(value["revision"]);
  entry.note = short_text(value["note"]);
  return entry;
}

}  // namespace

Result<TargetState> read_state(std::string_view text) {
  const auto document = last_document(text, &Value::is_map);
  if (!document) return std::unexpected(document.error());
  Members in{*document};
  TargetState state;
  state.version = in.text("version");
  state.replicas = in.count("replicas");
  state.part_version = in.text("part_version");
  state.part_replicas = in.count("part_replicas");
  state.healthy = in.flag("healthy");
  state.paused = in.flag("paused");
  state.busy = in.flag("busy");
  state.revision = in.text("revision");
  state.last_run = in.text("run");
  state.previous_version = in.text("previous_version");
  state.restarted = in.text("restarted");
  state.ready = in.count("ready");
  state.log = short_text((*document)["log"]);
  state.detail = short_text((*document)["message"]);
  if (in.wrong.empty()) return state;
  return fail(ErrorKind::invalid, "its JSON has values of the wrong type: " + in.wrong,
              "version, revision, run, previous_version, part_version and restarted are strings of at most 256 bytes; "
              "replicas, ready and part_replicas are numbers; healthy, paused and busy are true or false.");
}

Result<std::vector<HistoryEntry>> read_history(std::string_view text, int most) {
  const auto document = last_document(text, &Value::is_list);
  if (!document) return std::unexpected(document.error());
  std::vector<HistoryEntry> entries;
  for (const Value& value : document->as_list()) {
    if (static_cast<int>(entries.size()) >= most) break;
    HistoryEntry entry = read_entry(value);
    if (!entry.version.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

LastWord read_last_word(std::string_view text) {
  LastWord word;
  const auto document = last_document(text, &Value::is_map);
  if (!document) return word;
  word.message = short_text((*document)["message"], message_bytes_max);
  for (const Value& link : (*document)["links"].as_list()) {
    const std::string& url = link.is_map() ? link["url"].as_string() : link.as_string();
    if (word.links.size() == links_max || !is_web_link(url)) continue;
    const std::string title = short_text(link["title"]);
    word.links.push_back({title.empty() ? clip_bytes(url, 80) : title, url});
  }
  return word;
}

}  // namespace muster::exec
