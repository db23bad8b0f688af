// Written by bot/web/assets/embed.sh. Change the files in bot/web/assets instead.
// clang-format off
#include "bot/web/room_assets.h"

namespace muster {

std::string room_script() {
  std::string out = R"~asset~(// Values to nodes. Text from people and alerts only ever becomes text nodes;
// nothing here reads markup as HTML.
'use strict';

function el(tag, cls, ...children) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

function button(cls, text, label, onClick) {
  const node = el('button', cls, text);
  node.type = 'button';
  if (label) { node.setAttribute('aria-label', label); node.title = label; }
  node.addEventListener('click', onClick);
  return node;
}

// The bot escapes outside text with backslashes; people's own text is taken as typed.
function tokens(text, escapes) {
  const out = [];
  const chars = [...text];
  for (let i = 0; i < chars.length; i++) {
    const escaped = escapes && chars[i] === '\\' && i + 1 < chars.length;
    if (escaped) i++;
    out.push({ c: chars[i], plain: escaped });
  }
  return out;
}

function linkAt(list, from) {
  const head = list.slice(from, from + 8).map((t) => t.c).join('');
  if (!/^https?:\/\//.test(head)) return null;
  let end = from;
  while (end < list.length && !/[\s<>"'`*]/.test(list[end].c)) end++;
  while (end > from && /[.,;:!?)\]]/.test(list[end - 1].c)) end--;
  const text = list.slice(from, end).map((t) => t.c).join('');
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? { text, href: url.href, end } : null;
  } catch { return null; }
}

function closing(list, from, mark) {
  for (let i = from; i < list.length && list[i].c !== '\n'; i++) {
    if (list[i].c === mark && !list[i].plain) return i > from ? i : -1;
  }
  return -1;
}

// *strong*, `code`, links and newlines: the whole markup.
function rich(list) {
  const out = document.createDocumentFragment();
  let run = '';
  const flush = () => { if (run) out.append(run); run = ''; };
  for (let i = 0; i < list.length; i++) {
    const { c, plain } = list[i];
    const end = !plain && (c === '*' || c === '`') ? closing(list, i + 1, c) : -1;
    const link = c === 'h' ? linkAt(list, i) : null;
    if (end > 0) {
      flush();
      const inner = list.slice(i + 1, end);
      out.append(c === '*' ? el('strong', '', rich(inner)) : el('code', '', inner.map((t) => t.c).join('')));
      i = end;
    } else if (link) {
      flush();
      const a = el('a', '', link.text);
      a.href = link.href;
      a.rel = 'noopener noreferrer nofollow';
      a.target = '_blank';
      out.append(a);
      i = link.end - 1;
    } else {
      run += c;
    }
  }
  flush();
  return out;
}

const botText = (text) => el('div', 'body', rich(tokens(text || '', true)));
const humanText = (text) => el('div', 'body', rich(tokens(text || '', false)));

function cardFields(fields) {
  const list = el('dl');
  for (const field of fields) {
    list.append(el('div', '', el('dt', '', String(field[0])), el('dd', '', rich(tokens(String(field[1]), true)))));
  }
  return list;
}

function card(message, onCommand) {
  const color = ['good', 'warning', 'danger'].includes(message.color) ? message.color : '';
  const node = el('div', `card ${color}`);
  if (message.text) node.append(botText(message.text));
  for (const section of message.sections || []) {
    if (section.text) node.append(botText(section.text));
    if (section.fields && section.fields.length) node.append(cardFields(section.fields));
  }
  if (message.buttons && message.buttons.length) {
    const row = el('div', 'buttons');
    for (const b of message.buttons) {
      const style = ['primary', 'danger'].includes(b.style) ? b.style : '';
      const node2 = button(style, b.label, '', () => onCommand(b.command, node2));
      node2.title = b.command;
      row.append(node2);
    }
    node.append(row);
  }
  return node;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayName = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

function timeNode(ms, cls) {
  const node = el('time', cls || '', clock.format(ms));
  node.dateTime = new Date(ms).toISOString();
  node.title = fullTime.format(ms);
  return node;
}

function face(author, name, bot) {
  let sum = 0;
  for (const c of author) sum = (sum * 31 + c.codePointAt(0)) >>> 0;
  const node = el('div', bot ? 'face bot' : `face c${sum % 6}`, bot ? '' : ([...name][0] || '?').toUpperCase());
  node.setAttribute('aria-hidden', 'true');
  return node;
}

// Puts `wanted` into `parent` in order, touching only what differs, so that focus and selection stay.
function place(parent, wanted) {
  let at = parent.firstChild;
  for (const node of wanted) {
    if (node === at) { at = at.nextSibling; continue; }
    parent.insertBefore(node, at);
  }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
}
)~asset~";
  out += R"~asset~(const $ = (id) => document.getElementById(id);
const quick = [['👍', 'Agree'], ['👀', 'Looking'], ['✅', 'Done']];
const room = {
  me: '', csrf: '', sandbox: false, people: new Map(), channels: new Map(), current: '', cursor: '',
  side: null, editing: null, drafts: new Map(), history: [], at: -1, typing: new Map(), source: null,
  retry: 0, lastTyped: 0, read: {}, nodes: new Map(), sticky: true,
};
try { room.read = JSON.parse(localStorage.getItem('muster-read')) || {}; } catch { /* a private window */ }
try { room.me = sessionStorage.getItem('muster-as') || ''; } catch { /* a private window */ }

const nameOf = (id) => room.people.get(id) || id;
const here = () => room.channels.get(room.current);
const asQuery = () => (room.sandbox && room.me ? `as=${encodeURIComponent(room.me)}` : '');

// ---- talking to the bot

function linkState(text, on) { $('link').textContent = text; $('link').classList.toggle('on', !!on); }

function complain(text) {
  $('error').textContent = text || '';
  $('error').hidden = !text;
}

async function send(path, body) {
  try {
    const answer = await fetch(`/room/${path}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Muster-CSRF': room.csrf },
      body: JSON.stringify(room.sandbox ? { ...body, as: room.me } : body),
    });
    if (answer.ok) { if (path !== 'typing') complain(''); return true; }
    const why = await answer.json().catch(() => ({ error: `The bot answered ${answer.status}.` }));
    if (path !== 'typing') complain([why.error, why.next_step].filter(Boolean).join(' '));
  } catch {
    if (path !== 'typing') complain('The bot cannot be reached. Your text is still here; send it again.');
  }
  return false;
}

// The id makes a repeated send of the same text one post.
const say = (channel, thread, text, id) => send('say', { channel, thread, text, client_id: id });
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('');

async function load() {
  let answer = null;
  const query = room.me ? `?as=${encodeURIComponent(room.me)}` : '';
  try { answer = await fetch(`/room/state${query}`); } catch { return again(); }
  if (answer.status === 401) return linkState('Logged out — open the login link again');
  if (answer.status === 403 && room.me) { room.me = ''; return load(); }
  if (!answer.ok) return again();
  const state = await answer.json();
  Object.assign(room, { me: state.me, csrf: state.csrf, sandbox: state.sandbox, cursor: state.cursor });
  room.people = new Map(state.people.map((p) => [p.id, p.name]));
  room.channels = new Map(state.channels.map((c) => [c.name, { ...c, posts: new Map(c.posts.map((p) => [p.id, p])) }]));
  room.nodes.clear();
  peopleSwitch(state.people);
  if (!here()) choose(fromHash() || firstChannel(), false);
  listen();
  draw();
}

function again() {
  const wait = Math.min(15, 2 ** room.retry++);
  linkState(`Not connected — trying again in ${wait} s`);
  setTimeout(load, wait * 1000 + Math.random() * 500);
}

function listen() {
  if (room.source) room.source.close();
  const source = new EventSource(`/room/events?since=${encodeURIComponent(room.cursor)}&${asQuery()}`);
  room.source = source;
  source.onopen = () => { room.retry = 0; linkState('Connected', true); };
  source.onerror = () => {
    if (source !== room.source) return;
    source.close();
    again();  // with a fresh state: simpler than trusting what was missed
  };
  source.addEventListener('change', (e) => change(JSON.parse(e.data)));
  source.addEventListener('reset', () => { if (source === room.source) load(); });
}

function change(event) {
  if (event.kind === 'channel') {
    const old = room.channels.get(event.channel.name);
    room.channels.set(event.channel.name, { ...event.channel, posts: old ? old.posts : new Map() });
    if (!here()) choose(firstChannel(), false);
  } else if (event.kind === 'channel_gone') {
    room.channels.delete(event.channel);
    if (room.current === event.channel) choose(firstChannel(), false);
  } else if (event.kind === 'post') {
    addPost(event.post);
  } else if (event.kind === 'typing' && event.user !== room.me) {
    room.typing.set(`${event.channel} ${event.user}`, { ...event, until: Date.now() + 5000 });
    setTimeout(drawTyping, 5100);
  }
  draw();
}

function addPost(post) {
  const channel = room.channels.get(post.channel);
  if (!channel) return;
  const fresh = !channel.posts.has(post.id);
  channel.posts.set(post.id, post);
  if (channel.posts.size > 600) channel.posts.delete(channel.posts.keys().next().value);
  channel.last_ms = Math.max(channel.last_ms, post.created_ms);
  room.typing.delete(`${post.channel} ${post.author}`);
  if (fresh && post.channel === room.current && !room.sticky && post.author !== room.me) $('down').hidden = false;
  if (post.author === room.me && fresh) room.sticky = true;
}

// ---- channels

const firstChannel = () => {
  const open = [...room.channels.values()].filter((c) => !c.archived);
  return (open.find((c) => c.name === '#general') || open[0] || [...room.channels.values()][0] || { name: '' }).name;
};

function fromHash() {
  try {
    const name = `#${decodeURIComponent(location.hash.slice(2))}`;
    return room.channels.has(name) ? name : '';
  } catch { return ''; }
}

function choose(name, focus = true) {
  if (room.current !== name) {
    if (room.current) room.drafts.set(room.current, $('text').value);
    room.current = name;
    stopEditing();
    $('text').value = room.drafts.get(name) || '';
    room.side = null;
    room.sticky = true;
    room.nodes.clear();
    $('posts').replaceChildren();
    if (name) history.replaceState(null, '', `#/${encodeURIComponent(name.slice(1))}`);
  }
  drawer(false);
  draw();
  grow($('text'));
  if (focus) $('text').focus();
}

function unread(channel) {
  if (channel.name === room.current && document.visibilityState === 'visible') return 0;
  const since = room.read[channel.name] || 0;
  let n = 0;
  for (const p of channel.posts.values()) if (p.created_ms > since && p.author !== room.me && !p.deleted) n++;
  return n;
}

function markRead() {
  const channel = here();
  if (!channel || document.visibilityState !== 'visible' || room.read[channel.name] === channel.last_ms) return;
  room.read[channel.name] = channel.last_ms;
  try { localStorage.setItem('muster-read', JSON.stringify(room.read)); } catch { /* a private window */ }
}

function channelButton(channel) {
  const n = unread(channel);
  const node = button(n ? 'unread' : '', '', '', () => choose(channel.name));
  node.append(el('span', '', channel.name));
  if (n) {
    node.append(el('i', '', n > 99 ? '99+' : String(n)));
    node.setAttribute('aria-label', `${channel.name}, ${n} unread`);
  }
  if (channel.name === room.current) node.setAttribute('aria-current', 'page');
  node.dataset.channel = channel.name;
  node.title = channel.title || channel.name;
  return node;
}

function drawChannels() {
  const focused = document.activeElement && document.activeElement.dataset.channel;
  const all = [...room.channels.values()];
  const parts = [el('h2', '', 'Channels'), ...all.filter((c) => !c.archived).map(channelButton)];
  const old = all.filter((c) => c.archived).reverse().slice(0, 20);
  if (old.length) parts.push(el('h2', '', 'Archived'), ...old.map(channelButton));
  $('channels').replaceChildren(...parts);
  if (focused) $('channels').querySelectorAll('button').forEach((b) => { if (b.dataset.channel === focused) b.focus(); });
  const waiting = all.reduce((sum, c) => sum + unread(c), 0);
  $('dot').hidden = !waiting;
  document.title = `${waiting ? `(${waiting}) ` : ''}${room.current || 'room'} · muster`;
}

function drawer(open) {
  $('drawer').classList.toggle('open', open);
  $('shade').hidden = !open;
  $('menu').setAttribute('aria-expanded', String(open));
  if (open) $('channels').querySelector('[aria-current]')?.focus();
}

function peopleSwitch(people) {
  $('banner').hidden = !room.sandbox;
  $('as').replaceChildren(...people.map((p) => {
    const option = el('option', '', p.name);
    option.value = p.id;
    return option;
  }));
  $('as').value = room.me;
}

// ---- posts

async function command(post, text, node) {
  node.disabled = true;
  const { channel, thread } = post;
  await send('press', { channel, thread, post_id: post.id, text, client_id: newId() });
  setTimeout(() => { node.disabled = false; }, 600);
}

function tools(post) {
  const bar = el('div', 'tools');
  const base = { channel: post.channel, post_id: post.id };
  for (const [emoji, label] of quick) bar.append(button('', emoji, label, () => send('react', { ...base, emoji, on: true })));
  bar.append(button('', '📌', post.pinned ? 'Unpin' : 'Pin', () => send('pin', { ...base, on: !post.pinned })));
  bar.append(button('x', 'Reply', 'Reply in a thread', () => openSide({ thread: post.thread || post.id })));
  if (!post.bot && post.author === room.me) {
    bar.append(button('x', 'Edit', 'Edit your post', () => startEditing(post)));
    const remove = button('x', 'Delete', 'Delete your post', () => {
      if (remove.classList.contains('sure')) return send('delete', base);
      remove.classList.add('sure');
      remove.textContent = 'Really delete';
    });
    bar.append(remove);
  }
  return bar;
}

function under(post, replies) {
  const row = el('div', 'under');
  for (const [emoji, who] of Object.entries(post.reactions || {})) {
    const mine = who.includes(room.me);
    const node = button('', `${emoji} ${who.length}`, `${emoji} ${who.map(nameOf).join(', ')}`,
      () => send('react', { channel: post.channel, post_id: post.id, emoji, on: !mine }));
    node.setAttribute('aria-pressed', String(mine));
    row.append(node);
  }
  if (replies.length) {
    const last = replies[replies.length - 1].created_ms;
    const text = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'} · ${clock.format(last)}`;
    row.append(button('replies', text, '', () => openSide({ thread: post.id })));
  }
  return row;
}

function postBody(post) {
  if (post.deleted) return [el('div', 'body gone', 'This post was deleted.')];
  const out = [];
  if (post.message) out.push(card(post.message, (text, node) => command(post, text, node)));
  else out.push(post.bot ? botText(post.text) : humanText(post.text));
  for (const file of post.files || []) out.push(el('p', 'note', `File: ${file}`));
  const notes = [post.edited_ms && !post.bot ? `edited ${clock.format(post.edited_ms)}` : '', post.pinned ? '📌 pinned' : '',
    post.private ? 'only you see this' : ''].filter(Boolean);
  if (notes.length) out.push(el('p', 'note', notes.join(' · ')));
  return out;
}

function postNode(post, first, replies) {
  const node = el('article', `post${first ? ' first' : ''}${post.private ? ' private' : ''}`);
  node.dataset.post = post.id;
  const name = post.bot ? 'muster' : nameOf(post.author);
  node.setAttribute('aria-label', `${name}, ${clock.format(post.created_ms)}`);
  if (first) {
    const who = el('div', 'who', el('b', '', name), post.bot ? el('span', 'tag', 'bot') : null, timeNode(post.created_ms));
    node.append(face(post.author, name, post.bot), who);
  } else {
    node.append(timeNode(post.created_ms, 'side-time'));
  }
  node.append(...postBody(post));
  if (!post.deleted) node.append(under(post, replies), tools(post));
  node.addEventListener('click', (e) => {  // on touch there is no hover
    const touch = matchMedia('(hover: none)').matches;
    if (!e.target.closest('button, a')) node.classList.toggle('open', touch && !node.classList.contains('open'));
  });
  return node;
}

function nodesFor(where, posts, repliesOf) {
  const out = [];
  let before = null;
  for (const post of posts) {
    const day = dayName.format(post.created_ms);
    const newDay = !before || dayName.format(before.created_ms) !== day;
    if (newDay) out.push(cached(`${where} day ${day}`, day, () => el('div', 'day', day)));
    const first = newDay || before.author !== post.author || post.created_ms - before.created_ms > 300000;
    const replies = repliesOf(post);
    const key = JSON.stringify([post, first, replies.length, replies.at(-1)?.created_ms, room.me, nameOf(post.author)]);
    out.push(cached(`${where} ${post.id}`, key, () => postNode(post, first, replies)));
    before = post;
  }
  return out;
}

function cached(id, key, make) {
  const old = room.nodes.get(id);
  if (old && old.key === key) return old.node;
  const node = make();
  room.nodes.set(id, { key, node });
  return node;
}
)~asset~";
  out += R"~asset~(// ---- the whole picture, at most once a frame

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
  $('text').placeholder = !channel ? 'No channel yet' : closed ? `${channel.name} is archived` : `Message ${channel.name}`;
  if (!channel) return $('posts').replaceChildren(el('p', 'empty', 'The bot has not opened a channel yet.'));
  drawPosts(channel);
  drawSide(channel);
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
    el('p', 'empty', 'Nothing said here yet. Type help to see what muster can do.'));
  place($('posts'), nodes.length ? nodes : [empty]);
  if (room.sticky) $('posts').scrollTop = $('posts').scrollHeight;
  const pinned = [...channel.posts.values()].filter((p) => p.pinned && !p.deleted).length;
  $('pins').hidden = !pinned;
  $('pins').textContent = `📌 ${pinned}`;
  $('pins').setAttribute('aria-label', `${pinned} pinned`);
}

