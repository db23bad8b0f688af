// ---- files: chosen, dropped or pasted, sent with the next message, fetched from a post

const fileSize = (n) => (n < 1000 ? w('bytes', { n }) : n < 1e6 ? `${Math.round(n / 1000)} kB` : `${(n / 1e6).toFixed(1)} MB`);

function fileLink(file, address) {
  const link = el('a', 'file', el('span', 'filename', file.name), el('span', 'note', fileSize(file.size)));
  link.href = address;
  link.download = file.name;
  return link;
}

function attachmentAddress(on, file) {
  const ask = new URLSearchParams({ channel: on.channel, post: on.id, name: file.name });
  if (room.sandbox) ask.set('as', room.me);
  return `/room/attachment?${ask}`;
}

const chosen = [];  // File objects that wait for Send

function addFiles(list) {
  for (const file of list) {
    if (file.size > room.fileMax) complain(w('too_large', { name: file.name, size: fileSize(room.fileMax) }));
    else if (!file.size) complain(w('is_empty', { name: file.name }));
    else if (chosen.length < 10) chosen.push({ file, id: newId() });
  }
  drawChosen();
  $('text').focus();
}

function drawChosen() {
  $('chosen').hidden = !chosen.length;
  $('chosen').replaceChildren(...chosen.map((c) => el('span', 'file', el('span', 'filename', c.file.name),
    el('span', 'note', fileSize(c.file.size)),
    button('icon', '✕', w('leave_out', { name: c.file.name }), () => { chosen.splice(chosen.indexOf(c), 1); drawChosen(); }))));
}

// The text goes with the first file. Each file is one post, sent once however often Send is pressed.
async function sendFiles(channel, thread, text) {
  let words = text;
  while (chosen.length) {
    const { file, id } = chosen[0];
    const ask = new URLSearchParams({ channel, thread, text: words, name: file.name, client_id: id });
    if (room.sandbox) ask.set('as', room.me);
    if (!(await post(`file?${ask}`, 'application/octet-stream', file))) return false;
    words = '';
    chosen.shift();
    drawChosen();
  }
  return true;
}

function wireFiles() {
  $('attach').addEventListener('click', () => $('pick').click());
  $('pick').addEventListener('change', () => { addFiles($('pick').files); $('pick').value = ''; });
  $('text').addEventListener('paste', (e) => {
    if (!e.clipboardData.files.length) return;
    e.preventDefault();
    addFiles(e.clipboardData.files);
  });
  addEventListener('dragover', (e) => { if (e.dataTransfer.types.includes('Files')) e.preventDefault(); });
  addEventListener('drop', (e) => {
    if (!e.dataTransfer.files.length) return;
    e.preventDefault();
    addFiles(e.dataTransfer.files);
  });
}
