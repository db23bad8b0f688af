#include "bot/base/value.h"

#include <stdexcept>

namespace muster {

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
  return (*m)[std::string(key)] = std::move(v);
}

void Value::push(Value v) {
  if (is_null()) data_ = List{};
  List* l = std::get_if<List>(&data_);
  if (!l) throw std::logic_error("Value::push on something that is no list");
  l->push_back(std::move(v));
}

}  // namespace muster
