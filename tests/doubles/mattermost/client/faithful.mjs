// The vendor's own client against the double: what it accepts, the double does as the server would. Every line that is
// printed is one thing proved. usage: node faithful.mjs path/to/mattermost_double
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';

const require = createRequire(process.env.CLIENT_MODULES + '/');
const WS = require('ws');
const { Client4, WebSocketClient } = require('@mattermost/client');

// The browser's WebSocket takes no headers; a bot's library does. `bearer` switches between the two logins.
let bearer = '';
globalThis.WebSocket = class extends WS {
  constructor(url) { super(url, bearer ? { headers: { Authorization: `Bearer ${bearer}` } } : {}); }
};
const quiet = console.log;
console.log = () => {};
const proved = (what) => quiet(`ok - ${what}`);
// The client waits three seconds and up to two more before it connects again: a test need not.
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = (f, ms, ...rest) => realTimeout(f, ms >= 3000 ? 20 : ms, ...rest);

const double = spawn(process.argv[2], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: double.stdout })[Symbol.asyncIterator]();
const next = async () => (await lines.next()).value;
const tell = async (command) => { double.stdin.write(command + '\n'); await next(); };
const about = JSON.parse(await next());

const client = new Client4();
client.setUrl(about.url);
client.setToken(about.token);
const refused = async (call, status, id) => {
  try { await call(); } catch (e) {
    assert.equal(e.status_code, status, e.message);
    if (id) assert.equal(e.server_error_id, id);
    return;
  }
  assert.fail(`expected ${status} ${id}`);
};

// REST
const me = await client.getMe();
assert.equal(me.id, about.bot);
assert.equal(me.is_bot, true);
assert.equal((await client.getMyTeams())[0].id, about.team);
assert.equal((await client.getUserByUsername('ana')).id, about.ana);
assert.deepEqual((await client.getProfilesByIds([about.ana, 'x'.repeat(26)])).map((u) => u.username), ['ana']);
proved('users, teams and bulk look-ups');

const made = await client.createChannel({ team_id: about.team, name: 'inc-1', display_name: 'INC-1', type: 'O' });
await refused(() => client.createChannel({ team_id: about.team, name: 'inc-1', display_name: 'again', type: 'O' }), 400,
  'store.sql_channel.save_channel.exists.app_error');
await refused(() => client.createChannel({ team_id: about.team, name: 'Not Good', display_name: 'x', type: 'O' }), 400,
  'model.channel.is_valid.2_or_more.app_error');
assert.equal((await client.patchChannel(made.id, { header: '**SEV1**' })).header, '**SEV1**');
assert.equal((await client.getChannelByName(about.team, 'inc-1')).id, made.id);
await client.addToChannel(about.ana, made.id);
proved('channels: made, refused, changed, found, joined');

const root = await client.createPost({ channel_id: made.id, message: 'root', pending_post_id: 'p1' });
const again = await client.createPost({ channel_id: made.id, message: 'root', pending_post_id: 'p1' });
assert.equal(again.id, root.id);
const reply = await client.createPost({ channel_id: made.id, message: 'reply', root_id: root.id });
await refused(() => client.createPost({ channel_id: made.id, message: 'x', root_id: reply.id }), 400,
  'api.post.create_post.root_id.app_error');
await refused(() => client.createPost({ channel_id: made.id, message: 'x'.repeat(16384) }), 400,
  'model.post.is_valid.msg.app_error');
assert.equal((await client.getPostThread(root.id)).order.length, 2);
const changed = await client.patchPost({ id: root.id, message: 'changed' });
assert.ok(changed.edit_at >= changed.create_at);
await client.pinPost(root.id);
assert.equal((await client.getPost(root.id)).is_pinned, true);
assert.equal((await client.patchPost({ id: root.id, message: 'once more' })).is_pinned, true);
proved('posts: idempotent by pending_post_id, threads, limits, patch keeps the pin');

const before = Date.now() - 60_000;
await client.deletePost(reply.id);
const since = await client.getPostsSince(made.id, before);
assert.ok(since.posts[reply.id].delete_at > 0);
assert.equal(since.posts[reply.id].message, '');
await refused(() => client.patchPost({ id: reply.id, message: 'x' }), 403);
await client.addReaction(about.bot, root.id, 'eyes');
assert.equal((await client.getReactionsForPost(root.id))[0].emoji_name, 'eyes');
await client.removeReaction(about.bot, root.id, 'eyes');
assert.equal((await client.getReactionsForPost(root.id)).length, 0);
assert.ok((await client.createDirectChannel([about.bot, about.ana])).name.includes('__'));
await client.deleteChannel(made.id);
await refused(() => client.createPost({ channel_id: made.id, message: 'x' }), 400,
  'api.post.create_post.can_not_post_to_deleted.error');
await refused(() => client.createChannel({ team_id: about.team, name: 'inc-1', display_name: 'x', type: 'O' }), 400,
  'store.sql_channel.save_channel.exists.app_error');
proved('deletions in since, reactions, direct channels, archived names stay taken');

const stranger = new Client4();
stranger.setUrl(about.url);
stranger.setToken('nonsense');
await refused(() => stranger.getMe(), 401, 'api.context.session_expired.app_error');
await tell('bad-gateway 1');
await assert.rejects(() => client.getMe());
assert.equal((await client.getMe()).id, about.bot);
proved('bad tokens, and a proxy\'s HTML between');

