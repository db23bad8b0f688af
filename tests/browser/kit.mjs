// What the browser test stands on: the bot as a child process, pages that report every trouble, small steps.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// require, unlike import, looks into NODE_PATH
const { chromium } = createRequire(import.meta.url)('playwright-core');

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
export const troubles = [];

// A sandbox bot; `listen` with port 0 picks one. Resolves when it has printed its login link.
export function startBot(binary, data, listen = '127.0.0.1:0') {
  return new Promise((done, failed) => {
    const child = spawn(binary, ['serve', '--sandbox', '--data', data, '--listen', listen], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const read = (bytes) => {
      text += bytes;
      const url = /^room: (\S+)$/m.exec(text);
      if (url) done({ child, url: url[1], address: new URL(url[1]).host });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => failed(new Error(`the bot ended with ${code}: ${text}`)));
  });
}

// Resolves to the exit code; null when a signal ended it.
export function kill(bot, signal) {
  return new Promise((done) => {
    if (bot.child.exitCode !== null || bot.child.signalCode !== null) return done(bot.child.exitCode);
    bot.child.removeAllListeners('exit');
    bot.child.on('exit', done);
    bot.child.kill(signal);
  });
}

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});

export function watch(page) {
  page.setDefaultTimeout(15000);
  page.on('dialog', (d) => { troubles.push(`a dialog opened: ${d.message()}`); d.dismiss(); });
  page.on('pageerror', (e) => troubles.push(`a script failed: ${e.message}`));
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) troubles.push(m.text()); });
}

// MUSTER_ASSETS=bot/web/assets tries changed scripts and styles without a build.
async function useAssets(context) {
  const from = process.env.MUSTER_ASSETS;
  if (!from) return;
  const text = (...names) => names.map((n) => readFileSync(join(from, n), 'utf8')).join('');
  const page = text('room.html').replace('{{lang}}', 'en').replace(/\{\{(\w+)\}\}/g, '$1');  // the bot fills in its words
  const script = ['room_nodes.js', 'room.js', 'room_posts.js', 'room_files.js', 'room_forms.js', 'room_app.js'];
  await context.route('**/room/app.js', (r) => r.fulfill({ contentType: 'text/javascript', body: text(...script) }));
  await context.route((u) => u.pathname === '/room', (r) => r.fulfill({ contentType: 'text/html', body: page }));
  await context.route('**/room/style.css', (r) => r.fulfill({ contentType: 'text/css', body: text('room.css') }));
}

export async function open(browser, url, size = WIDE, colorScheme = 'light') {
  const context = await browser.newContext({ viewport: size, colorScheme, hasTouch: size.width < 500, timezoneId: 'UTC' });
  await useAssets(context);
  const page = await context.newPage();
  watch(page);
  await page.goto(url);
  if (process.env.MUSTER_ASSETS) await page.goto(new URL('/room', url).href);  // a redirect cannot be replaced
  await page.locator('#link.on').waitFor({ state: 'attached' });
  return page;
}

export async function say(page, text) {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
  await page.waitForFunction(() => document.getElementById('text').value === '');
}

export const post = (page, text) => page.locator('#posts .post', { hasText: text }).last();
export const topicHas = (page, word) =>
  page.waitForFunction((w) => document.getElementById('topic').textContent.includes(w), word);

export async function goTo(page, channel) {
  await page.locator('#channels button', { hasText: channel }).first().click();
  await page.locator('#posts .post').first().waitFor();
}

export async function speakAs(page, id) {
  await page.selectOption('#as', id);
  await page.waitForFunction((who) => room.me === who && document.querySelector('#link.on'), id);
}

// The tools of a post are shown to the mouse that is over it.
export async function tool(page, text, label) {
  const there = post(page, text);
  await there.hover();
  await there.locator('.tools').getByRole('button', { name: label, exact: true }).click();
}

export async function fits(page, folder, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert(wide <= 0, `${name}: the page is ${wide} px wider than the screen`);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
