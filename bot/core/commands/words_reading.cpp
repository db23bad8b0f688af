// Answers of the commands that read, pages, languages, rights.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_reading() {
  static constexpr Sentence table[] = {
      // Pages and flags
      {"page.cut", "… {n} more {n?line|lines}: `more`, or the file", "… {n}줄 더 있음: `more` 또는 파일"},
      {"page.head", "Lines {from} to {to} of {n}:", "전체 {n}줄 중 {from}–{to}줄:"},
      {"page.next", "… {n} more {n?line|lines}: `more`", "… {n}줄 더 있음: `more`"},
      {"page.none",
       "There is nothing more to show you here. I keep the last long answer per person and channel for a day; run the "
       "command again.",
       "여기서 더 보여 드릴 것이 없습니다. 사람과 채널마다 마지막 긴 답을 하루 동안 기억합니다. 명령을 다시 "
       "실행하세요."},
      {"page.grep_none", "No line matches `{text}`.", "`{text}`에 맞는 줄이 없습니다."},
      {"page.grep_found", "{n} of {all} {all?line|lines} {n?matches|match} `{text}`",
       "{all}줄 중 `{text}`에 맞는 {n}줄"},
      {"page.tail", "the last {n} of {all}", "{all}줄 중 마지막 {n}줄"},
      {"page.grep_bad",
       "`{text}` is no search expression. A backslash before a sign such as `[` or `(` makes it an ordinary character.",
       "`{text}`은(는) 검색식이 아닙니다. `[`나 `(` 같은 기호 앞에 백슬래시를 붙이면 보통 글자가 됩니다."},
      {"page.too_big", "… the file ends here; the rest is too big for chat",
       "… 파일은 여기까지입니다. 나머지는 너무 큽니다"},
      // Rights
      {"stranger",
       "I do not know you, `{name}`, so I may not do that. {who} can add you to the configuration (`people`).",
       "`{name}` 님을 모르기 때문에 실행할 수 없습니다. {who} 님이 설정(`people`)에 추가할 수 있습니다."},
      {"who.keeper", "Whoever keeps the configuration", "설정 담당자"},
      {"denied.end",
       "You may not run `{verb}` here: no line of the policy allows it. {who} can give you a role: `{grant}`",
       "여기서는 `{verb}`을(를) 실행할 수 없습니다. 허용하는 정책 줄이 없습니다. {who} 님이 역할을 줄 수 있습니다: "
       "`{grant}`"},
      {"denied.by",
       "You may not run `{verb}` here: rule {rule} (line {line}) says no. {who} can give you a role: `{grant}`",
       "여기서는 `{verb}`을(를) 실행할 수 없습니다. {rule} 규칙({line}번째)이 금지합니다. {who} 님이 역할을 줄 수 "
       "있습니다: `{grant}`"},
      {"can.run", "{who} may `{command}` here: rule {rule} (line {line}).",
       "{who} 님은 여기서 `{command}`을(를) 할 수 있습니다: {rule} 규칙({line}번째)."},
      {"can.confirm", "{who} may `{command}` here after confirming it: rule {rule} (line {line}).",
       "{who} 님은 여기서 확인 후 `{command}`을(를) 할 수 있습니다: {rule} 규칙({line}번째)."},
      {"can.approve",
       "{who} may `{command}` here with {n} {n?approval|approvals} of {group}: rule {rule} (line {line}).",
       "{who} 님은 {group}에서 {n}명이 승인하면 `{command}`을(를) 할 수 있습니다: {rule} 규칙({line}번째)."},
      {"can.deny", "{who} may not `{command}` here: rule {rule} (line {line}).",
       "{who} 님은 여기서 `{command}`을(를) 할 수 없습니다: {rule} 규칙({line}번째)."},
      {"can.end", "{who} may not `{command}` here: no line of the policy allows it.",
       "{who} 님은 여기서 `{command}`을(를) 할 수 없습니다. 허용하는 정책 줄이 없습니다."},
      {"can.answers",
       "{who} may `{command}`: answering a question needs no line of its own; the line that asked decides.",
       "{who} 님은 `{command}`을(를) 할 수 있습니다. 질문에 답하는 데는 따로 줄이 필요 없고, 질문을 만든 줄이 "
       "정합니다."},
      {"can.later", "`{command}` is not in this version, so nobody can run it yet.",
       "`{command}`은(는) 이 버전에 없어 아직 아무도 실행할 수 없습니다."},
      {"can.line", "The line: {line}", "그 줄: {line}"},
      // Help
      {"help.later", "Not in this version yet: {list}", "이 버전에는 아직 없음: {list}"},
      {"help.example", "Example: `{example}`", "예: `{example}`"},
      {"help.flags",
       "Every answer takes `--grep WORD`, `--tail N`, `--json`, `--private` and `--here` (in the channel).",
       "모든 답에 `--grep 단어`, `--tail N`, `--json`, `--private`, `--here`(채널에)를 쓸 수 있습니다."},
      {"help.address",
       "In other channels begin with `{prefix}` or @{bot}. `language ko` switches my answers to Korean.",
       "다른 채널에서는 `{prefix}` 또는 @{bot}로 시작하세요. `language en`은 영어로 바꿉니다."},
      // Language
      {"language.mine", "I answer you in {language}.", "{language}로 답합니다."},
      {"language.here", "I write to #{channel} in {language}.", "#{channel}에는 {language}로 씁니다."},
      {"language.usage", "Say `language ko`, `language en`, `language default`; with `here` for this channel.",
       "`language ko`, `language en`, `language default`로 쓰고, 이 채널은 `here`를 붙이세요."},
      {"language.where",
       "`here` is a channel, and this was said in none. In a shell: `muster say --channel NAME \"language ko here\"`.",
       "`here`는 채널인데, 지금은 채널 밖입니다. 셸에서는 `muster say --channel 이름 \"language ko here\"`를 쓰세요."},
      {"language.name.en", "English", "영어"},
      {"language.name.ko", "Korean (한국어)", "한국어"},
      // Reading
      {"env.none", "I do not know the environment `{name}`: none is configured yet (`environments`, `services`).",
       "`{name}` 환경을 모릅니다. 아직 설정된 환경이 없습니다(`environments`, `services`)."},
      {"env.unknown", "I do not know the environment `{name}`. Known: {list}.",
       "`{name}` 환경을 모릅니다. 아는 환경: {list}."},
      {"status.service_quiet", "{what} is quiet: no open incident, no firing alert.",
       "{what}은(는) 조용합니다. 열린 장애도, 발생 중인 알림도 없습니다."},
      {"incidents.none_open", "No incident is open.", "열린 장애가 없습니다."},
      {"incidents.none_match", "No incident matches.", "맞는 장애가 없습니다."},
      {"alerts.none_match", "No firing alert matches.", "맞는 알림이 없습니다."},
      {"show.grant", "*{id}* · {who} holds the role {role} until {time}",
       "*{id}* · {who} 님이 {time}까지 {role} 역할을 가짐"},
      {"grant.scope", "Only for {scope}.", "{scope}에만 해당합니다."},
      {"grant.role_unknown", "No line of the policy and nobody knows a role `{name}`. Known: {list}.",
       "`{name}` 역할은 정책에도 사람에게도 없습니다. 아는 역할: {list}."},
      {"grant.because", "Please say why: `{command}`", "이유를 적어 주세요: `{command}`"},
      {"revoke.none", "Nobody was granted `{what}` as you say. `roles` lists the grants; `revoke L1` takes one back.",
       "말씀하신 `{what}` 부여가 없습니다. `roles`로 목록을 보고 `revoke L1`로 거두세요."},
      {"alias.name", "An alias is one word of letters, digits and dashes, at most 30.",
       "별칭은 글자·숫자·붙임표로 된 30자 이내의 한 단어입니다."},
      {"alias.chain", "`{text}` begins with an alias; name the command itself.",
       "`{text}`은(는) 별칭으로 시작합니다. 명령을 직접 쓰세요."},
      {"alias.many", "You have {n} aliases already; remove one first.",
       "별칭이 이미 {n}개입니다. 먼저 하나를 지우세요."},
      {"history.filtered", "{n} recorded {n?action|actions}, newest first:", "기록된 동작 {n}건, 최신순:"},
      {"history.none_match", "No recorded action matches.", "맞는 기록이 없습니다."},
      {"history.since_bad", "`{text}` is no time span. Say `since 2h` or `since 1d`.",
       "`{text}`은(는) 시간이 아닙니다. `since 2h`, `since 1d`처럼 쓰세요."},
      {"complete.free", "free text", "자유로운 글"},
      {"complete.more", "… and {n} more; type the first letters", "… 외 {n}개. 첫 글자를 입력하세요"},
  };
  return table;
}

}  // namespace muster
