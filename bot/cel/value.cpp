#include "bot/cel/value.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace muster::cel {
namespace {

constexpr std::array<std::string_view, 13> type_names = {"null_type",
                                                         "bool",
                                                         "int",
                                                         "uint",
                                                         "double",
                                                         "string",
                                                         "bytes",
                                                         "list",
                                                         "map",
                                                         "google.protobuf.Timestamp",
                                                         "google.protobuf.Duration",
                                                         "type",
                                                         "error"};

// Position of a key among numbers; ints below zero come before every uint.
std::strong_ordering number_key_order(const Val& a, const Val& b) {
  if (a.is(Kind::integer) && b.is(Kind::integer)) return a.as_int() <=> b.as_int();
  if (a.is(Kind::uinteger) && b.is(Kind::uinteger)) return a.as_uint() <=> b.as_uint();
  if (a.is(Kind::integer)) {
    if (a.as_int() < 0) return std::strong_ordering::less;
    return static_cast<std::uint64_t>(a.as_int()) <=> b.as_uint();
  }
  return 0 <=> number_key_order(b, a);
}

int key_rank(const Val& v) { return v.is(Kind::boolean) ? 0 : v.is(Kind::text) ? 2 : 1; }

// A double that is a whole number is that number as a key.
std::optional<Val> whole(double d) {
  if (std::trunc(d) != d) return std::nullopt;
  if (d >= -9223372036854775808.0 && d < 9223372036854775808.0) return Val(static_cast<std::int64_t>(d));
  if (d >= 0 && d < 18446744073709551616.0) return Val(static_cast<std::uint64_t>(d));
  return std::nullopt;
}

double number(const Val& v) {
  if (v.is(Kind::integer)) return static_cast<double>(v.as_int());
  if (v.is(Kind::uinteger)) return static_cast<double>(v.as_uint());
  return v.as_double();
}

std::partial_ordering number_order(const Val& a, const Val& b) {
  if (a.is(Kind::real) || b.is(Kind::real)) return number(a) <=> number(b);
  return number_key_order(a, b);
}

struct Counter {
  std::uint64_t& steps;
  std::uint64_t limit;
  bool spend(std::uint64_t n = 1) { return (steps += n) <= limit; }
};

std::optional<bool> same(const Val& a, const Val& b, Counter& count);

std::optional<bool> same_lists(const List& a, const List& b, Counter& count) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto equal = same(a.at(i), b.at(i), count);
    if (!equal || !*equal) return equal;
  }
  return true;
}

std::optional<bool> same_maps(const Map& a, const Map& b, Counter& count) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.entries()) {
    const auto other = b.find(key);
    if (!other) return false;
    const auto equal = same(value, *other, count);
    if (!equal || !*equal) return equal;
  }
  return true;
}

std::optional<bool> same(const Val& a, const Val& b, Counter& count) {
  if (!count.spend()) return std::nullopt;
  if (a.is_number() && b.is_number()) return number_order(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null:
      return true;
    case Kind::list:
      return same_lists(a.as_list(), b.as_list(), count);
    case Kind::map:
      return same_maps(a.as_map(), b.as_map(), count);
    case Kind::type:
      return a.as_chars() == b.as_chars();
    default:
      if (a.is(Kind::text) && !count.spend(a.as_chars().size() / 64)) return std::nullopt;
      return compare(a, b) == std::partial_ordering::equivalent;
  }
}

Val own_list(const List& list) {
  std::vector<Val> items;
  items.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) items.push_back(list.at(i).own());
  return Val::list(std::move(items));
}

Val own_map(const Map& map) {
  auto entries = std::make_shared<Entries>();
  for (const auto& [key, value] : map.entries()) entries->emplace_back(key.own(), value.own());
  return Map{std::move(entries), nullptr};
}

}  // namespace

Chars Chars::owned(std::string s) {
  auto owner = std::make_shared<const std::string>(std::move(s));
  return {std::string_view(*owner), owner};
}

std::size_t List::size() const { return json ? json->size() : own->size(); }
Val List::at(std::size_t i) const { return json ? Val::borrow((*json)[i]) : (*own)[i]; }

std::size_t Map::size() const { return json ? json->size() : own->size(); }

std::optional<Val> Map::find(std::string_view key) const {
  if (!json) return find(Val::borrowed_text(key));
  const auto it = json->find(key);
  if (it == json->end()) return std::nullopt;
  return Val::borrow(it->second);
}

std::optional<Val> Map::find(const Val& key) const {
  if (json) return key.is(Kind::text) ? find(key.as_chars()) : std::nullopt;
  if (key.is(Kind::real)) {
    const auto exact = whole(key.as_double());
    return exact ? find(*exact) : std::nullopt;
  }
  if (!is_key(key)) return std::nullopt;
  const auto it = std::lower_bound(own->begin(), own->end(), key,
                                   [](const auto& entry, const Val& k) { return key_order(entry.first, k) < 0; });
  if (it == own->end() || key_order(it->first, key) != 0) return std::nullopt;
  return it->second;
}

