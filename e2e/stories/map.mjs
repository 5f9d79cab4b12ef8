import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';

export const name = 'the map of an indicator travels through time by keyboard, in both themes, without asking anybody else';
export const world = 'demo';
export const limit = 120_000;

const path = '/indicators/admin.on_time';

export async function run({ page, browser, base, expect, shot }) {
  const map = page.locator('tc-map');
  const slider = page.locator('#map-range');
  const period = page.locator('.map-time output');
  const rise = async (address) => {
    // A map that is left may still ask for what changed: its period tells the new one's question from that.
    const wanted = new URL(address, base).searchParams.get('period');
    const asked = (r) => new URL(r.url());
    const ours = (r) => asked(r).pathname === `/api/v1${path}/map` && (!wanted || asked(r).searchParams.get('period') === wanted);
    const answer = page.waitForResponse(ours).then(async (r) => ({ ...(await r.json()), address: r.url() }));
    await page.goto(address);
    await map.scrollIntoViewIfNeeded();
    const told = await answer;
    await expect.eventually(
      () => map.evaluate((el) => el.classList.contains('up')),
      'the interactive map takes the place of the drawn one',
      40_000,
    );
    await expect.visible(page.locator('.tc-map-canvas canvas'));
    await expect.visible(slider);
    return told;
  };

  // Without script the drawn map is all there is, of the period that the address names.
  const plain = await (await browser.newContext({ baseURL: base, locale: 'vi-VN', javaScriptEnabled: false })).newPage();
  await plain.goto(path);
  expect.equal(await plain.locator('tc-map svg.choro path.area').count(), 103, '103 areas are drawn by the server');
  await expect.visible(plain.locator('tc-map svg.choro'));
  await expect.hidden(plain.locator('.map-time'));
  await plain.context().close();

  await page.setViewportSize({ width: 1280, height: 900 });
  const told = await rise(path);
  expect.equal(told.areas.length, 103, 'a row of values for each commune');
  const last = told.periods.length - 1;
  await expect.text(period, told.periods[last]);

  // What the pointer finds in the middle of the map is what was told of that commune in that period, be it just now:
  // the demo lives, and the map follows.
  const found = async (at) => {
    const box = await page.locator('.tc-map-canvas').boundingBox();
    await page.mouse.move(box.x + 2, box.y + 2);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
    const pop = page.locator('.tc-map-pop');
    await expect.visible(pop);
    const commune = await pop.locator('b').innerText();
    await expect.text(pop.locator('small'), told.periods[at]);
    await expect.eventually(async () => {
      const now = await (await page.request.get(told.address)).json();
      const value = now.areas.find((area) => area.name === commune).values[at];
      const said = await pop.locator('.state').innerText();
      return said.trim() === (value ? `${value.text} · ${value.word}` : 'chưa có số liệu');
    }, `what the map says of ${commune}`);
    return commune;
  };
  const commune = await found(last);
  const before = await page.locator('.tc-map-canvas').screenshot();

  // Seven months back by keyboard: the period, the number of reports, the colours and the values follow.
  await slider.focus();
  for (let i = 0; i < 7; i += 1) await page.keyboard.press('ArrowLeft');
  const then = last - 7;
  await expect.text(period, told.periods[then]);
  await expect.text(page.locator('[data-map-period]'), told.periods[then]);
  await expect.text(page.locator('[data-map-status]'), told.status[then]);
  expect.equal(await slider.getAttribute('aria-valuetext'), told.periods[then], 'a listener hears the period');
  expect.equal(await found(then), commune, 'the same commune is there');
  await expect.eventually(
    async () => !(await page.locator('.tc-map-canvas').screenshot()).equals(before),
    'the colours of the map change',
  );
  await shot('then');
  await slider.focus();
  await page.keyboard.press('End');
  await expect.text(period, told.periods[last]);

  // A chosen period is where the map begins, drawn and interactive alike.
  const chosen = await rise(`${path}?period=${told.codes[then]}`);
  expect.equal(chosen.codes[chosen.at], told.codes[then]);
  await expect.text(period, told.periods[then]);
  const label = await page.locator('tc-map svg.choro').getAttribute('aria-label');
  expect.ok(label.endsWith(told.periods[then]), `the drawn map says its period: ${label}`);

  for (const theme of themes) {
    await page.evaluate((theme) => document.documentElement.setAttribute('data-theme', theme), theme);
    await checkAxeHere(page, `${path} with the map, ${theme}`);
    await shot(theme);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  await map.scrollIntoViewIfNeeded();
  expect.equal(await tooWide(page), null, 'it fits a phone');
  const wide = await slider.boundingBox();
  expect.ok(wide.width > 200, `the slider is wide enough for a thumb: ${wide.width} px`);
  await shot('phone');
}
