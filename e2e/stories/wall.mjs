import { cutOffOnWall, overlapping } from '../lib/layout.mjs';

export const name = 'the wall shows a whole city on one screen, turns its layers, and outlives a power cut of the server';
export const world = 'demo';

const screens = [
  { width: 1920, height: 1080 },
  { width: 1366, height: 768 },
];

export async function run({ page, server, expect, shot, allow }) {
  const state = page.locator('[data-live-state]');
  const live = (wanted) => expect.eventually(
    async () => (await state.getAttribute('data-state')) === wanted,
    `the wall says that it is ${wanted}`,
    45_000,
  );

  const faults = [];
  for (const size of screens) {
    await page.setViewportSize(size);
    const answer = await page.goto('/wall');
    expect.equal(answer.status(), 200);
    expect.equal(await page.locator('.wall-left .tile').count(), 12, 'twelve tiles');
    expect.equal(await page.locator('#layer-1 svg.choro path.area').count(), 103, '103 areas on the map');
    expect.equal(await page.locator('.wall-right .panel').count(), 3, 'three panels beside the map');
    expect.ok((await page.locator('.wall-right .panel').locator('.list > li').count()) >= 9, 'three lists with entries');
    await expect.visible(page.locator('.wall-head .demo-mark'));
    await live('live');
    const at = `${size.width}×${size.height}`;
    faults.push(...(await cutOffOnWall(page)).map((fault) => `${at}: ${fault}`));
    const texts = '.wall-map .map-status, .wall-live, .map-head, .map-note, .legend, .map-top .pills button, .wall-head > *';
    faults.push(...(await overlapping(page, texts)).map((fault) => `${at}: ${fault}`));
    await shot(at.replace('×', 'x'));
  }

  // The arrows turn the layers, one after another and back.
  const shown = () => page.locator('[data-layer]:not([hidden])').getAttribute('id');
  const layers = await page.locator('[data-layer]').count();
  expect.ok(layers >= 2, 'more than one layer');
  expect.equal(await shown(), 'layer-1');
  await page.keyboard.press('ArrowRight');
  await expect.eventually(async () => (await shown()) === 'layer-2', 'the arrow to the right shows the second layer');
  await expect.visible(page.locator('[role=tab][aria-controls=layer-2][aria-selected=true]'));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect.eventually(async () => (await shown()) === `layer-${layers}`, 'the arrow to the left goes round to the last');
  await page.keyboard.press('ArrowRight');

  // The server is cut off, and comes back; nobody touches the wall.
  allow(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
  await page.evaluate(() => (globalThis.sameWall = true));
  await server.kill();
  await live('reconnecting');
  await server.restart();
  await live('live');
  expect.equal(await page.locator('.wall-left .tile').count(), 12, 'twelve tiles after the restart');

  expect.ok(faults.length === 0, faults.join('\n'));
}
