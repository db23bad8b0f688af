// The exported JSON follows docs/report.schema.json, and the schema is not so wide that anything would.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "../../core/postmortems/sample.h"
#include "bot/core/postmortems/report.h"
#include "bot/reports/json.h"

using namespace muster;

namespace {

Value schema() {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/docs/report.schema.json");
  std::stringstream text;
  text << in.rdbuf();
  return parse_json(text.str()).value();
}

bool is_type(const Value& v, const std::string& type) {
  if (type == "object") return v.is_map();
  if (type == "array") return v.is_list();
  if (type == "string") return v.is_string();
  if (type == "integer") return v.is_int();
  if (type == "boolean") return v.is_bool();
  return type == "null" && v.is_null();
}

bool contains(const Value& list, const Value& v) {
  return std::ranges::any_of(list.as_list(), [&](const Value& x) { return x == v; });
}

// The keywords that the schema uses; what breaks it is listed by path.
void check(const Value& root, const Value& rule, const Value& v, const std::string& path, std::string& faults) {
  if (const std::string& ref = rule["$ref"].as_string(); !ref.empty())
    return check(root, root["$defs"][ref.substr(ref.rfind('/') + 1)], v, path, faults);
  const Value& type = rule["type"];
  const bool fits = type.is_list()
                        ? std::ranges::any_of(type.as_list(), [&](const Value& t) { return is_type(v, t.as_string()); })
                        : is_type(v, type.as_string());
  if (!fits) faults += path + ": type\n";
  if (rule["enum"].is_list() && !contains(rule["enum"], v)) faults += path + ": enum\n";
  for (const Value& name : rule["required"].as_list()) {
    if (!v.has(name.as_string())) faults += path + ": lacks " + name.as_string() + "\n";
  }
  if (v.is_list() && rule["items"].is_map()) {
    for (const Value& x : v.as_list()) check(root, rule["items"], x, path + "[]", faults);
  }
  if (!v.is_map() || !rule["properties"].is_map()) return;
  for (const auto& [key, x] : v.as_map()) {
    if (rule["properties"].has(key))
      check(root, rule["properties"][key], x, path + "/" + key, faults);
    else
      faults += path + ": unknown " + key + "\n";
  }
}

std::string faults_of(const Value& v) {
  const Value root = schema();
  std::string faults;
  check(root, root, v, "", faults);
  return faults;
}

Value exported(Profile profile, const char* language) {
  ReportOptions o;
  o.profile = profile;
  o.language = language;
  o.with_model = true;
  return parse_json(report_json(postmortem(muster_test::sample_entries(), o))).value();
}

}  // namespace

TEST_CASE("the JSON of a published version says which, and follows the schema") {
  std::vector<Entry> entries = muster_test::sample_entries();
  Entry published;
  published.event_id = "evt_0042";
  published.incident_id = entries.front().incident_id;
  published.kind = "postmortem.published";
  published.occurred_ms = published.received_ms = 1'773'900'000'000;
  entries.push_back(published);
  ReportOptions o;
  o.with_model = true;
  CHECK_FALSE(parse_json(report_json(postmortem(entries, o))).value().has("published"));
  o.version = 1;
  const Value v = parse_json(report_json(postmortem(entries, o))).value();
  CHECK(faults_of(v) == "");
  CHECK(v["published"]["version"].as_int() == 1);
  CHECK(v["published"]["at"].as_string() == "2026-03-19T06:00:00.000Z");
  CHECK(v["state"].as_string() == "Published, version 1");
}

TEST_CASE("the JSON of every profile and language follows the schema in docs") {
  for (const Profile profile : {Profile::public_only, Profile::internal, Profile::responders}) {
    for (const char* language : {"en", "ko"}) CHECK(faults_of(exported(profile, language)) == "");
  }
  CHECK(exported(Profile::internal, "en")["timeline"].as_list().size() == 37);
  CHECK(exported(Profile::public_only, "en")["updates"].as_list().size() == 3);
}

TEST_CASE("the schema refuses what is no report") {
  Value v = exported(Profile::internal, "en");
  v.set("secret", "x");
  CHECK(faults_of(v) == ": unknown secret\n");
  v = exported(Profile::internal, "en");
  v.set("profile", "everyone");
  CHECK(faults_of(v) == "/profile: enum\n");
  v.set("profile", 3);
  CHECK(faults_of(v) == "/profile: type\n/profile: enum\n");
  CHECK(faults_of(Value::Map{{"schema", 1}}).find("lacks incident_id") != std::string::npos);
}
