// One person, many accounts: those that were joined to a person of the configuration by a one-time code or by a
// verified e-mail address. A fold over the journal:
//   identity.code     a code was given out (its digest)     identity.refused   a code was typed that joined nothing
//   identity.linked   an account is this person's           identity.unlinked  and is not any more
#pragma once
#include <map>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct CoreConfig;
struct Entry;
struct Person;
struct State;
struct Work;

struct JoinedAccount {
  std::string key;     // "mattermost:<the account's own id>"
  std::string shown;   // "mattermost:ana.s": what records call the account while it is nobody's
  std::string person;  // id
  std::string how;     // code, email
  TimeMs at = 0;
  bool gone = false;  // taken apart again: an address alone does not join it a second time
};

struct LinkCode {
  std::string person;
  TimeMs expires_ms = 0;
};

struct Identities {
  std::map<std::string, JoinedAccount> accounts;     // by key
  std::map<std::string, LinkCode> codes;             // by digest; those that were not used
  std::map<std::string, std::vector<TimeMs>> asked;  // person -> when codes were given out, lately
  std::map<std::string, std::vector<TimeMs>> wrong;  // key -> when wrong codes were typed, lately
  std::map<std::string, std::string> once;           // shown -> the person it is or was, for good
};

inline constexpr DurationMs link_code_ms = 10 * minute_ms;
inline constexpr std::size_t link_codes_max = 3;  // of a person, within that time
inline constexpr std::size_t link_wrong_max = 5;  // of an account, within that time

bool apply_identity(State& state, const Entry& entry);  // false: the entry is about something else

// An account that speaks, as its platform tells of it.
struct Account {
  std::string platform;  // slack
  std::string id;        // its own id there, which nobody can choose
  std::string user;      // the person that the configuration gives it, else "slack:name"
  std::string standing;  // guest, outsider; empty: a full member
  std::string email_person = {};
  std::string key() const { return id.empty() ? std::string() : platform + ":" + id; }
};

// Who speaks: the configuration's word, else the person it was joined to, else the account itself. Guests and outsiders
// are only who the configuration says.
std::string speaker(const State& state, const CoreConfig& config, const Account& account);
// Joins an account to the one person with its verified address, once; false: nothing was done.
bool join_by_email(Work& work, const Account& account);

const JoinedAccount* joined_on(const State& state, const std::string& platform, const std::string& person);
// The person behind a name of the record, also one whose account was taken apart since; else the name.
std::string human_behind(const State& state, const std::string& id);
bool same_human(const State& state, const std::string& a, const std::string& b);
// "@ana.s" on Mattermost -> "@ana" in the words of a line, for accounts that were joined.
std::string with_people_named(const State& state, const std::string& platform, const std::string& text);
bool has_account_on(const State& state, const Person& person, const std::string& platform);
std::vector<std::string> handles_of(const State& state, const Person& person);  // all, as people read them

}  // namespace muster
