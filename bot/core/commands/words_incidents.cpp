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
      // Why an alert led to what it led to
      {"explain.field.route", "Route", "경로"},
      {"explain.field.group", "Group", "그룹"},
      {"explain.field.incident", "Incident", "장애"},
      {"explain.field.told", "Told in", "알린 곳"},
      {"explain.field.quiet", "Silence", "무음"},
      {"explain.field.claim", "On it", "맡은 사람"},
      {"explain.field.times", "Times", "시각"},
      {"explain.field.paged", "Paged", "호출"},
      {"explain.route", "number {n} of {all}, {name}: {if}; {does}", "{all}개 중 {n}번 {name}: {if}, {does}"},
      {"explain.route_none", "none of {n} fits: listed only", "{n}개 중 맞는 것이 없어 목록에만 표시"},
      {"explain.always", "every alert", "모든 알림"},
      {"explain.does_open", "opens or joins an incident ({severity})", "장애를 열거나 합류({severity})"},
      {"explain.does_triage", "opens an incident in triage ({severity})", "분류를 기다리는 장애를 엶({severity})"},
      {"explain.does_list", "lists it only", "목록에만 표시"},
      {"explain.group", "{group}: {n} {n?alert|alerts}, {m} firing", "{group}: 알림 {n}건, 발생 중 {m}건"},
      {"explain.in_group", "{id} ({status}): the one of its group", "{id} ({status}): 이 그룹의 장애"},
      {"explain.in_storm", "{id} ({status}): many groups fired at once and share it",
       "{id} ({status}): 한꺼번에 많은 그룹이 발생해 함께 묶음"},
      {"explain.in_by_hand", "{id} ({status}): somebody brought it there", "{id} ({status}): 사람이 연결함"},
      {"explain.no_incident", "none: the route opens none", "없음: 이 경로는 장애를 열지 않음"},
      {"explain.over_before", "none: it was over before one opened", "없음: 장애가 열리기 전에 끝남"},
      {"explain.route_is_newer", "none: it fired before this route stood so", "없음: 경로가 이렇게 바뀌기 전에 발생함"},
      {"explain.told", "#{channel}", "#{channel}"},
      {"explain.told_counted", "#{channel}, counted on one card: more than {n} a minute",
       "#{channel}, 1분에 {n}건이 넘어 카드 하나로 셈"},
      {"explain.told_nowhere", "nowhere yet", "아직 없음"},
      {"explain.silenced", "{id} by {who} until {time}: {why}", "{id}, {who}, {time}까지: {why}"},
      {"explain.snoozed", "none; snoozed here until {time}", "없음. 여기서 {time}까지 미룸"},
      {"explain.not_quiet", "none that was made here", "여기서 만든 것은 없음"},
      {"explain.began", "began {time}", "{time} 시작"},
      {"explain.ended", ", over at {time}", ", {time} 종료"},
      {"explain.copies", ", sent {n} times, last at {time}", ", {n}번 받음, 마지막 {time}"},
      {"explain.episodes", ", episode {n}: again within {window} is the same alert",
       ", {n}번째 발생: {window} 안에 다시 나면 같은 알림"},
      // Follow-ups
      {"todo.mine", "{who} has {n} open {n?follow-up|follow-ups}:", "{who} 님의 남은 후속 조치 {n}건:"},
      {"todo.nothing", "{who} has no open follow-up.", "{who} 님에게 남은 후속 조치가 없습니다."},
      {"todo.overdue",
       "⏰ Follow-up {n} of {id} was due by {due}: {text} · {who}. `!todo done {id} {n}` when it is done.",
       "⏰ {id}의 후속 조치 {n}: {text} · {who} · 기한 {due}이(가) 지났습니다. 끝나면 `!todo done {id} {n}`"},
      {"todo.reaction", "☑️ Follow-up {n} of {id}: {text} · `!todo done {n}` when it is done.",
       "☑️ {id}의 후속 조치 {n}: {text} · 끝나면 `!todo done {n}`"},
      {"review.todo", "Review {id}: go through its postmortem together", "{id} 회고 검토하기"},
      {"review.owed", "A review is owed by {time}; it is a follow-up (`todo`).",
       "{time}까지 회고 검토를 해야 합니다. 후속 조치에 넣었습니다(`todo`)."},
      // Triage
      {"button.accept", "Accept", "받아들이기"},
      {"button.decline", "Decline", "장애 아님"},
      {"button.decline.line", "decline {id} because no incident", "decline {id} because 장애가 아님"},
      {"triage.opened",
       "❔ *{id}* {severity} waits in triage · {title} · #{channel}. Is it an incident? `!accept {id}` or `!decline "
       "{id} because …`",
       "❔ *{id}* {severity} 분류 대기 · {title} · #{channel}. 장애인가요? `!accept {id}` 또는 `!decline {id} because "
       "…`"},
      {"triage.waits",
       "❔ *{id}* has waited in triage for {time} · {title}: `!accept {id}` or `!decline {id} because …`",
       "❔ *{id}*이(가) {time}째 분류를 기다립니다 · {title}: `!accept {id}` 또는 `!decline {id} because …`"},
      {"triage.calm", "None of its alerts fires any more.", "이제 발생 중인 알림은 없습니다."},
      {"triage.accepted", "📣 *{id}* {severity} · {title} · #{channel} · accepted by {who}",
       "📣 *{id}* {severity} · {title} · #{channel} · {who} 님이 받아들임"},
      {"triage.declined", "⚪ *{id}* {severity} · {title} · declined by {who}",
       "⚪ *{id}* {severity} · {title} · {who} 님이 장애가 아니라고 함"},
      {"triage.yes", "accepted", "받아들임"},
      {"triage.not", "{id} is {status}; it does not wait in triage.",
       "{id}은(는) {status} 상태이며 분류를 기다리지 않습니다."},
      {"triage.first", "{id} waits in triage: `accept {id}` or `decline {id} because …` first.",
       "{id}은(는) 분류를 기다립니다. 먼저 `accept {id}` 또는 `decline {id} because …`를 하세요."},
      {"accept.done", "*{id}* is an incident now: {severity} · #{channel}. `lead me` takes the lead.",
       "*{id}*은(는) 이제 장애입니다: {severity} · #{channel}. `lead me`로 지휘를 맡으세요."},
      {"decline.done",
       "{id} is *declined* at {time}: it stays in the record and counts in no figure. `reopen because …` "
       "takes it back.",
       "{id}은(는) {time}에 *장애가 아닌 것으로* 정리했습니다. 기록에는 남고 통계에는 들어가지 않습니다. `reopen "
       "because …`로 되돌립니다."},
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
      {"alerts.listed", "{n} alerts at once, the first: {title}", "알림 {n}건이 한꺼번에 발생, 첫 알림: {title}"},
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
