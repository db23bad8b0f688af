#include "bot/cel/cel.h"

#include <algorithm>

#include "bot/cel/compiled.h"
#include "bot/cel/time.h"

namespace muster::cel {

const std::string& Program::source() const { return compiled_->source; }
const std::vector<Reference>& Program::references() const { return compiled_->references; }
const Type& Program::type() const { return compiled_->type; }

std::vector<std::string> Program::names() const {
  std::vector<std::string> all;
  for (const Reference& r : references()) all.push_back(r.path[0]);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

namespace {

// Lists of constants are made once, not at every evaluation. Kids stand before their parents.
void fold_lists(Tree& tree) {
  for (Node& n : tree.nodes) {
    if (n.op != Op::list) continue;
    std::vector<Val> items;
    for (const NodeId kid : n.kids)
      if (tree[kid].op == Op::constant) items.push_back(tree[kid].constant);
    if (items.size() != n.kids.size()) continue;
    n.constant = Val::list(std::move(items));
    n.op = Op::constant;
    n.kids.clear();
  }
}

}  // namespace

Checked<Program> compile(std::string_view source, const Options& options) {
  auto tree = parse(source);
  if (!tree) return std::unexpected(tree.error());
  auto program = std::make_shared<Compiled>();
  program->source = std::string(source);
  program->tree = std::move(*tree);
  try {
    resolve(*program, options);
    if (options.check) program->type = check(*program, options);
    fold_lists(program->tree);  // after the check, which sees more in a list
  } catch (const Mistake& mistake) {
    return std::unexpected(mistake.problem);
  }
  return Program(std::move(program));
}

Bindings& Bindings::bind(std::string_view name, Val value) {
  dotted_ = dotted_ || name.find('.') != name.npos;
  for (auto& [known, v] : values_) {
    if (known != name) continue;
    v = std::move(value);
    return *this;
  }
  values_.emplace_back(std::string(name), std::move(value));
  return *this;
}

Bindings& Bindings::bind_members(const muster::Value& borrowed_map) {
  for (const auto& [name, member] : borrowed_map.as_map()) bind(name, member);
  return *this;
}

Bindings& Bindings::now(TimeMs t) {
  const TimeMs rest = ((t % 1000) + 1000) % 1000;
  now_ = timestamp_of((t - rest) / 1000, rest * 1'000'000);
  return *this;
}

const Val* Bindings::find(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (known == name) return &value;
  return nullptr;
}

}  // namespace muster::cel
