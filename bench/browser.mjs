// What a person waits for, in a real browser that has never been here: `node bench/browser.mjs BASE`.
// Each load has a fresh profile, so nothing comes from a cache. Prints one line of JSON.

import { launchBrowser } from '../e2e/lib/browser.mjs';

const base = process.argv[2];
const loads = 7;

const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const round = (n) => Math.round(n * 10) / 10;

/** Opens `path` in a fresh context; gives what `look` measured, with the bytes and the requests that it took. */
async function fresh(browser, path, look) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  try {
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    await wire.send('Network.enable');
    let bytes = 0;
    let requests = 0;
    wire.on('Network.requestWillBeSent', () => (requests += 1));
    wire.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength));
    await page.goto(`${base}${path}`, { waitUntil: 'load' });
    const seen = await look(page);
    return { ...seen, kb: bytes / 1000, requests };
  } finally {
    await context.close();
  }
}

// The figures and the map are in the page itself: they are there when it is read and the first paint with its styles was made.
// The wall has no WebGL, so nothing of it goes through the emulation of a graphics card.
const plain = await launchBrowser({ webgl: false });
const wall = [];
for (let n = 0; n < loads; n += 1) {
  wall.push(
    await fresh(plain, '/wall', async (page) => {
      // The browser tells of a paint some frames after it was made.
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
      return page.evaluate(() => {
        const [visit] = performance.getEntriesByType('navigation');
        const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
        const shown = (selector) => {
          const box = document.querySelector(selector)?.getBoundingClientRect();
          if (!box || box.width === 0 || box.height === 0) throw new Error(`nothing to see at ${selector}`);
        };
        shown('svg.choro path.area');
        shown('[data-live] .fig, [data-live] .value, [data-live] h2');
        return { ms: Math.max(paint, visit.domContentLoadedEventEnd), paint };
      });
    }),
  );
}

await plain.close();

// The interactive map says itself when it has nothing left to draw.
const browser = await launchBrowser();
const map = [];
for (let n = 0; n < loads; n += 1) {
  map.push(
    await fresh(browser, '/indicators/bench1.r0', async (page) => {
      await page.locator('tc-map').scrollIntoViewIfNeeded();
      await page.waitForSelector('tc-map[data-idle]', { timeout: 30_000 });
      return { ms: await page.evaluate(() => performance.now()) };
    }),
  );
}
await browser.close();

const told = (all) => ({
  loads,
  median_ms: round(middle(all.map((l) => l.ms))),
  max_ms: round(Math.max(...all.map((l) => l.ms))),
  kb: round(middle(all.map((l) => l.kb))),
  requests: middle(all.map((l) => l.requests)),
});
console.log(JSON.stringify({ wall: { ...told(wall), paint_ms: round(middle(wall.map((l) => l.paint))) }, map: told(map) }));
