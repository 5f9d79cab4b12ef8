import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { checkAxeHere } from '../lib/axe.mjs';
import { camera, compare, lampPhoto } from '../lib/guide.mjs';
import { staff } from '../lib/people.mjs';

export const name = 'citizen, officer, leader, desk and administrator do what the user guide says, and its pictures are theirs';
export const world = 'own';
export const prepare = [
  ['packs', 'apply', new URL('../../packs', import.meta.url).pathname],
  ['demo', '92', '--months', '2'],
];
export const limit = 300_000;

const phone = { width: 360, height: 740 };
const hand = { width: 390, height: 780 };
const desk = { width: 1280, height: 640 };
const market = { latitude: 10.03412, longitude: 105.78764, accuracy: 12 };
const caller = '0912 345 678';

/** A provider of SMS that takes everything, so that citizens are offered codes. */
function sms() {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.setHeader('content-type', 'application/json').end('{"error":0}'));
  });
  return new Promise((ready, failed) => {
    const stop = () => new Promise((closed) => server.close(closed) && server.closeAllConnections());
    server.once('error', failed).listen(0, '127.0.0.1', () => ready({ url: `http://127.0.0.1:${server.address().port}/`, stop }));
  });
}

/** Opens what a summary hides. */
async function open(page, within) {
  const details = page.locator('details', { has: within }).first();
  if (!(await details.evaluate((d) => d.open))) await details.locator('summary').first().click();
  return details;
}

/** Opens a step of a case; gives its form. */
async function step(page, id, text) {
  const form = page.locator(`form[action$="/steps/${id}"]`);
  await open(page, form);
  if (text) await form.locator('textarea[name="text"]').fill(text);
  return form;
}

/** Sends a form and waits for what comes. */
async function send(page, form, button = form.locator('button').last()) {
  await Promise.all([page.waitForNavigation(), button.click()]);
}

export async function run({ browser, base, server, artifacts, expect, print }) {
  const { shoot, made } = camera(artifacts);
  const light = (context) => context.addCookies([{ name: 'theme', value: 'paper', url: base }]);
  const gateway = await sms();
  try {
    const lines = { sms_url: gateway.url, sms_body: '{"to":"{to}","text":"{text}"}', sms_sent: 'error=0' };
    await writeFile(join(server.data, 'toancanh.toml'), Object.entries(lines).map(([k, v]) => `${k} = '${v}'\n`).join(''));
    await server.kill();
    await server.restart();
    const [dark, ladder, lit] = [await lampPhoto(browser, 'dark'), await lampPhoto(browser, 'ladder'), await lampPhoto(browser, 'lit')];
    const context = await browser.newContext({
      baseURL: base, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', viewport: phone, geolocation: market, permissions: ['geolocation'],
    });
    await light(context);
    const work = async (role, shownAs, viewport) => {
      const page = await staff({ browser, base, server, role, shownAs, viewport });
      await light(page.context());
      return page;
    };
    const intake = await work('intake', 'Trần Trực Ca', desk);
    const officer = await work('officer', 'Lê Xử Lý', desk);
    const leader = await work('leader', 'Phạm Lãnh Đạo', hand);
    const admin = await work('admin', 'Nguyễn Quản Trị', desk);
    const all = { base, server, browser, expect, shoot, dark, ladder, lit, intake, officer, leader, admin, context };
    const lap = lapse(print);

    const street = await reports(all);
    lap('citizen reports');
    await callsAndModeration(all, street);
    lap('desk');
    await handles(all, street);
    lap('officer, leader');
    await rates(all, street);
    lap('citizen rates');
    await keeps(all);
    lap('administrator');
    const { faults, weight } = await compare(made);
    print(`${made.size} pictures, ${Math.round(weight / 1000)} kB`);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    await context.close();
  } finally {
    await gateway.stop();
  }
}

