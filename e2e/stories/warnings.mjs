import { checkAxeEverywhere, checkAxeHere } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { staff } from '../lib/people.mjs';

export const name = 'a citizen is warned of what goes on near them, also without script and without a network';
export const world = 'own';
export const prepare = 'place';
export const limit = 150_000;

const phone = { width: 360, height: 780 };

export async function run({ page, browser, base, server, artifacts, expect, shot, allow }) {
  allow(/ERR_(INTERNET_DISCONNECTED|FAILED|NETWORK_\w+)/);
  await page.setViewportSize(phone);
  await page.goto('/app');
  await page.locator('a[href="/app/warnings"]').click();
  await expect.text(page.locator('[data-warn-none]'), /Không có sự cố nào đang được cảnh báo/);
  await checkAxeEverywhere({ page, base, path: '/app/warnings' });

  // An officer begins two incidents and publishes them, in words for everybody.
  const desk = await staff({ browser, base, server, role: 'intake', shownAs: 'Trần Tiếp Nhận' });
  const begin = async (incident) => {
    const answer = await desk.context().request.post(`${base}/api/v1/reports`, {
      headers: { origin: base },
      data: { key: crypto.randomUUID(), kind: 'petitions.incident', ...incident },
    });
    expect.ok(answer.ok(), await answer.text());
    return (await answer.json()).code;
  };
  const publish = async (code, text) => {
    await desk.goto(`/cases/${code}`);
    const form = desk.locator('form[action$="/moderate"]');
    await desk.locator('details', { has: form }).locator('summary').click();
    await form.locator('input[name="publish"]').check();
    await form.locator('textarea[name="public_text"]').fill(text);
    await form.locator('button').click();
    await expect.visible(desk.locator('main [role=status]').first());
  };
  const flood = await begin({ category: 'flooding', content: 'Triều cường tràn bờ kè, ông Tám báo.', lat: 9.525, lon: 106.195 });
  await desk.goto('/cases/new?kind=incident');
  await desk.locator('#n-content').fill('Mất điện cả xã từ trưa.');
  await desk.locator('#n-cat').selectOption('blackout');
  await desk.locator('#n-place').selectOption({ label: 'Xã Trần Đề' });
  await desk.locator('main form[method="post"] .btn.main').first().click();
  await expect.path(desk, /^\/cases\/SC-/);
  const dark = new URL(desk.url()).pathname.split('/').pop();
  await publish(flood, 'Triều cường tràn bờ kè\nTránh đường ven sông, kê cao đồ đạc; cần giúp gọi 112.');
  await publish(dark, 'Mất điện cả xã Trần Đề\nDự kiến có lại lúc 15 giờ.');

  // Near the position of the phone: the nearest first, with its distance.
  const context = await browser.newContext({
    baseURL: base, locale: 'vi-VN', viewport: phone, timezoneId: 'Asia/Ho_Chi_Minh',
    geolocation: { latitude: 9.53, longitude: 106.2 }, permissions: ['geolocation'],
  });
  const mobile = await context.newPage();
  await mobile.goto('/app/warnings');
  await mobile.evaluate(() => navigator.serviceWorker.ready);
  const asked = mobile.waitForRequest(/\/api\/v1\/warnings\?lat=/);
  await mobile.locator('[data-warn-near]').click();
  expect.match((await asked).url(), /\?lat=9\.530&lng=106\.200$/, 'the position leaves rounded');
  await expect.text(mobile.locator('[data-warn-list] > li').first(), /Triều cường tràn bờ kè[\s\S]*(m|km) · /);
  await expect.text(mobile.locator('[data-warn-list] > li').first(), /Tránh đường ven sông/);
  expect.equal(await mobile.locator('[data-warn-list] > li').count(), 2);
  expect.ok(!(await mobile.content()).includes('ông Tám'), 'what was written inside stays there');
  await checkAxeHere(mobile);
  expect.equal(await tooWide(mobile), null);
  await mobile.screenshot({ path: `${artifacts}/warnings-near.png`, fullPage: true });

  // Without a network: the last list, with its age.
  await context.setOffline(true);
  await mobile.goto('/app/warnings');
  await expect.text(mobile.locator('[data-warn-at]'), /Không có mạng\. Danh sách lúc .*(trước|vừa xong)\), có thể đã đổi/);
  await expect.text(mobile.locator('[data-warn-list] > li').first(), /Triều cường tràn bờ kè/);
  await checkAxeHere(mobile);
  await mobile.screenshot({ path: `${artifacts}/warnings-offline.png`, fullPage: true });
  await context.setOffline(false);
  await context.close();

  // Without script: by commune.
  const plain = await browser.newContext({ baseURL: base, locale: 'vi-VN', javaScriptEnabled: false, viewport: phone });
  const still = await plain.newPage();
  await still.goto('/app/warnings');
  await still.locator('#place').selectOption({ label: 'Xã Trần Đề' });
  await still.locator('form[action="/app/warnings"] .btn').first().click();
  await expect.text(still.locator('.warnings'), /Mất điện cả xã Trần Đề/);
  await still.screenshot({ path: `${artifacts}/warnings-plain.png`, fullPage: true });
  await plain.close();

  await checkAxeEverywhere({ page, base, path: '/app/warnings' });
  await page.goto('/app');
  await shot('home');
}
