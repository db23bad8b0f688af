// The durable store: inbox, journal, projections, outbox, timers, room posts; one SQLite file.
// One writer thread owns the writing connection and groups commits. All SQL of the product is in storage/.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/core/decision.h"

namespace muster {

// What came in from outside, as stored (already redacted).
struct InboxItem {
  std::string dedupe_key;  // unique; a second delivery changes nothing
  std::string kind;        // alertmanager, alerts_v2, chat, timer, cli, replay
  std::string body;        // redacted bytes
  TimeMs received_ms = 0;
  Value meta;  // route, headers worth keeping, actor
};

// A file that somebody put into the room. What it says about itself is never believed: it is bytes with a name.
struct StoredFile {
  std::string id;
  std::string name;
  std::string channel;
  std::string author;
  TimeMs at = 0;
  std::string bytes;
};

// What is called what on a chat platform: our channel and post names, their ids, how far a channel was read.
struct ChatLink {
  std::string platform;  // mattermost
  std::string kind;      // channel, post, cursor, since
  std::string ours, theirs;
};

// One atomic commit. Any part may be empty.
struct Commit {
  std::vector<InboxItem> inbox;         // stored (pending unless also named in inbox_done)
  std::vector<std::string> inbox_done;  // dedupe keys that this decision finished
  Decision decision;
  std::vector<std::string> out_done;  // outbox ids that were delivered
  // Messages of this decision to destinations that begin so are stored as delivered: this process itself shows
  // them after the commit, and shows what is stored when it starts. Empty: none.
  std::string shown_here;
  struct Failure {
    std::string id;
    std::string error;
    TimeMs retry_ms = 0;
    bool dead = false;
    bool delivered = false;  // where a log is kept: `error` is what was answered, `retry_ms` when
  };
  std::vector<Failure> out_failed;
  std::vector<std::string> timers_fired;  // removed in the same commit as their effect
  // Store::epoch() when the state was read that this was decided on; 0: it depends on no state. Refused with
  // `conflict` when another decision of that epoch was refused meanwhile: decide again on what the disk holds.
  std::uint64_t epoch = 0;
  std::vector<StoredFile> files = {};
  std::vector<std::string> files_gone = {};  // ids; their bytes leave the database
  std::vector<std::string> scrubs = {};      // event ids whose payload is destroyed; their redactions are in `decision`
  std::vector<ChatLink> links = {};          // the newest value of a name counts
  // One of a crowd: it may wait a moment for others to share its fsync.
  bool may_gather = false;
};

struct Committed {
  bool duplicate = false;       // an inbox key was known: nothing of this commit was applied
  std::vector<Entry> entries;   // with position, seq, written_ms filled in
  std::vector<OutMessage> out;  // the decision's messages, given back
};

struct PendingOut {
  OutMessage message;
  int attempts = 0;
  TimeMs due_ms = 0;
};
struct DeadLetter {
  OutMessage message;
  int attempts = 0;
  std::string last_error;
};

// A row of the log of what was sent to one destination.
enum class SentRows { all, given_up, tried };  // tried: waits, and was not taken before
struct SentRow {
  OutMessage message;
  std::string state;  // pending, done, dead
  int attempts = 0;
  TimeMs due_ms = 0;  // of `done`: when it was delivered
  std::string note;
};

struct StoreStats {
  std::size_t queue_depth = 0;
  std::uint64_t commits = 0, decisions = 0, duplicates = 0, failures = 0;
  double last_commit_ms = 0, max_commit_ms = 0, sum_commit_ms = 0;
  std::string refusing;  // why the last write was refused by the disk; empty: writing works
  bool broken = false;   // not full but damaged or unreadable: only a restart can tell what is there
  std::vector<std::uint64_t> commit_ms_buckets;  // counts for <= 1, 2, 5, 10, 20, 50, 100, 500, +inf ms
};

// What one step of forgetting took away.
struct PruneReport {
  std::int64_t inbox = 0, outbox = 0;
  bool more = false;  // another step would find more
};

class Store {
 public:
  // Completions run through this, in order (the loop's post). Called from the writer thread.
  using Post = std::function<void(std::function<void()>)>;

  virtual ~Store() = default;
  // Any thread. `unavailable` in the completion: queue full, disk full or shutting down; nothing was applied.
  virtual void commit(Commit commit, std::function<void(Result<Committed>)> done) = 0;
  // The same, waiting for the answer. Not from the loop thread.
  virtual Result<Committed> commit_now(Commit commit) = 0;