function drawSide(channel) {
  $('side').hidden = !room.side;
  if (!room.side) return;
  const thread = room.side.thread;
  const posts = [...channel.posts.values()].filter((p) => (thread ? p.id === thread || p.thread === thread : p.pinned && !p.deleted));
  $('sidetitle').textContent = thread ? 'Thread' : 'Pinned';
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
  const more = who.length > 2 ? `${who.slice(0, 2).join(', ')} and others are` : `${who.join(' and ')} ${who.length > 1 ? 'are' : 'is'}`;
  $('typing').textContent = who.length ? `${more} typing…` : '';
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
  if (!text || !room.current) return;
  hideWords();
  const editing = room.editing;
  const sent = editing ? await send('edit', { channel: editing.channel, post_id: editing.id, text })
    : await say(room.current, '', text, sendId(area, text));
  if (!sent) return;
  delete area.dataset.sent;
  if (editing) return stopEditing();
  if (room.history[0] !== text) room.history.unshift(text);
  room.history.length = Math.min(room.history.length, 100);
  room.at = -1;
  if (area.value.trim() === text) setText('');
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
addEventListener('resize', () => { if (room.sticky) $('posts').scrollTop = $('posts').scrollHeight; });
document.addEventListener('visibilitychange', draw);
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape') return;
  if ($('drawer').classList.contains('open')) drawer(false);
  else if (room.side) closeSide();
});
addEventListener('hashchange', () => { const name = fromHash(); if (name) choose(name); });
load();
)~asset~";
  return out;
}

}  // namespace muster
