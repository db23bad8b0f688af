// What each code of a refusal means: `explain CODE` says it.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_codes() {
  static constexpr Sentence table[] = {
      {"code.hint", "Why: `explain {code}`", "이유: `explain {code}`"},
      {"code.list", "Say `explain` with an id (`E1`, `INC-1`, `A1`) or with the code of a refusal: {codes}",
       "`explain` 뒤에 번호(`E1`, `INC-1`, `A1`)나 거절 코드를 쓰세요: {codes}"},
      {"code.unknown", "There is no code or id `{text}`. Codes are: {codes}",
       "`{text}`라는 코드나 번호는 없습니다. 코드: {codes}"},
      {"code.unknown-command",
       "The first word is no command of this bot and no alias of yours. A suggestion is never run by itself; paste it.",
       "첫 단어가 이 봇의 명령도, 내 별칭도 아닙니다. 제안은 저절로 실행되지 않으니 붙여 넣으세요."},
      {"code.usage",
       "The command is known, but its words do not fit. `help COMMAND` shows how to write it, and `COMMAND ?` what may "
       "come next.",
       "명령은 알지만 뒤의 말이 맞지 않습니다. `help 명령`은 쓰는 법을, `명령 ?`는 다음 말을 보여 줍니다."},
      {"code.unclosed",
       "A word that begins with a quote needs the same quote at its end. Write it without the quote, or close it.",
       "따옴표로 시작한 말은 같은 따옴표로 끝나야 합니다. 따옴표를 빼거나 닫으세요."},
      {"code.empty", "The command needs a text and there was none.", "내용이 필요한 명령인데 내용이 없었습니다."},
      {"code.too-long", "The message is longer than a command may be. Put long text into a page and link it.",
       "명령으로 받을 수 있는 길이를 넘었습니다. 긴 글은 다른 곳에 두고 링크하세요."},
      {"code.not-yet", "The command belongs to a later version. Nothing was changed.",
       "다음 버전에 들어올 명령입니다. 아무것도 바꾸지 않았습니다."},
      {"code.secret",
       "The message holds what looks like a password, key or token. It was masked before it was stored, and the "
       "command was not run. Revoke the secret, then pass a reference: `env:NAME` or `file:PATH`.",
       "메시지에 암호·키·토큰 같은 값이 있었습니다. 저장 전에 가렸고 명령은 실행하지 않았습니다. 값을 폐기하고 "
       "`env:이름`이나 `file:경로`로 전달하세요."},
      {"code.late",
       "The command reached the bot more than a minute after it was typed, or after one that was typed later, for "
       "example after a broken connection. What was right then may be wrong now, so it is offered again and not run.",
       "명령이 입력된 지 1분 넘게 지나 도착했거나, 더 나중에 입력한 명령보다 늦게 도착했습니다(예: 연결이 끊겼던 "
       "경우). "
       "그때 맞던 것이 지금은 아닐 수 있어 실행하지 않고 다시 보여 줍니다."},
      {"code.denied",
       "A line of the policy says no, or no line says yes. `can me COMMAND` names the line, `roles` shows who holds "
       "which role, and an owner can give one for a time with `grant`.",
       "정책의 한 줄이 금지했거나, 허용하는 줄이 없습니다. `can me 명령`은 그 줄을, `roles`는 역할을 가진 사람을 "
       "보여 주며, 소유자는 `grant`로 잠시 역할을 줄 수 있습니다."},
      {"code.stranger",
       "Only people of the configuration may command the bot, because every right and every record names a person. "
       "Somebody who keeps the configuration adds you under `people` with this handle and reloads it.",
       "모든 권한과 기록은 사람 이름으로 남기 때문에 설정에 있는 사람만 명령할 수 있습니다. 설정을 맡은 사람이 "
       "`people`에 이 계정을 더하고 다시 읽으면 됩니다."},
      {"code.which-incident",
       "The command is about an incident, and neither the message nor the channel says which one.",
       "장애에 대한 명령인데 메시지도 채널도 어느 장애인지 말하지 않습니다."},
      {"code.need-reason", "This change keeps its reason in the record: `… because …`.",
       "이 변경은 이유를 함께 기록합니다: `… because …`."},
      {"code.unknown-id", "Nothing has this id. Ids: `INC-7` incident, `E12` alert, `A3` question, `L2` grant.",
       "그 번호는 없습니다. 번호: `INC-7` 장애, `E12` 알림, `A3` 질문, `L2` 부여."},
      {"code.unknown-person", "People are named by the configuration (`people`), by id or by handle.",
       "사람은 설정(`people`)의 id나 계정으로 부릅니다."},
      {"code.unknown-service", "Services are named by the configuration (`services`). `status ?` lists them.",
       "서비스는 설정(`services`)에 있습니다. `status ?`로 볼 수 있습니다."},
      {"code.unknown-environment",
       "Environments are those of the services in the configuration. `status in ?` lists them.",
       "환경은 설정의 서비스에 적힌 것입니다. `status in ?`로 볼 수 있습니다."},
      {"code.unknown-severity", "Severities go from sev1 (worst) to sev5.",
       "심각도는 sev1(가장 심각)부터 sev5까지입니다."},
      {"code.unknown-role", "That role does not exist here. `roles` and `role ?` list what does.",
       "그런 역할은 없습니다. `roles`와 `role ?`로 볼 수 있습니다."},
      {"code.time",
       "A time or time span could not be used. Spans: `30m`, `2h`. Times: `14:02`, `10 min ago`, "
       "`yesterday 23:50 KST`.",
       "시각이나 시간을 쓸 수 없습니다. 시간: `30m`, `2h`. 시각: `14:02`, `10 min ago`, `yesterday 23:50 KST`."},
      {"code.state",
       "What the command would change is not in a state for it, or is so already. `show ID` tells how it is.",
       "바꾸려는 것이 그럴 수 없는 상태이거나 이미 그렇습니다. `show 번호`로 확인하세요."},
      {"code.alias",
       "An alias is one word that stands for one whole command of the bot. It can hide no command, stand for "
       "no other alias and give no right.",
       "별칭은 명령 하나를 대신하는 한 단어입니다. 명령을 가리거나, 다른 별칭을 가리키거나, 권한을 줄 수 없습니다."},
      {"code.no-question", "Nothing waits for this answer. A question is open for 2 minutes (confirm) or 15 (approve).",
       "이 답을 기다리는 질문이 없습니다. 확인은 2분, 승인은 15분 동안 열려 있습니다."},
      {"code.closed",
       "The question has its answer already; it cannot be answered twice. Run the command again if it is "
       "still wanted.",
       "이미 답이 나온 질문입니다. 여전히 필요하면 명령을 다시 실행하세요."},
      {"code.void",
       "A yes is bound to the exact command and to the facts that were shown. They changed before it ran, "
       "so it counts for nothing. Run the command again to see how things are now.",
       "승낙은 보여 준 명령과 사실에 묶여 있습니다. 실행 전에 사실이 바뀌어 무효가 되었습니다. 다시 실행해 지금 "
       "상태를 확인하세요."},
      {"code.own-approval",
       "Somebody else must approve: the one who asks never counts, whatever handle or door is used.",
       "다른 사람이 승인해야 합니다. 요청한 사람은 어떤 계정으로도 세지 않습니다."},
      {"code.not-approver", "The policy line that asked names who may approve. `show A1` lists them.",
       "승인할 수 있는 사람은 질문을 만든 정책 줄이 정합니다. `show A1`로 볼 수 있습니다."},
      {"code.unsatisfiable",
       "The policy asks for more approvals than there are people who could give them. Somebody who "
       "keeps the configuration can add people to the group; the operator at the machine can run it with `muster say`.",
       "정책이 요구하는 승인 수보다 승인할 수 있는 사람이 적습니다. 설정에서 그룹에 사람을 더하거나, 서버의 운영자가 "
       "`muster say`로 실행할 수 있습니다."},
      {"code.refused", "The command was understood and could not be done; the answer says why. Nothing was changed.",
       "명령은 이해했지만 할 수 없었고, 답에 이유가 있습니다. 아무것도 바꾸지 않았습니다."},
  };
  return table;
}

}  // namespace muster
