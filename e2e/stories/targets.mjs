import { checkAxeHere } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { sendFigures, signIn } from '../lib/people.mjs';

export const name = 'a leader sets the target of a commune by an act, sees it on the page of the indicator, and restores the one before';
export const world = 'own';
export const prepare = 'place';
export const limit = 240_000;

const slow = 60_000; // pages of a whole province, with a program built for tests
const code = 'admin.on_time';

/** The month before this one in Vietnam. */
function lastMonth() {
  const now = new Date(Date.now() + 7 * 3_600_000);
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + 1];
  return { year, period: `${year}-${String(month).padStart(2, '0')}` };
}

export async function run({ page, context, server, base, expect, shot, allow }) {
  page.setDefaultTimeout(slow);
  allow(/status of 422 .*\/targets(\/import)?\b/);
  await signIn(context, server);
  const { year, period } = lastMonth();
  const units = (await (await context.request.get(`${base}/api/v1/units?limit=200`)).json()).items;
  const unit = units.find((one) => one.level === 'commune');
  await sendFigures(context, server, [
    { indicator: 'admin.resolved', unit: unit.code, period, value: 400 },
    { indicator: 'admin.resolved_in_time', unit: unit.code, period, value: 380 },
  ]);

  // The menu leads there; one indicator, a row for each unit.
  await page.goto('/');
  await page.locator('.side a[href="/targets"]').click();
  await expect.path(page, '/targets', slow);
  await page.goto(`/targets?by=indicator&indicator=${code}&year=${year}`);
  const row = page.locator('table.targets tbody tr', { hasText: unit.name });
  const box = row.locator('td.new input');
  const send = async (act, value) => {
    await page.locator('#t-d').fill(act);
    await box.fill(value);
    await page.locator('form[data-grid] button.main').click();
  };

  // Without the act the browser does not send; a value that cannot be read is named at its box and stays there.
  await send('', '91,5');
  expect.ok(await page.locator('#t-d').evaluate((field) => field.matches(':invalid')));
  await page.locator('#t-d').fill('Quyết định 15/QĐ-UBND');
  await box.fill('9x,5');
  await page.evaluate(() => document.querySelector('form[data-grid]').submit()); // as without script
  await expect.text(row.locator('.why'), /Không đọc được số «9x,5»/, slow);
  expect.equal(await box.inputValue(), '9x,5');
  expect.equal(await page.locator('#t-d').inputValue(), 'Quyết định 15/QĐ-UBND');
  await checkAxeHere(page, 'the table of targets with a fault');
  await shot('fault');

  // The good one is written and stands beside its act.
  await send('Quyết định 15/QĐ-UBND', '91,5');
  await expect.text(page.locator('body'), /Đã giao 1 chỉ tiêu\./, slow);
  await expect.text(row.locator('td.held'), '91,5');
  await expect.text(row.locator('td.by'), /Quyết định 15\/QĐ-UBND · Nguyễn Thị Hạnh/);
  await shot('set');
  const onIndicator = async (value, act) => {
    const seen = page.locator('.trust dd', { hasText: act });
    await expect.eventually(
      async () => {
        await page.goto(`/indicators/${code}?unit=${unit.id}&period=${period}`);
        return (await seen.count()) > 0 && (await seen.first().innerText()).startsWith(value);
      },
      `${value} by ${act} on the page of the indicator`,
      slow,
    );
  };
  await onIndicator('91,5', 'Quyết định 15/QĐ-UBND');
  await shot('indicator');

  // A later act, then back to the one before from the history.
  await page.goto(`/targets?by=indicator&indicator=${code}&year=${year}`);
  await send('Quyết định 20/QĐ-UBND', '93');
  await expect.text(row.locator('td.held'), '93,0', slow);
  await row.locator('td.by a').click();
  await expect.path(page, /^\/targets\/history\?/, slow);
  await checkAxeHere(page, 'the history of a target');
  await page.setViewportSize({ width: 360, height: 800 });
  expect.ok(!(await tooWide(page)), 'the history fits a phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await shot('history');
  await page.getByRole('button', { name: 'Khôi phục 91,5 theo Quyết định 15/QĐ-UBND' }).click();
  await expect.text(page.locator('tbody tr td').nth(1), 'Khôi phục: Quyết định 15/QĐ-UBND', slow);
  await onIndicator('91,5', 'Khôi phục: Quyết định 15/QĐ-UBND');

  // A file with a wrong line writes nothing, and says which line.
  await page.goto('/targets/import');
  await page.locator('#ti-d').fill('Quyết định 21/QĐ-UBND');
  await page.locator('#ti-t').fill(`indicator,unit,period,value\n${code},${unit.code},${year},94.5\n${code},99999,${year},94.5\n`);
  await page.locator('form[enctype] button.main').click();
  await expect.text(page.locator('tbody tr th'), 'Dòng 3', slow);
  await checkAxeHere(page, 'a file of targets with a fault');
  await page.locator('#ti-t').fill(`indicator,unit,period,value\n${code},${unit.code},${year},94.5\n`);
  await page.locator('form[enctype] button.main').click();
  await expect.text(page.locator('body'), /Đã giao 1 chỉ tiêu\./, slow);
  await onIndicator('94,5', 'Quyết định 21/QĐ-UBND');
}
