// Drives the room in a real browser: node tests/browser/room.mjs LOGIN_URL [SCREENSHOT_FOLDER]
// Needs playwright-core (NODE_PATH may name its folder) and a Chromium (CHROMIUM names it).
// Ends with 1 and a sentence on the first failure.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// require, unlike import, looks into NODE_PATH
const { chromium } = createRequire(import.meta.url)('playwright-core');

const [url, folder = 'room-screenshots'] = process.argv.slice(2);
assert(url, 'usage: node room.mjs LOGIN_URL [SCREENSHOT_FOLDER]');
mkdirSync(folder, { recursive: true });

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const troubles = [];

function watch(page) {
  page.setDefaultTimeout(10000);
  page.on('dialog', (d) => { troubles.push(`a dialog opened: ${d.message()}`); d.dismiss(); });
  page.on('pageerror', (e) => troubles.push(`a script failed: ${e.message}`));
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) troubles.push(m.text()); });
}

async function open(size, colorScheme, hash = '') {
  const context = await browser.newContext({ viewport: size, colorScheme, hasTouch: size.width < 500, timezoneId: 'UTC' });
  const page = await context.newPage();
  watch(page);
  await page.goto(url);
  await page.locator('#link.on').waitFor({ state: 'attached' });
  if (hash) await page.evaluate((h) => { location.hash = h; }, hash);
  return page;
}

async function say(page, text) {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
  await page.waitForFunction(() => document.getElementById('text').value === '');
}

const lastPost = (page, text) => page.locator('#posts .post', { hasText: text }).last();

async function goTo(page, channel) {
  const there = page.locator('#channels button', { hasText: channel }).first();
  await there.click();
  await page.waitForFunction(() => document.querySelectorAll('#posts .post').length > 0);
}

async function speakAs(page, number) {
  const id = await page.locator('#as option').nth(number).getAttribute('value');
  await page.selectOption('#as', id);
  await page.waitForFunction((who) => room.me === who && document.querySelector('#link.on'), id);
  return page.locator('#as option').nth(number).textContent();
}

async function alertOpensIncident(page) {
  await goTo(page, '#muster');
  await say(page, 'try');
  await page.locator('#channels button', { hasText: '#inc-' }).first().waitFor();
  await goTo(page, '#inc-');
  await lastPost(page, 'E1').waitFor();
}

async function somebodyLeads(page) {
  await speakAs(page, 1);
  await say(page, 'The deploy of 14:02 looks guilty 🔍 결제가 느립니다');
  await lastPost(page, '결제가 느립니다').waitFor();
  const name = await speakAs(page, 2);
  await page.locator('#posts button', { hasText: 'I lead' }).last().click();
  await page.waitForFunction((who) => document.getElementById('topic').textContent.includes(who), name);
  return name;
}

async function staysText(page) {
  const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  await say(page, attack);
  const post = page.locator('.post .body', { hasText: 'onerror=alert(1)' }).last();
  await post.waitFor();
  assert.equal(await post.textContent(), attack, 'markup is shown as it was typed');
  assert.equal(await page.locator('.post img, .post script').count(), 0, 'no node was made from a post');
}

async function endsIt(page) {
  const topic = (word) => page.waitForFunction((w) => document.getElementById('topic').textContent.includes(w), word);
  await say(page, 'mitigate because the deploy was rolled back');
  await topic('mitigated');
  await say(page, 'resolve because p99 is back at 200 ms');
  await topic('resolved');
}

async function fits(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert(wide <= 0, `${name}: the page is ${wide} px wider than the screen`);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

async function phoneDrawer(page) {
  await page.click('#menu');
  const current = page.locator('#channels [aria-current]');
  await current.waitFor({ state: 'visible' });
  await page.screenshot({ path: join(folder, 'phone-drawer.png') });
  await current.click();
  await page.locator('#drawer').waitFor({ state: 'hidden' });
}

async function everySize(hash, name) {
  for (const [kind, size] of [['wide', WIDE], ['phone', PHONE]]) {
    for (const scheme of ['light', 'dark']) {
      const page = await open(size, scheme, hash);
      await page.locator('#posts .post').last().waitFor();
      await fits(page, `${name}-${kind}-${scheme}`);
      if (kind === 'phone' && scheme === 'light') await phoneDrawer(page);
      await page.context().close();
    }
  }
}

// The link is posted with the resolved card or by the command; either way it must open in this very browser.
async function opensPostmortem(page) {
  await say(page, 'postmortem');
  const link = page.locator('#posts a[href*="/room/report/"]').last();
  await link.waitFor();
  const [report] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  watch(report);
  await report.waitForLoadState();
  assert.match(await report.locator('body').innerText(), /rolled back/, 'the postmortem tells how it was mitigated');
  return report;
}

async function reportSizes(report) {
  for (const [kind, size] of [['wide', WIDE], ['phone', PHONE]]) {
    await report.setViewportSize(size);
    for (const scheme of ['light', 'dark']) {
      await report.emulateMedia({ colorScheme: scheme });
      await fits(report, `postmortem-${kind}-${scheme}`);
    }
  }
}

try {
  const page = await open(WIDE, 'light');
  await alertOpensIncident(page);
  await somebodyLeads(page);
  const hash = new URL(page.url()).hash;
  assert(hash.startsWith('#/inc-'), 'the address names the channel');
  await everySize(hash, 'incident');
  await endsIt(page);
  const report = await opensPostmortem(page);
  await fits(page, 'resolved');
  await reportSizes(report);
  await goTo(page, '#muster');
  await staysText(page);
  await fits(page, 'muster');
  assert.deepEqual(troubles, [], 'no dialog, no script error, no policy violation');
  console.log(`room: all well; screenshots in ${folder}`);
} catch (error) {
  console.error(`room: ${error.message}`, troubles);
  for (const page of browser.contexts().flatMap((c) => c.pages())) {
    await page.screenshot({ path: join(folder, 'failed.png') }).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  await browser.close();
}
