import { join } from 'node:path';
import { checkAxeHere } from '../lib/axe.mjs';

export const name = 'the first person makes the administrator through the one-time link, chooses the place, and keeps the house';
export const world = 'own';
export const prepare = [['packs', 'apply', join(import.meta.dirname, '..', '..', 'packs')]];

const password = 'con đò qua bến 2026';

export async function run({ page, context, link, expect, shot, allow }) {
  expect.ok(link, 'the server prints a one-time link');

  // A weak password is told, and what was typed is kept.
  await page.goto(link);
  await checkAxeHere(page);
  await page.locator('#fr-place').fill('92');
  await page.locator('#fr-n').fill('Trần Văn Lộc');
  await page.locator('#fr-s').fill('loc.tv');
  await page.locator('#pw').fill(password);
  await page.locator('#pw2').fill(`${password}x`);
  await shot('form');
  allow(/422 \(Unprocessable/);
  await page.locator('form[action="/first-run"] button').click();
  await expect.visible(page.locator('[role=alert]'));
  expect.equal(await page.locator('#fr-n').inputValue(), 'Trần Văn Lộc');
  expect.equal(await page.locator('#pw').inputValue(), '', 'a password is never sent back');

  await page.locator('#pw').fill(password);
  await page.locator('#pw2').fill(password);
  await page.locator('form[action="/first-run"] button').click();
  await expect.path(page, '/');
  await expect.text(page.locator('.brand'), /Cần Thơ/);
  await expect.text(page.locator('a[href="/me"]'), 'Trần Văn Lộc');
  await shot('in');

  // The link works once, for anybody.
  const other = await context.browser().newContext({ locale: 'vi-VN' });
  const used = await (await other.newPage()).goto(link);
  expect.equal(used.status(), 404);
  expect.ok((await used.text()).includes('role="alert"'), 'the page says that the link was used');
  await other.close();

  // The code of two steps can be set up from the person's own page.
  await page.locator('a[href="/me"]').click();
  await page.locator('form[action="/me/two-step"] input[name=old]').fill(password);
  await page.locator('form[action="/me/two-step"] button').click();
  await expect.visible(page.locator('form[action="/me/two-step/confirm"] input[name=code]'));
  await expect.visible(page.locator('section svg[viewBox]').first());
  await checkAxeHere(page);
  await shot('two-step');

  // Out, wrong three times, right.
  await page.goto('/me');
  await page.locator('form[action="/sign-out"] button').click();
  await expect.path(page, '/sign-in');
  expect.ok(!(await context.cookies()).some((cookie) => cookie.httpOnly && cookie.name.includes('session')), 'no session is left');
  await page.goto('/accounts');
  await expect.path(page, /^\/sign-in\?back=/);
  allow(/40[13] \(|429 \(/);
  for (let wrong = 1; wrong <= 3; wrong += 1) {
    await page.locator('#in-name').fill('loc.tv');
    await page.locator('#in-pass').fill(`không phải ${wrong}`);
    const answer = page.waitForResponse((one) => one.request().method() === 'POST');
    await page.locator('form[action="/sign-in"] button').click();
    expect.ok([401, 403, 422].includes((await answer).status()), `try ${wrong} is answered ${(await answer).status()}`);
    await expect.visible(page.locator('[role=alert]'));
    expect.equal(await page.locator('#in-name').inputValue(), 'loc.tv');
  }
  await shot('wrong');
  await page.locator('#in-pass').fill(password);
  await page.locator('form[action="/sign-in"] button').click();
  await expect.path(page, '/accounts');
  await expect.visible(page.locator('h1'));
}
