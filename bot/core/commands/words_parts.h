// The parts of the catalogue, one file per topic: words_<topic>.cpp defines words_<topic>(). Listed in words.cpp.
#pragma once
#include <span>

#include "bot/core/commands/words.h"

namespace muster {

std::span<const Sentence> words_general();
std::span<const Sentence> words_ops();

}  // namespace muster
