#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_slack() {
  static constexpr Sentence table[] = {
      {"slack.rest_as_file", "The rest is in the file below.", "나머지는 아래 파일에 있습니다."},
  };
  return table;
}

}  // namespace muster
