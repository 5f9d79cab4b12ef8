// The browser: Debian's Chromium, never a download, with nothing of its own talking to the network.

import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { within } from './wait.mjs';

// WebGL drawn by the processor, which the map needs; every page is then put together by the same slow way.
const WEBGL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** Every launch has a fresh profile folder, which playwright-core makes and removes. */
export async function launchBrowser({ webgl = true } = {}) {
  const executablePath = process.env.TOANCANH_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`no browser at ${executablePath}: apt-get install chromium, or set TOANCANH_CHROMIUM`);
  }
  const before = children();
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    handleSIGINT: false, // the runner itself stops everything, in its order
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      ...(webgl ? WEBGL : ['--disable-gpu']),
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  processes.set(browser, children().filter((pid) => !before.includes(pid)));
  return browser;
}

// The processes of each browser, for one that no longer answers.
const processes = new WeakMap();

/** The processes that this one has started, Linux alone; none where that cannot be read. */
function children() {
  try {
    const told = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    return told.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The processes of a browser that `launchBrowser` gave; each leads a group of its own. */
export function processesOf(browser) {
  return processes.get(browser) ?? [];
}

/** Closes it; one that does not close within `limit` milliseconds is ended with its process group. */
export async function endBrowser(browser, limit) {
  await within(browser.close(), limit, 'the browser closes').catch(() => {
    for (const pid of processesOf(browser)) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  });
}
