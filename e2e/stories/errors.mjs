import { checkAxeHere } from '../lib/axe.mjs';
import { signIn } from '../lib/people.mjs';

export const name = 'what is not there, not allowed or forged is told to people as a page and to programs as a problem document';
export const world = 'place';

const machine = { accept: 'application/json' };

export async function run({ page, context, browser, server, base, expect, shot, allow }) {
  allow(/Failed to load resource: the server responded with a status of 40[034]/);
  const problem = async (answer, status, code) => {
    expect.equal(answer.status, status);
    expect.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    const told = await answer.json();
    expect.equal(told.status, status);
    expect.ok(told.title.length > 10, 'a sentence');
    if (code) expect.equal(told.code, code);
    return told;
  };

  // Nothing there.
  for (const path of ['/no-such-page', '/indicators/no.such', '/units/1', '/fields/none']) {
    const shown = await page.goto(path);
    expect.equal(shown.status(), 404, path);
    await expect.visible(page.locator('main h1'));
    await expect.visible(page.locator('main a[href="/"]'));
    await problem(await fetch(`${base}${path}`, { headers: machine }), 404);
  }
  await page.goto('/no-such-page');
  await checkAxeHere(page);
  await shot('404');
  await problem(await fetch(`${base}/api/v1/no-such`), 404);
  await problem(await fetch(`${base}/api/v1/figures?indicator=no.such`, { headers: machine }), 404, 'indicator_not_found');

  // Not signed in: a person is shown the way in, a program is told.
  await page.goto('/accounts');
  await expect.path(page, '/sign-in?back=/accounts');
  // What was sent when the session had ended is sent again by loading the page anew.
  const form = { content: 'Đèn đường hỏng' };
  const ended = await context.request.post(`${base}/cases/new`, { headers: { origin: base, accept: 'text/html' }, form });
  expect.equal(ended.status(), 401);
  expect.match(await ended.text(), /href="\/sign-in" target="_blank"/);
  expect.match(await ended.text(), /tải lại trang/);
  const send = (headers, body = '{}') => fetch(`${base}/api/v1/observations`, { method: 'POST', headers, body });
  await problem(await send({ 'content-type': 'application/json' }), 401, 'sign_in_needed');
  await problem(await send({ 'content-type': 'application/json', authorization: 'Bearer tc_wrong' }), 401);

  // Signed in, and the body is nonsense.
  await signIn(context, server);
  const cookie = (await context.cookies()).map((one) => `${one.name}=${one.value}`).join('; ');
  const told = await problem(await send({ cookie, origin: base, 'content-type': 'application/json' }, '{"x": 1}'), 422);
  expect.match(told.code, /body_unreadable/);

  // A form that another site made a browser send: nothing happens, and the person stays signed in.
  for (const from of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'http://elsewhere.invalid' }, {}]) {
    const answer = await fetch(`${base}/sign-out`, { method: 'POST', redirect: 'manual', headers: { ...machine, cookie, ...from } });
    await problem(answer, 403, 'cross_site');
  }
  const stranger = await browser.newContext({ locale: 'vi-VN' });
  const elsewhere = await stranger.newPage();
  await elsewhere.route('http://localhost:1/', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<form method="post" action="${base}/sign-in"><input name="sign_in" value="x"><button>go</button></form>`,
  }));
  await elsewhere.goto('http://localhost:1/');
  const refused = elsewhere.waitForResponse((answer) => answer.url() === `${base}/sign-in`);
  await elsewhere.locator('button').click();
  expect.equal((await refused).status(), 403);
  await expect.visible(elsewhere.locator('main h1'));
  await elsewhere.screenshot({ path: undefined });
  await stranger.close();
  const me = await page.goto('/me');
  expect.equal(me.status(), 200);
  await expect.path(page, '/me');
}