Entries Map::entries() const {
  if (!json) return *own;
  Entries all;
  all.reserve(json->size());
  for (const auto& [key, value] : *json) all.emplace_back(Val::borrowed_text(key), Val::borrow(value));
  return all;
}

Val Val::list(std::vector<Val> items) {
  return List{std::make_shared<const std::vector<Val>>(std::move(items)), nullptr};
}

Val Val::map(Entries entries) {
  for (const auto& entry : entries) {
    if (!is_key(entry.first))
      return failure("a map's key must be a bool, int, uint or string, not " + std::string(entry.first.type_name()));
  }
  const auto before = [](const auto& a, const auto& b) { return key_order(a.first, b.first) < 0; };
  if (!std::is_sorted(entries.begin(), entries.end(), before)) std::sort(entries.begin(), entries.end(), before);
  const auto twice = std::adjacent_find(entries.begin(), entries.end(),
                                        [](const auto& a, const auto& b) { return key_order(a.first, b.first) == 0; });
  if (twice != entries.end()) return failure("the map has the same key twice");
  return Map{std::make_shared<const Entries>(std::move(entries)), nullptr};
}

Val Val::failure(std::string message, Failure::Why why) {
  return Val(std::make_shared<Failure>(Failure{why, std::move(message), Failure::no_place}));
}

Val Val::borrow(const muster::Value& json) {
  if (json.is_string()) return borrowed_text(json.as_string());
  if (json.is_map()) return Map{nullptr, &json.as_map()};
  if (json.is_list()) return List{nullptr, &json.as_list()};
  if (json.is_int()) return json.as_int();
  if (json.is_double()) return json.as_double();
  if (json.is_bool()) return json.as_bool();
  return {};
}

std::string_view Val::as_chars() const {
  if (const Text* t = std::get_if<Text>(&data_)) return t->view;
  if (const Bytes* b = std::get_if<Bytes>(&data_)) return b->view;
  return std::get_if<TypeName>(&data_)->view;
}

std::string_view Val::type_name() const { return type_names[data_.index()]; }

Val Val::lent() const {
  if (const Text* t = std::get_if<Text>(&data_)) return Val(Data(Text{Chars::borrowed(t->view)}));
  if (const Bytes* b = std::get_if<Bytes>(&data_)) return Val(Data(Bytes{Chars::borrowed(b->view)}));
  return *this;
}

Val Val::own() const {
  switch (kind()) {
    case Kind::text:
      return std::get_if<Text>(&data_)->owner ? *this : text(std::string(as_chars()));
    case Kind::bytes:
      return std::get_if<Bytes>(&data_)->owner ? *this : bytes(std::string(as_chars()));
    case Kind::type:
      return std::get_if<TypeName>(&data_)->owner ? *this : type(std::string(as_chars()));
    case Kind::list:
      return own_list(as_list());
    case Kind::map:
      return own_map(as_map());
    default:
      return *this;
  }
}

std::optional<Kind> kind_of_type(std::string_view name) {
  for (std::size_t i = 0; i + 1 < type_names.size(); ++i)
    if (type_names[i] == name) return static_cast<Kind>(i);
  return std::nullopt;
}

std::optional<bool> equals(const Val& a, const Val& b, std::uint64_t& steps, std::uint64_t limit) {
  Counter count{steps, limit};
  return same(a, b, count);
}

std::optional<std::partial_ordering> compare(const Val& a, const Val& b) {
  if (a.is_number() && b.is_number()) return number_order(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Kind::boolean:
      return a.as_bool() <=> b.as_bool();
    case Kind::text:
    case Kind::bytes:
      return a.as_chars() <=> b.as_chars();  // bytes order of UTF-8 is code point order
    case Kind::timestamp:
      return a.as_timestamp() <=> b.as_timestamp();
    case Kind::duration:
      return a.as_duration() <=> b.as_duration();
    default:
      return std::nullopt;
  }
}

std::strong_ordering key_order(const Val& a, const Val& b) {
  if (key_rank(a) != key_rank(b)) return key_rank(a) <=> key_rank(b);
  if (a.is(Kind::boolean)) return a.as_bool() <=> b.as_bool();
  if (a.is(Kind::text)) return a.as_chars() <=> b.as_chars();
  return number_key_order(a, b);
}

bool is_key(const Val& v) {
  return v.is(Kind::boolean) || v.is(Kind::integer) || v.is(Kind::uinteger) || v.is(Kind::text);
}

std::size_t tree_size(const Val& v, std::size_t limit) {
  std::size_t n = 1;
  if (v.is(Kind::text) || v.is(Kind::bytes)) return n + v.as_chars().size() / 64;
  if (v.is(Kind::list)) {
    for (std::size_t i = 0; i < v.as_list().size() && n < limit; ++i) n += tree_size(v.as_list().at(i), limit - n);
  } else if (v.is(Kind::map)) {
    for (const auto& [key, value] : v.as_map().entries()) {
      if (n >= limit) break;
      n += 1 + tree_size(value, limit - n);
    }
  }
  return n;
}

}  // namespace muster::cel
