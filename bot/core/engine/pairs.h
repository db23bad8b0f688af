// Names and values as alerts carry them, kept once however many alerts share them: of eight labels, seven are
// usually the same as the neighbour's.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bot/core/alerts/labels.h"

namespace muster {

using Pair = std::pair<const std::string, std::string>;

class PairPool {
 public:
  const Pair* keep(std::string_view name, std::string_view value) {
    const auto known = pairs_.find(View{name, value});
    return known != pairs_.end() ? &*known : &*pairs_.emplace(name, value).first;
  }

 private:
  using View = std::pair<std::string_view, std::string_view>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const View& p) const {
      const std::hash<std::string_view> hash;
      return hash(p.first) * 31 + hash(p.second);
    }
    std::size_t operator()(const Pair& p) const { return (*this)(View(p.first, p.second)); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const Pair& a, const Pair& b) const { return a == b; }
    bool operator()(const View& a, const Pair& b) const { return a.first == b.first && a.second == b.second; }
    bool operator()(const Pair& a, const View& b) const { return (*this)(b, a); }
  };
  std::unordered_set<Pair, Hash, Same> pairs_;  // nodes: an address stays
};

// Reads like a map that is sorted by name; holds pointers into a pool, which must live longer.
class Pairs {
 public:
  class const_iterator {
   public:
    using value_type = Pair;
    using difference_type = std::ptrdiff_t;
    const_iterator() = default;
    explicit const_iterator(const Pair* const* at) : at_(at) {}
    const Pair& operator*() const { return **at_; }
    const Pair* operator->() const { return *at_; }
    const_iterator& operator++() {
      ++at_;
      return *this;
    }
    const_iterator operator++(int) { return const_iterator(at_++); }
    bool operator==(const const_iterator&) const = default;

   private:
    const Pair* const* at_ = nullptr;
  };

  void reserve(std::size_t n) { pairs_.reserve(n); }
  void add(const Pair* pair) { pairs_.push_back(pair); }  // in the order of names where it is used as a map
  void clear() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }
  std::size_t size() const { return pairs_.size(); }
  const_iterator begin() const { return const_iterator(pairs_.data()); }
  const_iterator end() const { return const_iterator(pairs_.data() + pairs_.size()); }
  const_iterator find(std::string_view name) const {
    return std::find_if(begin(), end(), [name](const Pair& p) { return p.first == name; });
  }
  operator Labels() const {  // where it is used as a map
    Labels out;
    for (const Pair& p : *this) out.append(p.first, p.second);
    return out;
  }

 private:
  std::vector<const Pair*> pairs_;
};

}  // namespace muster
