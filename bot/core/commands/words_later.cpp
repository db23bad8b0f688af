// Commands that this version does not have yet: what each will do, and what serves until then.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_later() {
  static constexpr Sentence table[] = {
      {"verb.later", "`{verb}` is not in this version yet; nothing was changed. What it will do: {what}",
       "`{verb}`은(는) 이 버전에 아직 없습니다. 아무것도 바꾸지 않았습니다. 앞으로 할 일: {what}"},
      {"later.read", "`{verb}`: none yet; a later version brings it. What it will do: {what}",
       "`{verb}`: 아직 없습니다. 다음 버전에 들어옵니다. 앞으로 할 일: {what}"},
      {"later.meanwhile", "Until then: {what}", "그때까지는: {what}"},
      {"what.search", "Finds words in titles, timelines, what people said and postmortems.",
       "제목, 타임라인, 대화, 회고에서 글을 찾습니다."},
      {"meanwhile.search",
       "`incidents --grep WORD` looks through the titles, `timeline INC-7 --grep WORD` and `transcript INC-7 --grep "
       "WORD` through one incident.",
       "`incidents --grep 단어`는 제목에서, `timeline INC-7 --grep 단어`와 `transcript INC-7 --grep 단어`는 장애 "
       "하나에서 "
       "찾습니다."},
      {"what.why", "Tells the whole way to a page, a silence or a reminder: which rule, which schedule, which clock.",
       "호출, 무음, 재촉에 이른 길을 모두 알려 줍니다: 어느 규칙, 어느 당번표, 어느 시각."},
      {"meanwhile.why", "`explain E12` and `explain INC-7` say why an alert or an incident is as it is.",
       "`explain E12`와 `explain INC-7`이 알림이나 장애가 왜 그런 상태인지 알려 줍니다."},
      {"what.oncall", "Says who is on call for a service, and until when.",
       "서비스의 당번이 누구이고 언제까지인지 알려 줍니다."},
      {"meanwhile.oncall", "`show SERVICE` names its owners.", "`show 서비스`가 담당을 알려 줍니다."},
      {"what.cover", "Asks somebody to take a shift, or takes one over.", "당번을 대신해 달라고 부탁하거나 맡습니다."},
      {"what.follow", "Tells you about an incident without your being in its channel.",
       "장애 채널에 없어도 소식을 보내 줍니다."},
      {"meanwhile.follow", "join the incident's channel; `watch R1` tells you when a run ends.",
       "장애 채널에 들어오세요. 실행이 끝나면 `watch R1`이 알려 줍니다."},
      {"what.unfollow", "Ends what `follow` began.", "`follow`로 받던 소식을 그만 받습니다."},
      {"what.merge", "Makes two incidents one, with one timeline; the other id still leads there.",
       "두 장애를 타임라인 하나로 합칩니다. 다른 번호로도 계속 찾을 수 있습니다."},
      {"meanwhile.merge", "`note the same as INC-7` in the one, then `resolve because it is INC-7` there.",
       "한쪽에서 `note INC-7과 같은 장애`라고 적고 `resolve because INC-7과 같음`으로 끝내세요."},
      {"what.handoff", "Offers the lead to somebody, with a briefing; it is taken or the offer lapses.",
       "상황 요약과 함께 지휘를 넘기겠다고 제안합니다. 상대가 받거나 시간이 지나면 사라집니다."},
      {"meanwhile.handoff", "`lead @name` gives the lead at once; `timeline` and `todo` show how things stand.",
       "`lead @이름`은 바로 지휘를 넘깁니다. `timeline`과 `todo`가 상황을 보여 줍니다."},
      {"what.export", "Gives incidents away whole, in an open format: data, text, files.",
       "장애를 자료, 글, 파일까지 열린 형식으로 내보냅니다."},
      {"meanwhile.export",
       "`timeline --export md|json` and `postmortem --export md|html|json`; in a shell `muster backup FILE` copies "
       "everything.",
       "`timeline --export md|json`, `postmortem --export md|html|json`. 셸에서는 `muster backup 파일`이 전부 "
       "복사합니다."},
      {"what.drill", "An exercise: the same way as an incident, marked everywhere, counted nowhere.",
       "훈련: 장애와 같은 흐름이지만 어디에나 훈련 표시가 있고 통계에는 들어가지 않습니다."},
      {"meanwhile.drill", "`try` sends a sample alert through the whole way.",
       "`try`가 예제 알림으로 전체 흐름을 보여 줍니다."},
      {"what.maintenance", "Keeps the alerts of planned work quiet at times set before, and says what it hid.",
       "예정된 작업의 알림을 정해 둔 시간 동안 조용히 하고, 무엇을 가렸는지 알려 줍니다."},
      {"meanwhile.maintenance", "`silence MATCHERS for 2h because …` now, `at 22:00 silence …` for later.",
       "지금은 `silence 조건 for 2h because …`, 나중이면 `at 22:00 silence …`를 쓰세요."},
      {"what.heartbeat", "Raises an alert when something that should report does not.",
       "소식을 보내야 할 것이 보내지 않으면 알림을 냅니다."},
      {"meanwhile.heartbeat", "a rule with `absent(…)` in Prometheus does it; its alert comes here like any other.",
       "Prometheus 규칙의 `absent(…)`로 할 수 있습니다. 그 알림도 여기로 옵니다."},
  };
  return table;
}

}  // namespace muster
