// Drives the room in a real browser: node room.mjs MUSTER_BINARY DATA_FOLDER SCREENSHOT_FOLDER (run.sh does).
// Ends with 1 and a sentence on the first failure.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { fits, goTo, kill, launch, open, PHONE, post, say, speakAs, startBot, tool, topicHas, troubles, watch, WIDE }
  from './kit.mjs';

const [binary, data, folder] = process.argv.slice(2);
assert(folder, 'usage: node room.mjs MUSTER_BINARY DATA_FOLDER SCREENSHOT_FOLDER');
mkdirSync(folder, { recursive: true });
let bot = await startBot(binary, data);
const browser = await launch();

async function onlyTheLinkOpensIt() {
  const page = await (await browser.newContext()).newPage();
  watch(page);
  for (const [path, status, words] of [['/login?token=guess', 401, 'not valid'], ['/room', 401, 'Please log in'],
    ['/room/report/INC-1', 401, 'Please log in'], ['/elsewhere', 404, 'The room is at /room']]) {
    const answer = await page.goto(`http://${bot.address}${path}`);
    assert.equal(answer.status(), status, `${path} is refused`);
    assert.match(await page.locator('body').innerText(), new RegExp(words));
  }
  await page.context().close();
}

async function tryOpensAnIncident(page) {
  await goTo(page, '#muster');
  await page.locator('#posts button', { hasText: /^try$/ }).click();
  await page.locator('#channels button', { hasText: '#inc-' }).first().waitFor();
  await post(page, 'the real HTTP door').getByRole('link', { name: '#alerts', exact: true }).click();
  await page.waitForFunction(() => document.getElementById('title').textContent === '#alerts');
  await goTo(page, '#inc-');
  assert.equal(await page.locator('#posts .card .primary').first().innerText(), 'I lead', 'the next step stands out');
  await post(page, 'E1').waitFor();
}

async function buttonsWork(page, other) {
  await goTo(other, '#inc-');
  await post(page, 'firing').locator('button', { hasText: 'I am on it' }).click();
  await post(other, 'ack E1').waitFor();
  await speakAs(page, 'jisoo');
  await page.locator('#posts button', { hasText: 'I lead' }).last().click();
  await topicHas(page, '김지수');
  await topicHas(other, '김지수');  // the second page is told without a reload
}

async function talk(page, other) {
  await speakAs(page, 'ben');
  await say(page, 'The deploy of 14:02 looks guilty 🔍 결제가 느립니다');
  await post(other, '결제가 느립니다').waitFor();
  await page.locator('#text').pressSequentially('hm');
  await other.waitForFunction(() => document.getElementById('typing').textContent.includes('Ben'));
  await page.fill('#text', '');

  await say(page, 'p99 is 4.8 secnds');
  await tool(page, 'secnds', 'Edit your post');
  await page.fill('#text', 'p99 is 4.8 seconds');
  await page.press('#text', 'Enter');
  await post(other, '4.8 seconds').waitFor();
  assert.match(await post(other, '4.8 seconds').innerText(), /edited/);

  await say(page, 'wrong channel, sorry');
  await tool(page, 'wrong channel', 'Delete your post');
  await post(page, 'wrong channel').getByText('Really delete').click();
  await post(other, 'This post was deleted').waitFor();
  assert.equal(await other.getByText('wrong channel, sorry').count(), 0, 'a deleted text is gone everywhere');

  await tool(other, 'looks guilty', 'Looking');
  await post(page, 'looks guilty').locator('.under button', { hasText: '👀 1' }).waitFor();
  await tool(other, 'looks guilty', 'Pin');
  await post(page, 'looks guilty').getByText('pinned').waitFor();
}

async function thread(page, other) {
  await tool(other, 'looks guilty', 'Reply in a thread');
  await other.fill('#replytext', 'Rolling it back now');
  await other.press('#replytext', 'Enter');
  await post(page, 'looks guilty').locator('.replies', { hasText: '1 reply' }).click();
  await page.locator('#sideposts .post', { hasText: 'Rolling it back now' }).waitFor();
  assert.equal(await page.locator('#posts .post', { hasText: 'Rolling it back now' }).count(), 0, 'a reply stays in its thread');
  await fits(page, folder, 'thread');
  await page.click('#closeside');
}

async function files(page, other) {
  const bytes = Buffer.from('<script>alert(1)</script>\nline 2 결제\n');
  await page.setInputFiles('#pick', { name: '로그 <b>.html', mimeType: 'text/html', buffer: bytes });
  await page.fill('#text', 'the log of checkout');
  await page.press('#text', 'Enter');
  const link = post(other, 'the log of checkout').locator('a.file');
  const [got] = await Promise.all([other.waitForEvent('download'), link.click()]);
  assert(readFileSync(await got.path()).equals(bytes), 'the file comes back as it went in');
  const answer = await other.request.get(new URL(await link.getAttribute('href'), other.url()).href);
  assert.equal(answer.headers()['content-type'], 'application/octet-stream');
  assert.equal(answer.headers()['x-content-type-options'], 'nosniff');
  assert.match(answer.headers()['content-disposition'], /^attachment;/);
  await page.setInputFiles('#pick', { name: 'huge.bin', mimeType: 'image/png', buffer: Buffer.alloc(5 << 20) });
  await page.locator('#error', { hasText: 'larger' }).waitFor();
}

