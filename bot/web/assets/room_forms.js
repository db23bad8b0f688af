// ---- forms: what a command still lacks, asked in a dialog; all of it can be typed as one line instead

const wanted = new Set();  // presses of this page that may open a form
let opened = null;

function formWanted(id) {
  wanted.add(id);
  setTimeout(() => wanted.delete(id), 10000);
  return id;
}

function fieldInput(field) {
  const menu = field.kind === 'choice' && field.choices.length;
  const input = document.createElement(menu ? 'select' : field.kind === 'long' ? 'textarea' : 'input');
  if (menu) {
    const choices = field.required && field.standard ? field.choices : ['', ...field.choices];
    input.append(...choices.map((c) => { const o = el('option', '', c); o.value = c; return o; }));
  } else {
    input.maxLength = 3000;
    input.autocomplete = 'off';
  }
  input.name = field.name;
  input.value = field.standard || '';
  input.required = field.required;
  return input;
}

function fieldNode(field) {
  const wrong = el('span', 'error', '');
  wrong.dataset.of = field.name;
  wrong.hidden = true;
  const hint = field.hint ? el('span', 'note', field.hint) : null;
  return el('label', 'field', el('span', '', field.label || field.name), fieldInput(field), hint, wrong);
}

// Only where the button was pressed: another page of the same person stays as it is.
function openForm(event) {
  const mine = [...wanted].find((id) => event.event.endsWith(':' + id));
  if (!mine) return;
  wanted.delete(mine);
  opened = event;
  $('formtitle').textContent = event.form.title;
  $('formintro').textContent = event.form.intro;
  $('formintro').hidden = !event.form.intro;
  $('formsend').textContent = event.form.send;
  $('fields').replaceChildren(...event.form.fields.map(fieldNode));
  formSays('');
  if (!$('form').open) $('form').showModal();
}

function formSays(refused, wrong = {}) {
  $('formerror').textContent = refused;
  $('formerror').hidden = !refused;
  for (const node of $('fields').querySelectorAll('[data-of]')) {
    node.textContent = wrong[node.dataset.of] || '';
    node.hidden = !node.textContent;
  }
}

async function sendForm() {
  const form = {};
  for (const input of $('fields').querySelectorAll('[name]')) form[input.name] = input.value;
  const body = { channel: opened.channel, thread: opened.thread || '', text: opened.form.command, form, client_id: newId() };
  const answer = await fetch('/room/form', {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Muster-CSRF': room.csrf },
    body: JSON.stringify(room.sandbox ? { ...body, as: room.me } : body),
  }).then((a) => a.json()).catch(() => ({ error: w('unreachable') }));
  if (answer.taken) return $('form').close();
  formSays(answer.refused || [answer.error, answer.next_step].filter(Boolean).join(' '), answer.wrong || {});
}

$('form').querySelector('form').addEventListener('submit', (e) => { e.preventDefault(); sendForm(); });
$('formclose').addEventListener('click', () => $('form').close());

