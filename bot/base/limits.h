// Every limit of the product, with its unit in the name and the reason beside it.
#pragma once
#include <cstddef>
#include <cstdint>

namespace muster::limits {

inline constexpr std::size_t body_bytes_max = 8u << 20;     // Alertmanager sent 336 kB without special settings
inline constexpr std::size_t header_bytes_max = 16u << 10;  // no listed sender needs more than 4 KiB
inline constexpr int json_depth_max = 64;
inline constexpr std::int64_t header_time_ms = 10'000;  // slow-loris: a whole header within this
inline constexpr std::int64_t body_time_ms = 60'000;
inline constexpr std::int64_t idle_time_ms = 75'000;  // keep-alive
inline constexpr std::size_t connections_max = 512;
inline constexpr std::size_t writer_queue_max = 20'000;  // decisions waiting for a commit; beyond: 503
inline constexpr std::size_t commit_group_max = 512;     // decisions in one transaction
inline constexpr std::size_t labels_max = 64;            // protocols/alerts.md 2
inline constexpr std::size_t label_value_bytes_max = 4096;
inline constexpr std::size_t source_key_bytes_max = 1024;
inline constexpr std::size_t title_code_points_max = 300;
inline constexpr std::size_t chat_text_bytes_max = 16'000;  // the smallest post limit of the platforms
inline constexpr std::size_t command_bytes_max = 8'000;
inline constexpr std::size_t inline_lines_max = 12;  // longer output goes to a page
inline constexpr std::size_t inline_chars_max = 3'000;
inline constexpr int outbox_attempts_max = 12;                          // about an hour with backoff, then dead letter
inline constexpr std::int64_t stale_command_ms = 60'000;                // an older write command is offered, not run
inline constexpr std::int64_t alert_body_keep_ms = 24 * 3'600'000;      // decided bodies, to look at what was sent
inline constexpr std::int64_t dedupe_key_keep_ms = 8 * 24 * 3'600'000;  // senders repeat a delivery for up to 7 days
inline constexpr std::int64_t room_messages_keep = 50'000;              // the room's history; the journal keeps all
inline constexpr std::int64_t sent_messages_keep = 5'000;               // delivered elsewhere, to look at
inline constexpr std::int64_t webhook_dead_keep = 1'000;                // given up, to be delivered again
inline constexpr std::int64_t flap_window_ms = 5 * 60'000;              // a refire within it re-opens the episode

}  // namespace muster::limits
