// The top of a runbook: YAML, the eleven keys, and the order of what was found.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/model.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

const Names top_keys = {"runbook", "summary", "owner",      "inputs",  "triggers", "guard",
                        "secrets", "steps",   "on_failure", "finally", "outputs"};

std::string_view code_of(YamlProblem::Kind kind) {
  constexpr std::string_view codes[] = {"RB001", "RB002", "RB003", "RB004"};
  return codes[static_cast<std::size_t>(kind)];
}

std::string help(const YamlProblem& p) {
  if (p.kind != YamlProblem::Kind::syntax) return {};
  return p.message.find("alias") != std::string::npos || p.message.find("anchor") != std::string::npos
             ? "A text that begins with * or & stands in quotes."
             : "A text with : # ? or brackets in it stands in quotes; indentation is by spaces.";
}

// What the YAML reader allows and a runbook does not: great depth, and merge keys.
void check_shape(Reader& in, const YamlNode& node, int depth) {
  if (depth > runbook_depth_max) {
    in.error("RB002", in.place(node), "nested deeper than " + std::to_string(runbook_depth_max) + " levels",
             "Put a part into a runbook of its own and call it.");
    return;
  }
  for (const YamlNode& item : node.items) check_shape(in, item, depth + 1);
  for (const YamlMember& m : node.members) {
    if (m.key == "<<") in.error("RB003", in.place(m), "merge keys (<<) are not read here", "Write the names out.");
    check_shape(in, m.value, depth + 1);
  }
}

void read_secrets(Reader& in, const YamlNode& node, Runbook& book) {
  if (!in.is_map(node, "secrets", "names with env:NAME or file:PATH")) return;
  for (const YamlMember& m : node.members) {
    if (!is_identifier(m.key))
      in.error("RB015", in.place(m), shown(m.key) + " cannot name a secret", "Use letters, digits and _.");
    book.places["secrets." + m.key] = in.place(m);
    const auto text = in.plain_text(m.value, m.key, "env:NAME or file:PATH");
    if (!text) continue;
    // What was written may be the secret itself: the message does not show it.
    if (is_secret_reference(*text))
      book.secrets[m.key] = *text;
    else
      in.error("RB020", in.place(m.value), "a secret is written as a reference, never as its value",
               "Write env:NAME or file:PATH.");
  }
}

void read_outputs(Reader& in, const YamlNode& node, Runbook& book) {
  if (!in.is_map(node, "outputs", "names with values")) return;
  for (const YamlMember& m : node.members) {
    if (!is_identifier(m.key))
      in.error("RB015", in.place(m), shown(m.key) + " cannot name an output", "Use letters, digits and _.");
    if (m.value.kind == YamlNode::Kind::scalar)
      book.outputs.emplace_back(m.key, read_template(in, m.value));
    else
      in.error("RB011", in.place(m), shown(m.key) + " takes a single value or one ${…}");
  }
}

void read_name(Reader& in, const YamlNode& node, Runbook& book) {
  const auto text = in.plain_text(node, "runbook", "a name");
  if (!text) return;
  book.name = *text;
  if (!is_runbook_name(*text))
    in.error("RB015", in.place(node), shown(*text) + " cannot name a runbook",
             "Use small letters, digits, - and _, beginning with a letter.");
}

void read_top(Reader& in, const YamlMember& m, Runbook& book) {
  const YamlNode& v = m.value;
  if (m.key == "runbook") read_name(in, v, book);
  if (m.key == "summary") book.summary = in.plain_text(v, m.key, "a sentence").value_or("");
  if (m.key == "owner") book.owner = in.plain_text(v, m.key, "group:NAME or a person").value_or("");
  if (m.key == "inputs") book.inputs = read_inputs(in, v, false);
  if (m.key == "triggers") book.triggers = read_triggers(in, v);
  if (m.key == "guard") book.guard = read_guard(in, v, book);
  if (m.key == "secrets") read_secrets(in, v, book);
  if (m.key == "steps") book.steps = read_steps(in, v, "", Section::steps);
  if (m.key == "on_failure") book.on_failure = read_steps(in, v, "on_failure", Section::on_failure);
  if (m.key == "finally") book.finally = read_steps(in, v, "finally", Section::finally);
  if (m.key == "outputs") read_outputs(in, v, book);
}

void read_book(Reader& in, const YamlNode& root, Runbook& book) {
  if (root.kind != YamlNode::Kind::map) {
    in.error("RB011", {1, 1}, "a runbook is a map of names with values", "Begin with runbook: and a name.");
    return;
  }
  check_shape(in, root, 1);
  in.only(root, top_keys, "in a runbook", "RB005");
  for (const char* key : {"runbook", "steps"})
    if (!root.find(key)) in.error("RB009", {1, 1}, "a runbook needs `" + std::string(key) + "`");
  for (const YamlMember& m : root.members) {
    book.places[m.key] = in.place(m);
    read_top(in, m, book);
  }
}

void sort_findings(std::vector<Finding>& findings) {
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
}

}  // namespace

LoadedRunbook load_runbook(std::string_view text, const std::string& file) {
  LoadedRunbook out;
  if (text.size() > runbook_bytes_max) {
    out.findings.push_back({Finding::Level::error,
                            {1, 1},
                            "RB002",
                            "larger than " + std::to_string(runbook_bytes_max >> 10) + " KiB",
                            "Put a part into a runbook of its own and call it."});
    return out;
  }
  Reader in(text, out.findings);
  const YamlDocument document = read_yaml(text);
  for (const YamlProblem& p : document.problems)
    in.error(code_of(p.kind), in.place(p.line, p.column), p.message, help(p));
  Runbook book;
  book.text = text;
  book.hash = to_hex(sha256(text));
  book.file = file;
  const bool syntax = document.root.kind == YamlNode::Kind::null && !document.problems.empty();
  if (!syntax) read_book(in, document.root, book);
  sort_findings(out.findings);
  if (out.findings.empty()) out.runbook = std::make_shared<const Runbook>(std::move(book));
  return out;
}

}  // namespace muster::runbooks
