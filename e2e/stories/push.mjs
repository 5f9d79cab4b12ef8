import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { makeAdmin, report, staff } from '../lib/people.mjs';
import { canSubscribe, startPush } from '../lib/push.mjs';

export const name = 'a phone hears how its reports go on while the app is closed, until it is told to stop; so does the machine of the desk';
export const world = 'own';
export const prepare = 'place';
export const limit = 180_000;

const phone = { width: 360, height: 780 };

export async function run({ browser, base, server, artifacts, expect, page, context, shot }) {
  await page.setViewportSize(phone);
  await page.goto('/app/me');
  expect.equal(await page.locator('[data-push]').count(), 0, 'what is not configured is not offered');

  const push = await startPush();
  const plain = await browser.newContext({ baseURL: base, locale: 'vi-VN', javaScriptEnabled: false });
  try {
    const lines = `push_contact = "mailto:quantri@example.gov.vn"\npush_services = ["${push.origin}"]\nquiet_hours = "none"\n`;
    await writeFile(join(server.data, 'toancanh.toml'), lines);
    await server.kill();
    await server.restart();
    await makeAdmin(server);
    const receipt = await report(plain, 'Đèn đường tắt ở ngã ba.');
    const later = await report(plain, 'Mất nắp cống trước chợ.');
    const codeOf = (address) => new URL(address).pathname.split('/').pop();

    // A browser that was told to block says so.
    await page.goto(receipt);
    const panel = page.locator('[data-push]');
    await expect.visible(panel);
    await panel.locator('[data-push-on]').click();
    await expect.text(panel.locator('[data-push-said]'), /đang chặn thông báo/);

    // One that may and can: the receipt of this device is shown, and what follows arrives.
    await context.grantPermissions(['notifications'], { origin: base });
    await context.addInitScript(canSubscribe, push.browser('phone'));
    await page.reload();
    await panel.locator('[data-push-on]').click();
    await expect.text(panel.locator('[data-push-said]'), /Đã bật cho 1 phản ánh/);
    await expect.visible(panel.locator('[data-push-off]'));
    expect.equal(await tooWide(page), null);
    for (const theme of themes) {
      await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
      await checkAxeHere(page, `the panel in ${theme}`);
    }
    await panel.scrollIntoViewIfNeeded();
    await shot('on');

    const intake = await staff({ browser, base, server, role: 'intake', shownAs: 'Trần Trực Ca' });
    const takeIn = async (code, words) => {
      await intake.goto(`/cases/${code}`);
      const form = intake.locator('form[action$="/take_in"]');
      const details = intake.locator('details', { has: form });
      if (!(await details.evaluate((d) => d.open))) await details.locator('summary').click();
      await form.locator('textarea[name="public_text"]').fill(words);
      await form.locator('button').last().click();
      await expect.visible(intake.locator('.chip', { hasText: 'Đã tiếp nhận' }));
    };
    await takeIn(codeOf(receipt), 'Đèn đường tắt.');
    const message = await push.next('phone');
    expect.match(message.body + message.title, new RegExp(codeOf(receipt)));
    // Its link counts that it was opened, and leads to the receipt that this device keeps.
    await page.goto(message.link);
    await page.waitForURL(receipt);

    // The worker shows it, under the name of the message, so that the same twice is seen once.
    await page.goto('/app/me');
    const worker = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    const tools = await context.newCDPSession(page);
    let registration;
    // One whose files were on their way when the server was stopped is still listed, as deleted.
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registration = registrations.find((one) => one.scopeURL === worker && !one.isDeleted)?.registrationId ?? registration;
    });
    await tools.send('ServiceWorker.enable');
    await expect.eventually(() => registration, 'the worker is registered');
    const data = JSON.stringify(message);
    const shown = () =>
      page.evaluate(async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map(({ title, body, data }) => ({ title, body, data }));
      });
    const deliver = () => tools.send('ServiceWorker.deliverPushMessage', { origin: base, registrationId: registration, data });
    await deliver();
    await expect.eventually(async () => (await shown()).length > 0, 'a message is shown', 10_000);
    await deliver();
    const [one, ...more] = await shown();
    expect.equal(more.length, 0);
    expect.equal(one.title, message.title);
    expect.equal(one.body, message.body);

    // A report of this device is told of without asking again.
    const asked = page.waitForRequest((request) => request.url() === `${base}/app/push`);
    await page.goto(later);
    await asked;
    await page.goto('/app/me');
    await expect.visible(panel.locator('[data-push-off]'));
    await takeIn(codeOf(later), 'Mất nắp cống.');
    expect.match(JSON.stringify(await push.next('phone')), new RegExp(codeOf(later)));
    await page.screenshot({ path: `${artifacts}/push-me.png`, fullPage: true });

    // No more.
    await panel.locator('[data-push-off]').click();
    await expect.text(panel.locator('[data-push-said]'), /Đã tắt báo tin/);
    await expect.visible(panel.locator('[data-push-on]'));
    const about = await (await fetch(receipt.replace('?k=', '/data?k='))).json();
    expect.equal(about.browsers_told, 0);

    // The machine of an officer, who hears of what is given to them.
    const officer = await staff({ browser, base, server, role: 'officer', shownAs: 'Lê Xử Lý' });
    await officer.context().grantPermissions(['notifications'], { origin: base });
    await officer.addInitScript(canSubscribe, push.browser('desk'));
    await officer.goto('/notices/settings');
    const desk = officer.locator('[data-push]');
    await desk.locator('[data-push-on]').click();
    await expect.text(desk.locator('[data-push-said]'), /nhận tin của bạn từ bây giờ/);
    await checkAxeHere(officer, 'settings with a browser that takes messages');
    await officer.screenshot({ path: `${artifacts}/push-desk.png`, fullPage: true });
    await takeIn(codeOf(await report(plain, 'Cây đổ chắn hẻm 12.')), 'Cây đổ.');
    await officer.goto((await push.next('desk')).link);
    await expect.path(officer, /^\/cases\/PA-/);
    await officer.goto('/notices/settings');
    expect.equal(push.count('phone'), 2, 'a phone that said no hears nothing');
    await desk.locator('[data-push-off]').click();
    await expect.text(desk.locator('[data-push-said]'), /không nhận tin nữa/);
  } finally {
    await plain.close();
    await push.stop();
  }
}
