// Recorded cases, plans of runs, and how fresh a runbook's proof is.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_books() {
  static constexpr Sentence table[] = {
      {"record.head", "*{id}* as a test case: put it beside the runbook, as `{file}`.",
       "*{id}*의 테스트 사례: 런북 옆에 `{file}`(으)로 두세요."},
      {"record.more", "Where that file exists, add what begins at `- name`. It passes: `runbook test {name}` tells.",
       "파일이 이미 있으면 `- name`부터 덧붙이세요. 이 사례는 통과합니다: `runbook test {name}`."},
      {"record.differs",
       "It does not pass as it is: something outside of the runbook decided how {id} went (a lock, a rule, a person). "
       "What differs:",
       "그대로는 통과하지 않습니다: {id}의 결과를 런북 밖의 것(잠금, 규칙, 사람)이 정했습니다. 다른 점:"},
      {"record.is_change",
       "{id} is a change and no runbook: there is no file its test could stand beside. `show {id}` tells what it did.",
       "{id}은(는) 런북이 아니라 변경입니다. 테스트를 둘 파일이 없습니다. `show {id}`로 내용을 보세요."},
      {"record.was_cancelled",
       "{id} was cancelled by a person, and in a test nobody does that. Record a run that ended by itself: `runs "
       "{runbook}`.",
       "{id}은(는) 사람이 취소했고, 테스트에서는 아무도 취소하지 않습니다. 스스로 끝난 실행을 기록하세요: `runs "
       "{runbook}`."},
      {"record.too_large",
       "{id} brought more than a test file may hold (256 kB). Record a run with less output: `runs {runbook}`.",
       "{id}의 결과가 테스트 파일 한도(256 kB)를 넘습니다. 출력이 적은 실행을 기록하세요: `runs {runbook}`."},
      {"cli.recorded", "The case of {id} stands in {file}.", "{id}의 사례를 {file}에 썼습니다."},
      {"run.output", "*{id}* · {step}, so far:", "*{id}* · {step}, 지금까지:"},
      {"run.output_all", "*{id}* · {step}, its last lines:", "*{id}* · {step}, 마지막 줄:"},
      {"runplan.head", "Plan of `{name}`: its reads were carried out, nothing was changed.",
       "`{name}` 계획: 읽기만 실제로 했고 바꾼 것은 없습니다."},
      {"runplan.not_started", "It would not start: {why}", "시작되지 않습니다: {why}"},
      {"runplan.line", "{n}. *{step}*", "{n}. *{step}*"},
      {"runplan.read", "read: {value}", "읽음: {value}"},
      {"runplan.read_nothing", "read: nothing was found", "읽음: 찾은 것 없음"},
      {"runplan.approve_any", "asks for {n} {n?approval|approvals} of somebody else first: {who}",
       "먼저 다른 사람 {n}명에게 승인 요청: {who}"},
      {"runplan.run", "would run", "실행될 것"},
      {"runplan.approve", "asks for {n} {n?approval|approvals} of {group} first: {who}",
       "먼저 {group} 중 {n}명에게 승인 요청: {who}"},
      {"runplan.approve_nobody",
       "asks for {n} {n?approval|approvals} of {group} first, and there are not so many who could say yes: {who}",
       "먼저 {group} 중 {n}명의 승인이 필요하나 승인할 사람이 모자람: {who}"},
      {"runplan.confirm", "asks who starts it to confirm", "시작한 사람에게 확인 요청"},
      {"runplan.refused", "refused: {why}", "거부됨: {why}"},
      {"runplan.waits", "waits", "기다림"},
      {"runplan.watches", "watches the service", "서비스를 지켜봄"},
      {"runplan.skipped", "is skipped", "건너뜀"},
      {"runplan.stops_value", "stops here: it needs a value that only a change before it can give",
       "여기서 멈춤: 앞선 변경만이 줄 수 있는 값이 필요함"},
      {"runplan.stops_wait", "stops here: it waits for what only the change before it can bring",
       "여기서 멈춤: 앞선 변경만이 가져올 것을 기다림"},
      {"runplan.stops_form", "stops here: it asks people for values", "여기서 멈춤: 사람에게 값을 물음"},
      {"runplan.whole", "The plan is whole: every value is known, and nothing is refused.",
       "계획이 완전합니다: 모든 값을 알고 있고 거부되는 것이 없습니다."},
      {"runplan.until_here", "What comes after that is not known before the run.",
       "그다음은 실행 전에는 알 수 없습니다."},
      {"runplan.late", "The reads took longer than {time}: this is what is known until then.",
       "읽기가 {time}보다 오래 걸렸습니다: 그때까지 아는 것입니다."},
      {"field.fresh", "Proof", "검증"},
      {"fresh.good", "{percent} fresh: {id} was good {age} ago (half after {half})",
       "신선도 {percent}: {age} 전 {id} 성공({half}마다 절반)"},
      {"fresh.planned", "{percent} fresh: no good run yet, a whole plan {age} ago (half after {half})",
       "신선도 {percent}: 성공한 실행은 없고 {age} 전 완전한 계획({half}마다 절반)"},
      {"fresh.changed_good", "stale: {id} was good {age} ago, but the runbook was changed since",
       "오래됨: {age} 전 {id} 성공, 그 뒤 런북이 바뀜"},
      {"fresh.changed_planned", "stale: a whole plan {age} ago, but the runbook was changed since",
       "오래됨: {age} 전 완전한 계획, 그 뒤 런북이 바뀜"},
      {"fresh.never", "none: it has never run well, and was never planned to its end",
       "없음: 성공한 적도, 끝까지 계획된 적도 없음"},
      {"fresh.advice", "`plan {line}` tries it without changing anything",
       "`plan {line}`은(는) 아무것도 바꾸지 않고 시험함"},
      {"fresh.nag",
       "Runbook `{name}` was proved {days} days ago; half of that is worth nothing by now. `plan run {name}` tries it "
       "without changing anything, `runbook show {name}` tells more. You are told because it belongs to {owner}.",
       "런북 `{name}`이(가) 마지막으로 검증된 지 {days}일 지났습니다. 그 검증은 절반도 믿을 수 없습니다. `plan run "
       "{name}`은(는) "
       "아무것도 바꾸지 않고 시험하고, `runbook show {name}`은(는) 자세히 보여 줍니다. 담당이 {owner}이어서 알려 "
       "드립니다."},
      {"fresh.nag_changed",
       "Runbook `{name}` was changed since it was proved {days} days ago. `plan run {name}` tries it without changing "
       "anything, `runbook show {name}` tells more. You are told because it belongs to {owner}.",
       "런북 `{name}`은(는) {days}일 전 검증된 뒤 바뀌었습니다. `plan run {name}`은(는) 아무것도 바꾸지 않고 시험하고, "
       "`runbook show {name}`은(는) 자세히 보여 줍니다. 담당이 {owner}이어서 알려 드립니다."},
      {"fresh.lint", "against today's configuration it has {n} {n?mistake|mistakes}: `runbook lint {name}`",
       "오늘의 구성으로는 오류 {n}개: `runbook lint {name}`"},
  };
  return table;
}

}  // namespace muster
