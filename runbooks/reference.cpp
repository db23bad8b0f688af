// The tables of docs/runbooks.md, from the tables the loader reads.
#include "bot/base/text.h"
#include "runbooks/graph.h"
#include "runbooks/lint.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) (c == '|' ? out += "\\|" : out += c);
  return out;
}

std::string code(std::string_view text) { return "`" + cell(text) + "`"; }

std::string argument_row(const Verb& verb, const Argument& a, const std::string& inside = {}) {
  std::string type(name_of(a.kind));
  if (a.kind == Kind::choice) type = join(choices_of(a), ", ");
  std::string notes(a.help);
  if (!a.standard.empty()) notes += " Default " + std::string(a.standard) + ".";
  if (inside.empty() && (a.name == verb.scalar || a.name == verb.list)) notes += " May be written without its name.";
  const std::string language = a.language == Language::plain ? "" : std::string(name_of(a.language));
  return "| " + code(inside + std::string(a.name)) + (a.required ? " (needed)" : "") + " | " + cell(type) + " | " +
         language + " | " + cell(notes) + " |\n";
}

std::string class_of(const Verb& verb) {
  if (verb.name == "http") return "by method";
  if (verb.name == "run") return "write, unless `effect:` says otherwise";
  return verb.effect == Effect::group ? "–" : std::string(name_of(verb.effect));
}

std::string verb_part(const Verb& verb) {
  std::string out =
      "### " + std::string(verb.name) + "\n\n" + std::string(verb.help) + "\n\nClass: " + class_of(verb) + ".";
  if (verb.timeout_ms) out += " Time-out when none is written: " + format_duration(verb.timeout_ms) + ".";
  if (verb.probes) out += " It finds out by itself whether it took effect.";
  if (verb.undoes) out += " `undo: auto` puts it back.";
  if (!verb.one_of.empty()) out += " Exactly one of " + join(split(verb.one_of, '|'), ", ") + ".";
  out += "\n\n```yaml\n- " + std::string(verb.example) + "\n```\n";
  if (!verb.arguments.empty()) out += "\n| Argument | Takes | Language | |\n|---|---|---|---|\n";
  for (const Argument& a : verb.arguments) {
    out += argument_row(verb, a);
    for (const Argument& each : a.rows ? *a.rows : std::vector<Argument>())
      out += argument_row(verb, each, std::string(a.name) + "[].");
  }
  std::string result;
  for (const auto& [name, type] : verb.result)
    result += (result.empty() ? "" : ", ") + code(name) + " " + to_text(type);
  if (!result.empty()) out += "\nResult: " + result + ".\n";
  return out + "\n";
}

}  // namespace

std::string reference_markdown() {
  std::string out = "## Verbs\n\n";
  for (const Verb& v : verbs()) out += verb_part(v);
  out += "## What the linter says\n\n| Code | Meaning |\n|---|---|\n";
  for (const FindingCode& c : finding_codes()) out += "| " + std::string(c.code) + " | " + cell(c.meaning) + " |\n";
  return out;
}

}  // namespace muster::runbooks
