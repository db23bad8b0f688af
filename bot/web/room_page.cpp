// Written by bot/web/assets/embed.sh. Change the files in bot/web/assets instead.
// clang-format off
#include "bot/web/room_assets.h"

namespace muster {

std::string room_page() { return R"~asset~(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>muster</title>
<link rel="stylesheet" href="/room/style.css">
<script src="/room/app.js" defer></script>
</head>
<body>
<a class="skip" href="#text">Skip to the message box</a>
<div id="banner" class="banner" hidden>
  <span><b>Sandbox</b><span class="wide"> — sample people, nothing real is changed</span></span>
  <label>Speak as <select id="as"></select></label>
</div>
<div id="app">
  <nav id="drawer" aria-label="Channels">
    <div class="brand"><span class="logo" aria-hidden="true"></span>muster</div>
    <div id="channels" class="channels"></div>
    <div id="link" class="link" role="status">Connecting…</div>
  </nav>
  <div id="shade" hidden></div>
  <main>
    <header>
      <button id="menu" class="icon" aria-label="Channels" aria-expanded="false"
        aria-controls="drawer">☰<i id="dot" hidden></i></button>
      <div class="where"><h1 id="title">muster</h1><p id="topic"></p></div>
      <button id="pins" class="chip" hidden></button>
    </header>
    <div id="posts" class="posts" role="log" aria-live="polite" aria-label="Posts" tabindex="0"></div>
    <button id="down" class="down" hidden>New posts ↓</button>
    <div class="foot">
      <p id="typing" class="typing" aria-live="off"></p>
      <p id="error" class="error" role="alert" hidden></p>
      <ul id="words" class="words" role="listbox" aria-label="Completions" hidden></ul>
      <form id="composer" class="composer">
        <p id="editing" hidden>Editing a post — Escape cancels</p>
        <textarea id="text" rows="1" maxlength="16000" aria-label="Message"
          autocomplete="off" spellcheck="false"></textarea>
        <button id="send" aria-label="Send">Send</button>
      </form>
      <p class="hint">Enter sends · Shift+Enter new line · Tab completes · ↑ earlier messages</p>
    </div>
  </main>
  <aside id="side" aria-label="Thread" hidden>
    <header><h2 id="sidetitle">Thread</h2><button id="closeside" class="icon" aria-label="Close">✕</button></header>
    <div id="sideposts" class="posts" role="log" aria-live="polite" aria-label="Thread posts" tabindex="0"></div>
    <form id="reply" class="composer">
      <textarea id="replytext" rows="1" maxlength="16000" aria-label="Reply" autocomplete="off"
        spellcheck="false" placeholder="Reply…"></textarea>
      <button aria-label="Send reply">Send</button>
    </form>
  </aside>
</div>
<noscript><p class="error">The room needs JavaScript.</p></noscript>
</body>
</html>
)~asset~"; }

std::string room_style() { return R"~asset~(:root {
  --bg: #ffffff; --side: #f4f5f7; --line: #e2e4e9; --text: #1b1f27; --soft: #5b6472; --accent: #2c5fd6;
  --accent-text: #ffffff; --hover: #f3f5f9; --card: #fafbfc; --code: #eceef3; --mark: #e7eefc;
  --good: #1f8a4c; --warning: #a66a00; --danger: #c42b2b; --none: #a9b1bf; --banner: #fff3d6; --banner-text: #5c4200;
  --warning-bar: #e0a020;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #16181d; --side: #101216; --line: #2b2f38; --text: #e6e9ef; --soft: #9aa4b3; --accent: #86aaff;
    --accent-text: #0d1526; --hover: #1d2027; --card: #1c1f26; --code: #2a2e38; --mark: #232e4a;
    --good: #4cc07f; --warning: #e5b04b; --danger: #ff7b72; --none: #525b6b; --banner: #3a2f12; --banner-text: #f4dda0;
    --warning-bar: #d39a26;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; margin: 0; }
body {
  background: var(--bg); color: var(--text); display: flex; flex-direction: column; height: 100dvh;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK KR", sans-serif;
  overflow-wrap: anywhere; word-break: keep-all;
}
button, select, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
h1, h2, p, ul { margin: 0; padding: 0; }
a { color: var(--accent); }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; z-index: 9; background: var(--bg); padding: 4px 10px; }
.notice { display: grid; place-items: center; padding: 24px; }
.notice main { max-width: 34rem; }
.notice h1 { font-size: 22px; margin-bottom: 8px; }

.banner {
  display: flex; gap: 12px; justify-content: space-between; align-items: center; padding: 5px 16px;
  background: var(--banner); color: var(--banner-text); font-size: 13px;
}
.banner select {
  background: var(--bg); color: var(--text); border: 1px solid var(--line); border-radius: 6px;
  padding: 2px 6px;
}
#app { flex: 1; display: flex; min-height: 0; }
nav {
  width: 248px; flex: none; background: var(--side); border-right: 1px solid var(--line); display: flex;
  flex-direction: column; min-height: 0;
}
.brand {
  padding: 14px 16px 10px; font-weight: 700; font-size: 17px; letter-spacing: -.01em; display: flex;
  align-items: center; gap: 9px;
}
.logo { width: 15px; height: 15px; border-radius: 50%; border: 4px solid var(--accent); }
.channels { flex: 1; overflow-y: auto; padding: 4px 8px; }
.channels h2 { font-size: 12px; font-weight: 600; color: var(--soft); padding: 12px 8px 4px; }
.channels button {
  display: flex; width: 100%; align-items: center; gap: 8px; padding: 5px 8px; border: 0; border-radius: 6px;
  background: none; text-align: left; color: var(--soft);
}
.channels button:hover { background: var(--hover); }
.channels button span { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.channels .unread { color: var(--text); font-weight: 650; }
.channels [aria-current] { background: var(--mark); color: var(--text); }
.channels i {
  font-style: normal; font-size: 12px; background: var(--accent); color: var(--accent-text);
  border-radius: 9px; padding: 0 7px;
}
.link { padding: 9px 16px; font-size: 12px; color: var(--soft); border-top: 1px solid var(--line); }
.link::before { content: "●"; margin-right: 6px; color: var(--warning-bar); }
.link.on::before { color: var(--good); }

main { flex: 1; min-width: 0; display: flex; flex-direction: column; position: relative; }
header {
  display: flex; align-items: center; gap: 10px; padding: 9px 20px; border-bottom: 1px solid var(--line);
  min-height: 56px;
}
.where { flex: 1; min-width: 0; }
h1, aside h2 { font-size: 16px; line-height: 1.3; }
aside h2 { flex: 1; }
#topic { font-size: 13px; color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.icon { border: 0; background: none; font-size: 18px; padding: 4px 8px; border-radius: 6px; position: relative; }
.icon:hover, .chip:hover { background: var(--hover); }
#menu { display: none; }
#dot {
  position: absolute; top: 3px; right: 2px; width: 9px; height: 9px; border-radius: 50%;
  background: var(--accent);
}
.chip { border: 1px solid var(--line); background: none; border-radius: 14px; padding: 2px 10px; font-size: 13px; }
.posts { flex: 1; overflow-y: auto; padding: 12px 0 6px; min-height: 0; overscroll-behavior: contain; }
.empty { color: var(--soft); padding: 32px 20px; text-align: center; }
.day { display: flex; align-items: center; gap: 12px; padding: 10px 20px 4px; font-size: 12px; color: var(--soft); }
.day::before, .day::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.post { position: relative; padding: 1px 20px 1px 66px; }
.post.first { margin-top: 10px; }
.post:hover, .post:focus-within { background: var(--hover); }
.face {
  position: absolute; left: 20px; top: 4px; width: 34px; height: 34px; border-radius: 8px; display: grid; place-items: center;
  font-size: 14px; font-weight: 650; color: #fff; background: #5a6785;
}
.face.c0 { background: #2d6cb5; } .face.c1 { background: #7a4fb0; } .face.c2 { background: #177e72; }
.face.c3 { background: #ad4a3c; } .face.c4 { background: #8a6410; } .face.c5 { background: #46713a; }
.face.bot { background: var(--mark); border: 1px solid var(--line); }
.face.bot::after { content: ""; width: 13px; height: 13px; border-radius: 50%; border: 4px solid var(--accent); }
.who { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; }
.who b { font-weight: 650; }
.who .tag { font-size: 11px; border: 1px solid var(--line); color: var(--soft); border-radius: 4px; padding: 0 5px; }
time, .note { font-size: 12px; color: var(--soft); }
.side-time { position: absolute; left: 14px; width: 44px; text-align: right; top: 4px; opacity: 0; font-size: 11px; }
.post:hover .side-time, .post:focus-within .side-time { opacity: 1; }
.body { white-space: pre-wrap; }
.gone { color: var(--soft); font-style: italic; }
code {
  background: var(--code); border-radius: 4px; padding: 1px 5px;
  font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace;
}
.card {
  border: 1px solid var(--line); border-left: 4px solid var(--none); border-radius: 8px; background: var(--card);
  padding: 9px 14px 11px; margin: 4px 0; max-width: 720px; width: fit-content; min-width: min(100%, 340px);
}
.card.good { border-left-color: var(--good); } .card.warning { border-left-color: var(--warning-bar); }
.card.danger { border-left-color: var(--danger); }
.card .body + .body, .card dl + .body { margin-top: 7px; }
.card dl {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 8px 20px; margin: 9px 0 0;
}
.card dt { font-size: 12px; color: var(--soft); }
.card dd { margin: 0; white-space: pre-wrap; }
.buttons { display: flex; flex-wrap: wrap; gap: 7px; margin-top: 11px; }
.buttons button {
  border: 1px solid var(--line); background: var(--bg); border-radius: 7px; padding: 4px 13px;
  font-weight: 550; font-size: 14px;
}
.buttons button:hover { border-color: var(--soft); }
.buttons .primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
.buttons .danger { color: var(--danger); border-color: var(--danger); }
.buttons button:disabled { opacity: .55; cursor: progress; }
.under { display: flex; flex-wrap: wrap; gap: 5px; margin: 3px 0 4px; }
.under:empty { display: none; }
.under button {
  border: 1px solid var(--line); border-radius: 12px; background: var(--bg); padding: 0 9px; font-size: 13px;
  line-height: 22px;
}
.under button[aria-pressed=true] { background: var(--mark); border-color: var(--accent); }
.under .replies {
  color: var(--accent); border-color: transparent; background: none; padding: 0 2px; font-weight: 550;
}
.tools {
  position: absolute; right: 14px; top: -13px; display: flex; opacity: 0; pointer-events: none; background: var(--bg);
  border: 1px solid var(--line); border-radius: 8px; padding: 1px; z-index: 2;
}
.post:hover .tools, .post:focus-within .tools, .post.open .tools { opacity: 1; pointer-events: auto; }
.tools button { border: 0; background: none; padding: 1px 7px; border-radius: 6px; font-size: 14px; }
.tools button:hover { background: var(--hover); }
.tools .sure { color: var(--danger); font-weight: 600; }
.tools .x { color: var(--soft); font-size: 13px; }
.post.private .card, .post.private > .body { border-style: dashed; border-left-style: solid; }
.down {
  position: absolute; right: 24px; bottom: 118px; border: 0; border-radius: 16px; padding: 5px 14px;
  background: var(--accent); color: var(--accent-text); z-index: 3;
}
.foot { padding: 0 20px 8px; position: relative; }
.typing { font-size: 12px; color: var(--soft); height: 20px; overflow: hidden; }
.error { color: var(--danger); font-size: 14px; padding: 2px 0 6px; }
.composer {
  display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-end; border: 1px solid var(--none);
  border-radius: 10px; padding: 6px 6px 6px 12px; background: var(--bg);
}
.composer:focus-within { border-color: var(--accent); }
.composer p { width: 100%; font-size: 12px; color: var(--soft); }
.composer textarea {
  flex: 1; min-width: 0; border: 0; outline: 0; background: none; resize: none; max-height: 180px;
  padding: 4px 0; line-height: 1.45;
}
.composer button {
  border: 0; border-radius: 7px; background: var(--accent); color: var(--accent-text); padding: 5px 15px;
  font-weight: 600;
}
.composer button:disabled { opacity: .45; cursor: default; }
.hint { font-size: 12px; color: var(--soft); padding: 5px 2px 0; }
.words {
  list-style: none; position: absolute; bottom: 84px; left: 20px; min-width: 190px; max-width: 80%;
  background: var(--bg); border: 1px solid var(--line); border-radius: 8px; padding: 4px;
  box-shadow: 0 6px 22px #0003; z-index: 4; max-height: 250px; overflow-y: auto;
}
.words li { padding: 2px 10px; border-radius: 5px; cursor: pointer; }
.words [aria-selected=true] { background: var(--mark); }
aside {
  width: 400px; flex: none; border-left: 1px solid var(--line); display: flex; flex-direction: column;
  min-height: 0;
}
aside .composer { margin: 8px 14px 12px; }
aside .card { min-width: 0; width: auto; }
#shade { position: fixed; inset: 0; background: #0007; z-index: 5; }
@media (max-width: 1080px) {
  aside {
    position: absolute; right: 0; top: 0; bottom: 0; background: var(--bg); z-index: 4;
    box-shadow: -8px 0 24px #0002;
  }
  #app { position: relative; }
}
@media (max-width: 720px) {
  nav {
    position: fixed; inset: 0 auto 0 0; width: min(300px, 84vw); z-index: 6; transform: translateX(-101%);
    visibility: hidden;
  }
  nav.open { transform: none; visibility: visible; }
  #menu { display: block; }
  header { padding: 6px 10px; min-height: 50px; }
  .post { padding: 1px 12px 1px 52px; }
  .face { left: 10px; width: 32px; height: 32px; }
  .side-time, .hint, .wide { display: none; }
  .foot { padding: 0 10px 10px; }
  .banner { padding: 5px 10px; }
  .day { padding: 10px 12px 4px; }
  .card { width: 100%; }
  .card dl { grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); }
  .words { bottom: 66px; left: 10px; }
  aside { width: 100%; }
  .composer textarea { font-size: 16px; }
  .buttons button { min-height: 40px; }
  .under button, .tools button { min-height: 30px; padding: 3px 10px; }
}
@media (prefers-reduced-motion: no-preference) { nav { transition: transform .15s; } }
)~asset~"; }

}  // namespace muster
