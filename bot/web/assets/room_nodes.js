// Values to nodes. Text from people and alerts only ever becomes text nodes;
// nothing here reads markup as HTML.
'use strict';

// The words come from the bot, in the language of whoever looks; {n?one|many} chooses by a number.
let sentences = {};
function w(key, values = {}) {
  return particles((sentences[key] || '')
    .replace(/\{(\w+)\?([^|}]*)\|([^}]*)\}/g, (_, name, one, many) => (Number(values[name]) === 1 ? one : many))
    .replace(/\{(\w+)\}/g, (_, name) => (name in values ? String(values[name]) : '')));
}

// "은(는)" and its like become the one that fits the word before, as the bot's own sentences do.
function particles(text) {
  return text.replace(/(\S)(이\(가\)|은\(는\)|을\(를\))/gu, (_, last, both) => {
    const syllable = last.codePointAt(0) - 0xAC00;
    const closed = syllable >= 0 && syllable <= 11171 ? syllable % 28 !== 0 : /[013678lmnr]/i.test(last);
    return last + (closed ? both[0] : both[2]);
  });
}

function takeWords(words, language) {
  sentences = words;
  document.documentElement.lang = language;
  takeLanguage(language);
  for (const node of document.querySelectorAll('[data-w]')) node.textContent = w(node.dataset.w);
  for (const node of document.querySelectorAll('[data-p]')) node.placeholder = w(node.dataset.p);
  for (const node of document.querySelectorAll('[data-l]')) {
    node.setAttribute('aria-label', w(node.dataset.l));
    if (node.title) node.title = w(node.dataset.l);
  }
}

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
    // The bot names itself as it was started; here it may have another name or port.
    const ours = ['127.0.0.1', 'localhost', '[::1]', location.hostname].includes(url.hostname);
    const href = ours && url.pathname.startsWith('/room/report/') ? url.pathname + url.search : url.href;
    return url.protocol === 'http:' || url.protocol === 'https:' ? { text, href, end } : null;
  } catch { return null; }
}

// The name of a channel becomes a way to it, where the reader may see that channel.
let openPlace = () => null;  // name → how to open it, or null; the page sets it
function placeAt(list, from) {
  if (from > 0 && /[\p{L}\p{N}_/&#]/u.test(list[from - 1].c)) return null;
  let end = from + 1;
  while (end < list.length && /[\p{L}\p{N}_-]/u.test(list[end].c)) end++;
  const name = list.slice(from, end).map((t) => t.c).join('');
  const open = end > from + 1 ? openPlace(name) : null;
  if (!open) return null;
  const node = el('a', 'place', name);  // a link and no button: it breaks over lines as the words around it do
  node.href = `#/${encodeURIComponent(name.slice(1))}`;
  node.addEventListener('click', (e) => { e.preventDefault(); open(); });
  return { node, end };
}

// A date, a time or a number of cases is read in one piece.
const whole = /\d{4}-\d\d-\d\d|\d\d:\d\d(?::\d\d)? UTC|\(n = \d+\)|\d+[dhm] \d\d?[hms]\b/g;
function appendRun(out, run) {
  let from = 0;
  for (const found of run.matchAll(whole)) {
    out.append(run.slice(from, found.index), el('span', 'whole', found[0]));
    from = found.index + found[0].length;
  }
  if (from < run.length) out.append(run.slice(from));
}

function closing(list, from, mark) {
  for (let i = from; i < list.length && list[i].c !== '\n'; i++) {
    if (list[i].plain) continue;
    if (list[i].c === mark) return i > from ? i : -1;
    const end = list[i].c === '`' ? closing(list, i + 1, '`') : -1;  // a star inside of code ends nothing
    if (end > 0) i = end;
  }
  return -1;
}

// A short command is easier to read, and to take, in one piece.
const code = (text) => el('code', text.length <= 32 ? 'short' : '', text);

// *strong*, `code`, links and newlines: the whole markup.
function rich(list) {
  const out = document.createDocumentFragment();
  let run = '';
  const flush = () => { if (run) appendRun(out, run); run = ''; };
  for (let i = 0; i < list.length; i++) {
    const { c, plain } = list[i];
    const end = !plain && (c === '*' || c === '`') ? closing(list, i + 1, c) : -1;
    const link = c === 'h' ? linkAt(list, i) : null;
    const place = c === '#' ? placeAt(list, i) : null;
    if (end > 0) {
      flush();
      const inner = list.slice(i + 1, end);
      out.append(c === '*' ? el('strong', '', rich(inner)) : code(inner.map((t) => t.c).join('')));
      i = end;
    } else if (link) {
      flush();
      const a = el('a', '', link.text);
      a.href = link.href;
      a.rel = 'noopener noreferrer nofollow';
      a.target = '_blank';
      out.append(a);
      i = link.end - 1;
    } else if (place) {
      flush();
      out.append(place.node);
      i = place.end - 1;
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
let dayName, fullTime;  // in the language of the words around them
function takeLanguage(language) {
  dayName = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
  fullTime = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' });
}
takeLanguage(document.documentElement.lang || undefined);

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
