// How far each channel of a platform was read without a hole. What is heard before a gap was read does not count until
// it was: a mark that moved over the hole would hide what was said in it, also from the process after this one.
// Loop thread only.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "integrations/chat/directory.h"

namespace muster {

class ReadMarks {
 public:
  explicit ReadMarks(ChatDirectory& directory) : directory_(directory) {}

  // The platform's own time of a message ("1700000000.000100", "1700000000000"); empty: nothing was read there yet.
  std::string at(const std::string& channel) const {
    const auto it = marks_.find(channel);
    return it == marks_.end() ? directory_.theirs("cursor", channel) : it->second;
  }
  // The newest that was heard there, over a hole or not.
  std::string newest(const std::string& channel) const {
    const auto it = ahead_.find(channel);
    return it == ahead_.end() ? at(channel) : it->second;
  }
  // Nothing that was said there before is missed. Holds where nothing was read yet. Written at once, as the first that
  // is heard is: a process that finds no mark begins at the end, and would skip what was said after a crash of this
  // one.
  void begin(const std::string& channel, const std::string& time) {
    if (!at(channel).empty()) return;
    marks_[channel] = time;
    directory_.link("cursor", channel, time);
  }
  void heard(const std::string& channel, const std::string& time) {
    if (!behind_ && at(channel).empty()) return begin(channel, time);
    std::string& mark = (behind_ ? ahead_ : marks_)[channel];
    if (is_later(time, mark)) mark = time;
  }
  void gap() { behind_ = true; }  // as at the start of a process
  void covered() {
    behind_ = false;
    for (const auto& [channel, time] : std::exchange(ahead_, {})) {
      if (is_later(time, at(channel))) marks_[channel] = time;
    }
  }
  void save() const {
    for (const auto& [channel, time] : marks_) directory_.link("cursor", channel, time);
  }

  // Both of one kind: more digits before the point are a later time.
  static bool is_later(const std::string& a, const std::string& b) {
    const auto digits = [](const std::string& t) { return t.substr(0, t.find('.')).size(); };
    return std::pair(digits(a), a) > std::pair(digits(b), b);
  }

 private:
  ChatDirectory& directory_;
  bool behind_ = true;
  std::map<std::string, std::string> marks_, ahead_;  // by the platform's id of the channel
};

}  // namespace muster