/** Says how long each part took. */
function lapse(print) {
  let since = Date.now();
  return (what) => {
    print(`${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
    since = Date.now();
  };
}

/** The citizen: three taps, without network, the receipt, what is public. */
async function reports({ context, expect, shoot, dark }) {
  const page = await context.newPage();
  await page.goto('/app');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.goto('/report');
  await page.locator('#place').selectOption({ label: 'Phường Ninh Kiều' });
  await page.locator('#camera').setInputFiles(dark);
  await expect.eventually(async () => (await page.locator('[data-shots] li').count()) === 1, 'the photo');
  await page.locator('label.kind', { hasText: 'Đèn đường hỏng' }).click();
  await page.locator('#content').fill('Đèn đường trước chợ tắt ba đêm nay.');
  await page.evaluate(() => scrollTo(0, document.querySelector('.shoot').offsetTop - 8));
  await shoot(page, 'nd-gui');
  await checkAxeHere(page);
  await page.locator('#place').scrollIntoViewIfNeeded();
  await shoot(page, 'nd-vi-tri');
  await page.locator('summary', { hasText: 'Tên và điện thoại' }).click();
  await page.locator('#name').fill('Bảy Thương');
  await page.locator('#phone').fill(caller);
  await page.locator('input[name="consent"]').check();
  await page.locator('[data-send]').click();
  await page.waitForURL(/\/(app|report\/PA-.*)$/);
  await page.goto('/app');
  const mine = page.locator('[data-mine-list] a[href^="/report/PA-"]').first();
  await expect.eventually(async () => (await mine.count()) === 1, 'the report is received', 60_000);
  const receipt = await mine.getAttribute('href');
  const code = receipt.match(/PA-\d\d-\d{6}/)[0];

  // Another waits for the network.
  await page.goto('/report');
  await context.setOffline(true);
  await page.locator('label.kind', { hasText: 'Rác tồn đọng' }).click();
  await page.locator('#content').fill('Rác ứ ba ngày ở đầu hẻm 12.');
  await page.locator('[data-send]').click();
  await expect.path(page, '/app');
  await expect.text(page.locator('[data-queue-line]'), '1 phản ánh chờ mạng');
  await shoot(page, 'nd-mat-mang');
  await context.setOffline(false);
  await expect.eventually(async () => (await page.locator('[data-mine-list] a[href^="/report/PA-"]').count()) === 2, 'it is sent', 60_000);

  await page.goto(receipt);
  await expect.eventually(async () => {
    await page.reload();
    return (await page.locator('.photos img').count()) === 1;
  }, 'the photo is drawn small');
  await shoot(page, 'nd-bien-nhan', { of: page.locator('[data-receipt]') });
  await page.goto('/reports');
  await shoot(page, 'nd-cong-khai');
  await checkAxeHere(page);
  await page.close();
  return { code, receipt };
}

/** Leaves nothing open in the list of steps but what holds this form. */
async function only(page, form) {
  for (const details of await page.locator('[data-steps] > details[open]').filter({ hasNot: form }).all()) {
    await details.locator('summary').first().click();
  }
}

/** Opens the form of the desk and looks a caller up: the number is where one types first. */
async function beginEntry(page, expect, kind, number) {
  await page.goto(`/cases/new?kind=${kind}`);
  const ready = () => page.locator('#n-phone').evaluate((field) => field === document.activeElement);
  await expect.eventually(ready, 'one types where the number stands');
  await page.keyboard.type(number);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

/** The desk: takes in and decides what is public, a call, its caller, what is near, passing out, the shift. */
async function callsAndModeration({ intake: page, base, expect, shoot }, { code }) {
  const main = page.locator('main');
  await page.goto(`/cases/${code}`);
  const take = await step(page, 'take_in');
  await take.locator('textarea[name="public_text"]').fill('Đèn đường trước chợ tắt ba đêm.');
  await shoot(page, 'td-tiep-nhan', { of: main, to: take });
  await checkAxeHere(page);
  await send(page, take);
  const moderate = page.locator('form[action$="/moderate"]');
  await open(page, moderate);
  await only(page, moderate);
  await moderate.locator('input[name="photo"]').first().check();
  await shoot(page, 'td-kiem-duyet', { of: moderate });
  await send(page, moderate);

  // A call: who called before, with consent.
  await beginEntry(page, expect, 'call', caller);
  await expect.visible(page.locator('section[aria-labelledby="n-b"] a'));
  await page.locator('#n-content').fill('Hỏi khi nào cấp lại sổ hộ nghèo. Hẹn gọi lại sau 14 giờ.');
  await page.locator('#n-cat').selectOption('call_back');
  await page.locator('input[name="pass_on"]').check();
  await page.evaluate(() => scrollTo(0, 0));
  await shoot(page, 'td-cuoc-goi', { of: main });
  await checkAxeHere(page);
  await page.keyboard.press('Control+Enter');
  await expect.path(page, /^\/cases\/TD-/);
  const missed = await step(page, 'missed');
  await shoot(page, 'td-khong-nghe', { of: page.locator('[data-steps]'), to: missed });
  await send(page, missed);

  // What is near is offered.
  await beginEntry(page, expect, 'report', '0987 654 321');
  await page.locator('input[name="consent"]').check();
  await page.locator('#n-cat').selectOption('street_light');
  await page.locator('#n-pos').fill(`${market.latitude}, ${market.longitude}`);
  await page.locator('#n-content').fill('Đèn trước chợ không sáng, xe té.');
  await page.keyboard.press('Control+Enter');
  await expect.visible(page.locator('#n-near'));
  await shoot(page, 'td-trung', { of: main, to: page.locator('#n-pos') });
  await page.locator('[name="join"]').first().click();
  await expect.path(page, `/cases/${code}`);

  // A complaint is no report: it is passed to where the law sends it, with a reason.
  const answer = await fetch(`${base}/api/v1/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      key: 'guide complaint 0123456789', kind: 'petitions.report', category: 'other', lat: market.latitude, lon: market.longitude,
      content: 'Tôi khiếu nại quyết định thu hồi đất của hộ tôi.',
    }),
  });
  await page.goto(`/cases/${(await answer.json()).code}`);
  const out = await step(page, 'pass_out', 'Nội dung là khiếu nại, mời ông, bà gửi đơn tại bộ phận tiếp công dân.');
  await only(page, out);
  await out.locator('select[name="reason"]').selectOption('complaint');
  await shoot(page, 'td-chuyen-kenh', { of: page.locator('[data-steps]'), to: out });
  await send(page, out);

  await page.goto('/cases/shift');
  const text = page.locator('form[action="/cases/snippets"]');
  await open(page, text);
  await text.locator('[name="name"]').fill('Đã sửa xong');
  await text.locator('[name="text"]').fill('Đơn vị đã sửa xong và kiểm tra lại. Cảm ơn bà con đã báo.');
  await send(page, text);
  const over = page.locator('form[action="/cases/shift"]');
  await over.locator('textarea').fill('Gọi lại số hẹn 14 giờ về sổ hộ nghèo. Hai việc đèn đường sắp đến hạn.');
  await send(page, over);
  await shoot(page, 'td-giao-ca', { of: main });
  await checkAxeHere(page);
}