// Websocket
const listen = (header) => {
  bearer = header ? about.token : '';
  const events = [], waiting = [];
  const socket = new WebSocketClient();
  const state = { socket, events, missed: 0, connects: 0 };
  socket.addMessageListener((m) => { events.push(m); waiting.splice(0).forEach((w) => w()); });
  socket.addMissedMessageListener(() => { state.missed += 1; });
  state.until = async (find, what) => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = events.find(find);
      if (found) return found;
      assert.ok(Date.now() < deadline, `${what} did not come`);
      await new Promise((r) => { waiting.push(r); realTimeout(r, 100); });
    }
  };
  socket.initialize(`${about.url.replace('http', 'ws')}/api/v4/websocket`, header ? '' : about.token);
  return state;
};
const text = (m) => m.event === 'posted' && JSON.parse(m.data.post).message;

const challenge = listen(false);
const hello = await challenge.until((m) => m.event === 'hello', 'hello');
assert.equal(hello.seq, 0);
assert.equal(hello.data.connection_id.length, 26);

// A dialog: a person's client clicks, the bot opens it with the trigger, the person's client shows it and sends it.
const person = new Client4();
person.setUrl(about.url);
person.setToken(about.person_token);
const withButton = await client.createPost({ channel_id: about.channel, message: 'R1 asks', props: { attachments: [{ actions: [
  { id: 'fill', type: 'button', name: 'Fill in', integration: { url: 'http://bot/act', context: {} } }] }] } });
const pressed = await person.doPostAction(withButton.id, 'fill');
const dialog = { callback_id: 'muster', title: 'Declare', submit_label: 'Send', state: 'sealed',
  elements: [{ display_name: 'What', name: 'title', type: 'text' }] };
const openDialog = (trigger_id) => fetch(`${about.url}/api/v4/actions/dialogs/open`, {
  method: 'POST', body: JSON.stringify({ trigger_id, url: 'http://bot/act', dialog }) });
assert.equal((await openDialog(pressed.trigger_id)).status, 200);
assert.equal((await openDialog('no trigger')).status, 400);
const submit = (title) => person.submitInteractiveDialog({ url: 'http://bot/act', callback_id: 'muster', state: 'sealed',
  submission: { title }, cancelled: false, user_id: '', channel_id: about.channel, team_id: about.team });
assert.equal((await submit('bad')).errors.title, 'too short');
assert.deepEqual((await submit('good')).errors, undefined);
proved('dialogs: opened with the trigger of a click, sent, refused field by field');

// A slash command: an administrator of the team registers it, a person types it, the integration answers.
await tell('admin');
const command = await person.addCommand({ team_id: about.team, trigger: 'muster', method: 'P', url: 'http://bot/command',
  auto_complete: true, auto_complete_hint: '[command]' });
assert.equal(command.token.length, 26);
assert.deepEqual((await person.getCustomTeamCommands(about.team)).map((c) => c.trigger), ['muster']);
await assert.rejects(person.addCommand({ team_id: about.team, trigger: 'muster', method: 'P', url: 'http://x' }),
  (e) => e.server_error_id === 'api.command.duplicate_trigger.app_error');
await assert.rejects(client.getCustomTeamCommands(about.team), (e) => e.status_code === 403);
const place = { channel_id: about.channel, team_id: about.team };
assert.ok(!(await person.executeCommand('/muster status', place)).text);  // the answer comes as a post of the bot's
await assert.rejects(person.executeCommand('/nothing', place), (e) => e.status_code === 404);
const renewed = await person.regenCommandToken(command.id);
assert.notEqual(renewed.token, command.token);
await person.deleteCommand(command.id);
proved('slash commands: registered by an administrator alone, typed, token renewed, removed');

await tell('say first');
const posted = await challenge.until((m) => text(m) === 'first', 'a post');
assert.equal(posted.data.sender_name, '@ana');
assert.equal(posted.data.channel_type, 'O');
await new Promise((resolve, reject) => {
  challenge.socket.sendMessage('ping', {}, (m) => (m.data.text === 'pong' ? resolve() : reject(m)));
});
challenge.socket.close();
proved('challenge login, hello first, post as text in the frame, JSON ping');

const resumed = listen(true);
await resumed.until((m) => m.event === 'hello', 'hello');
await tell('say one');
await resumed.until((m) => text(m) === 'one', 'one');
await tell('cut');
await tell('say while away');
await resumed.until((m) => text(m) === 'while away', 'what was said while away');
assert.equal(resumed.events.filter((m) => m.event === 'hello').length, 1);
assert.equal(resumed.missed, 0);
proved('header login resumes without a new hello and brings what was missed');

await tell('skip 1');
await tell('say lost on the way');
await tell('say the gap shows');
await resumed.until((m) => text(m) === 'lost on the way', 'the lost one');
await resumed.until((m) => text(m) === 'the gap shows', 'the one after it');
proved('a gap makes the client reconnect, and the double sends the missing number');

await tell('cut');
await tell('forget');
await tell('say forgotten');
await resumed.until((m) => m.event === 'hello' && m.data.connection_id !== resumed.events[0].data.connection_id,
  'a new hello');
assert.equal(resumed.missed, 1);
const late = await client.getPostsSince(about.channel, before);
assert.ok(Object.values(late.posts).some((p) => p.message === 'forgotten'));
proved('a forgotten connection gets a new id, the client knows that it missed something, REST has it');
resumed.socket.close();
double.stdin.end();
process.exit(0);
