// JSON-like data as plain values: what journal payloads, outbox bodies and reports are made of.
// Parsing and printing live in json.h, so that the core can use values without a reader.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace muster {

class Value;
struct ValueMember;

// The members of a map, sorted by name (printing is canonical) in one piece of memory: most maps are small, are made
// once and read often. Reads like a std::map.
class ValueMap {
 public:
  using value_type = std::pair<std::string, Value>;
  using Members = std::vector<value_type>;
  using const_iterator = Members::const_iterator;

  ValueMap() noexcept;
  ValueMap(std::initializer_list<ValueMember> members);  // moves the values out of the list
  ValueMap(const ValueMap& other);
  ValueMap(ValueMap&& other) noexcept;
  ValueMap& operator=(const ValueMap& other);
  ValueMap& operator=(ValueMap&& other) noexcept;
  ~ValueMap();
  static ValueMap of(Members members);  // in any order; of a name given twice the last one counts

  bool empty() const;
  std::size_t size() const;
  const_iterator begin() const;
  const_iterator end() const;
  const_iterator find(std::string_view name) const;
  bool contains(std::string_view name) const;
  Value& operator[](std::string_view name);  // null when it was absent
  void reserve(std::size_t n);

  friend bool operator==(const ValueMap& a, const ValueMap& b);

 private:
  Members members_;
};

class Value {
 public:
  using List = std::vector<Value>;
  using Map = ValueMap;

  // Out of line: what a variant of strings, lists and maps does when it is copied, moved or ends is long, and values
  // are made everywhere.
  Value() noexcept;
  Value(std::nullptr_t) noexcept;
  Value(bool b) noexcept;
  Value(int n) noexcept;
  Value(std::int64_t n) noexcept;
  Value(double d) noexcept;
  Value(const char* s);
  Value(std::string s) noexcept;
  Value(std::string_view s);
  Value(List l) noexcept;
  Value(Map m) noexcept;
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_double() const { return std::holds_alternative<double>(data_); }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_list() const { return std::holds_alternative<List>(data_); }
  bool is_map() const { return std::holds_alternative<Map>(data_); }

  // Tolerant readers: the fallback when the type differs. Outside data is never trusted to have a type.
  bool as_bool(bool fallback = false) const;
  std::int64_t as_int(std::int64_t fallback = 0) const;
  double as_double(double fallback = 0) const;  // also of an int
  const std::string& as_string() const;         // empty when not a string
  const List& as_list() const;                  // empty when not a list
  const Map& as_map() const;                    // empty when not a map

  // Member of a map; a null value when absent or when this is no map.
  const Value& operator[](std::string_view key) const;
  bool has(std::string_view key) const;
  // Sets a member; turns null into a map. Throws when this is something else (a bug).
  Value& set(std::string_view key, Value v);
  Value& member(std::string_view key);  // to be changed where it stands; null when it was absent
  void push(Value v);                   // turns null into a list

  bool operator==(const Value& other) const;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map> data_ = nullptr;
};

// Here and not in the class: clang asks what a Value is as soon as it sees these bodies.
inline bool ValueMap::empty() const { return members_.empty(); }
inline std::size_t ValueMap::size() const { return members_.size(); }
inline ValueMap::const_iterator ValueMap::begin() const { return members_.begin(); }
inline ValueMap::const_iterator ValueMap::end() const { return members_.end(); }

// A member as it is written in a braced list; the map takes the value out of it.
struct ValueMember {
  std::string_view name;
  mutable Value value;
};

}  // namespace muster
