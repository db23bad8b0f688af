// Which of our names is which of a platform's ids. Kept by bot/ in the store; platforms ask and tell. Loop thread only.
#pragma once
#include <string>

namespace muster {

class ChatDirectory {
 public:
  virtual ~ChatDirectory() = default;
  // kind: channel ("inc-7-checkout"), post ("summary-INC-7"), cursor and since (a channel id ->
  // how far it was read, and from where).
  virtual std::string theirs(const std::string& kind, const std::string& ours) const = 0;  // empty: not linked
  virtual std::string ours(const std::string& kind, const std::string& theirs) const = 0;
  // Written before anything that is reported to the store afterwards.
  virtual void link(const std::string& kind, const std::string& ours, const std::string& theirs) = 0;
  // The person that the configuration gives this handle; empty: nobody we know.
  virtual std::string person(const std::string& user_name, const std::string& user_id) const = 0;
  virtual std::string handle(const std::string& person) const = 0;  // user name or id; empty: none
};

}  // namespace muster
