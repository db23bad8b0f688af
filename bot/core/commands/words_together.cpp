// What the bot says about rooms that are one: relayed words, a platform that is lost, what comes late.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_together() {
  static constexpr Sentence table[] = {
      {"relay.said", "*{who}* ({place}): {text}", "*{who}* ({place}): {text}"},
      {"relay.edited", "*{who}* ({place}): {text} (edited)", "*{who}* ({place}): {text} (수정됨)"},
      {"relay.deleted", "*{who}* ({place}) deleted this message.", "*{who}* ({place})이(가) 이 메시지를 삭제했습니다."},
      {"relay.deleted_by_somebody", "This message was deleted ({place}).", "삭제된 메시지입니다 ({place})."},
      {"bind.done",
       "This channel is the one of {id} on {place} from now on. What was said in it before "
       "stays here.",
       "이제부터 이 채널은 {place}의 {id} 채널입니다. 이전 대화는 여기에만 남습니다."},
      {"bind.told", "A channel of people's own on {place} is this room's there from now on.",
       "이제부터 {place}에서는 기존 채널 하나가 이 방의 채널입니다."},
      {"bind.done_private",
       "{id} has a private channel on {place} from now on: #{channel}. Those in it who have an account there are let "
       "in. What was said before stays where it is.",
       "이제 {id}의 비공개 채널이 {place}에도 있습니다: #{channel}. 그 안의 사람 중 거기 계정이 있는 사람만 "
       "들어옵니다. "
       "이전 대화는 옮기지 않습니다."},
      {"bind.told_private",
       "This room has a private channel on {place} from now on, for those in it who are known there.",
       "이제 이 방의 비공개 채널이 {place}에도 있습니다. 이 장애에 들어 있고 거기 계정이 있는 사람만 볼 수 있습니다."},
      {"bind.private_where",
       "{id} is private: no channel of people's own becomes its, because the bot does not know who reads there. Type "
       "`bind {id}` in a direct message to the bot, on the platform where it is to have a channel; that channel is "
       "private, for those in it who are known there. `together` of the configuration has to name the platform.",
       "{id}은(는) 비공개입니다. 누가 읽는지 봇이 알 수 없으므로 기존 채널을 그 채널로 쓰지 않습니다. 채널을 둘 "
       "플랫폼에서 봇에게 개인 메시지로 `bind {id}`를 보내면 비공개 채널이 열리고, 그 안의 사람 중 거기 계정이 있는 "
       "사람만 들어옵니다. 그 플랫폼은 설정의 `together`에 있어야 합니다."},
      {"bind.where",
       "`bind {id}` is typed in the channel that is to be the incident's there, on a platform that `together` of the "
       "configuration names; this is {place}.",
       "`bind {id}`는 설정의 `together`에 있는 플랫폼에서, 장애 채널로 쓸 채널 안에 입력하세요. 여기는 {place}입니다."},
      {"bind.taken", "This is the channel of {other} already.", "이미 {other}의 채널입니다."},
      {"bind.standing", "#{here} belongs to no single incident. Type `bind {id}` in a channel of your own.",
       "#{here}은(는) 한 장애에만 쓸 수 없습니다. 다른 채널에서 `bind {id}`를 입력하세요."},
      {"bind.over", "{id} is over or has no channel. `reopen {id} because …` comes first.",
       "{id}은(는) 끝났거나 채널이 없습니다. 먼저 `reopen {id} because …`를 입력하세요."},
      {"bind.already", "{id} has its channel on {place} already: #{channel}.",
       "{id}의 채널이 {place}에 이미 있습니다: #{channel}."},
      {"what.bind", "Makes the channel it is typed in the incident's on that platform.",
       "입력한 채널을 그 플랫폼의 장애 채널로 만듭니다."},
      {"relay.file", "📎 {name} · *{who}* ({place})", "📎 {name} · *{who}* ({place})"},
      {"relay.files_follow", "📎 {files}", "📎 {files}"},
      {"relay.files", "📎 {files} – to be seen on {place}", "📎 {files} – {place}에서 볼 수 있습니다"},
      {"relay.late", "(sent {time}, delivered late)", "({time}에 보냄, 늦게 전달됨)"},
      {"together.lost",
       "{place} cannot be reached since {time}. Go on here: what is said here is delivered there as soon as it is "
       "back; "
       "what is more than a minute old then says when it was sent. The web room and the command line work all the "
       "while.",
       "{time}부터 {place}에 연결되지 않습니다. 여기서 계속하세요. 여기서 한 말은 다시 연결되는 대로 그쪽에 전달되고, "
       "그때 1분이 넘은 말에는 보낸 시각이 붙습니다. 웹 방과 명령줄은 계속 쓸 수 있습니다."},
      {"together.lost_unread",
       "{place} cannot be reached since {time}. Nobody in this private incident has an account on {others} that the "
       "bot knows, so nothing was opened there. `invite @who` lets somebody in who has one, and opens it; so does "
       "`link "
       "me` there. What the bot says on {place} is delivered as soon as it is back. The web room and the command line "
       "work all the while.",
       "{time}부터 {place}에 연결되지 않습니다. 이 비공개 장애에 들어 있는 사람 가운데 {others}에 봇이 아는 계정을 "
       "가진 "
       "사람이 없어 그쪽에는 아무것도 열지 않았습니다. 계정이 있는 사람을 `invite @이름`으로 들이거나 그쪽에서 `link "
       "me`로 계정을 연결하면 열립니다. {place}에 보낼 말은 다시 연결되는 대로 전달됩니다. 웹 방과 명령줄은 계속 쓸 수 "
       "있습니다."},
      {"together.alone", "No other process is connected to {place} with our token any more.",
       "이제 같은 토큰으로 {place}에 연결된 다른 프로세스가 없습니다."},
      {"together.lost_alone",
       "{place} cannot be reached since {time}. What the bot says there waits and is delivered as soon as it is back; "
       "what is more than a minute old then says when it was sent. The web room and the command line work all the "
       "while.",
       "{time}부터 {place}에 연결되지 않습니다. 그쪽에 보낼 말은 기다렸다가 다시 연결되는 대로 전달되고, 그때 1분이 "
       "넘은 말에는 보낸 시각이 붙습니다. 웹 방과 명령줄은 계속 쓸 수 있습니다."},
      {"together.back",
       "{place} is back after {time}. What was said meanwhile is delivered there; what is more than a minute old says "
       "when it was sent.",
       "{place}에 {time} 만에 다시 연결되었습니다. 그동안의 말을 그쪽에 전달하고, 1분이 넘은 말에는 보낸 시각을 "
       "붙입니다."},
      {"status.rooms", "    ↔ one room on {names}", "    ↔ 하나의 방: {names}"},
      {"status.room_lost", "{place} (away since {time}: what is said is delivered there late)",
       "{place} ({time}부터 연결되지 않음: 그쪽에는 늦게 전달됩니다)"},
      {"status.delayed", "⏳ {place}: {n} {n?message waits|messages wait} to be delivered, the oldest for {time}.",
       "⏳ {place}: 메시지 {n}건이 전달을 기다립니다. 가장 오래된 것은 {time} 지났습니다."},
      {"health.together", "one room: {names}", "하나의 방: {names}"},
      {"health.lost", "{place} is lost since {time}", "{place}: {time}부터 연결되지 않음"},
      {"health.incident_rooms", "{incident} on {names}", "{incident}: {names}"},
  };
  return table;
}

}  // namespace muster
