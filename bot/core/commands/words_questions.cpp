// Confirmations and approvals.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_questions() {
  static constexpr Sentence table[] = {
      {"ask.confirm", "*{id}* · Nothing has happened yet. Confirm within 2 minutes: `yes` or `no`.",
       "*{id}* · 아직 아무 일도 없습니다. 2분 안에 확인하세요: `yes` 또는 `no`."},
      {"ask.approve",
       "*{id}* · Nothing has happened yet. {who} needs {n} {n?approval|approvals} of {group} by {time}: `approve {id}` "
       "or `deny {id}`.",
       "*{id}* · 아직 아무 일도 없습니다. {who} 님의 명령에 {time}까지 {group}의 승인 {n}건이 필요합니다: `approve "
       "{id}` "
       "또는 `deny {id}`."},
      {"ask.already", "*{id}* asks this already.", "*{id}*에서 이미 묻고 있습니다."},
      {"ask.anybody", "somebody else with the right", "권한이 있는 다른 사람"},
      {"ask.nobody",
       "`{verb}` needs {n} {n?approval|approvals} of {group}, and besides you {k} {k?person|people} could give one. "
       "Nobody was asked and nothing was changed. The operator at the machine can run it with `muster say`.",
       "`{verb}`에는 {group}의 승인 {n}건이 필요한데, 본인 말고 줄 수 있는 사람은 {k}명입니다. 아무에게도 묻지 않았고 "
       "바꾼 것도 없습니다. 서버의 운영자가 `muster say`로 실행할 수 있습니다."},
      {"ask.done", "*{id}* · done with the yes of {who}: `{command}`",
       "*{id}* · {who} 님의 승낙으로 실행: `{command}`"},
      {"ask.answered", "*{id}* · answered by {who}: `{command}`", "*{id}* · {who} 님이 답함: `{command}`"},
      {"ask.is_form", "{id} asks for values, not for an approval: `answer {run} field=value`.",
       "{id}은(는) 승인이 아니라 값을 묻습니다: `answer {run} field=value`."},
      {"ask.denied", "*{id}* · refused by {who}, nothing was changed: `{command}`",
       "*{id}* · {who} 님이 거절, 바꾼 것 없음: `{command}`"},
      {"ask.withdrawn", "*{id}* · withdrawn by {who}, nothing was changed: `{command}`",
       "*{id}* · {who} 님이 철회, 바꾼 것 없음: `{command}`"},
      {"ask.expired",
       "*{id}* · nobody answered in time, nothing was changed. Run it again if it is still wanted: "
       "`{command}`",
       "*{id}* · 제때 답이 없어 바꾼 것이 없습니다. 여전히 필요하면 다시 실행하세요: `{command}`"},
      {"ask.void", "*{id}* · void, because things changed: {reason}. Nothing was done. Run it again: `{command}`",
       "*{id}* · 상황이 바뀌어 무효입니다: {reason}. 아무것도 하지 않았습니다. 다시 실행하세요: `{command}`"},
      {"ask.changed", "{what}: {before} → {after}", "{what}: {before} → {after}"},
      {"ask.open", "*{id}* · waiting", "*{id}* · 대기 중"},
      {"ask.other_kind",
       "`{id}` is no question. Questions are called A1, A2 and so on: `approvals` lists those that wait.",
       "`{id}`은(는) 질문이 아닙니다. 질문의 번호는 A1, A2 같은 형식이며 `approvals`로 기다리는 것을 볼 수 있습니다."},
      {"ask.none", "No question of yours is open here.", "여기에는 답할 질문이 없습니다."},
      {"ask.which", "Several questions are open: {list}. Say which one: `{verb} {id}`",
       "열린 질문이 여럿입니다: {list}. 하나를 고르세요: `{verb} {id}`"},
      {"ask.closed", "{id} is closed already. {how}", "{id}은(는) 이미 끝났습니다. {how}"},
      {"ask.is_confirm", "{id} waits for the confirmation of {who}, not for an approval: `yes {id}` by {who}.",
       "{id}은(는) 승인이 아니라 {who} 님의 확인을 기다립니다: {who} 님이 `yes {id}`."},
      {"ask.is_approve", "{id} waits for an approval by others: `approve {id}` or `deny {id}`.",
       "{id}은(는) 다른 사람의 승인을 기다립니다: `approve {id}` 또는 `deny {id}`."},
      {"ask.not_yours", "{id} is the question of {who}; only {who} can answer it.",
       "{id}은(는) {who} 님의 질문이라 {who} 님만 답할 수 있습니다."},
      {"approve.own", "{id} is your own request; somebody else must approve. `withdraw {id}` takes it back.",
       "{id}은(는) 본인의 요청이라 다른 사람이 승인해야 합니다. `withdraw {id}`로 거둘 수 있습니다."},
      {"approve.not_you", "You may not decide {id}: it needs {group} ({names}).",
       "{id}을(를) 결정할 수 없습니다: {group}이(가) 필요합니다({names})."},
      {"approve.group_unknown",
       "You may not decide {id} now: it needs {group}, and who is in that group cannot be told because its platform "
       "has "
       "not answered for a while. `health` says why; an owner can `grant` a role meanwhile.",
       "지금은 {id}을(를) 결정할 수 없습니다: {group}이(가) 필요한데, 플랫폼이 한동안 응답하지 않아 그 그룹의 구성원을 "
       "알 "
       "수 "
       "없습니다. 이유는 `health`에서 볼 수 있고, 그동안 소유자가 `grant`로 역할을 줄 수 있습니다."},
      {"denied.group_unknown",
       "You may not `{verb}` now: the rules name the group {group}, and who is in it cannot be told because its "
       "platform "
       "has not answered for a while. `health` says why; an owner can `grant` a role meanwhile.",
       "지금은 `{verb}`을(를) 할 수 없습니다: 규칙이 {group} 그룹을 말하는데, 플랫폼이 한동안 응답하지 않아 그 "
       "구성원을 알 수 "
       "없습니다. 이유는 `health`에서 볼 수 있고, 그동안 소유자가 `grant`로 역할을 줄 수 있습니다."},
      {"approve.twice", "You approved {id} already.", "이미 {id}을(를) 승인했습니다."},
      {"approve.more", "{who} approves {id}: {have} of {n}.", "{who} 님이 {id}을(를) 승인: {n}건 중 {have}건."},
      {"approve.done", "{who} approves {id} for {requester}:", "{who} 님이 {requester} 님의 {id}을(를) 승인:"},
      {"approve.step", "{who} approves {id} for {requester}; the run goes on.",
       "{who} 님이 {requester} 님의 {id}을(를) 승인했고, 실행을 이어 갑니다."},
      {"confirm.done", "Confirmed:", "확인했습니다:"},
      {"confirm.dropped", "Dropped {id}; nothing was changed.", "{id}을(를) 그만두었습니다. 바꾼 것은 없습니다."},
      {"deny.done", "{id} is refused; nothing was changed.", "{id}을(를) 거절했습니다. 바꾼 것은 없습니다."},
      {"deny.ask_why", "Please say why, for {who}: `deny {id} because …`",
       "{who} 님을 위해 이유를 적어 주세요: `deny {id} because …`"},
      {"deny.reason", "The reason for {id} is recorded.", "{id}의 이유를 기록했습니다."},
      {"withdraw.done", "{id} is withdrawn; nothing was changed.", "{id}을(를) 철회했습니다. 바꾼 것은 없습니다."},
      {"withdraw.approval", "Your approval of {id} is taken back.", "{id}에 대한 승인을 거두었습니다."},
      {"withdraw.not_yours", "In {id} there is nothing of yours to take back.", "{id}에는 거둘 것이 없습니다."},
      {"approvals.none", "Nothing waits for an answer.", "답을 기다리는 것이 없습니다."},
      {"approvals.head", "{n} {n?question waits|questions wait} for an answer:", "답을 기다리는 질문 {n}건:"},
      {"approvals.line", "*{id}* since {since} · {who}: `{command}` · waits for {whom} ({have} of {n})",
       "*{id}* {since} 전부터 · {who}: `{command}` · {whom} 대기 ({n}건 중 {have}건)"},
      {"button.yes", "Yes, do it", "네, 실행합니다"},
      {"button.no", "No", "아니요"},
      {"button.approve", "Approve", "승인"},
      {"button.deny", "Deny", "거절"},
      {"button.again", "Run it now", "지금 실행"},
      {"fact.plan", "Still to come", "남은 변경"},
      {"fact.rule", "Policy", "정책"},
      {"fact.incident", "Incident", "장애"},
      {"fact.severity", "Severity", "심각도"},
      {"fact.status", "Status", "상태"},
      {"fact.item", "Gives the command", "실행할 명령"},
      {"fact.held", "Held by", "현재 담당"},
      {"fact.alert", "Alert", "알림"},
      {"fact.acked", "Looked after by", "맡은 사람"},
      {"fact.roles", "Roles now", "현재 역할"},
      {"fact.alias", "Means now", "현재 뜻"},
      {"fact.policy", "Policy version", "정책 버전"},
      {"fact.channel", "Channel", "채널"},
      {"field.command", "Command", "명령"},
      {"field.after", "After it", "실행 후"},
      {"field.approvers", "Can approve", "승인할 수 있는 사람"},
      {"plan.head", "Plan only; nothing was changed.", "계획만 보여 드립니다. 바꾼 것은 없습니다."},
      {"plan.run", "It would run at once: rule {rule} (line {line}).", "바로 실행됩니다: {rule} 규칙({line}번째)."},
      {"plan.confirm", "It would ask you to confirm: rule {rule} (line {line}).",
       "본인에게 확인을 묻습니다: {rule} 규칙({line}번째)."},
      {"plan.approve", "It would ask for {n} {n?approval|approvals} of {group}: rule {rule} (line {line}).",
       "{group}에서 {n}명의 승인을 묻습니다: {rule} 규칙({line}번째)."},
      {"plan.refused", "It would be refused: {why}", "거절됩니다: {why}"},
  };
  return table;
}

}  // namespace muster
