// Drives the room in a real browser: node tests/browser/room.mjs LOGIN_URL [SCREENSHOT_FOLDER]
// Needs playwright-core and a Chromium (CHROMIUM names it). Ends with 1 and a sentence on the first failure.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, folder = 'room-screenshots'] = process.argv.slice(2);
assert(url, 'usage: node room.mjs LOGIN_URL [SCREENSHOT_FOLDER]');
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'],
});
const troubles = [];

async function open(size, colorScheme) {
  const context = await browser.newContext({ viewport: size, colorScheme, hasTouch: size.width < 500 });
  const page = await context.newPage();
  page.on('dialog', (d) => { troubles.push(`a dialog opened: ${d.message()}`); d.dismiss(); });
  page.on('pageerror', (e) => troubles.push(`a script failed: ${e.message}`));
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) troubles.push(m.text()); });
  await page.goto(url);
  await page.locator('#link.on').waitFor({ state: 'attached' });
  return page;
}

async function say(page, text) {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
}

async function declares(page) {
  await say(page, 'declare sev2 결제 지연 🔥 for checkout-api');
  const card = page.locator('#posts .card', { hasText: '결제 지연 🔥' }).last();
  await card.waitFor();
  const before = await page.locator('.post').count();
  const press = card.locator('.buttons button').first();
  assert(await press.count(), 'the card of a declared incident has a button');
  await press.click();
  await page.waitForFunction((n) => document.querySelectorAll('.post').length > n, before);
}

async function staysText(page) {
  const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  await say(page, attack);
  const post = page.locator('.post .body', { hasText: 'onerror=alert(1)' }).last();
  await post.waitFor();
  assert.equal(await post.textContent(), attack, 'markup is shown as it was typed');
  assert.equal(await page.locator('.post img, .post script').count(), 0, 'no node was made from a post');
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

try {
  const first = await open({ width: 1280, height: 800 }, 'light');
  await declares(first);
  await staysText(first);
  await fits(first, 'wide-light');
  const where = new URL(first.url()).hash;
  await fits(await open({ width: 1280, height: 800 }, 'dark'), 'wide-dark');
  const phone = await open({ width: 390, height: 844 }, 'light');
  await fits(phone, 'phone-light');
  await phoneDrawer(phone);
  await fits(await open({ width: 390, height: 844 }, 'dark'), 'phone-dark');
  assert(where.startsWith('#/'), 'the address names the channel');
  assert.deepEqual(troubles, [], 'no dialog, no script error, no policy violation');
  console.log(`room: all well; screenshots in ${folder}`);
} catch (error) {
  console.error(`room: ${error.message}`, troubles);
  process.exitCode = 1;
} finally {
  await browser.close();
}
