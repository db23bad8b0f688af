// Letters that every name of a channel may have. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace muster {

enum class Hangul { spelled, left_out };

// With Latin letters in place of what has them: "é" is "e", "ß" is "ss", "Ａ" is "A". Hangul is spelled letter by
// letter, as the Revised Romanization has it (sounds that change beside each other stay as written), or is a space.
// Other scripts stay as they are.
std::string latin_letters(std::string_view text, Hangul hangul = Hangul::spelled);

}  // namespace muster
