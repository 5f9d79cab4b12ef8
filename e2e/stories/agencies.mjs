import { checkAxeHere } from '../lib/axe.mjs';
import { signIn } from '../lib/people.mjs';

export const name = 'a table of agencies with a bad row is refused by name, the mended one is seen, written and found';
export const world = 'own';
export const prepare = 'place';
export const limit = 120_000;

const head = 'ma,ten,ten_ngan,cap,truc_thuoc,dia_ban,tu_ngay,den_ngay';

const file = (...rows) => ({
  name: 'co-quan.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(`\ufeff${[head, ...rows].join('\r\n')}\r\n`),
});

export async function run({ page, context, server, base, expect, shot, allow }) {
  allow(/Failed to load resource: the server responded with a status of 422/);
  await signIn(context, server);

  // The template of the place, as a file: 24 departments and the offices of each commune.
  await page.goto('/agencies');
  await expect.text(page.locator('.empty'), /Chưa có cơ quan nào/);
  await page.locator('form[action="/agencies/template"] button').click();
  await expect.text(page.locator('form[action="/agencies/apply"] [role=status]'), /^Sẽ thêm \d{3}, thay đổi 0/);
  const rows = (await page.locator('input[name=text]').getAttribute('value')).trim().split(/\r?\n/).slice(1);
  expect.ok(rows.length > 600, `${rows.length} rows`);
  const [title, ...all] = (await page.locator('input[name=text]').getAttribute('value')).trim().split(/\r?\n/);
  const template = (lines) => ({ ...file(), buffer: Buffer.from(`\ufeff${[title, ...lines].join('\r\n')}\r\n`) });

  const send = async (what) => {
    await page.goto('/agencies');
    await page.locator('#ag-f').setInputFiles(what);
    await page.locator('form[action="/agencies/check"] button').click();
  };

  // One row names a place that is not there: nothing is written, and the fault says where.
  const bad = 'phong-la,Phòng Lạ,,phong,,99999,,';
  const columns = title.split(',').length;
  await send(template([...all, bad + ','.repeat(Math.max(0, columns - 8))]));
  const faults = page.locator('.note.is-bad li');
  await expect.text(faults, new RegExp(`^Dòng ${all.length + 2}, cột dia_ban:`));
  expect.equal(await faults.count(), 1);
  expect.equal(await page.locator('form[action="/agencies/apply"]').count(), 0, 'nothing to write');
  await checkAxeHere(page);
  await shot('refused');

  // The mended file is seen before it is written.
  await send(template(all));
  await expect.text(page.locator('form[action="/agencies/apply"] [role=status]'), new RegExp(`^Sẽ thêm ${all.length}, thay đổi 0`));
  await shot('preview');
  await page.locator('form[action="/agencies/apply"] button').click();
  await expect.path(page, /^\/agencies/);
  await expect.text(page.locator('p.quiet[role=status]'), `${all.length} cơ quan`);

  // A department is found by its name without accents, an office by its level.
  await page.locator('#ag-q').fill('so y te');
  await page.locator('form.bar button').click();
  await expect.text(page.locator('table.cards tbody th').first(), /^Sở Y tế/);
  await page.goto('/agencies?level=office');
  await expect.text(page.locator('table.cards tbody th').first(), /\S/);
  await checkAxeHere(page);

  // The same again changes nothing.
  await send(template(all));
  await expect.text(page.locator('form[action="/agencies/apply"] [role=status]'), /^Sẽ thêm 0, thay đổi 0/);

  // A phone: the list, and a refusal, without a scroll bar sideways.
  await page.setViewportSize({ width: 360, height: 780 });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  await page.goto('/agencies?q=so');
  expect.ok(await fits(), 'the list fits 360 px');
  await shot('phone-list');
  await send(file(bad));
  await expect.text(faults, /^Dòng 2, cột dia_ban:/);
  expect.ok(await fits(), 'the refusal fits 360 px');
  await shot('phone-refused');
  expect.equal(new URL(page.url()).origin, base);
}
