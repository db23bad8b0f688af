#include "bot/cel/tagged.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/cel/escapes.h"
#include "bot/cel/functions.h"
#include "bot/cel/time.h"

namespace muster::cel {
namespace {

using Json = muster::Value;

Json one(const char* tag, Json value) { return Json::Map{{tag, std::move(value)}}; }

Json double_json(double d) { return std::isfinite(d) ? Json(d) : Json(double_text(d)); }

Json tagged_list(const List& list) {
  Json::List items;
  for (std::size_t i = 0; i < list.size(); ++i) items.push_back(to_tagged(list.at(i)));
  return items;
}

Json tagged_map(const Map& map) {
  Json::List pairs;
  for (const auto& [key, value] : map.entries()) pairs.push_back(Json::List{to_tagged(key), to_tagged(value)});
  return pairs;
}

std::unexpected<Error> wrong(std::string_view tag, std::string_view wanted) {
  return fail(ErrorKind::invalid, "the value under \"" + std::string(tag) + "\" must be " + std::string(wanted));
}

template <class Whole>
Result<Val> whole(const Json& json, std::string_view tag) {
  if (json.is_int() && (json.as_int() >= 0 || std::is_signed_v<Whole>)) return Val(static_cast<Whole>(json.as_int()));
  const std::string& text = json.as_string();
  Whole n = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
    return wrong(tag, "a whole number of 64 bits, in quotes");
  return Val(n);
}

Result<Val> real(const Json& json) {
  if (json.is_number()) return Val(json.as_double());
  const auto d = json.is_string() ? parse_double(json.as_string()) : std::nullopt;
  if (!d) return wrong("double", "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
  return Val(*d);
}

Result<Val> bytes(const Json& json) {
  std::string out = from_base64(json.as_string());
  if (!json.is_string() || (out.empty() && !json.as_string().empty())) return wrong("bytes", "base64 text");
  return Val::bytes(std::move(out));
}

Result<Val> list(const Json& json) {
  if (!json.is_list()) return wrong("list", "a list");
  std::vector<Val> items;
  for (const Json& item : json.as_list()) {
    auto v = from_tagged(item);
    if (!v) return v;
    items.push_back(std::move(*v));
  }
  return Val::list(std::move(items));
}

Result<Val> map(const Json& json) {
  if (!json.is_list()) return wrong("map", "a list of pairs");
  Entries entries;
  for (const Json& pair : json.as_list()) {
    if (!pair.is_list() || pair.as_list().size() != 2) return wrong("map", "a list of pairs");
    auto key = from_tagged(pair.as_list()[0]);
    auto value = from_tagged(pair.as_list()[1]);
    if (!key || !value) return !key ? key : value;
    entries.emplace_back(std::move(*key), std::move(*value));
  }
  Val made = Val::map(std::move(entries));
  if (made.failed()) return fail(ErrorKind::invalid, made.as_failure().message);
  return made;
}

Result<Val> time(const Json& json, bool is_timestamp) {
  const auto t = is_timestamp ? read_timestamp(json.as_string()) : std::nullopt;
  const auto d = is_timestamp ? std::nullopt : read_duration(json.as_string());
  if (t) return Val(*t);
  if (d) return Val(*d);
  return is_timestamp ? wrong("timestamp", "RFC 3339 text") : wrong("duration", "text such as \"1.5s\"");
}

Result<Val> plain(const Json& json) {
  if (json.is_list()) return list(json);
  if (!json.is_map()) return Val::borrow(json).own();
  Entries entries;
  for (const auto& [key, member] : json.as_map()) {
    auto v = from_tagged(member);
    if (!v) return v;
    entries.emplace_back(Val::text(key), std::move(*v));
  }
  return Val::map(std::move(entries));
}

Val json_like_list(const List& list) {
  std::vector<Val> items;
  for (std::size_t i = 0; i < list.size(); ++i) {
    items.push_back(json_like(list.at(i)));
    if (items.back().failed()) return items.back();
  }
  return Val::list(std::move(items));
}

Val json_like_map(const Map& map) {
  Entries entries;
  for (const auto& [key, value] : map.entries()) {
    if (!key.is(Kind::text)) return Val::failure("a google.protobuf.Struct has text as keys only");
    entries.emplace_back(key, json_like(value));
    if (entries.back().second.failed()) return entries.back().second;
  }
  return Val::map(std::move(entries));
}

constexpr std::int64_t exact_max = (std::int64_t{1} << 53) - 1;

Json::Map plain_map(const Map& map) {
  Json::Map members;
  for (const auto& [key, value] : map.entries()) {
    std::string name = key.is(Kind::text)      ? std::string(key.as_chars())
                       : key.is(Kind::boolean) ? (key.as_bool() ? "true" : "false")
                       : key.is(Kind::integer) ? std::to_string(key.as_int())
                                               : std::to_string(key.as_uint());
    members[std::move(name)] = to_json_value(value);
  }
  return members;
}

}  // namespace

Json to_tagged(const Val& v) {
  switch (v.kind()) {
    case Kind::null:
      return one("null", nullptr);
    case Kind::boolean:
      return one("bool", v.as_bool());
    case Kind::integer:
      return one("int64", std::to_string(v.as_int()));
    case Kind::uinteger:
      return one("uint64", std::to_string(v.as_uint()));
    case Kind::real:
      return one("double", double_json(v.as_double()));
    case Kind::text:
      return one("string", v.as_chars());
    case Kind::bytes:
      return one("bytes", to_base64(v.as_chars()));
    case Kind::list:
      return one("list", tagged_list(v.as_list()));
    case Kind::map:
      return one("map", tagged_map(v.as_map()));
    case Kind::timestamp:
      return one("timestamp", write_timestamp(v.as_timestamp()));
    case Kind::duration:
      return one("duration", write_duration(v.as_duration()));
    case Kind::type:
      return one("type", v.as_chars());
    case Kind::failure:
      break;
  }
  return one("error", v.as_failure().message);
}

Result<Val> from_tagged(const Json& json) {
  if (!json.is_map() || json.as_map().size() != 1) return plain(json);
  const auto& [tag, value] = *json.as_map().begin();
  if (tag == "null" && value.is_null()) return Val();
  if (tag == "bool" && value.is_bool()) return Val(value.as_bool());
  if (tag == "int64") return whole<std::int64_t>(value, tag);
  if (tag == "uint64") return whole<std::uint64_t>(value, tag);
  if (tag == "double") return real(value);
  if (tag == "string" && value.is_string()) return Val::text(value.as_string());
  if (tag == "bytes") return bytes(value);
  if (tag == "list") return list(value);
  if (tag == "map") return map(value);
  if (tag == "timestamp" || tag == "duration") return time(value, tag == "timestamp");
  if (tag == "type" && (kind_of_type(value.as_string()) || is_message(value.as_string())))
    return Val::type(value.as_string());
  return plain(json);
}

Val json_like(const Val& v) {
  switch (v.kind()) {
    case Kind::integer: {
      const std::int64_t n = v.as_int();
      return n >= -exact_max && n <= exact_max ? Val(static_cast<double>(n)) : Val::text(std::to_string(n));
    }
    case Kind::uinteger: {
      const std::uint64_t n = v.as_uint();
      return n <= static_cast<std::uint64_t>(exact_max) ? Val(static_cast<double>(n)) : Val::text(std::to_string(n));
    }
    case Kind::bytes:
      return Val::text(to_base64(v.as_chars()));
    case Kind::timestamp:
      return Val::text(write_timestamp(v.as_timestamp()));
    case Kind::duration:
      return Val::text(write_duration(v.as_duration()));
    case Kind::list:
      return json_like_list(v.as_list());
    case Kind::map:
      return json_like_map(v.as_map());
    case Kind::type:
      return Val::failure("a type cannot be part of JSON data");
    default:
      return v;
  }
}

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

Json to_json_value(const Val& v) {
  switch (v.kind()) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return v.as_bool();
    case Kind::integer:
      return v.as_int();
    case Kind::uinteger:
      if (v.as_uint() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return static_cast<std::int64_t>(v.as_uint());
      return static_cast<double>(v.as_uint());
    case Kind::real:
      return double_json(v.as_double());
    case Kind::list: {
      Json::List items;
      for (std::size_t i = 0; i < v.as_list().size(); ++i) items.push_back(to_json_value(v.as_list().at(i)));
      return items;
    }
    case Kind::map:
      return plain_map(v.as_map());
    case Kind::failure:
      return nullptr;
    default:
      return json_like(v).is(Kind::text) ? Json(std::string(json_like(v).as_chars())) : Json(v.as_chars());
  }
}

}  // namespace muster::cel
