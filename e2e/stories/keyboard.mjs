import { makeAdmin } from '../lib/people.mjs';

export const name = 'whoever uses only keys skips the menu, opens it on a phone, and signs in';
export const world = 'place';

export async function run({ page, server, expect, shot }) {
  const person = await makeAdmin(server);
  const at = () => page.evaluate(() => {
    const el = document.activeElement;
    return el.id ? `#${el.id}` : el.getAttribute('href') ?? `${el.tagName.toLowerCase()} ${el.textContent.trim()}`.trim();
  });
  const ringed = () => page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1.5;
  });
  const press = async (key, times = 1) => {
    for (let i = 0; i < times; i += 1) await page.keyboard.press(key);
  };

  // The first stop of every page leads past the menu.
  await page.goto('/');
  await press('Tab');
  expect.equal(await at(), '#main');
  await expect.visible(page.locator('a.skip:focus'));
  expect.ok(await ringed(), 'the skip link shows that it has the focus');
  await press('Enter');
  await expect.eventually(async () => page.evaluate(() => document.activeElement?.id === 'main' || location.hash === '#main'), 'the focus is on the content');
  await press('Tab');
  expect.ok(await page.evaluate(() => document.activeElement.closest('main') !== null), `past the menu, at ${await at()}`);

  // Every stop of the menu can be seen to have the focus.
  await page.goto('/');
  await press('Tab', 2);
  for (let stop = 0; stop < 6; stop += 1) {
    expect.ok(await ringed(), `${await at()} shows that it has the focus`);
    await press('Tab');
  }

  // The door: name, password, button, in this order and with nothing between.
  await page.goto('/me');
  await expect.path(page, '/sign-in?back=/me');
  await press('Tab');
  expect.equal(await at(), '#main');
  while ((await at()) !== '#in-name') {
    const before = await at();
    await press('Tab');
    expect.ok((await at()) !== before && !(await at()).startsWith('body'), `the name is reached, not ${await at()}`);
  }
  await page.keyboard.type(person.signIn);
  await press('Tab');
  expect.equal(await at(), '#in-pass');
  await page.keyboard.type(person.password);
  await press('Tab');
  expect.match(await at(), /^button /);
  expect.ok(await ringed(), 'the button shows that it has the focus');
  await press('Enter');
  await expect.path(page, '/me');

  // On a phone the menu opens from the bar at the foot and closes again.
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto('/');
  await expect.hidden(page.locator('#menu .side-list'));
  await page.locator('nav.bottom a[href="#menu"]').focus();
  await press('Enter');
  await expect.visible(page.locator('#menu .side-list').first());
  await shot('menu');
  await press('Tab');
  expect.ok(await page.evaluate(() => document.activeElement.closest('#menu') !== null), `the next stop is in the menu, not ${await at()}`);
  await page.locator('#menu .side-close').focus();
  await press('Enter');
  await expect.hidden(page.locator('#menu .side-list'));
}
