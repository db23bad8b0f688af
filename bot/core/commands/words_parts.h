// The parts of the catalogue, one file per topic: words_<topic>.cpp defines words_<topic>(). Listed in words.cpp.
#pragma once
#include <span>

#include "bot/core/commands/words.h"

namespace muster {

std::span<const Sentence> words_general();
std::span<const Sentence> words_books();
std::span<const Sentence> words_capture();
std::span<const Sentence> words_changes();
std::span<const Sentence> words_channels();
std::span<const Sentence> words_cli();
std::span<const Sentence> words_codes();
std::span<const Sentence> words_foreign();
std::span<const Sentence> words_health();
std::span<const Sentence> words_identity();
std::span<const Sentence> words_incidents();
std::span<const Sentence> words_later();
std::span<const Sentence> words_lint();
std::span<const Sentence> words_locks();
std::span<const Sentence> words_ops();
std::span<const Sentence> words_page();
std::span<const Sentence> words_platforms();
std::span<const Sentence> words_questions();
std::span<const Sentence> words_reading();
std::span<const Sentence> words_records();
std::span<const Sentence> words_runbooks();
std::span<const Sentence> words_runs();
std::span<const Sentence> words_schedules();
std::span<const Sentence> words_scrub();
std::span<const Sentence> words_self();
std::span<const Sentence> words_silences();
std::span<const Sentence> words_slack();
std::span<const Sentence> words_stages();
std::span<const Sentence> words_storage();
std::span<const Sentence> words_together();
std::span<const Sentence> words_verbs();
std::span<const Sentence> words_webhooks();

}  // namespace muster
