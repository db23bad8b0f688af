#include "bot/cel/functions.h"

#include <algorithm>
#include <map>

namespace muster::cel {
namespace {

struct Registry {
  std::map<std::string, Function, std::less<>> plain, members;
  std::vector<std::string> names, namespaces;
};

void add(Registry& registry, std::span<const Definition> definitions) {
  for (const Definition& d : definitions) {
    Overload overload{read_signature(d.signature), d.run};
    const std::string name = overload.signature.function;
    Function& f = (overload.signature.member ? registry.members : registry.plain)[name];
    f.name = name;
    f.member = overload.signature.member;
    if (!f.member) f.direct = direct_operator(name);
    f.overloads.push_back(std::move(overload));
    if (const auto dot = name.find('.'); dot != name.npos) registry.namespaces.push_back(name.substr(0, dot));
    if (name[0] != '_' && name[0] != '@' && name[0] != '-' && name[0] != '!') registry.names.push_back(name);
  }
}

const Registry& registry() {
  static const Registry all = [] {
    Registry r;
    for (const auto& part : {operator_functions(), conversion_functions(), time_functions(), string_functions(),
                             format_functions(), math_functions(), our_functions()})
      add(r, part);
    std::sort(r.names.begin(), r.names.end());
    r.names.erase(std::unique(r.names.begin(), r.names.end()), r.names.end());
    return r;
  }();
  return all;
}

bool matches(const Signature& s, std::span<const Val> args) {
  if (s.repeats ? args.size() < s.params.size() : args.size() != s.params.size()) return false;
  for (std::size_t i = 0; i < args.size(); ++i)
    if (!takes(s.params[std::min(i, s.params.size() - 1)], args[i].kind())) return false;
  return true;
}

std::string kinds(std::span<const Val> args) {
  std::string text;
  for (const Val& a : args) text += (text.empty() ? "" : ", ") + std::string(a.type_name());
  return text;
}

}  // namespace

const Function* find_function(std::string_view name, bool member) {
  const auto& all = member ? registry().members : registry().plain;
  const auto it = all.find(name);
  return it == all.end() ? nullptr : &it->second;
}

bool is_namespace(std::string_view name) {
  const auto& all = registry().namespaces;
  return std::find(all.begin(), all.end(), name) != all.end();
}

const std::vector<std::string>& function_names() { return registry().names; }

Val too_costly() { return Val::failure(std::string(over_limit), Failure::Why::limit); }

Val call(const Function& function, Budget& budget, std::span<const Val> args) {
  if (function.direct) return function.direct(budget, args);
  for (const Overload& o : function.overloads)
    if (matches(o.signature, args)) return o.run(budget, args);
  return no_overload(function, args);
}

Val no_overload(const Function& function, std::span<const Val> args) {
  const std::string& name = function.name;
  if (name[0] == '_' || name[0] == '@')
    return Val::failure("no matching overload: " + std::string(name == "@in" ? "in" : name.substr(1, name.size() - 2)) +
                        " cannot take " + kinds(args));
  if (name == "-_" || name == "!_")
    return Val::failure("no matching overload: " + name.substr(0, 1) + " cannot take " + kinds(args));
  std::string ways;
  for (const Overload& o : function.overloads) ways += (ways.empty() ? "" : " or ") + to_text(o.signature);
  return Val::failure("no matching overload: " + ways + " cannot take (" + kinds(args) + ")");
}

Val paid_text(Budget& budget, std::string text) {
  if (!budget.spend(text.size() / 8)) return too_costly();
  return Val::text(std::move(text));
}

Val paid_bytes(Budget& budget, std::string bytes) {
  if (!budget.spend(bytes.size() / 8)) return too_costly();
  return Val::bytes(std::move(bytes));
}

}  // namespace muster::cel
