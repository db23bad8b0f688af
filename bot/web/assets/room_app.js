// ---- the whole picture, at most once a frame

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  const later = document.visibilityState === 'visible' ? requestAnimationFrame : (f) => setTimeout(f, 200);
  later(() => { drawing = false; drawNow(); });
}

function drawNow() {
  const channel = here();
  markRead();
  drawChannels();
  drawTyping();
  $('title').textContent = channel ? channel.name : 'muster';
  $('topic').textContent = channel ? channel.topic || channel.title || '' : '';
  $('topic').title = $('topic').textContent;
  const closed = !channel || channel.archived;
  $('text').disabled = closed;
  $('send').disabled = closed;
  $('attach').hidden = closed || !room.fileMax;
  const hint = placeholder(channel);
  if ($('text').placeholder !== hint) { $('text').placeholder = hint; grow($('text')); }
  if (!channel) return $('posts').replaceChildren(el('p', 'empty', w('no_channels')));
  drawPosts(channel);
  drawSide(channel);
}

function placeholder(channel) {
  if (!channel) return w('no_channel');
  if (channel.archived) return w('is_archived', { channel: channel.name });
  // In the first channel every line is for the bot; elsewhere people talk, and a command says so.
  if (channel.name === '#muster') return w('a_command');
  return w('message_or', { prefix: room.prefix });
}

function drawPosts(channel) {
  const threads = new Map();
  const top = [];
  for (const post of channel.posts.values()) {
    const inThread = post.thread && channel.posts.has(post.thread);
    if (!inThread) top.push(post);
    else if (threads.has(post.thread)) threads.get(post.thread).push(post);
    else threads.set(post.thread, [post]);
  }
  const nodes = nodesFor('main', top, (post) => threads.get(post.id) || []);
  const empty = cached('empty', room.current, () =>
    el('p', 'empty', w('nothing_said', { help: `${room.current === '#muster' ? '' : room.prefix}help` })));
  place($('posts'), nodes.length ? nodes : [empty]);
  if (room.sticky) $('posts').scrollTop = $('posts').scrollHeight;
  const pinned = [...channel.posts.values()].filter((p) => p.pinned && !p.deleted).length;
  $('pins').hidden = !pinned;
  $('pins').textContent = `📌 ${pinned}`;
  $('pins').setAttribute('aria-label', w('n_pinned', { n: pinned }));
}

function drawSide(channel) {
  $('side').hidden = !room.side;
  if (!room.side) return;
  const thread = room.side.thread;
  const posts = [...channel.posts.values()].filter((p) => (thread ? p.id === thread || p.thread === thread : p.pinned && !p.deleted));
  $('sidetitle').textContent = w(thread ? 'thread' : 'pinned');
  $('reply').hidden = !thread || channel.archived;
  const list = $('sideposts');
  const low = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  place(list, nodesFor('side', posts, () => []));
  if (low) list.scrollTop = list.scrollHeight;
}

function drawTyping() {
  const now = Date.now();
  for (const [key, t] of room.typing) if (t.until < now) room.typing.delete(key);
  const who = [...room.typing.values()].filter((t) => t.channel === room.current).map((t) => nameOf(t.user));
  const key = who.length > 2 ? 'typing_more' : who.length > 1 ? 'typing_two' : 'typing_one';
  $('typing').textContent = who.length ? w(key, { who: who.slice(0, 2).join(', ') }) : '';
}

function openSide(what) {
  room.side = what;
  $('sideposts').replaceChildren();
  drawNow();
  $('sideposts').scrollTop = $('sideposts').scrollHeight;
  (what && what.thread ? $('replytext') : $('closeside')).focus();
}

function closeSide() {
  room.side = null;
  draw();
  $('text').focus();
}

openPlace = (name) => (name !== room.current && room.channels.has(name) ? () => choose(name) : null);

// ---- the composer

function grow(area) {
  area.style.height = 'auto';
  area.style.height = `${Math.min(180, area.scrollHeight)}px`;
}

