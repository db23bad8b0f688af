#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_incidents() {
  static constexpr Sentence table[] = {
      // Roles and what each means
      {"role.incident_commander", "incident commander", "장애 지휘자"},
      {"role.deputy", "deputy", "부지휘자"},
      {"role.ops_lead", "operations lead", "운영 리드"},
      {"role.communications_lead", "communications lead", "커뮤니케이션 리드"},
      {"role.scribe", "scribe", "기록 담당"},
      {"role.subject_matter_expert", "subject-matter expert", "해당 분야 전문가"},
      {"role.customer_liaison", "customer liaison", "고객 담당"},
      {"role.internal_liaison", "internal liaison", "내부 연락 담당"},
      {"role.planning", "planning lead", "계획 담당"},
      {"button.mitigate.line", "mitigate because impact ended", "mitigate because 영향이 끝남"},
      {"button.resolve.line", "resolve because verified", "resolve because 확인함"},
      {"role.duty", "You are the {role} of {id}. {what}", "{id}의 {role}입니다. {what}"},
      {"role.handed", "{id}: {who} is now {role}, taking over from {from}.",
       "{id}: {who} 님이 {from} 님에게서 {role} 역할을 넘겨받았습니다."},
      {"duty.incident_commander",
       "You hold the overall picture, decide, delegate with a time box and set the severity. You do not type commands "
       "in production. Useful now: `!role ops @who`, `!update … next 30m`, `!severity 1 because …`. Hand over with "
       "`!lead @who`.",
       "전체 상황을 보고, 결정하고, 시간을 정해 일을 맡기고, 심각도를 정합니다. 운영 환경에 직접 명령을 입력하지 "
       "않습니다. 지금 쓸 만한 명령: `!role ops @누구`, `!update … next 30m`, `!severity 1 because …`. 넘길 때는 "
       "`!lead @누구`."},
      {"duty.deputy", "You watch the clock and the open questions, and are ready to take command.",
       "시간과 남은 질문을 살피고, 언제든 지휘를 넘겨받을 준비를 합니다."},
      {"duty.ops_lead", "You lead every change to production; nobody changes it past you. Say what you do: `!note …`.",
       "운영 환경의 모든 변경을 이끕니다. 다른 사람은 직접 바꾸지 않습니다. 하는 일을 `!note …`로 남겨 주세요."},
      {"duty.communications_lead",
       "You write the updates, on time and with one voice: `!update … next 30m`. Promise no cause and no end time that "
       "is not known.",
       "제때, 한 목소리로 공지합니다: `!update … next 30m`. 확인되지 않은 원인이나 종료 시각은 약속하지 않습니다."},
      {"duty.scribe",
       "You record decisions with their options, key actions and follow-ups: `!note …`, `!note at 14:02 …`, `!todo …`.",
       "결정과 그때의 선택지, 주요 조치, 후속 조치를 기록합니다: `!note …`, `!note at 14:02 …`, `!todo …`."},
      {"duty.subject_matter_expert", "You report condition, actions and needs; you propose, and act when asked.",
       "상태, 조치, 필요한 것을 알리고 제안하며, 요청받으면 움직입니다."},
      {"duty.customer_liaison", "You bring numbers and words from customers, and post text that was approved.",
       "고객의 수치와 목소리를 전하고, 승인된 글을 게시합니다."},
      {"duty.internal_liaison",
       "You keep executives, legal and partner teams informed, and their questions out of the channel.",
       "경영진, 법무, 협력 팀에 상황을 알리고 질문이 채널로 몰리지 않게 합니다."},
      {"duty.planning", "You keep the next shift, the follow-ups and what must be undone later in view.",
       "다음 교대, 후속 조치, 나중에 되돌릴 것을 챙깁니다."},
      {"told.from", "*{who}* in #{channel}: `{echo}`", "*{who}* 님이 #{channel}에서: `{echo}`"},
      {"told.apart", "*{who}*, from outside the chat: `{echo}`", "*{who}* 님이 대화 밖에서: `{echo}`"},
      {"told.direct", "*{who}*, in a direct message: `{echo}`", "*{who}* 님이 개인 메시지에서: `{echo}`"},
      {"explain.waits",
       "{id} waits until {time} for others of its group ({n} so far), so that they open one incident together: route "
       "“{route}”, group {group}, `group_wait` {wait}. Its sender does not group; one that does is not made to wait.",
       "{id}은(는) 같은 그룹의 다른 알림을 {time}까지 기다립니다(지금 {n}건). 함께 장애 하나로 열기 위해서입니다: "
       "“{route}” 경로, 그룹 {group}, `group_wait` {wait}. 보내는 쪽이 묶어 보내면 기다리지 않습니다."},
      // Declaring
      {"field.because", "Because", "이유"},
      {"declare.service_near",
       "I do not know the service `{name}`, so nothing was opened. Did you mean `{line}`? If it belongs to the title: "
       "`{literal}`",
       "`{name}` 서비스를 몰라 장애를 열지 않았습니다. 혹시 `{line}` 인가요? 제목의 일부라면: `{literal}`"},
      {"declare.service_unknown",
       "I do not know the service `{name}`, so nothing was opened. Known: {list}. If it belongs to the title: "
       "`{literal}`",
       "`{name}` 서비스를 몰라 장애를 열지 않았습니다. 아는 서비스: {list}. 제목의 일부라면: `{literal}`"},
      {"declare.alert_taken",
       "{alert} belongs to {id} ({status}), so nothing was opened: work on it in #{channel}. To open another incident "
       "on purpose: `{line}`",
       "{alert}은(는) 이미 {id}({status})에 속해 있어 새 장애를 열지 않았습니다. #{channel} 채널에서 이어 가세요. "
       "일부러 하나 더 열려면: `{line}`"},
      {"declare.alert_over",
       "{alert} belongs to {id} ({status}), so nothing was opened. To go on there: `reopen {id} because …`. To open "
       "another incident on purpose: `{line}`",
       "{alert}은(는) {id}({status})에 속해 있어 새 장애를 열지 않았습니다. 거기서 이어 가려면: "
       "`reopen {id} because …`. 일부러 하나 더 열려면: `{line}`"},
      // Times
      {"time.impact", "impact start", "영향 시작"},
      {"time.detected", "detection", "탐지"},
      {"time.declared", "declaration", "선언"},
      {"time.acknowledged", "acknowledgement", "확인"},
      {"time.mitigated", "mitigation", "완화"},
      {"time.resolved", "resolution", "해결"},
      {"time.future",
       "{time} is still to come (it is {now}). Say a moment in the past, with a date if it was another day.",
       "{time}은(는) 아직 오지 않은 시각입니다(지금은 {now}). 지난 시각을 적고, 다른 날이면 날짜도 적어 주세요."},
      {"time.unread", "I read no time in `{text}`. Say `{verb} at 14:02 because …`, or leave the time away for now.",
       "`{text}`에서 시각을 읽지 못했습니다. `{verb} at 14:02 because …`처럼 쓰거나, 지금이면 시각을 빼세요."},
      {"time.which",
       "`{name}` is no time of an incident. Use impact, detected, declared, acknowledged, mitigated or resolved: `time "
       "impact 13:55 because …`",
       "`{name}`은(는) 장애의 시각이 아닙니다. impact, detected, declared, acknowledged, mitigated, resolved 중에서 "
       "쓰세요: "
       "`time impact 13:55 because …`"},
      {"time.when", "When was it? `time {name} 13:55 because …` (also `yesterday 23:50 KST`, `10 min ago`)",
       "언제였나요? `time {name} 13:55 because …` (`yesterday 23:50 KST`, `10 min ago`도 됩니다)"},
      {"time.not_yet", "{id} has no such time yet. Say `{verb} at 14:02 because …` when it is so.",
       "{id}에는 아직 그 시각이 없습니다. 그렇게 되면 `{verb} at 14:02 because …`로 알려 주세요."},
      {"time.order", "Then {first} ({a}) would come after {second} ({b}).",
       "그러면 {first}({a})이(가) {second}({b})보다 늦어집니다."},
      {"time.order_next",
       "Nothing was changed. Correct the other one first, for example `time impact 13:55 because …`.",
       "아무것도 바꾸지 않았습니다. 다른 시각을 먼저 고치세요. 예: `time impact 13:55 because …`"},
      {"time.set", "{id}: {what} is {time}. The record says that it was added later.",
       "{id}: {what} 시각은 {time}입니다. 나중에 추가했다는 표시가 남습니다."},
      {"time.corrected", "{id}: {what} is {time}, corrected from {before}. Both stay in the record.",
       "{id}: {what} 시각을 {before}에서 {time}(으)로 고쳤습니다. 두 시각 모두 기록에 남습니다."},
      // Storms
      {"storm.title", "Alert storm: many groups fire at once", "알림 폭주: 여러 그룹이 한꺼번에 발생"},
      {"storm.card",
       "🌪️ Many alerts at once: {n} more are counted here, {firing} firing ({on_it} with somebody on it), "
       "{resolved} "
       "resolved. `alerts` lists them.",
       "🌪️ 알림이 한꺼번에 들어와 {n}건을 여기서 셉니다: 발생 중 {firing}건(확인 중 "
       "{on_it}건), "
       "해소 "
       "{resolved}건. "
       "`alerts`로 목록을 보세요."},
      {"button.alerts", "List them", "목록 보기"},
      {"paging.incident", "📟 {who} calls you to *{id}* {title} (#{channel}): {why}",
       "📟 {who} 님이 *{id}* {title}(#{channel})에서 찾습니다: {why}"},
      {"paging.call", "📟 {who} calls you in #{channel}: {why}", "📟 {who} 님이 #{channel}에서 찾습니다: {why}"},
      {"paging.done", "Called, by name in #{channel} and by direct message: {names}.",
       "#{channel}에서 이름으로, 그리고 개인 메시지로 불렀습니다: {names}."},
      {"paging.nobody",
       "There is nobody to call as `{who}`. Name a person or a group of the configuration, for example `page "
       "group:oncall because checkout does not answer`.",
       "`{who}`(으)로 부를 사람이 없습니다. 설정에 있는 사람이나 그룹을 적어 주세요. 예: `page group:oncall because "
       "checkout does not answer`"},
  };
  return table;
}

}  // namespace muster
