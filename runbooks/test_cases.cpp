#include "runbooks/test_cases.h"

#include <algorithm>
#include <set>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/paths.h"
#include "runbooks/rehearsal.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

void collect_groups(const std::vector<Step>& steps, Person& person) {
  for (const Step& step : steps) {
    for (const char* key : {"by", "to", "of"}) {
      const Field* f = step.arguments.find(key);
      if (!f || !f->scalar.literal()) continue;
      const std::string text = literal_text(f->scalar);
      if (text.starts_with("group:")) person.groups.push_back(text.substr(6));
      if (text.starts_with("role:")) person.roles.push_back(text.substr(5));
    }
    collect_groups(step.steps, person);
    collect_groups(step.undo.steps, person);
  }
}

// Everybody a test may name, and a few more, in every group that the runbook names.
CoreConfig people_for(const Library& library, const Runbook& book, const Value& mock) {
  Person all;
  const auto add = [&all](const Runbook& b) {
    for (const auto* list : {&b.steps, &b.on_failure, &b.finally}) collect_groups(*list, all);
  };
  add(book);
  for (const auto& [name, known] : library)
    if (known.runbook) add(*known.runbook);
  if (book.owner.starts_with("group:")) all.groups.push_back(book.owner.substr(6));
  CoreConfig config;
  std::set<std::string> ids{"tester", "second", "third", "fourth"};
  for (const auto& [id, m] : mock.as_map())
    if (m["by"].is_string())
      for (const std::string& by : split(m["by"].as_string(), ',')) ids.insert(std::string(trim(by)));
  for (const std::string& id : ids) {
    Person p = all;
    p.id = p.name = id;
    config.people.push_back(p);
  }
  config.severities = {{"SEV1", "", 0}, {"SEV2", "", 0}, {"SEV3", "", 0}, {"SEV4", "", 0}, {"SEV5", "", 0}};
  // A test is about the runbook: what a policy lets people do belongs to the place where it runs.
  Rule everybody;
  everybody.name = "everybody", everybody.who = {"*"}, everybody.effect = "run";
  config.policy = {everybody};
  return config;
}

// One case under way.
class Player {
 public:
  Player(const Library& library, const Runbook& book, const TestCase& test, CaseResult& result)
      : test_(test), stage_(library, people_for(library, book, test.mock), test.now), result_(result) {
    stage_.engine().check_first(false);
  }

  bool begin(const Runbook& book) {
    StartWish wish;
    wish.runbook = book.name;
    wish.inputs = test_.inputs;
    wish.person = "starter";
    wish.channel = "test";
    if (test_.alert.is_map()) {
      stage_.decide([&](Work& w) { fire(w); });
      wish.alert = "E1";
    }
    const auto started = stage_.start(std::move(wish));
    if (started) return true;
    std::string words;
    for (const auto& [k, v] : started.error().words) words += " " + v;
    result_.problems.push_back("it was not started: " + started.error().key + words);
    return false;
  }

  void play() {
    for (int i = 0; i < 5'000 && stage_.run() && !stage_.run()->over(); ++i) {
      if (stage_.has_order())
        perform(stage_.take_order());
      else if (!people() && !event() && !stage_.ring_next())
        return;
    }
  }

  Rehearsal& stage() { return stage_; }

 private:
  void fire(Work& w) {
    Entry e;
    e.kind = "alert.firing";
    e.occurred_ms = test_.now;
    e.text = "alert";
    Value data = Value::Map{{"alert_id", "E1"}, {"alert", "alert"}, {"state", "firing"}, {"fingerprint", "test"}};
    data.set("severity", test_.alert["severity"].is_null() ? Value("critical") : test_.alert["severity"]);
    data.set("labels", test_.alert["labels"]);
    e.data = std::move(data);
    record(w, std::move(e));
  }

  // The mock of a step; of a list the next one, the last stays.
  Value mock_of(const std::string& id, bool look = false) {
    const Value& m = test_.mock[id];
    if (!m.is_list()) return m;
    const auto& list = m.as_list();
    if (list.empty()) return {};
    std::size_t& at = used_[id];
    const Value v = list[std::min(at, list.size() - 1)];
    if (!look) ++at;  // the look before a change is not its turn
    return v;
  }

  std::string id_of(const std::string& path) const {
    const auto it = stage_.run()->steps.find(path);
    return it == stage_.run()->steps.end() ? path : it->second.id;
  }

  static AttemptReport failing(const std::string& word) {
    AttemptReport r;
    r.end = word == "lost" ? AttemptReport::End::unknown : AttemptReport::End::failed;
    r.error_kind = word;
    r.error = "The mock says: " + word + ".";
    return r;
  }

  void look(const AttemptOrder& order, const Value& mock) {
    AttemptReport r;
    Value before = Value::Map{};
    const Value& previous = mock["previous"];
    if (!previous.is_null()) before.set(order.verb == "scale" ? "replicas" : "version", previous);
    if (is_undo_path(order.path)) before = order.before;
    r.result = before;
    stage_.report(order, r);
  }

