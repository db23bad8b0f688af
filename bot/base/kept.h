// Texts and values that many records hold and few differ in: kept once, counted, eight bytes in each record, and
// nothing at all where they are empty. Of a thousand runs that wait, every status, verb, channel and most arguments are
// the neighbour's. Never changed once made: assigning takes another one. The count is atomic, so copies may travel to
// any thread; a pool belongs to one.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bot/base/value.h"

namespace muster {

template <class T>
class Kept {
 public:
  Kept() = default;
  explicit Kept(T value) : held_(value == T() ? nullptr : new Held(std::move(value))) {}
  Kept(const Kept& other) : held_(other.held_.get()) {
    if (held_) held_->uses.fetch_add(1, std::memory_order_relaxed);
  }
  Kept(Kept&&) noexcept = default;
  Kept& operator=(Kept other) noexcept {
    held_.swap(other.held_);
    return *this;
  }
  ~Kept() = default;

  const T& get() const {
    static const T nothing{};
    return held_ ? held_->value : nothing;
  }
  bool empty() const { return !held_; }
  bool same_as(const Kept& other) const { return held_ == other.held_; }  // one and the same piece of memory
  unsigned uses() const { return held_ ? held_->uses.load(std::memory_order_relaxed) : 0; }

 private:
  struct Held {
    explicit Held(T v) : value(std::move(v)) {}
    std::atomic<unsigned> uses{1};
    T value;
  };
  struct Release {
    void operator()(Held* held) const {
      if (held->uses.fetch_sub(1, std::memory_order_acq_rel) == 1) std::default_delete<Held>()(held);
    }
  };
  std::unique_ptr<Held, Release> held_;
};

// Reads like a std::string.
class Word {
 public:
  Word() = default;
  Word(const char* text) : text_(std::string(text)) {}
  explicit Word(std::string text) : text_(std::move(text)) {}
  explicit Word(Kept<std::string> text) : text_(std::move(text)) {}
  Word& operator=(const char* text) { return *this = Word(text); }
  Word& operator=(std::string text) { return *this = Word(std::move(text)); }

  const std::string& text() const { return text_.get(); }
  operator const std::string&() const { return text(); }
  operator std::string_view() const { return text(); }
  operator Value() const { return Value(text()); }
  bool empty() const { return text_.empty(); }
  bool starts_with(std::string_view head) const { return text().starts_with(head); }
  bool starts_with(char head) const { return text().starts_with(head); }
  void clear() { text_ = {}; }
  bool same_as(const Word& other) const { return text_.same_as(other.text_); }

  friend bool operator==(const Word& a, const Word& b) { return a.text() == b.text(); }
  friend bool operator==(const Word& a, std::string_view b) { return a.text() == b; }
  friend bool operator==(const Word& a, const char* b) { return a.text() == b; }
  friend std::string operator+(const Word& a, const Word& b) { return a.text() + b.text(); }
  friend std::string operator+(const Word& a, const char* b) { return a.text() + b; }
  friend std::string operator+(const char* a, const Word& b) { return a + b.text(); }
  friend std::string operator+(const Word& a, const std::string& b) { return a.text() + b; }
  friend std::string operator+(std::string a, const Word& b) { return std::move(a) + b.text(); }
  template <class Out>
  requires requires(Out& out, const std::string& text) { out.rdbuf(), out << text; }
  friend Out& operator<<(Out& out, const Word& word) {
    out << word.text();
    return out;
  }

 private:
  Kept<std::string> text_;
};

// Reads like a Value.
class KeptValue {
 public:
  KeptValue() = default;
  explicit KeptValue(Value value) : value_(std::move(value)) {}
  explicit KeptValue(Kept<Value> value) : value_(std::move(value)) {}
  KeptValue& operator=(Value value) { return *this = KeptValue(std::move(value)); }

  const Value& get() const { return value_.get(); }
  operator const Value&() const { return get(); }
  const Value& operator[](std::string_view key) const { return get()[key]; }
  bool has(std::string_view key) const { return get().has(key); }
  bool is_null() const { return value_.empty(); }
  bool is_map() const { return get().is_map(); }
  const Value::Map& as_map() const { return get().as_map(); }
  bool same_as(const KeptValue& other) const { return value_.same_as(other.value_); }

 private:
  Kept<Value> value_;
};

// What is equal becomes the same. What nobody else holds any more is let go of now and then. Copies share nothing but
// what they keep.
class KeptPool {
 public:
  Word word(std::string_view text);
  KeptValue value(const Value& value);
  std::size_t size() const { return words_.size() + values_.size(); }

 private:
  void sweep();
  std::unordered_multimap<std::size_t, Kept<std::string>> words_;  // by digest
  std::unordered_multimap<std::size_t, Kept<Value>> values_;
  std::size_t swept_at_ = 1024;
};

std::size_t digest_of(const Value& value);  // equal values have equal ones; within this process only

}  // namespace muster
