// What the loader's parts share: the text, places in it, and findings. Inside of runbooks only.
#pragma once
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/yaml.h"
#include "runbooks/model.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {

using Names = std::vector<std::string>;

class Reader {
 public:
  Reader(std::string_view text, std::vector<Finding>& findings);

  std::string_view text() const { return text_; }
  Place place(int line, int byte_column) const;  // in characters, from 1
  Place place(const YamlNode& node) const { return place(node.line, node.column); }
  Place place(const YamlMember& member) const { return place(member.line, member.column); }
  Place place_of(std::size_t offset) const;
  std::size_t offset_of(const YamlNode& node) const;

  void error(std::string_view code, Place place, std::string message, std::string advice = {});

  // A member of `node` that is not among the names is an error (with the nearest). `where` ends "there is no … here".
  void only(const YamlNode& node, const Names& names, std::string_view where, std::string_view code = "RB010");
  // False, with an error, when the node is of another kind. `wanted` ends the sentence "`name` takes …".
  bool is_map(const YamlNode& node, std::string_view name, std::string_view wanted);
  bool is_list(const YamlNode& node, std::string_view name, std::string_view wanted);

  // The text of a scalar without ${…}; nothing, with an error, when it is something else.
  std::optional<std::string> plain_text(const YamlNode& node, std::string_view name, std::string_view wanted);
  std::optional<DurationMs> duration(const YamlNode& node, std::string_view name, DurationMs min, DurationMs max);
  std::optional<std::int64_t> integer(const YamlNode& node, std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<double> number(const YamlNode& node, std::string_view name, double min, double max);
  std::optional<bool> boolean(const YamlNode& node, std::string_view name);
  std::optional<std::string> choice(const YamlNode& node, std::string_view name, const Names& choices);

  std::set<std::string, std::less<>> ids;  // of the steps so far
  std::size_t steps = 0;

 private:
  std::string_view text_;
  std::vector<std::size_t> lines_;
  std::vector<Finding>& findings_;
};

std::string shown(std::string_view text);                             // short, one line, for messages: `text`
std::string did_you_mean(std::string_view word, const Names& names);  // "Did you mean `x`?", else "One of …."
// The same for keys of a step and of a runbook: what other tools call so is known by its name here.
std::string key_meant(std::string_view word, const Names& names);

// load_text.cpp
Place place_inside(Place begin, const cel::Problem& problem);  // of a mistake in the expression that begins there
Template read_template(Reader& in, const YamlNode& node);
std::optional<Expression> read_condition(Reader& in, const YamlNode& node, std::string_view name);
Field read_field(Reader& in, const YamlNode& node);

// load_inputs.cpp
std::vector<Input> read_inputs(Reader& in, const YamlNode& node, bool form);

// load_arguments.cpp
struct MemberAt {
  const YamlNode* value = nullptr;
  Place key;
};
void read_arguments(Reader& in, const Verb& verb, const YamlMember& given, Step& step);

// load_steps.cpp
enum class Section { steps, on_failure, finally, undo, probe };
std::vector<Step> read_steps(Reader& in, const YamlNode& node, const std::string& prefix, Section section,
                             bool concurrent = false);
void read_shared(Reader& in, const YamlMember& member, Section section, Step& step);  // load_shared.cpp

// load_guard.cpp
Guard read_guard(Reader& in, const YamlNode& node, Runbook& book);
std::vector<Trigger> read_triggers(Reader& in, const YamlNode& node);

}  // namespace muster::runbooks
