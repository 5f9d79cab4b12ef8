// Who a story is: the administrator of a server, made through its one-time link, once per server.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const admin = { name: 'Nguyễn Thị Hạnh', signIn: 'hanh.qt', password: 'lúa chín vàng đồng 2026' };

const place = '92';

/** What a browser says of a form of our own page; without it a form that carries cookies is refused. */
const ours = (base) => ({ origin: base });

/** Makes the administrator unless another story of this server did. */
export function makeAdmin(server) {
  return server.once('admin', async () => {
    if (!server.link) throw new Error('the server printed no one-time link');
    const token = new URL(server.link).searchParams.get('token');
    const form = { token, place, name: admin.name, sign_in: admin.signIn, password: admin.password, again: admin.password };
    const answer = await fetch(`${server.base}/first-run`, {
      method: 'POST',
      headers: { ...ours(server.base), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form),
      redirect: 'manual',
    });
    if (answer.status !== 303) throw new Error(`POST /first-run answered ${answer.status}: ${await answer.text()}`);
    return admin;
  });
}

/** Signs the context in as the administrator. */
export async function signIn(context, server) {
  const { signIn: name, password } = await makeAdmin(server);
  const answer = await context.request.post(`${server.base}/sign-in`, {
    headers: ours(server.base),
    form: { sign_in: name, password, back: '/me' },
    maxRedirects: 0,
  });
  if (answer.status() !== 303) throw new Error(`POST /sign-in answered ${answer.status()}`);
}

/** Sends figures as another program does, with the rights of the context's person. */
export async function sendFigures(context, server, rows, source = {}) {
  const answer = await context.request.post(`${server.base}/api/v1/observations`, {
    headers: ours(server.base),
    data: {
      source: { code: 'mot-cua', name: 'Hệ thống một cửa', owner: 'Văn phòng UBND thành phố', ...source },
      observations: rows,
    },
  });
  if (answer.status() !== 200) throw new Error(`POST observations answered ${answer.status()}: ${await answer.text()}`);
  return answer.json();
}

/** A page of somebody of the staff with this role for the whole place, signed in in a context of their own. */
export async function staff({ browser, base, server, role, shownAs, viewport }) {
  const make = ['user', 'create', role, shownAs, '--role', role, '--data', server.data];
  const { stdout } = await promisify(execFile)(process.env.TOANCANH_BIN, make);
  const token = stdout.match(/invitation\?token=(\w+)/)?.[1];
  if (!token) throw new Error(`no invitation for ${role}: ${stdout}`);
  const context = await browser.newContext({ baseURL: base, locale: 'vi-VN', viewport });
  const page = await context.newPage();
  await page.goto(`/invitation?token=${token}`);
  for (const box of await page.locator('input[type="password"]').all()) await box.fill(admin.password);
  await page.locator('main button').first().click();
  await page.waitForURL(`${base}/`);
  return page;
}

/** Sends a report without script; gives the address of its receipt. */
export async function report(context, words, number) {
  const page = await context.newPage();
  await page.goto('/report');
  await page.locator('#content').fill(words);
  await page.locator('#place').selectOption({ label: 'Xã Trần Đề' });
  if (number) {
    await page.locator('summary', { hasText: 'Tên và điện thoại' }).click();
    await page.locator('#phone').fill(number);
  }
  await page.locator('[data-send]').click();
  await page.waitForURL(/\/report\/PA-/);
  const receipt = page.url();
  await page.close();
  return receipt;
}
