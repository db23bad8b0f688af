// Filing messages, the transcript, and the offer to declare.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_capture() {
  static constexpr Sentence table[] = {
      {"capture.denied",
       "Your reaction or pin files nothing: rule \"{rule}\" does not let you use `pin` here. {who} can give you the "
       "right.",
       "이 반응이나 고정으로는 기록되지 않습니다: 규칙 \"{rule}\"에 따라 여기서 `pin`을 쓸 수 없습니다. {who} 님이 "
       "권한을 "
       "줄 수 있습니다."},
      {"pin.where",
       "`pin` files the message in whose thread it is typed. Open the thread of the message and type it there, or "
       "react "
       "to the message with {reactions}.",
       "`pin`은 그 명령을 입력한 스레드의 메시지를 기록합니다. 메시지의 스레드를 열어 거기에 입력하거나, 메시지에 "
       "{reactions} 반응을 다세요."},
      {"pin.done", "In the timeline of {id} at {time}: {who}: {text}", "{id} 타임라인 {time}에 기록함: {who}: {text}"},
      {"pin.already", "That message is in the timeline of {id} already, at {time}: {who}: {text}",
       "그 메시지는 이미 {id} 타임라인 {time}에 있습니다: {who}: {text}"},
      {"mute.where", "`mute` ends the bot's offers to declare in one thread. Type it in that thread.",
       "`mute`는 한 스레드에서 장애 선언 제안을 끕니다. 그 스레드에 입력하세요."},
      {"mute.done", "Muted: no offer to declare in this thread any more.",
       "음소거함: 이 스레드에서는 더 이상 장애 선언을 제안하지 않습니다."},
      {"declare.from_unknown",
       "The message behind {link} cannot be read: it is deleted, or in a channel without the bot. Invite the bot "
       "there, "
       "or type `declare` with a title.",
       "{link} 메시지를 읽을 수 없습니다: 삭제되었거나 봇이 없는 채널에 있습니다. 봇을 그 채널에 초대하거나, 제목을 "
       "붙여 "
       "`declare`를 입력하세요."},
      {"offer.declare",
       "I heard \"{word}\". Is this an incident? `{prefix}declare` in this thread opens one from that message; "
       "`{prefix}mute` and I stay silent here.",
       "\"{word}\"라는 말을 들었습니다. 장애입니까? 이 스레드에 `{prefix}declare`를 입력하면 그 메시지로 장애를 "
       "엽니다. "
       "`{prefix}mute`를 입력하면 여기서는 조용히 있겠습니다."},
      {"button.declare", "Declare", "장애 선언"},
      {"button.mute", "Mute", "음소거"},
      {"transcript.head", "Transcript of {id}, UTC, {n} {n?message|messages}:", "{id} 대화 기록, UTC, 메시지 {n}건:"},
      {"transcript.none", "Nobody has written anything in the channel of {id} yet.",
       "{id} 채널에 아직 아무도 글을 쓰지 않았습니다."},
      {"transcript.deleted", "deleted by {who} at {time}", "{who} 님이 {time}에 삭제함"},
      {"transcript.deleted_guess", "deleted at {time}, by whom the platform does not say",
       "{time}에 삭제됨, 누가 삭제했는지는 플랫폼이 알려 주지 않음"},
      {"transcript.edited", "edited at {time}; before: {text}", "{time}에 수정됨; 이전: {text}"},
      {"transcript.no_text", "text not kept", "내용은 남기지 않음"},
      {"transcript.complete", "{platform}: read again from {from} to {to} UTC after a loss: complete",
       "{platform}: 연결이 끊긴 뒤 {from}부터 {to} UTC까지 다시 읽음: 빠짐없음"},
      {"transcript.blind", "{platform}: BLIND from {from} to {to} UTC: {why}",
       "{platform}: {from}부터 {to} UTC까지 알 수 없음: {why}"},
      {"coverage.no_history", "{platform} does not show the history ({why})",
       "{platform}에서 대화 기록을 볼 수 없음({why})"},
      {"coverage.old_threads", "replies in threads that began more than 1,000 messages before are not read",
       "메시지 1,000건보다 더 이전에 시작된 스레드의 답글은 읽지 못함"},
      {"coverage.other_deletions", "which other messages were deleted meanwhile Slack does not tell",
       "그동안 다른 어떤 메시지가 삭제되었는지는 Slack이 알려 주지 않음"},
      {"coverage.changes_cut",
       "all messages were read; of edits, deletions, reactions and pins the server sends the last 1,000",
       "메시지는 모두 읽었으나, 수정·삭제·반응·고정은 서버가 최근 1,000건만 알려 줌"},
      {"coverage.messages_cut",
       "the server sends no more than 1,000 changes of a channel, and messages before the last 10,000 were not read",
       "서버가 채널의 변경을 1,000건까지만 알려 주며, 최근 10,000건보다 이전 메시지는 읽지 못함"},
      {"coverage.marks",
       "whether the reactions on {n} filed {n?message|messages} still stand {platform} does not tell ({why})",
       "기록된 메시지 {n}건에 달린 반응이 아직 남아 있는지 {platform}에서 알 수 없음({why})"},
      {"coverage.marks_many",
       "whether the reactions on {n} older filed {n?message|messages} still stand was not asked: at most {most} are "
       "looked at one by one",
       "더 오래된 기록 메시지 {n}건에 달린 반응이 아직 남아 있는지는 확인하지 않음: 하나씩 확인하는 것은 최대 "
       "{most}건"},
      {"coverage.marks_whose",
       "whether a reaction on {n} filed {n?message|messages} still stands cannot be told: the account that set it is "
       "not known",
       "기록된 메시지 {n}건에 달린 반응이 아직 남아 있는지 알 수 없음: 반응을 단 계정을 모름"},
      {"coverage.passed_on",
       "reading took long: what was said from {time} UTC on was passed on to the other platforms before it",
       "읽는 데 오래 걸려, 그동안의 대화보다 {time} UTC 이후의 대화가 다른 플랫폼에 먼저 전달됨"},
      {"coverage.disordered", "reading took long: {n} {n?message was|messages were} taken up after later ones",
       "읽는 데 오래 걸려 메시지 {n}건이 나중 메시지보다 늦게 처리됨"},
      {"coverage.pins", "which pins still stand {platform} does not tell ({why})",
       "어떤 고정이 아직 남아 있는지 {platform}에서 알 수 없음({why})"},
      {"reason.somebody", "somebody on {place}", "{place}의 누군가"},
      {"reason.unpinned", "unpinned by {who} at {time}", "고정이 해제됨({who}, {time})"},
      {"reason.unmarked", "reaction removed by {who} at {time}", "반응이 지워짐({who}, {time})"},
      {"reason.put_back", "put back by {who} at {time}", "되돌려짐({who}, {time})"},
      {"reason.edited", "edited in chat by {who} at {time}", "채팅에서 고쳐짐({who}, {time})"},
      // What the bot writes into the record
      {"entry.rooms_bound", "one room on {names}", "하나의 방: {names}"},
      {"entry.unsealed", "unsealed by {who}: {why}", "{who} 님이 봉인을 엶: {why}"},
      {"entry.unsealed_approved", "unsealed by {who}, approved by {by}: {why}",
       "{by} 님의 승인으로 {who} 님이 봉인을 엶: {why}"},
      {"entry.by_hand", "#{channel} on {platform}, by hand", "#{channel}({platform}), 사람이 직접 보관함"},
      {"entry.deleted", "message of {whose} deleted by {who}", "{whose} 님의 메시지를 {who} 님이 삭제함"},
      {"entry.deleted_by_somebody", "message of {whose} deleted; the platform does not say by whom",
       "{whose} 님의 메시지가 삭제됨. 누가 삭제했는지 플랫폼이 알려 주지 않음"},
      {"entry.not_kept", "(deleted in chat, text not kept)", "(채팅에서 삭제됨, 내용은 보관하지 않음)"},
      {"entry.not_copied", "{name}: {why}", "{name}: {why}"},
      {"missed.too_large", "it has {size}, more than the {most} that are copied",
       "크기가 {size}로 복사 한도 {most}를 넘음"},
      {"missed.refused", "{platform} did not give it ({status})", "{platform}에서 내주지 않음({status})"},
      {"missed.login_page", "Slack did not give it (its login page came)", "Slack에서 내주지 않음(로그인 페이지가 옴)"},
      {"missed.outside", "it is kept outside of Slack", "Slack 밖에 보관된 파일임"},
      {"missed.deleted", "it was deleted in Slack", "Slack에서 삭제됨"},
      {"missed.hidden", "Slack hides it: it is older than the workspace's plan keeps",
       "Slack에서 숨김(워크스페이스 요금제의 보관 기간이 지남)"},
      {"missed.elsewhere", "it belongs to another organisation, and Slack gives no address for it",
       "다른 조직의 파일이라 Slack이 주소를 주지 않음"},
      {"missed.not_shown", "it belongs to another organisation, and Slack does not show it to the bot ({error})",
       "다른 조직의 파일이라 Slack이 봇에 보여 주지 않음({error})"},
      {"missed.untold", "Slack does not say where it is ({error})", "Slack이 파일의 위치를 알려 주지 않음({error})"},
      {"missed.no_address", "Slack gives no address for it", "Slack이 주소를 주지 않음"},
      {"timeline.before", "before: {text}", "이전: {text}"},
      {"timeline.filed", "filed by {who}", "{who} 님이 기록함"},
      {"timeline.withdrawn", "{what} – withdrawn: {reason}", "{what} – 철회됨: {reason}"},
  };
  return table;
}

}  // namespace muster