function setText(text) {
  $('text').value = text;
  $('text').setSelectionRange(text.length, text.length);
  grow($('text'));
}

function startEditing(post) {
  room.editing = post;
  $('editing').hidden = false;
  setText(post.text);
  $('text').focus();
}

function stopEditing() {
  if (!room.editing) return;
  room.editing = null;
  $('editing').hidden = true;
  setText('');
}

// One id per text: pressing Enter again after a lost answer repeats the same post instead of making a second.
function sendId(area, text) {
  if (area.dataset.sent !== text) { area.dataset.sent = text; area.dataset.id = newId(); }
  return area.dataset.id;
}

async function submit() {
  const area = $('text');
  const text = area.value.trim();
  if (!room.current || (!text && (room.editing || !chosen.length))) return;
  hideWords();
  const editing = room.editing;
  const sent = editing ? await send('edit', { channel: editing.channel, post_id: editing.id, text })
    : chosen.length ? await sendFiles(room.current, '', text)
      : await say(room.current, '', text, sendId(area, text));
  if (!sent) return;
  delete area.dataset.sent;
  room.lastTyped = 0;
  if (editing) return stopEditing();
  suggestPrefix(text);
  if (text && room.history[0] !== text) room.history.unshift(text);
  room.history.length = Math.min(room.history.length, 100);
  room.at = -1;
  if (area.value.trim() === text) setText('');
}

// Where people talk, "resolve because …" is talk. Whoever meant the bot gets it with one press.
function looksLikeCommand(text) {
  const words = text.trim().split(/\s+/);
  return room.verbs.has(words[0].toLowerCase()) && (words.length < 3 || /\sbecause\s/.test(text));
}

function suggestPrefix(text) {
  const meant = room.current !== '#muster' && !text.startsWith(room.prefix) && !text.includes('\n') && looksLikeCommand(text);
  $('tip').hidden = !meant;
  if (!meant) return;
  const line = room.prefix + text.trim();
  const channel = room.current;
  $('tip').replaceChildren(w('to_people'),
    button('', line, '', () => { $('tip').hidden = true; say(channel, '', line, newId()); }));
}

// A command in an answer is put into the box, ready to be changed and sent.
function takeCommand(e) {
  const code = e.target.closest('.card code');
  if (!code || e.target.closest('button, a') || !getSelection().isCollapsed) return;
  const text = code.textContent.startsWith(room.prefix) ? code.textContent.slice(room.prefix.length) : code.textContent;
  if (!room.verbs.has(text.split(' ')[0]) || $('text').value || $('text').disabled) return;
  setText((room.current === '#muster' ? '' : room.prefix) + text.replace(/\s*…$/, ' '));
  $('text').focus();
}

async function submitReply() {
  const area = $('replytext');
  const text = area.value.trim();
  if (!text || !room.side || !room.side.thread) return;
  if (!(await say(room.current, room.side.thread, text, sendId(area, text)))) return;
  delete area.dataset.sent;
  area.value = '';
  grow(area);
}

function recall(step) {
  const next = room.at + step;
  if (next >= room.history.length || next < -1) return;
  room.at = next;
  setText(next < 0 ? '' : room.history[next]);
}

function typed() {
  grow($('text'));
  hideWords();
  const now = Date.now();
  if (now - room.lastTyped < 3000 || !$('text').value || !room.current) return;
  room.lastTyped = now;
  send('typing', { channel: room.current });
}

// ---- completion

let words = { list: [], at: -1, start: 0, end: 0 };
function hideWords() { $('words').hidden = true; words.list = []; }

function takeWord(word, final) {
  const area = $('text');
  const text = area.value;
  const put = word + (final && !/\s$/.test(word) && !/^\s/.test(text.slice(words.end)) ? ' ' : '');
  area.value = text.slice(0, words.start) + put + text.slice(words.end);
  words.end = words.start + put.length;
  area.setSelectionRange(words.end, words.end);
  grow(area);
}