  // Reading (own read-only connection; any one thread at a time).
  virtual Result<void> read_journal(std::int64_t after_position, const std::function<void(const Entry&)>& each) = 0;
  // Of these kinds only; what is left out is not even decoded.
  virtual Result<void> read_kinds(const std::vector<std::string>& kinds,
                                  const std::function<void(const Entry&)>& each) {
    return read_journal(0, [&](const Entry& e) {
      for (const std::string& kind : kinds)
        if (e.kind == kind) return each(e);
    });
  }
  virtual Result<std::vector<Entry>> read_incident(const std::string& incident_id) = 0;
  virtual Result<std::vector<InboxItem>> pending_inbox() = 0;
  virtual Result<std::vector<PendingOut>> pending_out() = 0;
  virtual Result<std::vector<DeadLetter>> dead_letters() = 0;
  virtual Result<void> resend_dead_letter(const std::string& id) = 0;
  // To one destination, newest first; with an id that message alone.
  virtual Result<std::vector<SentRow>> sent_to(const std::string&, const std::string& /*id*/, std::size_t /*most*/,
                                               SentRows /*which*/ = SentRows::all) {
    return std::vector<SentRow>{};
  }
  virtual Result<void> send_again(const OutMessage&) { return {}; }  // delivered or given up: with this body
  virtual Result<std::vector<Timer>> timers() = 0;
  virtual Result<std::vector<ProjectionRow>> projections() = 0;
  virtual Result<std::vector<ChatLink>> chat_links() { return std::vector<ChatLink>{}; }  // posts: the newest only
  // Room posts delivered so far, oldest first: every outbox message to "room:*" that is done.
  virtual Result<std::vector<OutMessage>> room_history(std::size_t last_n) = 0;

  // Rises whenever a commit that names an epoch was not applied: what was decided on top of it must not be either.
  virtual std::uint64_t epoch() const { return 0; }
  // Which process owns the data: one more with every start that may write. The database holds it too, and a process
  // whose number is not there any more writes nothing. 0: reading only.
  virtual std::int64_t owner() const { return 0; }
  // Writes a little, to learn whether a disk that refused takes writes again.
  virtual void probe(std::function<void(Result<void>)> done) { done({}); }

  // Forgets decided inbox rows and delivered messages beyond what limits.h keeps; a small step at a time.
  virtual void prune(TimeMs, std::function<void(Result<PruneReport>)> done) { done(PruneReport{}); }
  virtual Result<StoredFile> read_file(const std::string& id) = 0;  // not_found when it was deleted
  virtual Result<std::int64_t> file_bytes() = 0;                    // of all files together

  virtual StoreStats stats() const = 0;
  virtual void stop() = 0;  // finishes what is queued
};

struct StoreOptions {
  std::string folder;                            // holds muster.db, mac.key; made when absent (0700)
  bool read_only = false;                        // for verify and reports beside a running bot
  std::function<void(const char* point)> fault;  // tests: called at each crash point; may _exit
  std::function<TimeMs()> now;                   // written_ms; the system clock when empty
  DurationMs gather_ms = 2;                      // how long a commit that may gather waits for others
};

// Opens or creates; applies numbered migrations forward; refuses a newer file, a second process (flock), a
// corrupt file, each with a sentence that says what to do.
Result<std::unique_ptr<Store>> open_store(StoreOptions options, Store::Post post);

struct VerifyReport {
  std::int64_t entries = 0, scrubbed = 0;
  std::vector<std::string> problems;  // first broken link, MAC mismatch, gap in seq, dangling corrects …
};
// Walks the chain of a live file. The caller compares projections.
Result<VerifyReport> verify_journal(const std::string& folder);
// What tells this installation from others to those whom its runs are named to: eight hex digits that stay the same as
// long as the folder's MAC key does, also in a copy. Empty: there is no key yet.
std::string installation_mark(const std::string& folder);

// Consistent copy of a live store, taken online: the database and its MAC key (FILE and FILE.key, mode 0600).
Result<void> backup_store(const std::string& folder, const std::string& file);
Result<void> replace_projections(Store& store, const std::vector<ProjectionRow>& rows);
// Destroys one entry's payload after a `redaction` entry was committed; the chain still verifies.
Result<void> scrub_payload(Store& store, const std::string& event_id);

}  // namespace muster