/** Officer and leader: the list, the map, a case from its start to its approved answer, the sheet, the books. */
async function handles({ officer: page, leader, expect, shoot, ladder, lit }, { code }) {
  const main = page.locator('main');
  await page.goto('/cases?tab=work&order=due');
  await shoot(page, 'cb-danh-sach');
  await page.locator('[data-keys]').click();
  await shoot(page, 'cb-phim-tat', { of: page.locator('dialog.keys') });
  await checkAxeHere(page);
  await page.keyboard.press('Escape');
  await page.goto('/cases?tab=work&view=map');
  await expect.visible(page.locator('tc-map.up'), 40_000);
  await page.locator('tc-map[data-idle]').waitFor();
  await expect.text(page.locator('[data-points-said]'), /vụ việc có vị trí/);
  await shoot(page, 'cb-ban-do', { of: main, to: page.locator('.tc-map-canvas') });

  await page.goto(`/cases/${code}`);
  await send(page, await step(page, 'start'));
  await send(page, page.locator('form[action$="/handler"]', { hasText: 'Nhận xử lý' }));
  const add = page.locator('form[action$="/photos"]');
  await open(page, add);
  await add.locator('select').selectOption('before');
  await add.locator('input[type="file"]').last().setInputFiles([ladder]);
  await send(page, add);
  const thumbs = page.locator('.photos img');
  await expect.eventually(async () => {
    await page.reload();
    return (await thumbs.count()) === 2 && (await thumbs.evaluateAll((all) => all.every((i) => i.complete && i.naturalWidth > 0)));
  }, 'the photo before the work is drawn small');
  await shoot(page, 'cb-vu-viec', { of: main, to: page.locator('form[action$="/handler"]', { hasText: 'Trả lại' }) });
  const ask = page.locator('form[action$="/ask"]').filter({ has: page.locator('[name="hours"]') });
  await open(page, ask);
  await only(page, ask);
  await ask.locator('[name="agency"]').first().check();
  await ask.locator('textarea').fill('Cột đèn này thuộc tuyến nào, ai giữ hồ sơ?');
  await shoot(page, 'cb-phoi-hop', { of: ask });
  const extension = page.locator('form[action$="/extension"]');
  await open(page, extension);
  const later = new Date(Date.now() + 12 * 86_400_000).toISOString().slice(0, 10);
  await extension.locator('input[name="due"]').fill(later);
  await extension.locator('textarea').fill('Bóng và chấn lưu đặt mua, thứ Hai mới về kho.');
  await send(page, extension);

  await leader.goto(`/cases/${code}`);
  const decide = leader.locator('form[action$="/extension/decide"]');
  await shoot(leader, 'cb-gia-han', { of: leader.locator('section[aria-labelledby="c-ext"]') });
  await send(leader, decide, decide.locator('button[value="yes"]'));

  await page.goto(`/cases/${code}`);
  const propose = await step(page, 'propose', 'Đã thay bóng và chấn lưu, kiểm tra cả tuyến. Đèn sáng từ 18 giờ hôm nay.');
  await only(page, propose);
  await propose.locator('input[type="file"]').last().setInputFiles([lit]);
  await shoot(page, 'cb-tra-loi', { of: page.locator('[data-steps]'), to: propose.locator('select').last() });
  await send(page, propose);

  await leader.goto(`/cases/${code}`);
  const approve = await step(leader, 'approve');
  await leader.locator('.photos img').last().scrollIntoViewIfNeeded();
  await shoot(leader, 'cb-duyet', { of: leader.locator('section[aria-labelledby="c-ans"]'), to: leader.locator('[data-steps]') });
  await checkAxeHere(leader);
  await send(leader, approve);
  await page.goto(`/cases/${code}/sheet`);
  await shoot(page, 'cb-phieu');
  await checkAxeHere(page);
  await page.goto('/cases/report');
  await shoot(page, 'cb-bao-cao');
  await checkAxeHere(page);
  await page.goto('/books');
  await expect.visible(page.locator('main tbody tr'));
  await shoot(page, 'cb-so', { of: main, to: page.locator('main tbody tr').nth(4) });
  await checkAxeHere(page);
}