async function staysText(page) {
  const attacks = ['<img src=x onerror=alert(1)><script>alert(2)</script>', 'javascript:alert(3)',
    'before \u202Egpj.exe\u202C after', '*<b onmouseover=alert(4)>* `</code><svg onload=alert(5)>`'];
  for (const attack of attacks) await say(page, attack);
  await post(page, 'svg onload').waitFor();
  assert.equal(await post(page, 'onerror').locator('.body').textContent(), attacks[0], 'markup is shown as it was typed');
  assert.equal(await page.locator('.post img, .post script, .post svg, .post b[onmouseover]').count(), 0, 'no node from a post');
  assert.equal(await page.locator('.post a[href^="javascript"]').count(), 0, 'no script address becomes a link');
  const turned = await post(page, 'gpj.exe').locator('.body').evaluate((n) => getComputedStyle(n).unicodeBidi);
  assert.equal(turned, 'isolate', 'text that turns the direction stays within itself');
}

// Another site's page: its form and its fetch are refused, with the cookie and without.
async function foreignPagesAreRefused(page) {
  const evil = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<title>evil</title>'));
  await new Promise((done) => evil.listen(0, '127.0.0.1', done));
  const there = await page.context().newPage();
  await there.goto(`http://127.0.0.1:${evil.address().port}/`);  // the same site for cookies, another origin
  await there.evaluate(async (target) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      await fetch(`${target}/room/say`, { method: 'POST', mode: 'no-cors', credentials: 'include',
        headers: { 'Content-Type': type }, body: '{"channel":"#muster","text":"forged words"}' });
    }
  }, `http://${bot.address}`);
  await there.close();
  evil.close();
  const cookies = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  const csrf = await page.evaluate(() => room.csrf);
  const status = (headers) => new Promise((done, failed) => {
    const ask = httpRequest(`http://${bot.address}/room/say`, { method: 'POST', headers: { cookie: cookies,
      'content-type': 'application/json', ...headers } }, (r) => { r.resume(); done(r.statusCode); });
    ask.on('error', failed);
    ask.end(JSON.stringify({ channel: '#muster', text: 'forged words' }));
  });
  assert.equal(await status({}), 403, 'without the page\'s token');
  assert.equal(await status({ 'x-muster-csrf': csrf, origin: 'http://evil.example' }), 403, 'from another origin');
  assert.equal(await page.getByText('forged words').count(), 0, 'nothing was said');
}

// A command said to people is offered to the bot, and a command in an answer is taken into the box.
async function commandsAreOffered(page) {
  await say(page, 'timeline');
  await page.locator('#tip button', { hasText: '!timeline' }).click();
  await post(page, '!timeline').waitFor();
  await say(page, 'the timeline looks fine to me');
  assert(await page.locator('#tip').isHidden(), 'talk that is no command is let be');
}

async function endsIt(page) {
  const card = page.locator('#posts .card', { hasText: 'Recent changes' }).first();
  await card.locator('button', { hasText: 'Mitigated' }).click();
  await topicHas(page, 'mitigated');
  await page.locator('#posts .card code', { hasText: 'resolve because …' }).last().click();
  assert.equal(await page.inputValue('#text'), '!resolve because ', 'a command in an answer is taken into the box');
  await page.fill('#text', '');
  await say(page, '!note rolled back to v1.4.1');
  await say(page, '!todo raise the limit of the connection pool before the sale');
  await card.locator('button', { hasText: 'Resolve' }).click();
  await topicHas(page, 'resolved');
}

async function postmortem(page) {
  await say(page, '!postmortem');
  const link = page.locator('#posts a[href*="/room/report/"]').last();
  await link.waitFor();
  const [report] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  watch(report);
  await report.waitForLoadState();
  assert.match(await report.locator('body').innerText(), /rolled back to v1\.4\.1/, 'the postmortem has the note');
  for (const [kind, size] of [['wide', WIDE], ['phone', PHONE]]) {
    await report.setViewportSize(size);
    for (const scheme of ['light', 'dark']) {
      await report.emulateMedia({ colorScheme: scheme });
      await fits(report, folder, `postmortem-${kind}-${scheme}`);
    }
  }
  const cut = await report.evaluate(() => [...document.querySelectorAll('.wide:has(table)')]
    .filter((box) => !box.closest('details') && box.scrollWidth > box.clientWidth).map((box) => box.innerText));
  assert.deepEqual(cut, [], 'a phone shows every column without scrolling sideways');
  const item = report.locator('.cards td', { hasText: 'raise the limit' });
  assert.notEqual(await item.evaluate((cell) => getComputedStyle(cell, '::before').content), 'none', 'a card names its values');
  await report.close();
}

