const $ = (id) => document.getElementById(id);
const quick = [['👍', 'agree'], ['👀', 'looking'], ['✅', 'done']];
const room = {
  me: '', csrf: '', sandbox: false, people: new Map(), channels: new Map(), current: '', cursor: '',
  side: null, editing: null, drafts: new Map(), history: [], at: -1, typing: new Map(), source: null,
  retry: 0, lastTyped: 0, read: {}, nodes: new Map(), sticky: true, prefix: '!', fileMax: 0, verbs: new Set(),
};
try { room.read = JSON.parse(localStorage.getItem('muster-read')) || {}; } catch { /* a private window */ }
try { room.me = sessionStorage.getItem('muster-as') || ''; } catch { /* a private window */ }

const nameOf = (id) => room.people.get(id) || id;
const here = () => room.channels.get(room.current);
const asQuery = () => (room.sandbox && room.me ? `as=${encodeURIComponent(room.me)}` : '');

// ---- talking to the bot

// Where the channel list is hidden the foot of it is, too: what is wrong also stands above the posts.
function linkState(text, on) {
  $('link').textContent = text;
  $('link').classList.toggle('on', !!on);
  $('away').textContent = on ? '' : text;
  $('away').hidden = !!on;
  if (on && $('error').textContent === w('unreachable')) complain('');
}

function complain(text) {
  $('error').textContent = text || '';
  $('error').hidden = !text;
}

async function post(path, type, body, quiet) {
  try {
    const answer = await fetch(`/room/${path}`, {
      method: 'POST', headers: { 'Content-Type': type, 'X-Muster-CSRF': room.csrf }, body,
    });
    if (answer.ok) { if (!quiet) complain(''); return true; }
    const why = await answer.json().catch(() => ({ error: w('answered', { status: answer.status }) }));
    if (answer.status === 401) linkState(w('logged_out'));
    if (!quiet) complain(answer.status === 401 ? w('logged_out') : [why.error, why.next_step].filter(Boolean).join(' '));
  } catch {
    if (!quiet) complain(w('unreachable'));
  }
  return false;
}

const send = (path, body) =>
  post(path, 'application/json', JSON.stringify(room.sandbox ? { ...body, as: room.me } : body), path === 'typing');

// The id makes a repeated send of the same text one post.
const say = (channel, thread, text, id) => send('say', { channel, thread, text, client_id: id });
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('');

async function load() {
  let answer = null;
  const query = room.me ? `?as=${encodeURIComponent(room.me)}` : '';
  try { answer = await fetch(`/room/state${query}`); } catch { return again(); }
  if (answer.status === 401) return linkState(w('logged_out'));
  if (answer.status === 403 && room.me) { room.me = ''; return load(); }
  if (!answer.ok) return again();
  const state = await answer.json();
  takeWords(state.words, state.language);
  Object.assign(room, {
    me: state.me, csrf: state.csrf, sandbox: state.sandbox, cursor: state.cursor, prefix: state.prefix,
    fileMax: state.file_bytes_max, verbs: new Set(state.verbs),
  });
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
  linkState(w('retry_in', { s: wait }));
  setTimeout(load, wait * 1000 + Math.random() * 500);
}

function listen() {
  if (room.source) room.source.close();
  const source = new EventSource(`/room/events?since=${encodeURIComponent(room.cursor)}&${asQuery()}`);
  room.source = source;
  source.onopen = () => { room.retry = 0; linkState(w('connected'), true); };
  // The browser reconnects by itself and names the last change it saw; the bot sends what came since, or a reset.
  source.onerror = () => {
    if (source !== room.source) return;
    linkState(w('retry'));
    if (source.readyState === EventSource.CLOSED) again();  // refused: logged out, or no bot behind a proxy
  };
  source.addEventListener('change', (e) => change(JSON.parse(e.data)));
  source.addEventListener('reset', () => { if (source === room.source) load(); });
}

function change(event) {
  if (event.kind === 'channel') {
    const old = room.channels.get(event.channel.name);
    room.channels.set(event.channel.name, { ...event.channel, posts: old ? old.posts : new Map() });
    if (!old) room.nodes.clear();  // what names it becomes a way to it
    if (!here()) choose(firstChannel(), false);
  } else if (event.kind === 'channel_gone') {
    room.channels.delete(event.channel);
    if (room.current === event.channel) choose(firstChannel(), false);
  } else if (event.kind === 'post') {
    addPost(event.post);
  } else if (event.kind === 'form') {
    openForm(event);
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
  if (fresh && post.in_place) toItsPlace(channel, post);
  if (channel.posts.size > 600) channel.posts.delete(channel.posts.keys().next().value);
  channel.last_ms = Math.max(channel.last_ms, post.created_ms);
  room.typing.delete(`${post.channel} ${post.author}`);
  if (fresh && post.channel === room.current && !room.sticky && post.author !== room.me) $('down').hidden = false;
  if (post.author === room.me && fresh) room.sticky = true;
}

// Heard late: it stands where it was said.
function toItsPlace(channel, post) {
  const posts = [...channel.posts.values()].slice(0, -1);
  let at = posts.length;
  while (at > 0 && posts[at - 1].created_ms > post.created_ms) at--;
  posts.splice(at, 0, post);
  channel.posts = new Map(posts.map((p) => [p.id, p]));
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
    $('tip').hidden = true;
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
    node.setAttribute('aria-label', w('unread', { channel: channel.name, n }));
  }
  if (channel.name === room.current) node.setAttribute('aria-current', 'page');
  node.dataset.channel = channel.name;
  node.title = channel.title || channel.name;
  return node;
}

function drawChannels() {
  const focused = document.activeElement && document.activeElement.dataset.channel;
  const all = [...room.channels.values()];
  const parts = [el('h2', '', w('channels')), ...all.filter((c) => !c.archived).map(channelButton)];
  const old = all.filter((c) => c.archived).reverse().slice(0, 20);
  if (old.length) parts.push(el('h2', '', w('archived')), ...old.map(channelButton));
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
