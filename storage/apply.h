// Applies one commit inside the writer's open transaction. All writing SQL of the store is in apply.cpp.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/sqlite.h"
#include "storage/store.h"

namespace muster::storage {

// The end of the chain and the next numbers, kept in memory so that an entry costs no query.
struct Head {
  std::int64_t position = 0;
  std::string hash;
  std::unordered_map<std::string, std::int64_t> seq;  // per incident, only those touched since the last reload
};

Head read_head(Db& db);

enum class Applied { yes, duplicate };

// Throws SqlError, or std::runtime_error when the commit contradicts itself; the caller rolls back. Changes `head`
// as it goes (the caller puts it back when it rolls back) and numbers the commit's entries.
class Applier {
 public:
  Applier(Db& db, const std::string& key, Head& head) : db_(db), key_(key), head_(head) {}
  Applied apply(Commit& commit, TimeMs now, const std::function<void(const char*)>& fault);
  void undo();                           // the head as it was before the last apply()
  bool wrote() const { return wrote_; }  // whether the last apply() changed anything

 private:
  bool add_inbox(const Commit& commit);
  Applied add_entries(std::vector<Entry>& entries, TimeMs now, const std::function<void(const char*)>& fault);
  struct Sealed {
    std::string_view body;  // until the next one
    std::string mac, hash;
  };
  Sealed seal(const Entry& entry);
  bool add_entry(Entry& entry);
  bool is_known_key(const std::string& key) const;
  bool is_key_by_id(const std::string& key) const;
  void add_out(const Commit& commit);
  void settle_out(const Commit& commit);
  void refuse_shown(const Commit::Failure& failure);
  void put_rows(const std::vector<ProjectionRow>& rows);
  void put_timers(const std::vector<Timer>& timers);
  void put_files(const Commit& commit);
  void scrub(const std::vector<std::string>& ids);
  void forget_words(const std::string& key);
  void forget_copies(const std::string& there, const std::string& naming, const std::string& post);
  std::int64_t& seq_of(const std::string& incident);

  Db& db_;
  const std::string& key_;
  Head& head_;
  bool wrote_ = false;
  std::int64_t old_position_ = 0;
  std::string old_hash_;
  std::string payload_, row_;         // of the last one: their memory serves the next
  std::vector<std::string> counted_;  // incidents whose seq went up, once for each time
};

void put_row(Db& db, const ProjectionRow& row);
void put_row(Db& db, const ProjectionRow& row, std::string& text);  // `text` is memory for its body

}  // namespace muster::storage
