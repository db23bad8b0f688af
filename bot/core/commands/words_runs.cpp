// Runs of runbooks: their message, their questions, and why something was not done.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_runs() {
  static constexpr Sentence table[] = {
      {"run.status.queued", "in line", "대기열"},
      {"run.status.running", "running", "실행 중"},
      {"run.status.waiting", "waiting", "대기 중"},
      {"run.status.needs_decision", "needs a decision", "결정 필요"},
      {"run.status.paused", "paused", "일시 정지"},
      {"run.status.succeeded", "succeeded", "성공"},
      {"run.status.failed", "failed", "실패"},
      {"run.status.undone", "failed and put back", "실패 후 원상 복구"},
      {"run.status.undo_failed", "could not be put back", "원상 복구 실패"},
      {"run.status.denied", "refused", "거절됨"},
      {"run.status.expired", "nobody answered", "응답 없음"},
      {"run.status.cancelled", "cancelled", "취소됨"},
      {"run.status.handed_over", "handed over", "사람에게 넘김"},
      {"run.by_itself", "by itself", "자동"},
      {"run.waits_for", "waits for *{id}*", "*{id}* 대기"},
      {"run.at_latest", "until {time} at the latest", "늦어도 {time}까지"},
      {"run.until", "until {time}", "{time}까지"},
      {"run.try", "try {n}", "{n}번째 시도"},
      {"run.unknown", "nobody knows what happened", "결과를 알 수 없음"},
      {"run.undo_of", "put back {step}", "{step} 원상 복구"},
      {"run.more_steps", "({n} earlier {n?step|steps})", "(앞선 단계 {n}개)"},
      {"field.inputs", "Inputs", "입력"},
      {"field.failure", "Why", "이유"},
      {"field.reason", "Reason", "사유"},
      {"button.run_again", "Run again", "다시 실행"},
      {"button.resume_run", "Resume", "계속"},
      {"button.pause_run", "Pause", "일시 정지"},
      {"button.cancel_run", "Cancel", "취소"},
      {"button.run", "Run", "실행"},
      {"run.choice.retry", "Try again", "다시 시도"},
      {"run.choice.done", "It is done", "완료됨"},
      {"run.choice.skip", "Skip it", "건너뛰기"},
      {"run.choice.fail", "Fail", "실패 처리"},
      {"run.choice.undo", "Put back", "원상 복구"},
      {"run.choice.leave", "Leave it as it is", "그대로 두기"},
      {"run.decide", "*{id}* needs a person: nobody knows what came of *{step}* (`{verb}`, begun {since}). {why}",
       "*{id}*에 사람이 필요합니다: *{step}*(`{verb}`, {since} 시작)의 결과를 알 수 없습니다. {why}"},
      {"run.decide.last", "Its last lines:", "마지막 출력:"},
      {"run.decide.choices",
       "Look first, then say: `retry {id} {step}` does it again · `done {id} {step}` it did happen, go on · `skip {id} "
       "{step}` go on without it · `undo {id}` put everything back · `fail {id} {step}` it failed. Nothing happens "
       "until "
       "somebody answers; after 24 hours it counts as failed.",
       "먼저 확인한 뒤 말해 주세요: `retry {id} {step}` 다시 실행 · `done {id} {step}` 이미 됐으니 계속 · `skip {id} "
       "{step}` 빼고 계속 · `undo {id}` 모두 원상 복구 · `fail {id} {step}` 실패. 답이 있을 때까지 아무 일도 하지 "
       "않으며, "
       "24시간이 지나면 실패로 봅니다."},
      {"run.approve",
       "*{id}* · {run} {runbook} needs {n} {n?approval|approvals} of {group} by {time}: `approve {id}` or "
       "`deny {id}`.",
       "*{id}* · {run} {runbook}에 {time}까지 {group}의 승인 {n}건이 필요합니다: `approve {id}` 또는 `deny {id}`."},
      {"run.approve.again",
       "*{id}* · {run} {runbook}: the approval before is void, because things changed ({changed}). It needs {n} "
       "{n?approval|approvals} of {group} again by {time}: `approve {id}` or `deny {id}`.",
       "*{id}* · {run} {runbook}: 상황이 바뀌어({changed}) 앞선 승인은 무효입니다. {time}까지 {group}의 승인 {n}건이 "
       "다시 "
       "필요합니다: `approve {id}` 또는 `deny {id}`."},
      {"run.ask", "*{id}* · {run} asks: {text} Answer with `{line}`.",
       "*{id}* · {run}의 질문: {text} `{line}`로 답해 주세요."},
      {"run.ask_undo",
       "*{id}* has ended early after it had begun to change things ({steps}). Put them back? `undo {id}` or `skip {id} "
       "ask_undo`.",
       "*{id}*이(가) 변경을 시작한 뒤({steps}) 중단되었습니다. 원상 복구할까요? `undo {id}` 또는 `skip {id} "
       "ask_undo`."},
      {"run.ended", "*{id}* {runbook}: {status}.", "*{id}* {runbook}: {status}."},
      {"run.final", "*{id}* · {status} after {took}. {summary}.", "*{id}* · {status}, {took} 걸림. {summary}."},
      {"run.suggest", "*{runbook}* fits {alert}: {summary}", "*{runbook}*이(가) {alert}에 맞습니다: {summary}"},
      {"run.turn", "turn {n}: {item}", "{n}번째 반복: {item}"},
      {"run.disarmed_now",
       "*{runbook}* did not help {n} times in a row for `{key}` (last *{id}*): it no longer starts by itself there. "
       "`runbook arm {runbook}` allows it again.",
       "*{runbook}*이(가) `{key}`에서 연속 {n}번 효과가 없어(마지막 *{id}*) 더는 자동으로 시작하지 않습니다. `runbook "
       "arm "
       "{runbook}`으로 다시 허용합니다."},
      {"run.draining",
       "The bot takes no new runs at the moment: it is about to be restarted. Try again in a few minutes.",
       "곧 다시 시작하므로 지금은 새 실행을 받지 않습니다. 몇 분 뒤에 다시 시도하세요."},
      {"run.none", "There is no runbook `{name}`. `runbooks` lists them.",
       "`{name}`이라는 런북이 없습니다. `runbooks`로 목록을 보세요."},
      {"run.no_input", "`{runbook}` has no input `{name}`. `runbook show {runbook}` lists them.",
       "`{runbook}`에는 입력 `{name}`이(가) 없습니다. `runbook show {runbook}`로 확인하세요."},
      {"run.bad_input", "`{name}` does not fit: {why}", "`{name}` 값이 맞지 않습니다: {why}"},
      {"run.missing", "`{runbook}` also needs {list}. Write it behind the name: `run {runbook} {first}=…`",
       "`{runbook}`에는 {list}도 필요합니다. 이름 뒤에 적어 주세요: `run {runbook} {first}=…`"},
      {"run.mistakes",
       "`{name}` was not started, mistakes in it: {n}. {list}. `runbook lint {where}` says what to write instead.",
       "`{name}`에 오류가 {n}개 있어 시작하지 않았습니다. {list}. `runbook lint {where}`로 고칠 방법을 보세요."},
      {"run.busy", "*{id}* is at it already (`{key}`); nothing was started. `show {id}` tells how far it is.",
       "*{id}*이(가) 이미 하고 있습니다(`{key}`). 새로 시작하지 않았습니다. `show {id}`로 진행을 보세요."},
      {"run.disarmed", "It does not start by itself here any more: {why}",
       "여기서는 더는 자동으로 시작하지 않습니다: {why}"},
      {"run.automation_off", "Automation is off: {why}", "자동 실행이 꺼져 있습니다: {why}"},
      {"run.cooldown", "*{id}* has just ended; it starts by itself again from {time} on.",
       "*{id}*이(가) 방금 끝났습니다. {time}부터 다시 자동으로 시작합니다."},
      {"run.max_runs", "It started by itself {n} times within {time} already.",
       "{time} 안에 이미 {n}번 자동으로 시작했습니다."},
      {"run.is_over", "*{id}* is over ({status}).", "*{id}*은(는) 이미 끝났습니다({status})."},
      {"run.not_over", "*{id}* is not over yet. `cancel {id}` ends it.",
       "*{id}*은(는) 아직 끝나지 않았습니다. `cancel {id}`로 끝냅니다."},
      {"run.not_latest",
       "*{id}* is not over: it goes on with the runbook as it was when it began, so nothing was done. `cancel {id}` "
       "ends it, "
       "and `retry {id} --latest` then begins a new run with the runbook as it is now.",
       "*{id}*은(는) 아직 끝나지 않아 시작할 때의 정의로 계속하며, 아무것도 하지 않았습니다. `cancel {id}`로 끝낸 뒤 "
       "`retry {id} --latest`로 지금의 정의로 새로 시작합니다."},
      {"run.no_step_again",
       "*{id}* is over: its step `{step}` cannot be done again by itself, so nothing was done. `retry {id}` begins all "
       "of it "
       "anew.",
       "*{id}*은(는) 이미 끝나 `{step}` 단계만 다시 할 수 없어 아무것도 하지 않았습니다. `retry {id}`는 처음부터 모두 "
       "다시 "
       "시작합니다."},
      {"run.other_step", "Of *{id}* not `{step}` waits for a decision, but {list}.",
       "*{id}*에서 결정을 기다리는 것은 `{step}`이(가) 아니라 {list}입니다."},
      {"run.no_decision", "No step of *{id}* waits for a decision. `show {id}` tells how it stands.",
       "*{id}*에는 결정을 기다리는 단계가 없습니다. `show {id}`로 상태를 보세요."},
      {"run.which_step", "Several steps of *{id}* wait: {list}. Name one.",
       "*{id}*에서 여러 단계가 기다립니다: {list}. 하나를 지정하세요."},
      {"run.paused_already", "*{id}* is paused already. `resume {id}` lets it go on.",
       "*{id}*은(는) 이미 멈춰 있습니다. `resume {id}`로 계속합니다."},
      {"run.not_paused", "*{id}* is not paused.", "*{id}*은(는) 멈춰 있지 않습니다."},
      {"run.nothing_to_undo", "*{id}* has done nothing that it could put back.",
       "*{id}*에는 원상 복구할 것이 없습니다."},
      {"run.no_form", "*{id}* asks for no values at the moment.", "*{id}*은(는) 지금 값을 묻고 있지 않습니다."},
      {"run.no_field", "*{id}* does not ask for `{name}`.", "*{id}*은(는) `{name}`을(를) 묻지 않습니다."},
      {"run.field_missing", "`{name}` is missing: `answer {id} {name}=…`",
       "`{name}`이(가) 빠졌습니다: `answer {id} {name}=…`"},
  };
  return table;
}

}  // namespace muster