  void perform(const AttemptOrder& order) {
    const std::string id = id_of(order.path);
    std::string source = id;
    if (order.stage == "sample") {
      const Value own = test_.mock[id];
      if (own.as_string() == "timeout") return;  // no answer: the wait runs into its time
      if (own.is_null()) source = stage_.run()->steps.at(order.path).arguments["repeat"].as_string();
    }
    const bool undo = is_undo_path(order.path), own_path = test_.mock.has(order.path);
    const bool put_back = undo && !own_path && !test_.mock.has("undo." + id);
    const std::string& name = own_path ? order.path : undo ? source = "undo." + id : source;
    const Value mock = put_back ? Value(Value::Map{}) : mock_of(name, order.stage == "look");
    if (order.stage == "look" && !mock.is_string()) return look(order, mock);
    if (mock.is_string()) return stage_.report(order, failing(mock.as_string()));
    if (mock["fails"].is_string()) return stage_.report(order, failing(mock["fails"].as_string()));
    if (mock.is_null()) {
      result_.problems.push_back("step `" + id + "` (" + order.verb + ") has no mock");
      return stage_.report(order, failing("refused"));
    }
    AttemptReport r;
    if (order.stage == "probe") r.end = AttemptReport::End::applied;
    r.result = mock;
    stage_.report(order, r);
  }

  static Entry by(const std::string& person) {
    Entry e;
    e.actor = {.type = "user", .id = person, .handle = person, .display = person};
    return e;
  }

  void approve(const OpenMatter& m, const Value& mock) {
    const std::string decision = mock.is_string() ? mock.as_string() : mock["decision"].as_string();
    std::vector<std::string> people;
    for (const std::string& p : split(mock["by"].as_string(), ','))
      if (!trim(p).empty()) people.emplace_back(trim(p));
    for (const char* more : {"tester", "second", "third", "fourth"}) people.emplace_back(more);
    stage_.decide([&](Work& w) {
      const Question q = *find_question(std::as_const(w.state), m.question);
      const std::string status = decision == "denied" ? "denied" : "done";
      for (int i = 0; status == "done" && i < q.needed && static_cast<std::size_t>(i) < people.size(); ++i) {
        Entry given = by(people[static_cast<std::size_t>(i)]);
        given.kind = "approval.given";
        given.data = Value::Map{{"id", q.id}};
        record(w, std::move(given));
      }
      close_question(w, q, by(people.front()), status, mock["reason"].as_string());
    });
  }

  void fill(const OpenMatter& m, const Value& mock) {
    std::map<std::string, std::string> fields;
    for (const auto& [name, v] : mock.as_map())
      if (name != "by") fields[name] = v.is_string() ? v.as_string() : to_json(v);
    Decided<void> done;
    stage_.decide([&](Work& w) {
      done = stage_.engine().answer(w, m.run, fields, by(mock["by"].is_string() ? mock["by"].as_string() : "tester"));
    });
    if (done) return;
    result_.problems.push_back("the answers of `" + m.step + "` do not fit: " + done.error().key);
    stage_.decide([&](Work& w) { static_cast<void>(stage_.engine().cancel_run(w, m.run, false, "", {})); });
  }

  // Somebody answers what is asked. False: nobody has to, or the mock lets it expire.
  bool people() {
    for (const OpenMatter& m : stage_.engine().open_matters(stage_.state())) {
      if (m.kind == "undo" && test_.mock[m.path].as_string() == "undo") {
        stage_.decide(
            [&](Work& w) { static_cast<void>(stage_.engine().decide(w, m.run, m.path, "undo", by("tester"))); });
        return true;
      }
      const Value mock = mock_of(test_.mock.has(m.path) ? m.path : m.step);
      const std::string word = mock.is_string() ? mock.as_string() : mock["decision"].as_string();
      if (word == "expired" || word == "timeout" || m.kind == "undo") continue;
      if (m.kind == "decision") {
        const std::string choice = mock["decide"].is_string() ? mock["decide"].as_string() : "fail";
        stage_.decide(
            [&](Work& w) { static_cast<void>(stage_.engine().decide(w, m.run, m.path, choice, by("tester"))); });
        return true;
      }
      if (mock.is_null()) result_.problems.push_back("step `" + m.step + "` (" + m.kind + ") has no mock");
      m.kind == "form" ? fill(m, mock) : approve(m, mock);
      return true;
    }
    return false;
  }

  // What a step waits for happens, where its mock says `happened`. False: nothing does, so time goes by.
  bool event() {
    for (const auto& [path, s] : stage_.run()->steps) {
      if (s.verb != "wait" || s.status != "waiting" || !s.arguments.has("event")) continue;
      const std::string& name = test_.mock.has(path) ? path : s.id;
      if (test_.mock[name].as_string() != "happened") continue;
      return stage_.event_happened(path), true;
    }
    return false;
  }

  const TestCase& test_;
  Rehearsal stage_;
  CaseResult& result_;
  std::map<std::string, std::size_t> used_;
};

