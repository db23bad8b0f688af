// What the bot says when its disk refuses, and when many alerts come at once.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_storage() {
  static constexpr Sentence table[] = {
      {"store.refuses",
       "I cannot record anything at the moment, so I take no commands and no alerts: {why} Senders are told to come "
       "again. I try every second and say here when it works.",
       "지금은 아무것도 기록할 수 없어 명령과 알림을 받지 않습니다: {why} 보낸 쪽에는 다시 보내라고 답합니다. 매초 "
       "다시 "
       "시도하고, 되면 여기에 알립니다."},
      {"store.again",
       "I can record again. Since {from}, {n} requests were refused; nothing that I had accepted is lost.",
       "다시 기록할 수 있습니다. {from}부터 요청 {n}건을 거절했습니다. 이미 받아들인 것은 하나도 잃지 않았습니다."},
  };
  return table;
}

}  // namespace muster
