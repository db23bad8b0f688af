// Who is who: accounts that are joined to people, and forms.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_identity() {
  static constexpr Sentence table[] = {
      {"what.link_me",
       "Joins an account elsewhere to you: without a code it shows you one, for 10 minutes and one use; typed with "
       "that "
       "code by the other account, it is you from then on.",
       "다른 곳의 계정을 본인에게 연결합니다. 코드 없이 입력하면 10분 동안 한 번 쓸 수 있는 코드를 보여 주고, 다른 "
       "계정에서 그 코드와 함께 입력하면 그때부터 같은 사람입니다."},
      {"what.unlink", "Takes an account that was joined to you apart again.", "연결한 계정을 다시 떼어 냅니다."},
      {"link.code",
       "Your code is `{code}`. Within 10 minutes, with the account that is to be you: `link me {code}` in a direct "
       "message "
       "to the bot there (`{prefix}link me {code}` in a channel). It works once. Whoever types it becomes you, with "
       "all "
       "that you may do: show it to nobody.",
       "코드는 `{code}`입니다. 10분 안에 연결할 계정으로 그곳의 봇에게 다이렉트 메시지로 `link me {code}`(채널에서는 "
       "`{prefix}link me {code}`)를 입력하세요. 한 번만 쓸 수 있습니다. 이 코드를 입력한 계정은 본인의 모든 권한을 "
       "갖게 되니 아무에게도 보여 주지 마세요."},
      {"link.operator",
       "A code belongs to a person of the configuration, and here I know only the local operator. Ask for it on a chat "
       "platform where I know you.",
       "코드는 설정에 있는 사람의 것인데, 여기서는 로컬 운영자만 알 수 있습니다. 본인이 알려진 채팅 플랫폼에서 "
       "요청하세요."},
      {"link.where_known",
       "I do not know you here. Type `link me` where I know you; the code that I show you there is typed here.",
       "여기서는 누구신지 모릅니다. 제가 아는 곳에서 `link me`를 입력하고, 거기서 받은 코드를 여기에 입력하세요."},
      {"link.too_many", "You had three codes within ten minutes. The last one still works; try again in a while.",
       "10분 안에 코드를 세 번 받았습니다. 마지막 코드는 아직 쓸 수 있습니다. 잠시 뒤에 다시 시도하세요."},
      {"link.no_account",
       "Here you are who you logged in as, so there is nothing to join. Type the code on Slack or Mattermost, with the "
       "account that is to be you.",
       "여기서는 로그인한 사람이 곧 본인이므로 연결할 것이 없습니다. 연결할 계정으로 Slack이나 Mattermost에서 코드를 "
       "입력하세요."},
      {"link.tries",
       "Too many wrong codes from this account. Wait ten minutes, then ask for a new code with `link me`.",
       "이 계정에서 틀린 코드를 너무 많이 입력했습니다. 10분 뒤에 `link me`로 새 코드를 받으세요."},
      {"link.wrong",
       "That is no code that can be used: it was mistyped, used already, or is older than ten minutes. `link me` where "
       "I "
       "know you shows a new one.",
       "쓸 수 없는 코드입니다. 잘못 입력했거나 이미 썼거나 10분이 지났습니다. 제가 아는 곳에서 `link me`로 새 코드를 "
       "받으세요."},
      {"link.self",
       "This account is {who} already. The code is used up; type a new one with the account that is not you yet.",
       "이 계정은 이미 {who} 님입니다. 코드는 사용되었으니, 아직 연결하지 않은 계정에서 새 코드를 입력하세요."},
      {"link.two_people",
       "This account is {me} and the code is {who}'s: both are people of the configuration with rights of their own, "
       "and "
       "joining them would add those up. Nothing was joined. Whoever keeps the configuration can put both handles "
       "under "
       "one person.",
       "이 계정은 {me} 님이고 코드는 {who} 님의 것입니다. 둘 다 설정에 있는 사람이라 연결하면 권한이 합쳐집니다. "
       "아무것도 "
       "연결하지 않았습니다. 설정을 맡은 사람이 두 핸들을 한 사람에게 적을 수 있습니다."},
      {"link.guest",
       "This account is a guest, and a guest is joined to nobody by a code. Whoever keeps the configuration can name "
       "it "
       "under `people`, `handles`.",
       "이 계정은 게스트라 코드로 연결할 수 없습니다. 설정을 맡은 사람이 `people`의 `handles`에 적을 수 있습니다."},
      {"link.outsider",
       "This account belongs to another organisation, and such an account is joined to nobody by a code. Whoever keeps "
       "the "
       "configuration can name it under `people`, `handles`.",
       "이 계정은 다른 조직의 것이라 코드로 연결할 수 없습니다. 설정을 맡은 사람이 `people`의 `handles`에 적을 수 "
       "있습니다."},
      {"link.second",
       "{who} has an account on {platform} already, and a second one would get answers that are meant for the first. "
       "Nothing was joined. `whoami` lists the accounts, `unlink` takes one apart.",
       "{who} 님은 이미 {platform}에 계정이 있습니다. 둘째 계정을 연결하면 답이 엉뚱한 곳으로 갈 수 있어 연결하지 "
       "않았습니다. `whoami`로 계정을 보고 `unlink`로 떼어 낼 수 있습니다."},
      {"link.joined",
       "`{account}` is {who} from now on: what is typed here counts as theirs, with their roles ({roles}) and grants, "
       "and "
       "in approvals they count once. `unlink {account}` takes it apart.",
       "이제부터 `{account}`은(는) {who} 님입니다. 여기서 입력하는 것은 {who} 님의 것으로 치고, 역할({roles})과 임시 "
       "권한도 같습니다. 승인에서는 한 사람으로 셉니다. `unlink {account}`로 떼어 낼 수 있습니다."},
      {"linked.elsewhere",
       "`{account}` is you from now on, because your code was typed there: it may do all that you may. If that was not "
       "you, type `unlink {account}` now.",
       "본인의 코드가 입력되어 이제부터 `{account}`은(는) 본인입니다. 본인의 모든 권한을 갖습니다. 본인이 한 일이 "
       "아니라면 지금 `unlink {account}`을(를) 입력하세요."},
      {"linked.by_email",
       "`{account}` is {who} from now on: the platform says that it has their verified e-mail address, and the "
       "configuration lets addresses join accounts. It may do all that {who} may. If that is wrong: `unlink "
       "{account}`.",
       "이제부터 `{account}`은(는) {who} 님입니다. 플랫폼이 확인한 메일 주소가 같고, 설정이 주소로 연결하는 것을 "
       "허용합니다. {who} 님의 모든 권한을 갖습니다. 잘못되었다면 `unlink {account}`을(를) 입력하세요."},
      {"unlink.none", "`{account}` is no account that was joined to you. Yours are: {list}.",
       "`{account}`은(는) 본인에게 연결된 계정이 아닙니다. 본인의 계정: {list}."},
      {"unlink.which",
       "Which account? `unlink <account>` parts one from you that `link me` has joined. Yours are: {list}.",
       "어느 계정인가요? `link me`로 연결한 계정은 `unlink <계정>`으로 끊습니다. 본인의 계정: {list}."},
      {"unlink.config",
       "`{account}` is yours by the configuration (`people`, `handles`); only whoever keeps that can take it away.",
       "`{account}`은(는) 설정(`people`의 `handles`)에 적힌 계정이라, 설정을 맡은 사람만 뺄 수 있습니다."},
      {"unlink.not_yours",
       "`{account}` is joined to somebody else; they, or somebody who may `grant`, can take it apart.",
       "`{account}`은(는) 다른 사람에게 연결되어 있습니다. 그 사람이나 `grant` 권한이 있는 사람이 뗄 수 있습니다."},
      {"unlink.done",
       "`{account}` is not {who} any more: from now on I do not know it. What was done with it stays recorded as "
       "{who}'s.",
       "`{account}`은(는) 이제 {who} 님이 아니며, 모르는 계정이 됩니다. 그동안 한 일은 {who} 님의 기록으로 남습니다."},
      {"stranger.account",
       "I do not know you, `{name}`, so I may not do that. If I know you elsewhere, type `link me` there and the code "
       "that "
       "you get here. {who} can also add you to the configuration (`people`).",
       "`{name}` 님을 모르기 때문에 실행할 수 없습니다. 다른 곳에서 제가 아는 분이라면 거기서 `link me`를 입력하고 "
       "받은 "
       "코드를 여기에 입력하세요. 아니라면 {who} 님이 설정(`people`)에 추가할 수 있습니다."},
      {"button.form", "Fill in a form", "양식 작성"},
      {"form.send", "Send", "보내기"},
      {"form.declare.title", "Declare an incident", "장애 선언"},
      {"form.declare.name", "What is wrong", "무엇이 잘못되었나요"},
      {"form.declare.severity", "Severity", "심각도"},
      {"form.declare.service", "Service", "서비스"},
      {"form.declare.because", "Why you think so", "그렇게 보는 이유"},
      {"form.todo.title", "{id}: a follow-up", "{id}: 할 일"},
      {"form.todo.text", "What is to be done", "할 일"},
      {"form.todo.who", "Who", "담당자"},
      {"form.todo.due", "Until when", "기한"},
      {"form.answer.title", "{run}: answer", "{run}: 답변"},
      {"run.ask.line", "{run} asks something. Type the answer in one line: `{line}`",
       "{run}이(가) 묻는 것이 있습니다. 답을 한 줄로 입력하세요: `{line}`"},
  };
  return table;
}

}  // namespace muster