std::string list_text(const std::vector<std::string>& list) { return "[" + join(list, ", ") + "]"; }

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& v : list.as_list()) out.push_back(v.as_string());
  return out;
}

void compare(const TestCase& test, Rehearsal& stage, CaseResult& result) {
  const Run& run = *stage.run();
  const auto differ = [&result](const std::string& what, const std::string& wanted, const std::string& is) {
    if (wanted != is) result.problems.push_back(what + ": expected " + wanted + ", was " + is);
  };
  const Value& expect = test.expect;
  if (expect.has("status")) {
    const std::string why = run.failure.empty() ? "" : " (" + run.failed_step + ": " + run.failure + ")";
    if (expect["status"].as_string() != run.status) differ("status", expect["status"].as_string(), run.status + why);
  }
  if (expect.has("ran")) differ("ran", list_text(texts(expect["ran"])), list_text(result.ran));
  if (expect.has("undone")) differ("undone", list_text(texts(expect["undone"])), list_text(result.undone));
  if (expect.has("failed_step")) differ("failed_step", expect["failed_step"].as_string(), run.failed_step);
  if (expect.has("reason")) differ("reason", expect["reason"].as_string(), run.reason);
  for (const std::string& text : texts(expect["said"]))
    if (std::ranges::none_of(stage.said(), [&](const std::string& s) { return s.find(text) != std::string::npos; }))
      result.problems.push_back("nothing like \"" + text + "\" was said");
}

void list_branches(const std::vector<Step>& steps, const std::string& prefix, std::map<std::string, bool>& all) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string path = child_of(prefix, i);
    all.emplace(path, false);
    if (steps[i].condition) all.emplace(path + " skipped", false);
    if (steps[i].verb == "approve") all.emplace(path + " refused", false);
    list_branches(steps[i].steps, steps[i].verb == "for_each" ? path + "_*." : path + ".", all);
  }
}

// "5_3.0" counts for "5_*.0".
std::string branch_of(const std::string& path) {
  std::vector<std::string> parts;
  for (const std::string& part : components(path))
    parts.push_back(is_turn(part) ? part.substr(0, part.find('_')) + "_*" : part);
  return join(parts, ".");
}

void mark_branches(const Run& run, std::map<std::string, bool>& all) {
  for (const auto& [path, s] : run.steps) {
    const std::string branch = branch_of(path);
    const auto mark = [&all](const std::string& name) {
      if (const auto it = all.find(name); it != all.end()) it->second = true;
    };
    mark(s.status == "skipped" ? branch + " skipped" : branch);
    if (s.error_kind == "denied" || s.error_kind == "expired") mark(branch + " refused");
  }
}

}  // namespace

Trace trace_of(const Book& book, const Run& run) {
  Trace trace;
  for (const std::string& path : run.order) {
    const auto it = run.steps.find(path);
    if (it == run.steps.end()) continue;
    if (is_undo_path(path)) {
      const bool whole = run.steps.contains(path.substr(5));
      if (whole && it->second.status == "succeeded") trace.undone.push_back(it->second.id);
      continue;
    }
    if (path.starts_with("on_failure") || path.starts_with("finally")) continue;
    const Step* step = step_at(book, run, path);
    if (step && step->named && it->second.status != "skipped") trace.ran.push_back(it->second.id);
  }
  return trace;
}

CaseResult run_case(const Library& library, const Runbook& book, const TestCase& test,
                    std::map<std::string, bool>* branches, const SeeRun& see) {
  CaseResult result;
  result.name = test.name;
  Player player(library, book, test, result);
  if (!player.begin(book)) return result;
  player.play();
  Trace trace = trace_of(*player.stage().book(), *player.stage().run());
  result.status = player.stage().run()->status;
  result.ran = std::move(trace.ran);
  result.undone = std::move(trace.undone);
  if (!player.stage().run()->over()) result.problems.push_back("it did not end: " + result.status);
  compare(test, player.stage(), result);
  if (branches) mark_branches(*player.stage().run(), *branches);
  if (see) see(*player.stage().book(), *player.stage().run());
  return result;
}

TestReport run_tests(const Library& library, const Runbook& book, const TestFile& tests) {
  TestReport report;
  report.findings = tests.findings;
  std::map<std::string, bool> branches;
  list_branches(book.steps, "", branches);
  list_branches(book.on_failure, "on_failure.", branches);
  list_branches(book.finally, "finally.", branches);
  for (const TestCase& test : tests.cases) report.cases.push_back(run_case(library, book, test, &branches));
  report.branches = static_cast<int>(branches.size());
  for (const auto& [branch, covered] : branches) {
    report.covered += covered ? 1 : 0;
    if (!covered) report.not_covered.push_back(branch);
  }
  return report;
}

bool TestReport::passed() const {
  return findings.empty() && !cases.empty() &&
         std::ranges::all_of(cases, [](const CaseResult& c) { return c.problems.empty(); });
}

}  // namespace muster::runbooks
