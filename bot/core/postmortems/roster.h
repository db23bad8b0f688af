// Roles instead of names: finds every person's names in text and puts the role of that moment in their place.
#pragma once
#include <array>
#include <bitset>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bot/core/journal/view.h"
#include "bot/core/postmortems/facts.h"
#include "bot/core/postmortems/report.h"

namespace muster {

std::string role_label(std::string_view role, bool korean);  // "the on-call engineer", "온콜 엔지니어"

class Roster {
 public:
  // Every person of the entries (hidden ones too: their names must not stay in others' words) and the options.
  Roster(const std::vector<Entry>& entries, const View& view, const Facts& facts, const ReportOptions& options);

  std::string replace(std::string_view text, TimeMs at) const;
  // For the wording rules: a name becomes Q___Q, one in Hangul Q___Z, of equal length so that places stay.
  std::string mask(std::string_view text) const;
  bool mentions(std::string_view text) const;
  std::string role_of(std::string_view person, TimeMs at, bool korean) const;  // "a responder" when unknown

 private:
  struct Name {
    std::string text;  // lower case ASCII
    std::string person;
    bool hangul = false;
    bool guarded = false;  // also a word: counts only after @ or before 님, 씨
  };
  struct Hit {
    std::size_t begin = 0, end = 0;
    const Name* name = nullptr;
  };

  void add_person(const RosterPerson& person);
  void add_name(std::string text, const std::string& person, bool guarded);
  Hit next(std::string_view text, std::size_t from) const;
  const Name* match_at(std::string_view text, std::size_t at, bool after_at_sign) const;

  std::array<std::vector<Name>, 256> by_first_;  // longest first
  std::bitset<65536> begins_;      // the first two bytes of every name: nearly every place in a text fails here
  std::array<bool, 256> first_{};  // bytes that begin a name, large letters too
  std::unordered_map<std::string, std::vector<std::pair<TimeMs, std::string>>> seen_;  // person: time, role
  std::unordered_map<std::string, std::vector<Tenure>> tenures_;
  std::map<std::string, int, std::less<>> holders_;  // role: how many people held it
  bool korean_ = false;
};

}  // namespace muster
