// Values as JSON. Tagged JSON keeps every type: {"int64":"1"}, {"uint64":"1"}, {"double":1.5} (or "NaN", "Infinity",
// "-Infinity"), {"bool":true}, {"string":"…"}, {"bytes":"base64"}, {"null":null}, {"list":[V…]}, {"map":[[V,V]…]},
// {"timestamp":"RFC 3339"}, {"duration":"1.5s"}, {"type":"int"}. Any thread.
#pragma once
#include <string>

#include "bot/base/result.h"
#include "bot/base/value.h"
#include "bot/cel/value.h"

namespace muster::cel {

muster::Value to_tagged(const Val& v);

// What is no tagged object is taken as plain JSON.
Result<Val> from_tagged(const muster::Value& json);

// As google.protobuf.Value holds it: numbers are doubles, or text beyond 2^53; bytes base64; times text.
Val json_like(const Val& v);

std::string to_base64(std::string_view bytes);

}  // namespace muster::cel