function showWords() {
  $('words').replaceChildren(...words.list.map((word, i) => {
    const item = el('li', '', word);
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', String(i === words.at));
    item.addEventListener('mousedown', (e) => { e.preventDefault(); takeWord(word, true); hideWords(); });
    return item;
  }));
  $('words').hidden = words.list.length < 2;
}

async function complete() {
  const area = $('text');
  if (words.list.length > 1) {  // Tab again: the next one
    words.at = (words.at + 1) % words.list.length;
    takeWord(words.list[words.at], false);
    return showWords();
  }
  const prefix = area.value.slice(0, area.selectionStart);
  const ask = new URLSearchParams({ prefix, channel: room.current });
  if (room.sandbox) ask.set('as', room.me);
  const answer = await fetch(`/room/complete?${ask}`).then((r) => (r.ok ? r.json() : null)).catch(() => null);
  if (!answer || area.value.slice(0, area.selectionStart) !== prefix || !answer.completions.length) return;
  const start = prefix.search(/\S*$/);
  words = { list: answer.completions, at: -1, start, end: prefix.length };
  if (words.list.length === 1) { takeWord(words.list[0], true); return hideWords(); }
  let common = words.list[0];
  for (const w of words.list) while (!w.startsWith(common)) common = common.slice(0, -1);
  if (common.length > prefix.length - start) takeWord(common, false);
  showWords();
}

function composerKey(e) {
  if (e.isComposing || e.keyCode === 229) return;  // a Korean or Japanese syllable is still being written
  const area = $('text');
  if (e.key === 'Enter' && !e.shiftKey) {
    e.preventDefault();
    submit();
  } else if (e.key === 'Tab' && !e.shiftKey && area.value.trim()) {  // an empty box leaves Tab to the keyboard reader
    e.preventDefault();
    complete();
  } else if (e.key === 'ArrowUp' && (!area.value || room.at >= 0)) {
    e.preventDefault();
    recall(1);
  } else if (e.key === 'ArrowDown' && room.at >= 0) {
    e.preventDefault();
    recall(-1);
  } else if (e.key === 'Escape') {
    if (words.list.length) { hideWords(); e.stopPropagation(); } else stopEditing();
  }
}

// ---- wiring

$('composer').addEventListener('submit', (e) => { e.preventDefault(); submit(); });
$('reply').addEventListener('submit', (e) => { e.preventDefault(); submitReply(); });
$('text').addEventListener('keydown', composerKey);
$('text').addEventListener('input', () => { room.at = -1; typed(); });
$('replytext').addEventListener('input', () => grow($('replytext')));
$('replytext').addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) { e.preventDefault(); submitReply(); }
});
$('as').addEventListener('change', () => {
  room.me = $('as').value;
  try { sessionStorage.setItem('muster-as', room.me); } catch { /* a private window */ }
  load();
  $('text').focus();
});
$('logout').addEventListener('click', async () => {
  if (room.source) room.source.close();
  room.source = null;
  if (await send('logout', {})) location.replace('/room');
});
$('menu').addEventListener('click', () => drawer(!$('drawer').classList.contains('open')));
$('shade').addEventListener('click', () => drawer(false));
$('pins').addEventListener('click', () => openSide({ pins: true }));
$('closeside').addEventListener('click', closeSide);
$('down').addEventListener('click', () => { room.sticky = true; $('down').hidden = true; drawNow(); });
$('posts').addEventListener('scroll', () => {
  const posts = $('posts');
  room.sticky = posts.scrollHeight - posts.scrollTop - posts.clientHeight < 60;
  if (room.sticky) $('down').hidden = true;
});
new ResizeObserver(() => { if (room.sticky) $('posts').scrollTop = $('posts').scrollHeight; }).observe($('posts'));
document.addEventListener('visibilitychange', draw);
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape') return;
  if ($('drawer').classList.contains('open')) drawer(false);
  else if (room.side) closeSide();
});
for (const list of ['posts', 'sideposts']) $(list).addEventListener('click', takeCommand);
wireFiles();
addEventListener('hashchange', () => { const name = fromHash(); if (name) choose(name); });
load();
