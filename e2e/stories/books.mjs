import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { staff } from '../lib/people.mjs';

export const name = 'the books of a desk: the report of a month, the registers, the reception days, on a screen, a phone and paper';
export const world = 'own';
export const prepare = 'demo';
export const limit = 300_000;

/** The first bytes of what a link brings, and how long it is. */
async function brought(page, path) {
  const answer = await page.context().request.get(path);
  const body = await answer.body();
  return { status: answer.status(), start: body.subarray(0, 2).toString('latin1'), size: body.length, text: body };
}

export async function run({ browser, base, server, artifacts, expect, print }) {
  const desk = { width: 1400, height: 900 };
  const phone = { width: 360, height: 780 };
  const intake = await staff({ browser, base, server, role: 'intake', shownAs: 'Trần Trực Ca', viewport: desk });

  const look = async (page, label, path) => {
    await page.setViewportSize(desk);
    await page.goto(path);
    for (const theme of themes) {
      await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
      await checkAxeHere(page, `${label} in ${theme}`);
      await page.screenshot({ path: `${artifacts}/books-${label}-${theme}.png`, fullPage: true });
    }
    await page.setViewportSize(phone);
    expect.equal(await tooWide(page), null, `${label} fits a phone`);
    await checkAxeHere(page, `${label} on a phone`);
    await page.screenshot({ path: `${artifacts}/books-${label}-phone.png`, fullPage: true });
    await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: `${artifacts}/books-${label}-print.png`, fullPage: true });
    await page.emulateMedia({ media: null });
    await page.setViewportSize(desk);
  };

  // The report, and its files.
  await look(intake, 'report', '/cases/report');
  await expect.visible(intake.locator('p', { hasText: 'Trong tháng' }).first());
  for (const kind of ['xlsx', 'docx']) {
    const file = await brought(intake, `/cases/report?format=${kind}`);
    expect.equal(file.status, 200, `the report as ${kind}`);
    expect.equal(file.start, 'PK', `${kind} is a packed file`);
    print(`report.${kind}: ${file.size} bytes`);
  }
  const units = await brought(intake, '/cases/units?format=xlsx');
  expect.equal(units.start, 'PK', 'the table of units as XLSX');

  // The registers: what the demo has, then a letter of one's own.
  await look(intake, 'letters', '/books');
  await look(intake, 'receptions', '/books?book=receptions');
  await look(intake, 'new', '/books/new?book=letters');
  await intake.locator('#e-u').selectOption({ label: 'Xã Trần Đề' });
  await intake.locator('#e-k').selectOption('denunciation');
  await intake.locator('#e-n').fill('Bảy Thương');
  await intake.locator('#e-s').fill('Tố cáo cán bộ gây phiền hà khi làm hồ sơ.');
  await intake.locator('main form button.main').click();
  await intake.waitForURL(/\/books\/\d+$/);
  await expect.visible(intake.locator('h1', { hasText: 'Số 1/' }));
  expect.equal((await intake.content()).includes('Bảy Thương'), false, 'a denunciation opens without who made it');
  const line = new URL(intake.url()).pathname;
  await look(intake, 'entry', line);
  await intake.locator('form[action$="/person"] button').click();
  await expect.visible(intake.locator('dd', { hasText: 'Bảy Thương' }));
  await checkAxeHere(intake, 'who made a denunciation');
  await intake.goto(line);
  await intake.locator('#h-h').selectOption('passed');
  await intake.locator('#h-p').fill('Thanh tra thành phố');
  await intake.locator('form[action$="/handle"] button').click();
  await intake.waitForLoadState();
  await expect.visible(intake.locator('dd', { hasText: 'Thanh tra thành phố' }));
  expect.equal((await brought(intake, '/books?format=xlsx')).start, 'PK', 'the register as XLSX');

  // Reception days: a rule, and what everybody reads of it.
  await look(intake, 'days', '/books/days');
  const rule = intake.locator('form[action="/books/days"][method="post"]');
  const details = intake.locator('details', { has: rule });
  if (!(await details.evaluate((d) => d.open))) await details.locator('summary').click();
  await rule.locator('[name="receiver"]').fill('Phó Chủ tịch UBND Lê Thị Sáu');
  await rule.locator('[name="place"]').fill('Phòng 2');
  await rule.locator('[name="pattern"]').selectOption('nth:1');
  await rule.locator('button').click();
  await intake.waitForLoadState();
  await expect.visible(intake.locator('.list small', { hasText: 'Lê Thị Sáu' }).first());
  const unit = new URL(intake.url()).searchParams.get('unit');
  const context = await browser.newContext({ baseURL: base, locale: 'vi-VN', viewport: phone });
  const citizen = await context.newPage();
  await look(citizen, 'public', `/reception?unit=${unit}`);
  await expect.visible(citizen.locator('.list small', { hasText: 'Lê Thị Sáu' }).first());
  const ics = await brought(citizen, `/reception/calendar.ics?unit=${unit}`);
  expect.equal(ics.text.toString().startsWith('BEGIN:VCALENDAR'), true, 'a calendar file');
  await context.close();
}
