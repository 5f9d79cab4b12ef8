import { checkAxeHere } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { signIn, staff } from '../lib/people.mjs';

export const name = 'a document is told to who works in its place, opened and counted; how one is told, and what is said, can be changed';
export const world = 'own';
export const prepare = 'place';
export const limit = 120_000;

export async function run({ page, context, browser, base, server, artifacts, expect, shot, allow }) {
  allow(/Failed to load resource: the server responded with a status of 422/);
  await signIn(context, server);
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

  // Where one is told things.
  await page.goto('/me');
  await page.locator('#c-e').fill('quantri@example.gov.vn');
  await page.locator('form[action="/me/contacts"] button').click();
  await expect.text(page.locator('main [role=status]').first(), /Đã lưu nơi nhận tin/);
  expect.equal(await page.locator('#c-e').inputValue(), 'quantri@example.gov.vn');

  // Nothing yet; the page says so.
  await page.goto('/notices');
  await expect.text(page.locator('.empty'), /Chưa có thông báo/);
  await checkAxeHere(page);

  // Which kinds by which way, and when.
  await page.locator('nav.tabs a[href="/notices/settings"]').click();
  await page.locator('input[value="case.overdue/app"]').uncheck();
  await page.locator('#ns-f').fill('22:00');
  await page.locator('main form[action="/notices/settings"] .btn.main').click();
  await expect.text(page.locator('main [role=status]').first(), /Đã lưu cách nhận tin/);
  expect.equal(await page.locator('input[value="case.overdue/app"]').isChecked(), false);
  expect.equal(await page.locator('#ns-f').inputValue(), '22:00');
  await checkAxeHere(page);
  await shot('settings');

  // A text of the place: a value that is not there is refused and what was typed stays; then it is written.
  await page.locator('nav.tabs a[href="/notices/templates"]').click();
  await checkAxeHere(page);
  await page.locator('a[href="/notices/templates/case.assigned"]').click();
  await page.locator('#app-vi-t').fill('Việc mới {phone}');
  const save = page.locator('section[aria-labelledby="app-vi-h"] button').first();
  await save.click();
  await expect.text(page.locator('[role=alert]'), /không có giá trị \{phone\}/);
  expect.equal(await page.locator('#app-vi-t').inputValue(), 'Việc mới {phone}');
  await page.locator('#app-vi-t').fill('Việc mới {code}');
  await save.click();
  await expect.text(page.locator('section[aria-labelledby="app-vi-h"] .aside'), /địa phương đã sửa/);
  await checkAxeHere(page);
  await shot('template');

  // A document to the whole place: who works there is told, opens it, and is counted.
  // The administrator of the system sends nothing to households; an officer does.
  expect.equal(await page.locator('a[href="/notices/mailings"]').count(), 0);
  const officer = await staff({ browser, base, server, role: 'officer', shownAs: 'Lê Gửi Tin' });
  await officer.goto('/notices');
  await officer.locator('nav.tabs a[href="/notices/mailings"]').click();
  await checkAxeHere(officer);
  await officer.locator('a[href="/notices/mailings/new"]').click();
  await officer.locator('#ma-t').fill('Lịch cắt nước sạch');
  await officer.locator('#ma-b').fill('Từ 8 giờ đến 11 giờ ngày mai.');
  await officer.locator('#ma-u').selectOption({ index: 0 });
  await officer.locator('#ma-f').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no PDF') });
  await checkAxeHere(officer);
  const send = async () => {
    await officer.locator('main form[action="/notices/mailings"] .btn.main').click();
    await officer.locator('dialog[open] .btn.main, dialog[open] .btn.danger').first().click();
  };
  await send();
  await expect.text(officer.locator('[role=alert]'), /Tệp phải là PDF/);
  expect.equal(await officer.locator('#ma-t').inputValue(), 'Lịch cắt nước sạch');
  await send();
  await expect.path(officer, /^\/notices\/mailings\/[0-9a-f-]{36}$/);
  await expect.eventually(async () => {
    await officer.reload();
    return (await officer.locator('.fig-value').first().textContent()) === '2';
  }, 'both are told');
  await checkAxeHere(officer);
  await officer.screenshot({ path: `${artifacts}/notices-mailing.png`, fullPage: true });
  const mailing = officer.url();
  await officer.goto('/notices');
  await expect.text(officer.locator('.page-head .chip'), /1 chưa đọc/);
  await checkAxeHere(officer);
  await officer.screenshot({ path: `${artifacts}/notices-mine.png` });
  await officer.locator('ul.list a').first().click();
  await expect.text(officer.locator('article h1'), /Lịch cắt nước sạch/);
  await checkAxeHere(officer);
  await officer.screenshot({ path: `${artifacts}/notices-document.png` });
  await officer.goto(mailing);
  await expect.text(officer.locator('.fig-value').nth(2), '1');

  // The log has nothing: no channel is configured here.
  await page.goto('/notices/log');
  await expect.text(page.locator('.empty'), /Không có lần gửi nào/);
  await checkAxeHere(page);

  // 360 px.
  await page.setViewportSize({ width: 360, height: 780 });
  for (const path of ['/notices', '/notices/settings', '/notices/templates', '/notices/templates/case.assigned', '/notices/log', '/me']) {
    await page.goto(path);
    expect.ok(await fits(), `${path} fits 360 px`);
  }
  await officer.setViewportSize({ width: 360, height: 780 });
  for (const path of ['/notices/mailings', '/notices/mailings/new']) {
    await officer.goto(path);
    expect.equal(await tooWide(officer), null, `${path} fits 360 px`);
  }
  await page.goto('/notices/settings');
  await shot('phone-settings');
}
