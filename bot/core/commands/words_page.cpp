// The labels and notices of the room's page and of its terminal.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_page() {
  static constexpr Sentence table[] = {
      {"ui.skip", "Skip to the message box", "메시지 입력란으로 가기"},
      {"ui.sandbox", "Sandbox", "샌드박스"},
      {"ui.sandbox_what", " — sample people, nothing real is changed", " — 예제 사람들, 실제로 바뀌는 것은 없습니다"},
      {"ui.speak_as", "Speak as", "말하는 사람"},
      {"ui.channels", "Channels", "채널"},
      {"ui.archived", "Archived", "보관됨"},
      {"ui.connecting", "Connecting…", "연결 중…"},
      {"ui.connected", "Connected", "연결됨"},
      {"ui.retry", "Not connected — trying again", "연결 끊김 — 다시 시도 중"},
      {"ui.retry_in", "Not connected — trying again in {s} s", "연결 끊김 — {s}초 뒤 다시 시도"},
      {"ui.log_out", "Log out", "로그아웃"},
      {"ui.logged_out", "You are logged out: open the login link again.",
       "로그아웃되었습니다. 로그인 링크를 다시 여세요."},
      {"ui.posts", "Posts", "글"},
      {"ui.new_posts", "New posts ↓", "새 글 ↓"},
      {"ui.completions", "Completions", "자동 완성"},
      {"ui.editing", "Editing a post — Escape cancels", "글 고치는 중 — Esc로 취소"},
      {"ui.attach", "Attach a file", "파일 붙이기"},
      {"ui.message", "Message", "메시지"},
      {"ui.send", "Send", "보내기"},
      {"ui.keys", "Enter sends · Shift+Enter new line · Tab completes · ↑ earlier messages",
       "Enter 보내기 · Shift+Enter 줄 바꿈 · Tab 자동 완성 · ↑ 이전 메시지"},
      {"ui.thread", "Thread", "스레드"},
      {"ui.pinned", "Pinned", "고정됨"},
      {"ui.close", "Close", "닫기"},
      {"ui.thread_posts", "Thread posts", "스레드의 글"},
      {"ui.reply", "Reply", "답글"},
      {"ui.reply_here", "Reply…", "답글…"},
      {"ui.reply_thread", "Reply in a thread", "스레드로 답글"},
      {"ui.send_reply", "Send reply", "답글 보내기"},
      {"ui.needs_js", "The room needs JavaScript.", "JavaScript가 필요합니다."},
      {"ui.agree", "Agree", "동의"},
      {"ui.looking", "Looking", "보는 중"},
      {"ui.done", "Done", "완료"},
      {"ui.answered", "The bot answered {status}.", "봇이 {status}(으)로 답했습니다."},
      {"ui.unreachable", "The bot cannot be reached. What you wrote is still here; send it again.",
       "봇에 연결할 수 없습니다. 쓴 글은 그대로 있으니 다시 보내세요."},
      {"ui.unread", "{channel}, {n} unread", "{channel}, 읽지 않은 글 {n}개"},
      {"ui.no_channels", "The bot has not opened a channel yet.", "아직 열린 채널이 없습니다."},
      {"ui.no_channel", "No channel yet", "채널 없음"},
      {"ui.is_archived", "{channel} is archived", "{channel}은(는) 보관되었습니다"},
      {"ui.a_command", "A command, such as help", "명령. 예: help"},
      {"ui.message_or", "Message, or {prefix}command", "메시지 또는 {prefix}명령"},
      {"ui.nothing_said", "Nothing said here yet. {help} tells what muster can do.",
       "아직 글이 없습니다. {help}을(를) 입력하면 할 수 있는 일이 나옵니다."},
      {"ui.n_pinned", "{n} pinned", "고정된 글 {n}개"},
      {"ui.typing_one", "{who} is typing…", "{who} 님이 입력 중…"},
      {"ui.typing_two", "{who} are typing…", "{who} 님이 입력 중…"},
      {"ui.typing_more", "{who} and others are typing…", "{who} 님 외 여러 명이 입력 중…"},
      {"ui.to_people", "That was said to people. For the bot: ", "사람들에게 한 말입니다. 봇에게는: "},
      {"ui.bytes", "{n} bytes", "{n}바이트"},
      {"ui.too_large", "{name} is larger than {size}. Post a link instead.",
       "{name}은(는) {size}보다 큽니다. 링크를 올리세요."},
      {"ui.is_empty", "{name} is empty.", "{name}은(는) 비어 있습니다."},
      {"ui.leave_out", "Leave out {name}", "{name} 빼기"},
      {"ui.pin", "Pin", "고정"},
      {"ui.unpin", "Unpin", "고정 해제"},
      {"ui.edit", "Edit", "고치기"},
      {"ui.edit_post", "Edit your post", "내 글 고치기"},
      {"ui.delete", "Delete", "지우기"},
      {"ui.delete_post", "Delete your post", "내 글 지우기"},
      {"ui.really_delete", "Really delete", "정말 지우기"},
      {"ui.replies", "{n} {n?reply|replies} · {time}", "답글 {n}개 · {time}"},
      {"ui.was_deleted", "This post was deleted.", "지워진 글입니다."},
      {"ui.edited", "edited {time}", "{time}에 고침"},
      {"ui.is_pinned", "pinned", "고정됨"},
      {"ui.only_you", "only you see this", "나에게만 보입니다"},
      {"ui.bot", "bot", "봇"},
      // The terminal
      {"term.start", "/help tells what works at this terminal; the log is in {log}.",
       "/help를 입력하면 이 터미널에서 되는 것이 나옵니다. 로그는 {log}에 있습니다."},
      {"term.stop", "Press ^C once more to stop the bot.", "봇을 멈추려면 ^C를 한 번 더 누르세요."},
      {"term.no_channel", "There is no channel {name}. Channels: {list}", "{name} 채널은 없습니다. 채널: {list}"},
      {"term.which", "Which of these: {list}", "어느 것인가요: {list}"},
      {"term.sandbox_only", "/as works in the sandbox only.", "/as는 샌드박스에서만 됩니다."},
      {"term.people", "Sample people: {list}", "예제 사람들: {list}"},
      {"term.emoji", "Which emoji? /react 👍", "어떤 이모지인가요? /react 👍"},
      {"term.what", "What? /{kind} TEXT", "무엇을요? /{kind} 글"},
      {"term.nothing_yours", "You have said nothing here yet.", "여기서 아직 말한 것이 없습니다."},
      {"term.nothing", "Nothing was said here yet.", "여기에는 아직 글이 없습니다."},
      {"term.help",
       "Here a line that begins with / is for this terminal:\n"
       "  /channel NAME   speak in another channel (Tab completes); /channels lists them\n"
       "  /reply TEXT     answer in the thread of the newest post\n"
       "  /react EMOJI    react to the newest post; /pin and /unpin work on it, too\n"
       "  /edit TEXT      change your newest post; /delete removes it\n"
       "  /as PERSON      speak as a sample person (sandbox only)\n"
       "  /quit           stop the bot (as ^C twice and ^D do)\n"
       "Anything else is said in the channel. In #muster every line is a command; type help.",
       "/로 시작하는 줄은 이 터미널에 하는 말입니다:\n"
       "  /channel 이름   다른 채널에서 말하기(Tab 자동 완성). /channels는 목록\n"
       "  /reply 글       가장 새 글의 스레드에 답하기\n"
       "  /react 이모지   가장 새 글에 반응. /pin, /unpin도 됩니다\n"
       "  /edit 글        내 가장 새 글 고치기. /delete는 지우기\n"
       "  /as 사람        예제 사람으로 말하기(샌드박스만)\n"
       "  /quit           봇 멈추기(^C 두 번, ^D도 같음)\n"
       "그 밖의 줄은 채널에 하는 말입니다. #muster에서는 모든 줄이 명령입니다. help를 입력해 보세요."},
      // Pages that stand alone
      {"web.address.title", "Wrong address", "잘못된 주소"},
      {"web.address", "Open the room by localhost, by an address, or by the name of the host that muster listens on.",
       "localhost, IP 주소, 또는 muster가 듣는 호스트 이름으로 여세요."},
      {"web.method.title", "Not possible", "할 수 없습니다"},
      {"web.method", "The room knows GET and POST.", "GET과 POST만 받습니다."},
      {"web.login.title", "Please log in", "로그인하세요"},
      {"web.login",
       "muster prints a login link when it starts. Open that link once in this browser; it then stays logged in for 30 "
       "days. Who cannot see where it was started asks its operator for a link: muster login --as YOU.",
       "muster는 시작할 때 로그인 링크를 보여 줍니다. 이 브라우저에서 한 번 열면 30일 동안 유지됩니다. 시작한 곳을 볼 "
       "수 "
       "없다면 운영자에게 링크를 부탁하세요: muster login --as 이름."},
      {"web.link.title", "This link is not valid", "쓸 수 없는 링크입니다"},
      {"web.link",
       "Use the login link that muster printed when it started, or ask its operator for a new one: muster login --as "
       "YOU. "
       "Such a link can be opened for an hour.",
       "muster가 시작할 때 보여 준 로그인 링크를 쓰거나 운영자에게 새 링크를 부탁하세요: muster login --as 이름. 그 "
       "링크는 "
       "한 시간 동안 열 수 있습니다."},
      {"web.missing.title", "Not here", "없는 페이지"},
      {"web.missing", "There is nothing at this address. The room is at /room.",
       "이 주소에는 아무것도 없습니다. 방은 /room 에 있습니다."},
      {"web.no_incident.title", "No such incident", "없는 장애"},
      {"web.no_incident", "There is no incident with this number. In the room, incidents lists them.",
       "그 번호의 장애는 없습니다. 방에서 incidents를 입력하면 목록이 나옵니다."},
      {"web.no_version.title", "No such version", "없는 버전"},
      {"web.no_version", "This version of the postmortem was not published. In the room, postmortem shows the last.",
       "그 버전의 회고는 공개되지 않았습니다. 방에서 postmortem을 입력하면 마지막 버전이 나옵니다."},
      {"web.forbidden.title", "Not allowed", "허용되지 않음"},
      {"web.sandbox_only", "Speaking as somebody else is for the sandbox only.",
       "다른 사람으로 말하기는 샌드박스에서만 됩니다."},
      {"web.no_sample", "There is no sample person of that name.", "그런 이름의 예제 사람은 없습니다."},
  };
  return table;
}

}  // namespace muster
