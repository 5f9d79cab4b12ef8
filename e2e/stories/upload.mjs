import { signIn } from '../lib/people.mjs';
import { workbook } from '../lib/xlsx.mjs';

export const name = 'a workbook of 103 communes is read, its bad cells are named, the good ones are written and seen everywhere';
export const world = 'own';
export const prepare = 'place';
export const limit = 240_000;

const slow = 60_000; // reading a file with a program built for tests

const resolved = 'Hồ sơ đã giải quyết trong kỳ';
const inTime = 'Hồ sơ giải quyết trước hạn và đúng hạn';

/** The month before this one in Vietnam: the one that is reported now. */
function lastMonth() {
  const now = new Date(Date.now() + 7 * 3_600_000);
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + 1];
  return { year, month, code: `${year}-${String(month).padStart(2, '0')}` };
}

/** What an office sends: a title, a head, a row for each commune, a sum, a place for the signature. */
function report({ month, year }, units) {
  const rows = units.map(({ name }, i) => {
    const all = 240 + ((i * 37) % 400);
    return [i + 1, name, all, all - ((i * 11) % 25)];
  });
  const sum = (at) => rows.reduce((total, row) => total + row[at], 0);
  const foot = [['', 'Tổng cộng', sum(2), sum(3)], [], [null, null, null, 'Người lập biểu']];
  rows[4][2] = '3O5 hồ sơ?'; // the letter O
  rows[70][1] = 'Xã Không Có Thật';
  return [
    ['ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ'],
    [`KẾT QUẢ GIẢI QUYẾT HỒ SƠ THÁNG ${month} NĂM ${year}`],
    [],
    ['TT', 'Tên xã, phường', resolved, inTime],
    ...rows,
    ...foot,
  ];
}

export async function run({ page, context, server, base, expect, shot, print }) {
  page.setDefaultTimeout(slow);
  await signIn(context, server);
  const period = lastMonth();
  const units = (await (await context.request.get(`${base}/api/v1/units?limit=200`)).json()).items.filter((one) => one.level === 'commune');
  expect.equal(units.length, 103);
  const file = {
    name: `ho-so-thang-${period.month}.xlsx`,
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: workbook('Biểu 01', report(period, units)),
  };

  const send = async () => {
    await page.goto('/import');
    await page.locator('#im-f').setInputFiles(file);
    await page.locator('form[data-upload] button').click();
    await expect.path(page, /^\/import\/[0-9a-f-]{36}(\/mapping)?$/, slow);
  };
  const fact = async (label) => Number((await page.locator('dl.facts > div', { hasText: label }).locator('dd').innerText()).replace(/\D/g, ''));

  // The columns are recognised; the month stands in the title.
  await send();
  const draft = new URL(page.url()).pathname.split('/')[2];
  await page.goto(`/import/${draft}/mapping`);
  const role = (letter) => page.locator('tbody tr', { hasText: new RegExp(`^${letter} · `) }).locator('select');
  expect.equal(await role('B').inputValue(), 'unit');
  expect.match(await role('C').inputValue(), /^value:admin\.resolved\|/);
  expect.match(await role('D').inputValue(), /^value:admin\.resolved_in_time\|/);
  await shot('mapping');
  await page.locator('form[method=post] button.main').click();
  await expect.path(page, `/import/${draft}`, slow);

  // The preview names what is bad: where, what was read, why.
  expect.equal(await fact('Số liệu mới'), 203);
  const faults = page.locator('section[aria-labelledby=pv-e] tbody tr');
  expect.equal(await faults.count(), 2);
  const told = await faults.evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  const [number, unit] = [told.find((row) => row[1] === 'C9'), told.find((row) => row[1] === 'B75')];
  expect.ok(number && unit, JSON.stringify(told));
  for (const row of [number, unit]) {
    expect.equal(row[0], 'Biểu 01');
    expect.ok(row[3].length > 10 && row[4].length > 10, `a reason and a remedy: ${row}`);
  }
  expect.equal(number[2], '3O5 hồ sơ?');
  expect.equal(unit[2], 'Xã Không Có Thật');
  await shot('preview');

  // The good ones are written.
  const start = Date.now();
  await page.locator('button[value="good-rows"]').click();
  await expect.path(page, `/import/${draft}/done`, slow);
  print(`203 figures written and shown as done after ${Date.now() - start} ms`);
  await shot('done');

  // The wall tells how many communes reported, and the map shows which.
  await page.goto('/wall');
  const tile = page.locator('.tile', { has: page.locator('a[href*="/indicators/admin.on_time"]') });
  await expect.text(tile.locator('.tile-cover'), /^101\/103/);
  expect.match(await tile.locator('.tile-value').innerText(), /^9\d,\d\s*%/);
  const areas = page.locator('#layer-1 svg.choro path.area');
  expect.equal(await areas.count(), 103);
  expect.equal(await page.locator('#layer-1 svg.choro path.area.is-none').count(), 2);
  await shot('wall');

  // The indicator says from where, when, and how complete; the commune keeps its history.
  const good = units[0];
  await page.goto(`/indicators/admin.resolved?unit=92&period=${period.code}`);
  await expect.text(page.locator('.head-figure'), /101\/103/);
  const trust = page.locator('.trust');
  await expect.text(trust, /Nguồn\s+\S/);
  await expect.text(trust, /Biết lúc\s+\d{1,2}:\d\d, \d{1,2}\/\d{1,2}\/\d{4}/);
  await expect.text(trust, new RegExp(`thiếu .*${units[4].name}`));
  await shot('indicator');
  await page.goto(`/indicators/admin.resolved?unit=${good.id}&period=${period.code}`);
  await expect.text(page.locator('.head-value'), /^240\s*hồ sơ/);
  const step = page.locator('.beside .steps > li').first();
  await expect.text(step, /\d{1,2}\/\d{1,2}\/\d{4}/);
  await expect.text(step, /Báo cáo của đơn vị/);
  await expect.text(step, /240/);

  // The same file again has nothing to write.
  await send();
  await page.goto(`/import/${new URL(page.url()).pathname.split('/')[2]}`);
  if (page.url().endsWith('/mapping')) await page.locator('form[method=post] button.main').click();
  expect.equal(await fact('Số liệu mới'), 0);
  expect.equal(await fact('Đính chính'), 0);
  expect.equal(await fact('Không đổi'), 203);
  expect.equal(await page.locator('button[name=mode]').count(), 0, 'nothing to write');
}
