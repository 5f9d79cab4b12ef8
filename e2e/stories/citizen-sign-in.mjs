import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAxeEverywhere, checkAxeHere } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { report } from '../lib/people.mjs';
import { startProvider, startSms } from '../lib/provider.mjs';

export const name = 'a citizen signs in by a code to the phone or at a provider, and finds their reports on every device';
export const world = 'own';
export const prepare = 'place';
export const limit = 240_000;

const phone = { width: 360, height: 780 };
const quoted = (text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export async function run({ browser, base, server, artifacts, expect, page, shot, allow }) {
  allow(/status of 40[14]|status of 503/);
  const settled = [];
  const device = async (options = {}) => {
    const context = await browser.newContext({ baseURL: base, locale: 'vi-VN', viewport: phone, ...options });
    context.setDefaultTimeout(15_000);
    settled.push(context);
    return context;
  };
  const picture = (of, label) => of.screenshot({ path: `${artifacts}/citizen-sign-in-${label}.png`, fullPage: true });

  // Without any way to sign in the pages say nothing of it.
  await page.setViewportSize(phone);
  await page.goto('/app/me');
  expect.equal(await page.locator('a[href="/app/mine"]').count(), 0);
  await page.goto('/app/sign-in');
  await expect.text(page.locator('.empty'), /chưa mở đăng nhập/);

  const sms = await startSms();
  const people = {
    'lan-1': { phone_number: '+84912345678', phone_number_verified: true },
    'mai-7': { phone_number: '+84912345678', phone_number_verified: false },
  };
  const secret = 'secret-of-this-story';
  const provider = await startProvider({ client: 'toan-canh', secret, back: `${base}/app/sign-in/back`, people });
  try {
    const lines = {
      sms_url: sms.url,
      sms_body: '{"to":"{to}","text":"{text}"}',
      sms_sent: 'error=0',
      oidc_issuer: provider.issuer,
      oidc_client: 'toan-canh',
      oidc_secret: secret,
      oidc_name: 'VNeID thử',
    };
    const text = Object.entries(lines).map(([key, value]) => `${key} = ${quoted(value)}\n`).join('');
    await writeFile(join(server.data, 'toancanh.toml'), text);
    await server.kill();
    await server.restart();

    // Two reports without an account: one with a telephone, one with nothing but its receipt.
    const plain = await device({ javaScriptEnabled: false });
    const numbered = await report(plain, 'Đèn đường tắt ở ngã ba.', '0912 345 678');
    const receipt = await report(plain, 'Mất nắp cống trước chợ.');
    const codeOf = (address) => new URL(address).pathname.split('/').pop();

    // By a code, without script: a wrong one is told, the right one opens.
    await page.goto('/app/me');
    await page.locator('a[href="/app/mine"]').click();
    await expect.path(page, '/app/sign-in');
    await checkAxeEverywhere({ page, base, path: '/app/sign-in' });
    await page.context().addCookies([{ name: 'lang', value: 'vi', url: base }]);
    const still = await plain.newPage();
    await still.goto('/app/sign-in');
    expect.equal(await tooWide(still), null);
    await picture(still, 'door');
    await still.locator('#phone').fill('0292 3812 345');
    await still.locator('main button.btn.main').click();
    await expect.text(still.locator('[role=alert]'), /số di động Việt Nam/);
    expect.equal(await still.locator('#phone').inputValue(), '0292 3812 345');
    await still.locator('#phone').fill('0912 345 678');
    await still.locator('main button.btn.main').click();
    await expect.path(still, '/app/sign-in/code');
    const code = await sms.code('84912345678');
    expect.equal(await tooWide(still), null);
    await picture(still, 'code');
    await still.locator('#code').fill(code === '000000' ? '000001' : '000000');
    await still.locator('main button.btn.main').click();
    await expect.text(still.locator('[role=alert]'), /Mã chưa đúng/);
    await still.locator('#code').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await still.locator('main button.btn.main').click();
    await expect.path(still, '/app/mine');
    await expect.text(still.locator('.reports'), /Đèn đường tắt/);
    expect.equal(await still.locator('.report-card').count(), 1, 'the other report was sent without the number');
    // The receipt is shown once, and kept.
    await still.goto(receipt);
    await still.locator('form[action="/app/mine/claim"] button').click();
    await expect.path(still, '/app/mine');
    expect.equal(await still.locator('.report-card').count(), 2);
    expect.equal(await tooWide(still), null);
    await picture(still, 'mine');
    // What is theirs opens without the receipt, and is theirs to act on.
    await still.locator('.report-card', { hasText: 'Đèn đường tắt' }).click();
    await expect.path(still, `/report/${codeOf(numbered)}`);
    expect.equal(await still.locator('[data-receipt]').count(), 0);
    expect.equal((await fetch(`${base}/report/${codeOf(numbered)}`)).status, 404, 'for others the page is not there');

    // A second device, with script: a new code, both reports; everything to take away; signed out.
    const second = await (await device()).newPage();
    await second.goto('/app/mine');
    await second.locator('#phone').fill('+84 912 345 678');
    await second.locator('main button.btn.main').click();
    await expect.path(second, '/app/sign-in/code');
    await checkAxeEverywhere({ page: second, base, path: '/app/sign-in/code' });
    await second.context().addCookies([{ name: 'lang', value: 'vi', url: base }]);
    await second.locator('#code').fill(await sms.code('84912345678'));
    await second.locator('main button.btn.main').click();
    await expect.path(second, '/app/mine');
    expect.equal(await second.locator('.report-card').count(), 2);
    await checkAxeEverywhere({ page: second, base, path: '/app/mine' });
    await second.context().addCookies([{ name: 'lang', value: 'vi', url: base }, { name: 'theme', value: 'paper', url: base }]);
    await second.goto('/app/mine');
    const loading = second.waitForEvent('download');
    await second.locator('a[download]').click();
    const told = JSON.parse(await readFile(await (await loading).path(), 'utf8'));
    expect.equal([told.phone, told.reports.length], ['84912345678', 2]);
    // Who is not signed in finds nothing, also without a network: no cache keeps the list.
    await second.locator('form[action="/app/sign-out"] button').click();
    await expect.path(second, '/app/sign-in');
    await expect.text(second.locator('main [role=status]').first(), /Đã đăng xuất/);
    await second.goto('/app/mine');
    await expect.path(second, '/app/sign-in');

    // At the provider, by clicks: whoever stops there is told, and nothing is asked twice.
    const there = async (who) => {
      const context = await device();
      // The provider's own pages ask for a font of another server; the browser lets nothing out.
      const tab = await context.newPage();
      await tab.goto('/app/sign-in');
      await tab.locator('a[href="/app/sign-in/provider"]').click();
      await tab.waitForURL(`${provider.issuer}/interaction/**`);
      if (!who) return tab;
      await tab.locator('input[name=login]').fill(who);
      await tab.locator('input[name=password]').fill('x');
      await tab.locator('button[type=submit]').click();
      await tab.locator('button[type=submit]', { hasText: 'Continue' }).click();
      await tab.waitForURL(`${base}/app/mine`);
      return tab;
    };
    const stopped = await there();
    await stopped.locator('a', { hasText: 'Cancel' }).click();
    await expect.path(stopped, /^\/app\/sign-in\/back/);
    await expect.text(stopped.locator('[role=alert]'), /Bạn đã dừng đăng nhập ở VNeID thử/);
    await checkAxeHere(stopped);

    // A telephone that the provider checked shows what was sent with it, and what was kept under it.
    const lan = await there('lan-1');
    expect.equal(await lan.locator('.report-card').count(), 2);
    await picture(lan, 'provider');
    // One that it did not check shows nothing; a receipt that was shown is there in the next browser.
    const mai = await there('mai-7');
    expect.equal(await mai.locator('.report-card').count(), 0);
    await expect.text(mai.locator('.lead'), /Đã đăng nhập/);
    await mai.goto(receipt);
    await mai.locator('form[action="/app/mine/claim"] button').click();
    await expect.path(mai, '/app/mine');
    const again = await there('mai-7');
    await expect.text(again.locator('.reports'), /Mất nắp cống/);
    expect.equal(await again.locator('.report-card').count(), 1);
    // A browser that kept its own reports offers to add them all at once.
    const own = await there('mai-7');
    await own.goto(numbered);
    await expect.visible(own.locator('[data-kept]'));
    await own.goto('/app/mine');
    await own.locator('form[data-claim] button').click();
    await expect.eventually(async () => (await own.locator('.report-card').count()) === 2, 'both are theirs');

    // Erased: everywhere, and the receipt still follows the matter.
    await again.reload();
    await again.locator('form[action="/app/mine/erase"] button').click();
    await again.locator('dialog[open] .btn.main, dialog[open] .btn.danger').first().click();
    await expect.path(again, '/app/sign-in');
    await mai.goto('/app/mine');
    await expect.path(mai, '/app/sign-in');
    expect.equal((await fetch(receipt)).status, 200);

    // The way back is shut for whoever did not begin it, and a provider that is gone is told in words.
    await mai.goto('/app/sign-in/back?code=x&state=forged');
    await expect.text(mai.locator('[role=alert]'), /không bắt đầu từ trình duyệt này/);
    await provider.stop();
    await server.kill();
    await server.restart();
    await mai.goto('/app/sign-in');
    await mai.locator('a[href="/app/sign-in/provider"]').click();
    await expect.text(mai.locator('[role=alert]'), /VNeID thử hiện không trả lời/);
    expect.equal(await tooWide(mai), null);
    await picture(mai, 'down');
    await shot('end');
  } finally {
    for (const context of settled) await context.close();
    await sms.stop();
    await provider.stop();
  }
}
