// Every page that can be reached from the front page, for the public and for an administrator. Found by walking
// its links: a page whose path has the same shape as one seen is not looked at again.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAxeHere, languages, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { signIn } from '../lib/people.mjs';

export const name = 'every page, in both themes and languages, is accessible, silent, and fits a phone';
export const world = 'demo';
export const limit = 900_000;

const depth = 3;
// Pages that no link of the demo leads to, or that answer with another status.
const fixed = ['/sign-in', '/first-run?token=gone', '/invitation?token=gone', '/no-such-page'];
const pictures = {
  '/': 'overview', '/wall': 'wall', '/fields/*': 'field', '/indicators': 'indicators', '/indicators/*': 'indicator',
  '/units': 'units', '/units/*': 'unit', '/compare': 'compare', '/morning': 'morning', '/late': 'late', '/deadline': 'deadline', '/sign-in': 'sign-in',
  '/me': 'me', '/accounts': 'accounts', '/accounts/new': 'account-new', '/keys': 'keys', '/audit': 'audit', '/packs': 'packs',
  '/packs/*': 'pack', '/import': 'import', '/imports': 'imports', '/grid': 'grid', '/targets': 'targets', '/jobs': 'jobs', '/api': 'api', '/no-such-page': 'error',
};

/** `/indicators/admin.on_time?unit=92` → `/indicators/*`, `/cases/PA-26-000012` → `/cases/*`; the query is not part of the shape. */
const shape = (path) => path.split('?')[0].replace(/^(\/(?:indicators|units|fields|packs|accounts|jobs|docs|books))\/(?!new$|export|days$)[^/]+/, '$1/*')
  .replace(/\/[0-9a-f]{8}-[0-9a-f-]{27}/g, '/*')
  .replace(/\/[A-Z]{2,4}-\d\d-\d{6,}/g, '/*');

/** Address by shape: what the links of pages lead to, as far as `depth` steps. */
async function walk(context, base) {
  const found = new Map();
  let next = ['/', ...fixed];
  for (let step = 0; step <= depth && next.length > 0; step += 1) {
    const links = [];
    for (const path of next) {
      if (found.has(shape(path))) continue;
      const answer = await context.request.get(`${base}${path}`, { headers: { accept: 'text/html' } });
      const html = (answer.headers()['content-type'] ?? '').startsWith('text/html');
      const there = new URL(answer.url());
      found.set(shape(path), { path, html, status: answer.status(), moved: there.pathname !== new URL(path, base).pathname });
      if (!html) continue;
      for (const [, href] of (await answer.text()).matchAll(/<a\b[^>]*?\shref="([^"#]+)/g)) {
        const url = new URL(href.replaceAll('&amp;', '&'), there);
        if (url.host === new URL(base).host) links.push(url.pathname + url.search);
      }
    }
    next = links;
  }
  return found;
}

export async function run({ page, context, server, base, print, artifacts, allow }) {
  allow(/Failed to load resource: the server responded with a status of 404 .*\/(no-such-page|first-run|invitation)/);
  const faults = [];
  const told = [];
  let pages = 0;
  let noise = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(error.message));

  const look = async (who, pattern, { path, status }, lang) => {
    const at = (theme) => `${path} (${who}, ${theme}, ${lang})`;
    await context.addCookies(['lang', 'theme'].map((name) => ({ name, value: name === 'lang' ? lang : 'paper', url: base })));
    await page.setViewportSize({ width: 1440, height: 900 });
    noise = [];
    await page.goto(path);
    await page.evaluate(() => document.fonts.ready);
    pages += 1;
    // The themes differ in data-theme alone, so one load serves both.
    for (const theme of themes) {
      await page.evaluate((theme) => document.documentElement.setAttribute('data-theme', theme), theme);
      await checkAxeHere(page, at(theme)).catch((error) => faults.push(error.message));
      if (lang !== 'vi' || !pictures[pattern]) continue;
      await page.screenshot({ path: join(artifacts, `pages-${pictures[pattern]}-${theme}.png`) });
    }
    if (pattern !== '/wall') {
      await page.setViewportSize({ width: 360, height: 800 });
      const wide = await tooWide(page);
      if (wide) faults.push(`    ${at('360 px')}: ${wide}`);
      if (lang === 'vi' && pictures[pattern]) {
        await page.screenshot({ path: join(artifacts, `pages-${pictures[pattern]}-phone.png`) });
      }
    }
    if (await page.locator('main').count() !== 1) faults.push(`    ${at('any')}: not exactly one main`);
    if (await page.locator('h1').count() !== 1) faults.push(`    ${at('any')}: not exactly one h1`);
    if (/\{\s*\$|[a-z]+-[a-z]+-[a-z-]+\s*$/m.test(await page.title())) faults.push(`    ${at('any')}: the title is a key: ${await page.title()}`);
    const shown = await page.evaluate(() => document.documentElement.lang);
    if (shown !== lang) faults.push(`    ${at('any')}: the page says that its language is ${shown}`);
    const expected = status >= 400 ? noise.filter((line) => !/Failed to load resource/.test(line)) : noise;
    faults.push(...expected.map((line) => `    ${at('any')}: console: ${line}`));
  };

  for (const who of ['public', 'admin']) {
    if (who === 'admin') await signIn(context, server);
    const found = await walk(context, base);
    for (const [pattern, one] of found) {
      told.push(`${who}\t${one.status}\t${pattern}\t${one.path}`);
      if (one.status >= 400 && !fixed.includes(one.path)) faults.push(`    ${one.path} (${who}): a link leads to a ${one.status}`);
      if (!one.html || one.moved) continue;
      for (const lang of languages) await look(who, pattern, one, lang);
    }
  }
  await writeFile(join(artifacts, 'pages.tsv'), `${told.join('\n')}\n`);
  await writeFile(join(artifacts, 'pages-faults.txt'), `${faults.join('\n')}\n`);
  print(`${pages} pages looked at, ${faults.length} faults`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
