// The values of the Common Expression Language. Text, lists and maps may be borrowed from JSON-like data or from a
// program, so that reading a binding copies nothing; own() makes a value that outlives both. Any thread.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bot/base/value.h"

namespace muster::cel {

class Val;

// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z; nanos are 0..999,999,999 also before the epoch.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  auto operator<=>(const Timestamp&) const = default;
};

// Nanoseconds in 64 bits: about 292 years in each direction.
struct Duration {
  std::int64_t nanos = 0;
  auto operator<=>(const Duration&) const = default;
};

struct Chars {
  std::string_view view;
  std::shared_ptr<const std::string> owner;  // null when borrowed
  static Chars borrowed(std::string_view v) { return {v, nullptr}; }
  static Chars owned(std::string s);
};
struct Text : Chars {};
struct Bytes : Chars {};
struct TypeName : Chars {};

struct List {
  std::shared_ptr<const std::vector<Val>> own;
  const muster::Value::List* json = nullptr;  // borrowed
  std::size_t size() const;
  Val at(std::size_t i) const;
};

using Entries = std::vector<std::pair<Val, Val>>;

// Keys are bool, int, uint or text; 1 and 1u are the same key. Kept in key order: bools, numbers, text.
struct Map {
  std::shared_ptr<const Entries> own;
  const muster::Value::Map* json = nullptr;  // borrowed
  std::size_t size() const;
  std::optional<Val> find(const Val& key) const;
  std::optional<Val> find(std::string_view key) const;
  Entries entries() const;
};

// Why an expression has no value.
struct Failure {
  enum class Why : std::uint8_t {
    missing,  // no such key, name or index: what default() mends
    failed,   // any other error of the expression
    limit,    // cost or size: nothing absorbs it
  };
  Why why = Why::failed;
  std::string message;
  std::size_t at = no_place;  // byte offset in the source, once known
  static constexpr std::size_t no_place = static_cast<std::size_t>(-1);
};
using Failed = std::shared_ptr<Failure>;

enum class Kind : std::uint8_t {
  null,
  boolean,
  integer,
  uinteger,
  real,
  text,
  bytes,
  list,
  map,
  timestamp,
  duration,
  type,
  failure
};

class Val {
 public:
  using Data = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, Text, Bytes, List, Map,
                            Timestamp, Duration, TypeName, Failed>;
  Val() = default;
  Val(bool b) : data_(b) {}
  Val(std::int64_t n) : data_(n) {}
  Val(std::uint64_t n) : data_(n) {}
  Val(double d) : data_(d) {}
  Val(Timestamp t) : data_(t) {}
  Val(Duration d) : data_(d) {}
  Val(List l) : data_(std::move(l)) {}
  Val(Map m) : data_(std::move(m)) {}
  Val(Failed f) : data_(std::move(f)) {}
  template <class T>
  Val(const T*) = delete;  // a pointer is no bool

  static Val text(std::string s) { return Val(Data(Text{Chars::owned(std::move(s))})); }
  static Val bytes(std::string s) { return Val(Data(Bytes{Chars::owned(std::move(s))})); }
  static Val type(std::string s) { return Val(Data(TypeName{Chars::owned(std::move(s))})); }
  static Val borrowed_text(std::string_view s) { return Val(Data(Text{Chars::borrowed(s)})); }
  static Val borrowed_type(std::string_view s) { return Val(Data(TypeName{Chars::borrowed(s)})); }
  static Val list(std::vector<Val> items);
  // Failure when a key is twice there or is no key.
  static Val map(Entries entries);
  static Val failure(std::string message, Failure::Why why = Failure::Why::failed);
  // Reads JSON-like data where it lies: it must outlive the value.
  static Val borrow(const muster::Value& json);

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is(Kind k) const { return kind() == k; }
  bool failed() const { return is(Kind::failure); }
  bool is_true() const { return is(Kind::boolean) && as_bool(); }
  bool is_number() const { return is(Kind::integer) || is(Kind::uinteger) || is(Kind::real); }

  // The kind must be the right one.
  bool as_bool() const { return *std::get_if<bool>(&data_); }
  std::int64_t as_int() const { return *std::get_if<std::int64_t>(&data_); }
  std::uint64_t as_uint() const { return *std::get_if<std::uint64_t>(&data_); }
  double as_double() const { return *std::get_if<double>(&data_); }
  std::string_view as_chars() const;  // of text, bytes and type names
  const List& as_list() const { return *std::get_if<List>(&data_); }
  const Map& as_map() const { return *std::get_if<Map>(&data_); }
  Timestamp as_timestamp() const { return *std::get_if<Timestamp>(&data_); }
  Duration as_duration() const { return *std::get_if<Duration>(&data_); }
  Failure& as_failure() const { return **std::get_if<Failed>(&data_); }

  std::string_view type_name() const;  // int, list, google.protobuf.Timestamp, …
  Val lent() const;                    // the same value without shared ownership, for the life of this one
  Val own() const;                     // a value that depends on nothing else

 private:
  explicit Val(Data d) : data_(std::move(d)) {}
  Data data_ = nullptr;
};

std::optional<Kind> kind_of_type(std::string_view name);  // of a type's name

// Equality of the language: numbers compare across kinds, other kinds differ, NaN equals nothing. `steps` counts
// what was looked at; when it passes `limit` the answer is empty.
std::optional<bool> equals(const Val& a, const Val& b, std::uint64_t& steps, std::uint64_t limit);
// unordered for NaN; empty when the two kinds have no order.
std::optional<std::partial_ordering> compare(const Val& a, const Val& b);
// Map keys only: bools before numbers before text.
std::strong_ordering key_order(const Val& a, const Val& b);
bool is_key(const Val& v);

// How many values a tree holds, counting shared ones as often as they are seen; stops at `limit`.
std::size_t tree_size(const Val& v, std::size_t limit);

// JSON-like data: int and double stay, uint beyond int becomes a double, bytes become base64, timestamps RFC 3339,
// durations "1.5s", types their name, map keys their text.
muster::Value to_json_value(const Val& v);

}  // namespace muster::cel
