// The browser: Debian's Chromium, never a download, with nothing of its own talking to the network.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

// WebGL drawn by the processor, which the map needs; every page is then put together by the same slow way.
const WEBGL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** Every launch has a fresh profile folder, which playwright-core makes and removes. */
export async function launchBrowser({ webgl = true } = {}) {
  const executablePath = process.env.TOANCANH_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`no browser at ${executablePath}: apt-get install chromium, or set TOANCANH_CHROMIUM`);
  }
  return chromium.launch({
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
}
