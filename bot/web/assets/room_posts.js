// ---- posts

async function command(on, text, node) {
  node.disabled = true;
  const { channel, thread } = on;
  await send('press', { channel, thread, post_id: on.id, text, client_id: formWanted(newId()) });
  setTimeout(() => { node.disabled = false; }, 600);
}

function tools(post) {
  const bar = el('div', 'tools');
  const base = { channel: post.channel, post_id: post.id };
  for (const [emoji, label] of quick) bar.append(button('', emoji, w(label), () => send('react', { ...base, emoji, on: true })));
  bar.append(button('', '📌', w(post.pinned ? 'unpin' : 'pin'), () => send('pin', { ...base, on: !post.pinned })));
  bar.append(button('x', w('reply'), w('reply_thread'), () => openSide({ thread: post.thread || post.id })));
  if (!post.bot && post.author === room.me) {
    bar.append(button('x', w('edit'), w('edit_post'), () => startEditing(post)));
    const remove = button('x', w('delete'), w('delete_post'), () => {
      if (remove.classList.contains('sure')) return send('delete', base);
      remove.classList.add('sure');
      remove.textContent = w('really_delete');
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
    const text = w('replies', { n: replies.length, time: clock.format(last) });
    row.append(button('replies', text, '', () => openSide({ thread: post.id })));
  }
  return row;
}

function postBody(post) {
  if (post.deleted) return [el('div', 'body gone', w('was_deleted'))];
  const out = [];
  if (post.message) out.push(card(post.message, (text, node) => command(post, text, node)));
  else if (post.text) out.push(post.bot ? botText(post.text) : humanText(post.text));
  const files = el('div', 'files', ...(post.files || []).map((f) => fileLink(f, `/room/file/${encodeURIComponent(f.id)}`)),
    ...((post.message && post.message.attachments) || []).map((f) => attachmentNode(post, f)));
  if (files.firstChild) out.push(files);
  const notes = [post.edited_ms && !post.bot ? w('edited', { time: clock.format(post.edited_ms) }) : '', post.pinned ? `📌 ${w('is_pinned')}` : '',
    post.private ? w('only_you') : ''].filter(Boolean);
  if (notes.length) out.push(el('p', 'note', notes.join(' · ')));
  return out;
}

function postNode(post, first, replies) {
  const node = el('article', `post${first ? ' first' : ''}${post.private ? ' private' : ''}`);
  node.dataset.post = post.id;
  const name = post.bot ? 'muster' : nameOf(post.author);
  node.setAttribute('aria-label', `${name}, ${clock.format(post.created_ms)}`);
  if (first) {
    const who = el('div', 'who', el('b', '', name), post.bot ? el('span', 'tag', w('bot')) : null, timeNode(post.created_ms));
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
