// Messages that could not be delivered, as people see them.
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"
#include "storage/store.h"

namespace muster {

Outcome outbox_list(const std::vector<DeadLetter>& dead, const std::string& language);
std::vector<OutMessage> chosen(const std::vector<DeadLetter>& dead, const std::string& id_or_all);
Entry outbox_entry(const std::vector<OutMessage>& again, const Actor& who);  // the journal's
// Puts them back into the line, on disk. One that is gone meanwhile keeps no other back, nor does one that fails.
struct Resent {
  std::vector<OutMessage> waiting;
  Result<void> stored;
};
Resent resend_letters(Store& store, const std::vector<OutMessage>& again);
Outcome outbox_none(const std::string& id, const std::string& language);
Outcome outbox_resent(const std::vector<OutMessage>& again, const Result<void>& stored, const std::string& language);

}  // namespace muster
