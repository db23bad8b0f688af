// Names with their values, sorted by name, in one piece of memory: an alert brings a dozen, and alerts come by the
// thousand. Reads like a map; names and values are views into it.
#pragma once
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

using LabelView = std::pair<std::string_view, std::string_view>;

class Labels {
 public:
  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = LabelView;
    using difference_type = std::ptrdiff_t;
    using pointer = const LabelView*;
    using reference = const LabelView&;
    const_iterator() = default;
    const LabelView& operator*() const { return pair_; }
    const LabelView* operator->() const { return &pair_; }
    const_iterator& operator++() {
      at_ += head_bytes + pair_.first.size() + pair_.second.size();
      read();
      return *this;
    }
    const_iterator operator++(int) {
      const_iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const const_iterator& other) const { return at_ == other.at_; }

   private:
    friend class Labels;
    const_iterator(const char* at, const char* end) : at_(at), end_(end) { read(); }
    void read() {
      if (at_ == end_) return;
      std::uint32_t sizes[2];
      std::memcpy(sizes, at_, head_bytes);
      pair_ = {{at_ + head_bytes, sizes[0]}, {at_ + head_bytes + sizes[0], sizes[1]}};
    }
    const char *at_ = nullptr, *end_ = nullptr;
    LabelView pair_;
  };
  using value_type = LabelView;

  Labels() = default;
  Labels(std::initializer_list<LabelView> pairs);  // in any order; of a name given twice the last one counts

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const_iterator begin() const { return {bytes_.data(), bytes_.data() + bytes_.size()}; }
  const_iterator end() const { return {bytes_.data() + bytes_.size(), bytes_.data() + bytes_.size()}; }
  const_iterator find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != end(); }
  std::string_view at(std::string_view name) const { return find(name)->second; }  // only of one that is there
  std::string_view value_or_empty(std::string_view name) const;                    // empty when absent
  bool operator==(const Labels& other) const = default;

  void set(std::string_view name, std::string_view value);  // wherever it belongs; copies everything
  // Behind all that is there: the name is greater than every other.
  void append(std::string_view name, std::string_view value);
  void reserve(std::size_t pairs, std::size_t text_bytes) { bytes_.reserve(pairs * head_bytes + text_bytes); }

 private:
  static constexpr std::size_t head_bytes = 2 * sizeof(std::uint32_t);  // sizes of name and value, which follow
  std::string bytes_;
  std::uint32_t size_ = 0;
};

}  // namespace muster
