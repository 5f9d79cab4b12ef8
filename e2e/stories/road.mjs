import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { staff } from '../lib/people.mjs';

export const name = 'a report goes from a phone without network to a rated, closed case, in the open';
export const world = 'own';
export const prepare = [
  ['packs', 'apply', new URL('../../packs', import.meta.url).pathname],
  ['units', 'root', '92'],
];
export const limit = 180_000;

/** Opens a step of the case and takes it. */
async function take(page, step, text) {
  const form = page.locator(`form[action$="/steps/${step}"]`);
  const details = page.locator('details', { has: form });
  if (!(await details.evaluate((d) => d.open))) await details.locator('summary').click();
  if (text) await form.locator('textarea[name="text"]').fill(text);
  await form.locator('button').click();
  await page.waitForLoadState();
}

export async function run({ page, context, browser, base, server, artifacts, expect, shot, allow }) {
  allow(/ERR_(INTERNET_DISCONNECTED|FAILED)/);
  const phone = { width: 360, height: 780 };
  const desk = { width: 1400, height: 900 };
  const people = { browser, base, server };
  const intake = await staff({ ...people, role: 'intake', shownAs: 'Trần Trực Ca', viewport: desk });
  const officer = await staff({ ...people, role: 'officer', shownAs: 'Lê Xử Lý', viewport: desk });
  const leader = await staff({ ...people, role: 'leader', shownAs: 'Phạm Lãnh Đạo', viewport: phone });
  const secrets = /Bảy Thương|0912\s?345\s?678/;

  // A phone without network: the report waits, and goes when the network is back.
  await page.setViewportSize(phone);
  await page.goto('/app');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.goto('/report');
  await context.setOffline(true);
  await page.locator('label.kind', { hasText: 'Đèn đường hỏng' }).click();
  await page.locator('#content').fill('Đèn đường trước chợ Bông Sen hỏng ba đêm.');
  await page.locator('#place').selectOption({ label: 'Xã Trần Đề' });
  await page.locator('summary', { hasText: 'Tên và điện thoại' }).click();
  await page.locator('#name').fill('Bảy Thương');
  await page.locator('#phone').fill('0912 345 678');
  await page.locator('[data-send]').click();
  await expect.path(page, '/app');
  await expect.text(page.locator('[data-queue-line]'), '1 phản ánh chờ mạng');
  await context.setOffline(false);
  const mine = page.locator('[data-mine-list] a[href^="/report/PA-"]').first();
  await expect.eventually(async () => (await mine.count()) === 1, 'the report is received', 60_000);
  const receipt = await mine.getAttribute('href');
  const code = receipt.match(/PA-\d\d-\d{6}/)[0];

  // The desk sees who reported, takes it in and decides what the public reads.
  await intake.goto('/cases?tab=new');
  await expect.visible(intake.locator('th a', { hasText: 'Đèn đường trước chợ' }));
  await checkAxeHere(intake, 'the console');
  await intake.screenshot({ path: `${artifacts}/road-console.png` });
  await intake.goto(`/cases/${code}`);
  await expect.match(await intake.locator('main').innerText(), secrets);
  await intake.locator('form[action$="/take_in"] textarea[name="public_text"]').fill('Đèn đường trước chợ hỏng.');
  await take(intake, 'take_in');
  await expect.visible(intake.locator('.chip', { hasText: 'Đã tiếp nhận' }));

  // The handler sees none of it, asks, and waits with the clock standing still.
  await officer.goto(`/cases/${code}`);
  expect.equal(secrets.test(await officer.content()), false, 'the handler is not told who reported');
  for (const theme of themes) {
    await officer.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
    await checkAxeHere(officer, `a case in ${theme}`);
  }
  await officer.screenshot({ path: `${artifacts}/road-case.png`, fullPage: true });
  await take(officer, 'start');
  await take(officer, 'ask', 'Cột đèn số mấy?');
  await expect.visible(officer.locator('.state', { hasText: 'đồng hồ đang dừng' }));

  // The reporter answers with the receipt.
  await page.goto(receipt);
  await expect.visible(page.locator('text=Cột đèn số mấy?'));
  await page.locator('form[action$="/reply"] textarea').fill('Cột số 12.');
  await page.locator('form[action$="/reply"] button').click();
  await page.waitForLoadState();

  // An answer is drafted, and is one when a leader approves it on a phone.
  await officer.goto(`/cases/${code}`);
  await take(officer, 'propose', 'Đã thay bóng đèn, kiểm tra cả tuyến.');
  const before = await (await fetch(`${base}/reports/${code}`)).text();
  expect.equal(before.includes('Đã thay bóng đèn'), false, 'a draft is not public');
  const told = leader.locator('a[href^="/notices/open/"]', { hasText: code });
  await expect.eventually(async () => {
    await leader.goto('/notices');
    return (await told.count()) > 0;
  }, 'the leader is told that an answer waits');
  await told.first().click();
  await expect.path(leader, `/cases/${code}`);
  expect.equal(await tooWide(leader), null, 'a case fits a phone');
  await checkAxeHere(leader, 'a case on a phone');
  await leader.screenshot({ path: `${artifacts}/road-leader.png`, fullPage: true });
  await take(leader, 'approve');
  const open = await (await fetch(`${base}/reports/${code}`)).text();
  expect.equal(open.includes('Đã thay bóng đèn'), true, 'an approved answer is public');
  expect.equal(secrets.test(open), false, 'the public page tells nobody who reported');

  // A bad rating opens it again; a good one closes it.
  const rate = async (stars) => {
    await page.goto(receipt);
    await page.locator(`input[name="stars"][value="${stars}"]`).check({ force: true });
    await page.locator('form[action$="/rate"] button').click();
    await page.waitForLoadState();
  };
  await rate(1);
  await officer.goto(`/cases/${code}`);
  await expect.visible(officer.locator('.chip', { hasText: 'Đang xử lý' }));
  await take(officer, 'propose', 'Đã thay cả chấn lưu, đèn sáng ổn định.');
  await leader.goto(`/cases/${code}`);
  await take(leader, 'approve');
  await rate(5);
  await shot('rated');
  await officer.goto('/cases?tab=closed');
  await expect.visible(officer.locator('th a', { hasText: 'Đèn đường trước chợ' }));
  await page.goto(`/reports/${code}`);
  await expect.visible(page.locator('text=Đã thay cả chấn lưu'));
  await shot('public');
}
