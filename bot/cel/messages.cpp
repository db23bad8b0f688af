// The messages of google.protobuf that are plain values here: wrappers, Value, Struct, ListValue, Timestamp, Duration.
#include <array>
#include <cmath>
#include <limits>

#include "bot/cel/functions.h"
#include "bot/cel/tagged.h"
#include "bot/cel/time.h"

namespace muster::cel {
namespace {

constexpr std::string_view package = "google.protobuf.";

struct Wrapper {
  std::string_view name;
  Kind kind;
  Val (*empty)();
};

constexpr std::array<Wrapper, 9> wrappers = {{
    {"BoolValue", Kind::boolean, [] { return Val(false); }},
    {"BytesValue", Kind::bytes, [] { return Val::bytes(""); }},
    {"DoubleValue", Kind::real, [] { return Val(0.0); }},
    {"FloatValue", Kind::real, [] { return Val(0.0); }},
    {"Int32Value", Kind::integer, [] { return Val(std::int64_t{0}); }},
    {"Int64Value", Kind::integer, [] { return Val(std::int64_t{0}); }},
    {"StringValue", Kind::text, [] { return Val::borrowed_text(""); }},
    {"UInt32Value", Kind::uinteger, [] { return Val(std::uint64_t{0}); }},
    {"UInt64Value", Kind::uinteger, [] { return Val(std::uint64_t{0}); }},
}};

Val wrong_type(std::string_view field, const Val& v) {
  return Val::failure("the field " + std::string(field) + " cannot hold " + std::string(v.type_name()));
}

Val no_field(std::string_view type, std::string_view field) {
  return Val::failure("no such field: " + std::string(type) + " has no field " + std::string(field));
}

Val narrowed(const Wrapper& w, const Val& v) {
  const Val range = Val::failure("range error: the value does not fit " + std::string(w.name));
  if (w.name == "Int32Value") {
    const std::int64_t n = v.as_int();
    return n >= std::numeric_limits<std::int32_t>::min() && n <= std::numeric_limits<std::int32_t>::max() ? v : range;
  }
  if (w.name == "UInt32Value") return v.as_uint() <= std::numeric_limits<std::uint32_t>::max() ? v : range;
  if (w.name != "FloatValue") return v;
  const double d = v.as_double();
  if (std::fabs(d) > 3.4028235677973366e38)  // would round to beyond the largest float
    return std::isinf(d) ? v : Val(std::copysign(std::numeric_limits<double>::infinity(), d));
  return static_cast<double>(static_cast<float>(d));
}

struct Field {
  std::string_view name;
  const Val& value;
};

Val make_wrapper(const Wrapper& w, std::span<const Field> fields) {
  if (fields.empty()) return w.empty();
  if (fields[0].name != "value") return no_field(w.name, fields[0].name);
  if (fields[0].value.is(Kind::null)) return w.empty();
  return fields[0].value.is(w.kind) ? narrowed(w, fields[0].value) : wrong_type("value", fields[0].value);
}

// Exactly one kind of value.
Val make_value(std::span<const Field> fields) {
  if (fields.empty()) return {};
  if (fields.size() > 1) return Val::failure("a google.protobuf.Value holds one value only");
  const auto& [name, value] = fields[0];
  if (name == "null_value") {
    const bool zero = value.is(Kind::integer) && value.as_int() == 0;
    return value.is(Kind::null) || zero ? Val() : wrong_type(name, value);
  }
  constexpr std::array<std::pair<std::string_view, Kind>, 5> kinds = {{{"number_value", Kind::real},
                                                                       {"string_value", Kind::text},
                                                                       {"bool_value", Kind::boolean},
                                                                       {"struct_value", Kind::map},
                                                                       {"list_value", Kind::list}}};
  for (const auto& [field, kind] : kinds) {
    if (field != name) continue;
    return value.is(kind) ? json_like(value) : wrong_type(name, value);
  }
  return no_field("google.protobuf.Value", name);
}

Val make_holder(std::string_view type, std::string_view field, Kind kind, std::span<const Field> fields) {
  if (fields.empty()) return kind == Kind::map ? Val::map({}) : Val::list({});
  if (fields[0].name != field) return no_field(type, fields[0].name);
  return fields[0].value.is(kind) ? json_like(fields[0].value) : wrong_type(field, fields[0].value);
}

Val make_time(bool is_timestamp, std::span<const Field> fields) {
  std::int64_t seconds = 0, nanos = 0;
  for (const auto& [name, value] : fields) {
    if (name != "seconds" && name != "nanos") return no_field(is_timestamp ? "Timestamp" : "Duration", name);
    if (!value.is(Kind::integer)) return wrong_type(name, value);
    (name == "seconds" ? seconds : nanos) = value.as_int();
  }
  const Val range = Val::failure("range error: the time is out of range");
  if (nanos <= -1'000'000'000 || nanos >= 1'000'000'000) return range;
  if (is_timestamp) {
    const auto t = timestamp_of(seconds, nanos);
    return t ? Val(*t) : range;
  }
  std::int64_t total = 0;
  if (__builtin_mul_overflow(seconds, 1'000'000'000, &total) || __builtin_add_overflow(total, nanos, &total))
    return range;
  return Duration{total};
}

}  // namespace

bool is_message(std::string_view type) {
  if (!type.starts_with(package)) return false;
  type.remove_prefix(package.size());
  for (const Wrapper& w : wrappers)
    if (w.name == type) return true;
  return type == "Value" || type == "Struct" || type == "ListValue" || type == "Timestamp" || type == "Duration";
}

Val make_message(std::string_view type, std::span<const std::string> names, std::span<const Val> values) {
  if (!is_message(type)) return Val::failure("there is no message type " + std::string(type));
  std::vector<Field> fields;
  for (std::size_t i = 0; i < names.size(); ++i) fields.push_back({names[i], values[i]});
  type.remove_prefix(package.size());
  for (const Wrapper& w : wrappers)
    if (w.name == type) return make_wrapper(w, fields);
  if (type == "Value") return make_value(fields);
  if (type == "Struct") return make_holder(type, "fields", Kind::map, fields);
  if (type == "ListValue") return make_holder(type, "values", Kind::list, fields);
  return make_time(type == "Timestamp", fields);
}

}  // namespace muster::cel