// What people did is there after the bot was killed; an open page finds back by itself and misses nothing.
async function outlivesAKill(page, other) {
  await kill(bot, 'SIGKILL');
  await page.locator('#away').waitFor();  // said where a phone shows it, too
  await page.fill('#text', 'written while the bot was away');
  await page.press('#text', 'Enter');
  await page.locator('#error').waitFor();
  assert.equal(await page.inputValue('#text'), 'written while the bot was away', 'what was written stays');
  bot = await startBot(binary, data, bot.address);
  await other.reload();  // still logged in: the session outlives the bot
  await other.locator('#link.on').waitFor({ state: 'attached' });
  await goTo(other, '#inc-');
  await post(other, '4.8 seconds').getByText('edited').waitFor();
  await post(other, 'looks guilty').locator('.under button', { hasText: '👀 1' }).waitFor();
  await post(other, 'looks guilty').getByText('pinned').waitFor();
  await post(other, 'the log of checkout').locator('a.file').waitFor();
  assert.equal(await other.getByText('wrong channel, sorry').count(), 0, 'deleted stays deleted');
  await say(other, 'said while the first page was away');
  await post(page, 'said while the first page was away').waitFor();
  await page.locator('#link.on').waitFor({ state: 'attached' });
  await page.locator('#away').waitFor({ state: 'hidden' });
  await page.locator('#error').waitFor({ state: 'hidden' });
  await page.fill('#text', '');
}

async function everySize(hash) {
  const background = {};
  for (const [kind, size] of [['wide', WIDE], ['phone', PHONE]]) {
    for (const scheme of ['light', 'dark']) {
      const page = await open(browser, bot.url, size, scheme);
      await page.evaluate((h) => { location.hash = h; }, hash);
      await page.locator('#posts .post').last().waitFor();
      await fits(page, folder, `incident-${kind}-${scheme}`);
      background[scheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      if (kind === 'phone') {
        await page.click('#menu');
        const current = page.locator('#channels [aria-current]');
        await current.waitFor({ state: 'visible' });
        await page.screenshot({ path: join(folder, `drawer-phone-${scheme}.png`) });
        await readsWell(page);
        await current.click();
        await page.locator('#drawer').waitFor({ state: 'hidden' });
        await goToOnPhone(page, '#muster');
        await fits(page, folder, `muster-phone-${scheme}`);
      }
      await page.context().close();
    }
  }
  assert.notEqual(background.light, background.dark, 'dark is dark');
}

// What is read in one piece stays in one piece, and the way to a channel breaks as the words around it do.
async function readsWell(page) {
  const split = await page.evaluate(() => [...document.querySelectorAll('.whole')]
    .filter((n) => n.getClientRects().length > 1).map((n) => n.textContent));
  assert.deepEqual(split, [], 'dates and times are not torn apart');
  assert(await page.locator('.whole').count() > 0, 'there are dates');
  const places = await page.evaluate(() => [...document.querySelectorAll('.place')]
    .map((n) => getComputedStyle(n).display));
  assert(places.every((d) => d === 'inline'), 'a channel in a line stays in the line');
}

async function goToOnPhone(page, channel) {
  await page.click('#menu');
  await page.locator('#channels button', { hasText: channel }).first().click();
  await page.locator('#posts .post').first().waitFor();
}

async function logsOut(page) {
  await page.click('#logout');
  await page.getByText('Please log in').waitFor();
  assert.equal((await page.goto(`http://${bot.address}/room/state`)).status(), 401);
}

try {
  await onlyTheLinkOpensIt();
  const page = await open(browser, bot.url);
  const other = await open(browser, bot.url);
  await tryOpensAnIncident(page);
  const hash = new URL(page.url()).hash;
  assert(hash.startsWith('#/inc-'), 'the address names the channel');
  await buttonsWork(page, other);
  await talk(page, other);
  await thread(page, other);
  await files(page, other);
  await commandsAreOffered(page);
  await endsIt(page);
  await postmortem(page);
  await outlivesAKill(page, other);
  await everySize(hash);
  await goTo(page, '#muster');
  await fits(page, folder, 'muster-wide');
  await goTo(page, '#alerts');
  await staysText(page);
  await foreignPagesAreRefused(page);
  await logsOut(page);
  assert.deepEqual(troubles, [], 'no dialog, no script error, no policy violation');
  console.log(`room: all well; screenshots in ${folder}`);
} catch (error) {
  console.error(`room: ${error.stack}`, troubles);
  let n = 0;
  for (const page of browser.contexts().flatMap((c) => c.pages())) {
    await page.screenshot({ path: join(folder, `failed-${++n}.png`) }).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  await browser.close();
  const code = await kill(bot, 'SIGTERM');
  if (code !== 0) {
    console.error(`room: the bot did not stop in peace: its exit code is ${code}`);
    process.exitCode = 1;
  }
}