/** The citizen again: follows, rates, keeps their data, signs in, is warned. */
async function rates({ context, intake, base, expect, shoot }, { receipt }) {
  const page = await context.newPage();
  await page.goto(receipt);
  await shoot(page, 'nd-theo-doi');
  const rate = page.locator('form[action$="/rate"]');
  await page.locator('input[name="stars"][value="5"]').check({ force: true });
  await shoot(page, 'nd-danh-gia', { of: page.locator('section', { has: rate }).last() });
  await send(page, rate);
  const data = page.locator('section', { has: page.locator('form[action$="/erase"]') }).last();
  await shoot(page, 'nd-du-lieu', { of: data });

  await page.goto('/app/sign-in');
  await shoot(page, 'nd-dang-nhap');
  await checkAxeHere(page);

  const made = await intake.context().request.post(`${base}/api/v1/reports`, {
    headers: { origin: base },
    data: { key: crypto.randomUUID(), kind: 'petitions.incident', category: 'flooding', content: 'Triều cường tràn bờ kè.', lat: market.latitude + 0.006, lon: market.longitude },
  });
  await intake.goto(`/cases/${(await made.json()).code}`);
  const moderate = intake.locator('form[action$="/moderate"]');
  await open(intake, moderate);
  await moderate.locator('input[name="publish"]').check();
  await moderate.locator('textarea[name="public_text"]').fill('Triều cường tràn bờ kè\nTránh đường ven sông, kê cao đồ đạc; cần giúp gọi 112.');
  await send(intake, moderate);
  await page.goto('/app/warnings');
  await page.locator('[data-warn-near]').click();
  await expect.text(page.locator('[data-warn-list] > li').first(), /Triều cường[\s\S]*m · /);
  await shoot(page, 'nd-canh-bao');
  await checkAxeHere(page);
  await page.close();
}

/** The administrator: people, what a place sets for itself, deadlines, texts, the table of units, the log. */
async function keeps({ admin: page, expect, shoot }) {
  const main = page.locator('main');
  await page.goto('/accounts/new');
  await page.locator('#n-name').fill('Võ Thị Trực');
  await page.locator('#n-sign').fill('truc.1022');
  await page.locator('main select[name="role"]').selectOption('intake');
  await page.locator('main input[name="unit"]').fill('92');
  await page.locator('main input[name="packs"]').fill('petitions');
  await shoot(page, 'qt-them-nguoi', { of: main });
  await checkAxeHere(page);
  await page.goto('/packs/petitions?path=workflows/report.yaml&pointer=severities/normal/solution');
  const set = page.locator('form[action="/packs/petitions/overlay"]');
  await set.locator('textarea').fill('"32h"');
  await shoot(page, 'qt-goi', { of: main, to: set });
  await checkAxeHere(page);
  await page.goto('/deadline?date=30%2F12%2F2026&time=14%3A00&amount=16&kind=hours&calendar=admin.office');
  await shoot(page, 'qt-tinh-han', { of: main });
  await checkAxeHere(page);
  await page.goto('/notices/templates/case.answered');
  await shoot(page, 'qt-mau-tin', { of: main, to: page.locator('section[aria-labelledby="app-vi-h"]') });
  await page.goto('/cases/units');
  await expect.visible(page.locator('main tbody tr'));
  await shoot(page, 'qt-theo-don-vi', { of: main, to: page.locator('main tbody tr').nth(9) });
  await page.goto('/audit');
  await shoot(page, 'qt-nhat-ky', { of: main, to: page.locator('main tbody tr').nth(4) });
}
