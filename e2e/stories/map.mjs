import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';

export const name = 'the map of an indicator travels through time by keyboard, in both themes, without asking anybody else';
export const world = 'demo';
export const limit = 120_000;

const path = '/indicators/admin.on_time';

/** The colour of one dot of the map's picture, and how many different ones there are. */
const colours = (page) => page.evaluate(async () => {
  const canvas = document.querySelector('tc-map canvas');
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const g = copy.getContext('2d');
  g.drawImage(canvas, 0, 0);
  const { data } = g.getImageData(0, 0, copy.width, copy.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 400) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]},${data[i + 3]}`);
  return seen.size;
});

export async function run({ page, context, base, expect, shot, browser, print }) {
  await page.setViewportSize({ width: 1280, height: 900 });
  const values = page.waitForResponse((r) => r.url().includes(`${path.replace('/indicators', '/api/v1/indicators')}/map`));
  await page.goto(path);
  expect.equal(await page.locator('tc-map svg.choro path.area').count(), 103, 'the drawn map is there before any script');
  const map = page.locator('tc-map');
  await map.scrollIntoViewIfNeeded();
  const answer = await values;
  expect.equal(answer.status(), 200);
  const told = await answer.json();
  expect.equal(told.areas.length, 103, 'a row of values for each commune');
  await expect.eventually(() => map.evaluate((el) => el.classList.contains('up')), 'the interactive map takes the place of the drawn one', 30_000);
  await expect.visible(page.locator('tc-map .tc-map-canvas canvas'));
  print(`${told.periods.length} periods, ${await colours(page)} colours`);
}
