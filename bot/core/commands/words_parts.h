// The parts of the catalogue, one file per topic: words_<topic>.cpp defines words_<topic>(). Listed in words.cpp.
#pragma once
#include <span>

#include "bot/core/commands/words.h"

namespace muster {

std::span<const Sentence> words_general();
std::span<const Sentence> words_ops();
std::span<const Sentence> words_verbs();      // what each ready command does, one line
std::span<const Sentence> words_codes();      // what each code of a refusal means
std::span<const Sentence> words_questions();  // confirmations and approvals
std::span<const Sentence> words_reading();    // answers of reading commands, language, pages

}  // namespace muster
