// Changes of production: plans, checks, gates, the line of those that wait.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_changes() {
  static constexpr Sentence table[] = {
      {"what.deploy", "Brings a version of a service out: looked at, planned, gated, watched, put back when it fails.",
       "서비스의 버전을 배포합니다: 살펴보고, 계획하고, 승인받고, 지켜보고, 실패하면 되돌립니다."},
      {"what.promote", "Brings the version of one environment to the next.",
       "한 환경의 버전을 다음 환경으로 보냅니다."},
      {"what.rollback", "Goes back to the version before, or to the one named, and locks the place afterwards.",
       "이전 버전이나 지정한 버전으로 되돌리고 그곳을 잠급니다."},
      {"what.scale", "Sets the number of replicas, absolute or by how many.",
       "복제본 수를 정하거나 얼마만큼 바꿉니다."},
      {"what.restart", "Restarts a service, one replica after the other where its target can.",
       "서비스를 다시 시작합니다. 대상이 지원하면 하나씩 다시 시작합니다."},
      {"what.advance", "The next stage of a rollout that has stages.", "단계가 있는 배포를 다음 단계로 보냅니다."},
      {"what.hold", "A rollout with stages stays where it is.", "단계가 있는 배포를 지금 단계에 둡니다."},
      {"what.queue", "The changes that are under way, and those that wait for them.",
       "진행 중인 변경과 그 뒤에서 기다리는 변경."},
      {"what.queue_drop", "Takes a waiting change out of the line.", "기다리는 변경을 대기열에서 뺍니다."},
      {"what.queue_first", "Lets a waiting change come next.", "기다리는 변경을 맨 앞으로 보냅니다."},
      {"what.break_glass", "In an emergency: your own yes is enough for a while, and the owners are called.",
       "비상시: 잠시 본인 확인만으로 충분하며, 책임자를 호출합니다."},
      {"change.title", "{verb} {service}{what} in {env}", "{env}의 {service}{what} {verb}"},
      {"change.started",
       "*{id}* looks at {service} in {env} first. Its message in #{channel} shows the plan, and then how far it is.",
       "*{id}*이(가) 먼저 {env}의 {service}을(를) 살펴봅니다. #{channel}의 메시지에 계획과 진행이 나옵니다."},
      {"change.queued",
       "*{id}* waits in line: {service} in {env} is being changed already. It makes its plan when its turn comes; "
       "`queue {env}` shows the line.",
       "*{id}*은(는) 대기열에 있습니다: {env}의 {service}은(는) 이미 변경 중입니다. 차례가 오면 계획을 세웁니다. "
       "`queue "
       "{env}`로 대기열을 보세요."},
      {"change.busy",
       "*{id}* is changing {service} in {env} already (`{runbook}`), so nothing was started. `show {id}` tells how far "
       "it is, `--queue` waits behind it, `cancel {id}` ends it.",
       "*{id}*이(가) 이미 {env}의 {service}을(를) 변경 중이라(`{runbook}`) 시작하지 않았습니다. `show {id}`로 진행을 "
       "보고, `--queue`로 뒤에서 기다리고, `cancel {id}`로 끝낼 수 있습니다."},
      {"change.busy.asked",
       "*{id}* (`{runbook}` of {service} in {env}) waits for *{question}*, so nothing was started. `show {id}` shows "
       "it, "
       "`--queue` waits behind it, `cancel {id}` ends it.",
       "*{id}*({env}의 {service} `{runbook}`)이(가) *{question}*의 답을 기다리고 있어 시작하지 않았습니다. `show "
       "{id}`로 보고, `--queue`로 뒤에서 기다리고, `cancel {id}`로 끝낼 수 있습니다."},
      {"change.busy.lost",
       "Nobody knows what came of *{id}* (`{runbook}` of {service} in {env}), and a person has to decide that first, "
       "so "
       "nothing was started. `show {id}` shows what is known, `--queue` waits behind it.",
       "*{id}*({env}의 {service} `{runbook}`)의 결과를 알 수 없어 먼저 사람이 결정해야 하므로 시작하지 않았습니다. "
       "`show {id}`로 알려진 것을 보고, `--queue`로 뒤에서 기다릴 수 있습니다."},
      {"change.line_full", "Too many changes wait in {env} already; nothing was started. `queue {env}` shows them.",
       "{env}에 기다리는 변경이 이미 너무 많아 시작하지 않았습니다. `queue {env}`로 보세요."},
      {"change.where", "In which environment? I never assume one. {service} runs in: {list}. For example `{example}`.",
       "어느 환경인가요? 짐작하지 않습니다. {service}의 환경: {list}. 예: `{example}`."},
      {"change.not_there", "{service} does not run in `{env}`. It runs in: {list}.",
       "{service}은(는) `{env}`에 없습니다. 있는 곳: {list}."},
      {"change.version",
       "Which version of {service}? I never assume one: `deploy {service}@… to {env}`. Seen lately: {list}.",
       "{service}의 어느 버전인가요? 짐작하지 않습니다: `deploy {service}@… to {env}`. 최근 버전: {list}."},
      {"change.bad_version",
       "`{version}` cannot be a version: letters, digits and . _ + : / @ ~ - are, up to 200 of them, beginning with a "
       "letter or a digit. Nothing was sent.",
       "`{version}`은(는) 버전이 될 수 없습니다: 글자나 숫자로 시작하고 글자, 숫자, . _ + : / @ ~ - 로 "
       "200자까지입니다. "
       "아무것도 보내지 않았습니다."},
      {"change.strategy", "There is no strategy `{strategy}`. There are: `rolling`, `canary` and `bluegreen`.",
       "`{strategy}` 방식은 없습니다. 있는 것: `rolling`, `canary`, `bluegreen`."},
      {"change.to_or_by",
       "To how many? `scale {service} in {env} to 6`, or by how many: `scale {service} in {env} by +2`.",
       "몇 개로 할까요? `scale {service} in {env} to 6`, 또는 얼마나 바꿀까요: `scale {service} in {env} by +2`."},
      {"change.number", "`{text}` is no number of replicas. For example `to 6`, `by +2` or `by -1`.",
       "`{text}`은(는) 복제본 수가 아닙니다. 예: `to 6`, `by +2`, `by -1`."},
      {"change.from", "From which environment? `promote {service} from … to {env}`.",
       "어느 환경에서 가져올까요? `promote {service} from … to {env}`."},
      {"change.same_place", "From {env} to {env} nothing changes. Name two environments.",
       "{env}에서 {env}(으)로는 바뀌는 것이 없습니다. 서로 다른 두 환경을 적어 주세요."},
      {"change.refused", "Nothing was started: {why}", "시작하지 않았습니다: {why}"},
      {"change.denied", "The policy does not allow it any more (rule {rule}).",
       "정책이 더는 허용하지 않습니다({rule} 규칙)."},
      {"change.nobody",
       "It needs {n} {n?approval|approvals} of {group}, and besides you {k} {k?person|people} could give one. Nobody "
       "was asked and nothing was changed. In an emergency: `break-glass for 30m because …`, then once more.",
       "{group}의 승인 {n}건이 필요한데 본인 말고 줄 수 있는 사람은 {k}명입니다. 아무에게도 묻지 않았고 바꾼 것도 "
       "없습니다. 비상시에는 `break-glass for 30m because …` 후 다시 시도하세요."},
      {"change.override_hint", "Who has the right may say `--override {check}` with a reason.",
       "권한이 있으면 이유와 함께 `--override {check}`로 넘길 수 있습니다."},
      {"change.override_unknown", "There is no check `{check}` that could be overridden. There are: {list}.",
       "넘길 수 있는 점검 중에 `{check}`은(는) 없습니다. 있는 것: {list}."},
      {"change.override_denied",
       "You have no right to override `{check}`. Nothing was started. {who} can do it, or give you the right.",
       "`{check}`을(를) 넘길 권한이 없어 시작하지 않았습니다. {who} 님이 하거나 권한을 줄 수 있습니다."},
      {"change.overridden", "overridden (`--override {check}`)", "넘김(`--override {check}`)"},
      {"change.overrides", "Overridden", "넘긴 점검"},
      {"change.no_stages",
       "*{id}* has no stages. `deploy … --strategy canary` has them. `pause {id}` stops it between steps, `cancel "
       "{id}` "
       "ends it.",
       "*{id}*에는 단계가 없습니다. 단계는 `deploy … --strategy canary`에 있습니다. `pause {id}`로 단계 사이에서 "
       "멈추고 "
       "`cancel {id}`로 끝냅니다."},
      {"change.ask.confirm",
       "*{id}* · {run} waits for {who}: nothing has been changed yet. `yes {id}` or `no {id}`, until {time}.",
       "*{id}* · {run}이(가) {who} 님의 확인을 기다립니다. 아직 바꾼 것은 없습니다. {time}까지 `yes {id}` 또는 `no "
       "{id}`."},
      {"change.ask.approve",
       "*{id}* · {run} of {who} needs {n} {n?approval|approvals} until {time}: {names}. `approve {id}` or `deny {id}`.",
       "*{id}* · {who} 님의 {run}에 {time}까지 승인 {n}건이 필요합니다: {names}. `approve {id}` 또는 `deny {id}`."},
      {"change.void",
       "Somebody or something changed it in between, so the plan before is void and nothing was sent: {changed}.",
       "그사이 상황이 바뀌어 앞선 계획은 무효이며 아무것도 보내지 않았습니다: {changed}."},
      {"change.gate", "Gate", "승인"},
      {"change.gate.run", "none: rule {rule} (line {line})", "없음: {rule} 규칙({line}번째)"},
      {"change.gate.confirm", "your own yes: rule {rule} (line {line})", "본인 확인: {rule} 규칙({line}번째)"},
      {"change.gate.approve", "{n} of {names}: rule {rule} (line {line})", "{names} 중 {n}명: {rule} 규칙({line}번째)"},
      {"change.gate.deny", "refused by rule {rule} (line {line})", "{rule} 규칙({line}번째)이 거절"},
      {"change.fails", "If it fails", "실패하면"},
      {"change.fails.back", "it is put back to {before} by itself", "자동으로 {before}(으)로 되돌립니다"},
      {"change.fails.no_way", "nobody knows what to put back: a person is asked",
       "되돌릴 상태를 알 수 없어 사람에게 묻습니다"},
      {"change.fails.rollback", "it stays as it is and says so; `deploy` the next good version",
       "그대로 두고 알립니다. 다음 정상 버전을 `deploy`하세요"},
      {"change.fails.restart", "it stays as it is and says so", "그대로 두고 알립니다"},
      {"change.now", "Now", "현재"},
      {"change.replicas", "{n} {n?replica|replicas}", "복제본 {n}개"},
      {"change.minimum", "minimum", "최솟값"},
      {"change.well", "healthy", "정상"},
      {"change.ill", "not healthy", "비정상"},
      {"change.yes_of", "Yes of", "승낙"},
      {"change.target_refuses", "❌ The target would refuse it: {text}", "❌ 대상이 거절합니다: {text}"},
      {"change.target_silent", "⚠️ The target could not try it out: {text}",
       "⚠️ 대상에서 미리 시험하지 못했습니다: {text}"},
      {"change.target_says", "The target says: {text}", "대상의 설명: {text}"},
      {"confirm.step", "Confirmed {id}; *{run}* goes on.", "{id}을(를) 확인했고, *{run}*을(를) 이어 갑니다."},
      {"fact.version", "Version", "버전"},
      {"fact.replicas", "Replicas", "복제본"},
      {"fact.minimum", "Minimum of the autoscaler", "자동 조정의 최솟값"},
      {"check.lock.passed", "not locked", "잠금 없음"},
      {"check.lock.failed",
       "{who} holds the lock {id}: {reason}. Ask {who}, or take it: `unlock {service} in {env} --steal because …`.",
       "{who} 님이 잠금 {id}을(를) 갖고 있습니다: {reason}. {who} 님에게 묻거나 `unlock {service} in {env} --steal "
       "because …`로 "
       "가져오세요."},
      {"check.lock.run",
       "{who} has locked it ({id}): {reason}. `show {who}` tells what happened; `unlock {service} in {env} --steal "
       "because …` opens it.",
       "{who}이(가) 잠갔습니다({id}): {reason}. `show {who}`로 무슨 일인지 보고 `unlock {service} in {env} --steal "
       "because …`로 여세요."},
      {"check.freeze.failed", "frozen by {who} ({id}) until {until}: {reason}. Rollbacks stay possible.",
       "{who} 님이 동결({id}), {until}까지: {reason}. 롤백은 가능합니다."},
      {"check.busy.failed", "*{id}* ({run}) is under way here. `--queue` waits behind it.",
       "*{id}*({run})이(가) 여기서 진행 중입니다. `--queue`로 기다릴 수 있습니다."},
      {"check.order.passed", "{version} ran well in {env} (*{id}*)",
       "{version}은(는) {env}에서 정상이었습니다(*{id}*)"},
      {"check.order.seen", "{version} runs well in {env}", "{version}은(는) {env}에서 정상입니다"},
      {"check.order.failed",
       "{version} has not run well in {env} yet, which comes first: `deploy {service}@{version} to {env}`.",
       "{version}은(는) 먼저 거쳐야 할 {env}에서 아직 정상 실행되지 않았습니다: `deploy {service}@{version} to "
       "{env}`."},
      {"check.ci.passed", "CI says yes (status {status})", "CI 통과(상태 {status})"},
      {"check.ci.failed", "CI does not say yes to this version (status {status})",
       "CI가 이 버전을 통과시키지 않았습니다(상태 {status})"},
      {"check.ci.no_answer", "CI has no answer for this version: {why}", "이 버전에 대한 CI의 답이 없습니다: {why}"},
      {"check.ci.later", "CI is asked when it runs", "CI는 실행할 때 확인합니다"},
      {"check.can.failed", "the target does not know `{verb}`", "대상이 `{verb}`을(를) 지원하지 않습니다"},
      {"check.quiet.failed", "the target is busy with something else; try again when it is done",
       "대상이 다른 작업 중입니다. 끝난 뒤 다시 시도하세요"},
      {"check.paused.warning", "it is paused at the moment", "현재 일시 정지 상태입니다"},
      {"check.paused.failed",
       "it is paused, and nothing would come of it before somebody lets it go on: resume it first (in Kubernetes "
       "`kubectl rollout resume`)",
       "일시 정지 상태여서 재개하기 전에는 아무 변화도 없습니다. 먼저 재개하세요(Kubernetes에서는 `kubectl rollout "
       "resume`)"},
      {"check.scaler.raised",
       "{who} sets the number itself, so its minimum becomes {n}; {least} again with `scale {service} in {env} to "
       "{least}`, or by undoing this",
       "{who}이(가) 개수를 스스로 정하므로 최솟값을 {n}(으)로 바꿉니다. `scale {service} in {env} to {least}`나 실행 "
       "취소로 {least}(으)로 되돌립니다"},
      {"check.scaler.lowered",
       "{who} sets the number itself, so its minimum becomes {n}, it was {least}: of the {now} that run it ends some "
       "only when it sees too little load",
       "{who}이(가) 개수를 스스로 정하므로 최솟값을 {least}에서 {n}(으)로 바꿉니다. 지금 있는 {now}개는 부하가 적다고 "
       "판단될 때만 줄어듭니다"},
      {"check.scaler.same", "the minimum of {who} is {n} already, and it sets the number itself",
       "{who}의 최솟값은 이미 {n}이고, 개수는 스스로 정합니다"},
      {"check.scaler.most",
       "{who} keeps fewer than {n}: raise its maximum first, then `scale {service} in {env} to {n}` moves its minimum",
       "{who}이(가) {n}개보다 적게 유지합니다. 먼저 최댓값을 높이면 `scale {service} in {env} to {n}`으로 최솟값을 "
       "바꿀 "
       "수 있습니다"},
      {"check.scaler.owner", "{owner} keeps the minimum of {who} and would put it back: change it there",
       "{owner}이(가) {who}의 최솟값을 관리하므로 되돌립니다. 그쪽에서 바꾸세요"},
      {"check.scaler.off", "zero switches {who} off", "0으로 하면 {who}이(가) 꺼집니다"},
      {"check.scaler.on", "more than zero switches {who} on again", "0보다 크게 하면 {who}이(가) 다시 켜집니다"},
      {"check.same.version", "{version} runs there already. `restart` restarts it.",
       "이미 {version}이(가) 실행 중입니다. 다시 시작하려면 `restart`."},
      {"check.same.replicas", "there are {n} already", "이미 {n}개입니다"},
      {"check.replicas.failed", "it is not known how many there are: say the number with `to`",
       "현재 개수를 알 수 없습니다. `to`로 숫자를 적어 주세요"},
      {"check.replicas.negative",
       "it has only {n}, so there cannot be that many fewer. Say how many there shall be: `scale {service} in {env} to "
       "…`",
       "현재 {n}개뿐이라 그만큼 줄일 수 없습니다. 몇 개로 할지 적어 주세요: `scale {service} in {env} to …`"},
      {"check.replicas.most", "the target has room for {most} at most, {n} would be refused",
       "대상에는 최대 {most}개까지만 둘 수 있어 {n}개는 거부됩니다"},
      {"check.zero.warning", "nobody serves it with 0 replicas", "복제본이 0개면 서비스가 멈춥니다"},
      {"check.way.failed",
       "nobody knows which version ran before, so there is no way back. Name one (`rollback {service} in {env} to "
       "VERSION`), or go on "
       "to the next good one: `deploy {service}@VERSION to {env}`.",
       "이전 버전을 알 수 없어 되돌릴 수 없습니다. 버전을 지정하거나(`rollback {service} in {env} to VERSION`) 다음 "
       "정상 버전으로 "
       "나아가세요: `deploy {service}@VERSION to {env}`."},
      {"check.wrong.warning", "{version} failed here or was put back the last time ({id})",
       "{version}은(는) 지난번에 여기서 실패했거나 되돌려졌습니다({id})"},
      {"check.history.warning", "{version} is not in the target's history", "{version}은(는) 대상의 이력에 없습니다"},
      {"run.open.confirm", "`{step}` waits for *{question}*: `yes {question}` or `no {question}`.",
       "`{step}`이(가) *{question}*을(를) 기다립니다: `yes {question}` 또는 `no {question}`."},
      {"check.history.never",
       "neither the target nor the record knows that {version} ever ran here: it is judged as a deploy",
       "{version}이(가) 여기서 실행된 적이 있다는 기록이 대상에도 이력에도 없어 배포로 판단합니다"},
      {"check.back.unknown", "the target does not tell which version runs: this cannot be put back by itself",
       "대상이 현재 버전을 알려 주지 않아 자동으로 되돌릴 수 없습니다"},
      {"check.back.replicas", "the target does not tell how many there are: this cannot be put back by itself",
       "대상이 현재 개수를 알려 주지 않아 자동으로 되돌릴 수 없습니다"},
      {"check.health.warning", "it is not healthy before the change", "변경 전부터 비정상입니다"},
      {"lock.from", "from {time}", "{time}부터"},
      {"freeze.backwards", "That freeze would end before it begins, or in the past. Nothing was changed.",
       "동결의 끝이 시작보다 앞서거나 이미 지났습니다. 바꾼 것은 없습니다."},
      {"glass.time", "For how long? At most 4 hours: `break-glass for 30m because …`",
       "얼마 동안인가요? 최대 4시간입니다: `break-glass for 30m because …`"},
      {"glass.operator",
       "The operator at the machine needs no glass to break: a change is asked for once, and `yes` carries it out.",
       "서버의 운영자는 비상 권한이 필요 없습니다. 변경은 한 번 확인하면(`yes`) 실행됩니다."},
      {"glass.done",
       "Until {time} your own yes is enough where an approval was wanted (*{id}*). The owners were called, and the "
       "record says so. `revoke {id}` ends it early.",
       "{time}까지 승인이 필요한 곳에서 본인 확인만으로 충분합니다(*{id}*). 책임자를 호출했고 기록에 남겼습니다. "
       "`revoke {id}`로 일찍 끝냅니다."},
      {"glass.broken",
       "🚨 {who} has broken the glass (*{id}*): until {time} changes of production need no approval of others. Reason: "
       "{reason}. `revoke {id}` ends it.",
       "🚨 {who} 님이 비상 권한을 열었습니다(*{id}*): {time}까지 운영 변경에 다른 사람의 승인이 필요 없습니다. 사유: "
       "{reason}. `revoke {id}`로 끝냅니다."},
      {"queue.none", "No change is under way and none waits.", "진행 중이거나 기다리는 변경이 없습니다."},
      {"queue.head", "{n} {n?change|changes}, in their order:", "변경 {n}건, 순서대로:"},
      {"queue.not_waiting", "*{id}* does not wait in line ({status}). `cancel {id}` ends it.",
       "*{id}*은(는) 대기열에 없습니다({status}). `cancel {id}`로 끝냅니다."},
      {"queue.dropped", "*{id}* is out of the line; nothing was changed.",
       "*{id}*을(를) 대기열에서 뺐습니다. 바꾼 것은 없습니다."},
      {"queue.first", "*{id}* comes next.", "다음은 *{id}*입니다."},
  };
  return table;
}

}  // namespace muster
