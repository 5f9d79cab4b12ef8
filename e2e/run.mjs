// Runs the stories of e2e/stories in a real browser against the built program.
//
//   TOANCANH_BIN=…/toancanh node e2e/run.mjs [part of a story's file name …]
//
// A story is a file that exports
//   name    one sentence, what the person can do
//   run     async ({ page, context, browser, base, link, server, expect, shot, allow }) => …
//   world   'empty' (default): one server shared by such stories; 'demo': one with all packs and the demo of
//           Cần Thơ; 'place': one with all packs for Cần Thơ, without a figure; 'own': a server for this story alone
//   prepare (own world) the command lines to run before the server starts, or the world to begin as; default none
//   limit   milliseconds that it may take, where that is more than usual
// and fails by throwing, by a console error, by a page error, or by a request to another host.
//
// Environment: TOANCANH_BIN, TOANCANH_CHROMIUM (default /usr/bin/chromium), E2E_STORIES (another folder),
// E2E_ARTIFACTS (another folder), E2E_LIMIT (milliseconds per story, default 60000), E2E_SETTLE
// (milliseconds that the browser may take to open or to close a window, default 20000), E2E_START_LIMIT.

import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { endBrowser, launchBrowser } from './lib/browser.mjs';
import { watch } from './lib/console.mjs';
import { expect } from './lib/expect.mjs';
import { startServer, stopAll } from './lib/server.mjs';
import { within } from './lib/wait.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const stories = resolve(process.env.E2E_STORIES ?? join(here, 'stories'));
const artifacts = resolve(process.env.E2E_ARTIFACTS ?? join(here, 'artifacts'));
const limit = Number(process.env.E2E_LIMIT ?? 60_000);
const settle = Number(process.env.E2E_SETTLE ?? 20_000); // what a browser may take for a window of its own
const bin = process.env.TOANCANH_BIN;
const packs = join(here, '..', 'packs');
const wanted = process.argv.slice(2);

const worlds = {
  empty: [],
  demo: [['packs', 'apply', packs], ['demo', '92', '--months', '14']],
  place: [['packs', 'apply', packs], ['units', 'root', '92']],
  own: [],
};
const shared = new Map();

/** A world that failed to start fails each of its stories with the same words. */
function serverOf(world, story, prepare = worlds[world]) {
  const log = join(artifacts, `server-${story ?? world}.log`);
  const start = () => startServer({ bin, log, prepare });
  if (world === 'own') return start();
  if (!shared.has(world)) shared.set(world, start());
  return shared.get(world);
}

async function tell(file, browser) {
  const id = basename(file, '.mjs');
  const story = await import(pathToFileURL(file));
  const world = story.world ?? 'empty';
  if (!story.name || !story.run) throw new Error(`${id}.mjs must export name and run`);
  if (!worlds[world]) throw new Error(`${id}.mjs: no world '${world}', only ${Object.keys(worlds)}`);
  const server = await serverOf(world, world === 'own' ? id : undefined, worlds[story.prepare] ?? story.prepare);
  const context = await within(
    browser.newContext({ baseURL: server.base, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' }),
    settle,
    'the browser opens a window',
  );
  context.setDefaultTimeout(15_000);
  const { problems, allow } = watch(context, server.base);
  const page = await within(context.newPage(), settle, 'the browser opens a page');
  const shot = (label) => page.screenshot({ path: join(artifacts, `${id}-${label}.png`), fullPage: true });
  try {
    const told = story.run({
      page, context, browser, server, expect, shot, allow,
      base: server.base,
      link: server.link,
      artifacts,
      print: (line) => console.log(`      ${line}`),
    });
    await within(told, story.limit ?? limit, 'the story ends');
    const bad = problems();
    if (bad.length > 0) throw new Error(bad.join('\n'));
  } catch (error) {
    await within(shot('failed'), settle, 'the picture').catch(() => {});
    const bad = problems().filter((problem) => !error.message.includes(problem));
    if (bad.length > 0) error.message += `\nalso: ${bad.join('\n      ')}`;
    error.tail = server.tail();
    throw error;
  } finally {
    await within(context.close(), settle, 'the browser closes the window').catch((error) => {
      browser.stuck = error.message;
    });
    if (world === 'own') await server.stop();
  }
  return story.name;
}

function indent(text) {
  return text.split('\n').map((line) => `    ${line}`).join('\n');
}

async function main() {
  if (!bin) throw new Error('TOANCANH_BIN names no program; ./test e2e sets it');
  await access(bin);
  await rm(artifacts, { recursive: true, force: true });
  await mkdir(artifacts, { recursive: true });
  const files = (await readdir(stories).catch(() => []))
    .filter((file) => file.endsWith('.mjs'))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort();
  if (files.length === 0) throw new Error(`no story in ${stories} matches ${wanted.join(' ') || '*.mjs'}`);

  let browser = await launchBrowser();
  let passed = 0;
  let failed = 0;
  try {
    for (const file of files) {
      const start = Date.now();
      const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
      try {
        const name = await tell(join(stories, file), browser);
        passed += 1;
        console.log(`ok    ${file}  ${seconds()}  ${name}`);
      } catch (error) {
        failed += 1;
        const place = error.stack?.match(new RegExp(`${file.replaceAll('.', '\\.')}:\\d+`))?.[0];
        console.log(`FAIL  ${file}  ${seconds()}${place ? `  at ${place}` : ''}\n${indent(error.message)}`);
        if (error.tail) console.log(`    the server's last words:\n${error.tail}`);
        if (!browser.isConnected() || /^not within \d+ ms: the browser/.test(error.message)) browser.stuck = error.message;
      }
      // A browser that no longer answers would hold every story after this one.
      if (browser.stuck) {
        console.log(`      a new browser: ${browser.stuck.split('\n')[0]}`);
        await endBrowser(browser, settle);
        browser = await launchBrowser();
      }
    }
  } finally {
    await endBrowser(browser, settle);
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => stopAll().finally(() => process.exit(130)));
}
let code = 1;
try {
  code = await main();
} catch (error) {
  console.log(`FAIL  the stories could not be told\n${indent(error.message)}\n0 passed, 1 failed`);
} finally {
  await stopAll();
}
process.exit(code);
