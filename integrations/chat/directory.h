// Which of our names is which of a platform's ids. Kept by bot/ in the store; platforms ask and tell. Loop thread only.
#pragma once
#include <string>

namespace muster {

class ChatDirectory {
 public:
  virtual ~ChatDirectory() = default;
  // kind: channel ("inc-7-checkout"), peoples (the same, bound by hand), called (by which name it was looked for), post
  // ("summary-INC-7"), cursor and since (a channel id -> how far it was read, and from where).
  virtual std::string theirs(const std::string& kind, const std::string& ours) const = 0;  // empty: not linked
  virtual std::string ours(const std::string& kind, const std::string& theirs) const = 0;
  // On disk before anything that is reported to the store afterwards, except posts and how far a known channel was
  // read: those follow within a second, and after a crash both are found again on the platform.
  virtual void link(const std::string& kind, const std::string& ours, const std::string& theirs) = 0;
  // The person that the configuration gives this handle; empty: nobody we know.
  virtual std::string person(const std::string& user_name, const std::string& user_id) const = 0;
  virtual std::string handle(const std::string& person) const = 0;  // user name or id; empty: none
  // Whether a channel of ours is to be private there: then no other is taken for it, and none is made that others see.
  virtual bool is_private(const std::string& ours) const { return static_cast<void>(ours), false; }
  // An account's verified e-mail address, told where the configuration lets addresses join accounts. `person`: whom the
  // account belongs to, empty: nobody. The answer is the only person whose address this is, by the configuration or by
  // another platform; empty: nobody, or more than one.
  virtual std::string person_of_email(const std::string& person, const std::string& email) {
    return static_cast<void>(person), static_cast<void>(email), std::string();
  }
};

}  // namespace muster
