#include "bot/base/value.h"

#include <algorithm>
#include <stdexcept>

namespace muster {
namespace {

bool name_before(const ValueMap::value_type& member, std::string_view name) { return member.first < name; }
bool before(const ValueMap::value_type& a, const ValueMap::value_type& b) { return a.first < b.first; }

void sort_stably(ValueMap::Members& members) {
  constexpr std::size_t few = 24;  // std::stable_sort takes memory for a copy, also for three members
  if (members.size() > few) return std::stable_sort(members.begin(), members.end(), before);
  for (auto at = members.begin(); at != members.end(); ++at) {
    std::rotate(std::upper_bound(members.begin(), at, *at, before), at, at + 1);
  }
}

}  // namespace

Value::Value() noexcept = default;
Value::Value(std::nullptr_t) noexcept {}
Value::Value(bool b) noexcept : data_(b) {}
Value::Value(int n) noexcept : data_(static_cast<std::int64_t>(n)) {}
Value::Value(std::int64_t n) noexcept : data_(n) {}
Value::Value(double d) noexcept : data_(d) {}
Value::Value(const char* s) : data_(std::string(s)) {}
Value::Value(std::string s) noexcept : data_(std::move(s)) {}
Value::Value(std::string_view s) : data_(std::string(s)) {}
Value::Value(List l) noexcept : data_(std::move(l)) {}
Value::Value(Map m) noexcept : data_(std::move(m)) {}
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;
bool Value::operator==(const Value& other) const { return data_ == other.data_; }

ValueMap::ValueMap() noexcept = default;
ValueMap::ValueMap(const ValueMap& other) = default;
ValueMap::ValueMap(ValueMap&& other) noexcept = default;
ValueMap& ValueMap::operator=(const ValueMap& other) = default;
ValueMap& ValueMap::operator=(ValueMap&& other) noexcept = default;
ValueMap::~ValueMap() = default;
void ValueMap::reserve(std::size_t n) { members_.reserve(n); }

ValueMap::ValueMap(std::initializer_list<ValueMember> members) {
  members_.reserve(members.size());
  for (const ValueMember& m : members) {
    if (members_.empty() || members_.back().first < m.name)
      members_.emplace_back(m.name, std::move(m.value));
    else
      (*this)[m.name] = std::move(m.value);
  }
}

ValueMap ValueMap::of(Members members) {
  const auto not_after = [](const value_type& a, const value_type& b) { return a.first >= b.first; };
  ValueMap map;
  map.members_ = std::move(members);
  if (std::ranges::adjacent_find(map.members_, not_after) == map.members_.end()) return map;
  sort_stably(map.members_);
  // Kept from behind, so that of equal names the last one stays.
  const auto same = [](const value_type& a, const value_type& b) { return a.first == b.first; };
  const auto kept = std::unique(map.members_.rbegin(), map.members_.rend(), same);
  map.members_.erase(map.members_.begin(), kept.base());
  return map;
}

ValueMap::const_iterator ValueMap::find(std::string_view name) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), name, name_before);
  return at != members_.end() && at->first == name ? at : members_.end();
}

bool ValueMap::contains(std::string_view name) const { return find(name) != end(); }

Value& ValueMap::operator[](std::string_view name) {
  if (members_.empty() || members_.back().first < name) {  // in order: the usual way
    return members_.emplace_back(std::string(name), Value()).second;
  }
  const auto at = std::lower_bound(members_.begin(), members_.end(), name, name_before);
  if (at->first == name) return at->second;
  return members_.emplace(at, std::string(name), Value())->second;
}

bool operator==(const ValueMap& a, const ValueMap& b) { return a.members_ == b.members_; }

bool Value::as_bool(bool fallback) const {
  const bool* b = std::get_if<bool>(&data_);
  return b ? *b : fallback;
}

std::int64_t Value::as_int(std::int64_t fallback) const {
  const std::int64_t* n = std::get_if<std::int64_t>(&data_);
  return n ? *n : fallback;
}

double Value::as_double(double fallback) const {
  if (const double* d = std::get_if<double>(&data_)) return *d;
  if (const std::int64_t* n = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*n);
  return fallback;
}

const std::string& Value::as_string() const {
  static const std::string empty;
  const std::string* s = std::get_if<std::string>(&data_);
  return s ? *s : empty;
}

const Value::List& Value::as_list() const {
  static const List empty;
  const List* l = std::get_if<List>(&data_);
  return l ? *l : empty;
}

const Value::Map& Value::as_map() const {
  static const Map empty;
  const Map* m = std::get_if<Map>(&data_);
  return m ? *m : empty;
}

const Value& Value::operator[](std::string_view key) const {
  static const Value null;
  const Map& m = as_map();
  const auto it = m.find(key);
  return it == m.end() ? null : it->second;
}

bool Value::has(std::string_view key) const { return as_map().contains(key); }

Value& Value::set(std::string_view key, Value v) {
  if (is_null()) data_ = Map{};
  Map* m = std::get_if<Map>(&data_);
  if (!m) throw std::logic_error("Value::set on something that is no map");
  return (*m)[key] = std::move(v);
}

Value& Value::member(std::string_view key) {
  if (is_null()) data_ = Map{};
  Map* m = std::get_if<Map>(&data_);
  if (!m) throw std::logic_error("Value::member of something that is no map");
  return (*m)[key];
}

void Value::push(Value v) {
  if (is_null()) data_ = List{};
  List* l = std::get_if<List>(&data_);
  if (!l) throw std::logic_error("Value::push on something that is no list");
  l->push_back(std::move(v));
}

}  // namespace muster
