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
      {"storm.on",
       "🌊 *Many alerts at once* since {from} UTC: {n} fired ({critical} critical), {resolved} resolved. All are "
       "recorded; they are not listed one by one. `alerts` shows what fires. This line is kept current.",
       "🌊 {from} UTC부터 *알림이 한꺼번에* 들어오고 있습니다: 발생 {n}건(심각 {critical}건), 해소 {resolved}건. 모두 "
       "기록되며 하나씩 보여 주지는 않습니다. `alerts`로 지금 울리는 것을 볼 수 있습니다. 이 줄은 계속 갱신됩니다."},
      {"storm.over",
       "The many alerts since {from} UTC have calmed down: {n} fired ({critical} critical), {resolved} resolved. New "
       "ones are listed one by one again; `alerts` shows what still fires.",
       "{from} UTC부터 몰려들던 알림이 가라앉았습니다: 발생 {n}건(심각 {critical}건), 해소 {resolved}건. 새 알림은 "
       "다시 하나씩 "
       "보여 줍니다. 아직 울리는 것은 `alerts`로 봅니다."},
      {"storm.incidents", "Incidents: {ids}", "장애: {ids}"},
      {"storm.began", "More than {n} alerts changed within a minute: they are summed up instead of listed.",
       "1분 안에 알림이 {n}건 넘게 바뀌어 하나씩 보여 주지 않고 묶어 보여 줍니다."},
      {"storm.ended", "The alerts calmed down: {n} had fired without a card of their own.",
       "알림이 가라앉았습니다. 개별 카드 없이 발생한 알림은 {n}건입니다."},
      {"storm.incident.title", "Many alerts at once", "한꺼번에 많은 알림"},
      {"storm.incident.text", "{n} incidents were opened by alerts within a minute; further alerts come together here.",
       "1분 안에 알림으로 장애 {n}건이 열렸습니다. 그다음 알림은 여기에 모입니다."},
  };
  return table;
}

}  // namespace muster
