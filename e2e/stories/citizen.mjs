import { deflateSync } from 'node:zlib';
import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { eventually } from '../lib/wait.mjs';

export const name = 'a citizen reports without script, and without a network, and loses and doubles nothing';
export const world = 'own';
export const prepare = 'place';
export const limit = 240_000;

/** A PNG of noise, so that it weighs what a photo weighs; each `seed` another. */
function photo(seed, side) {
  let state = seed * 2654435761 + 1;
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let i = 0; i < rows.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rows[i] = i % (1 + side * 3) === 0 ? 0 : state >>> 24;
  }
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit += 1) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
    return c >>> 0;
  });
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const sum = ~body.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), ~0) >>> 0;
    const [size, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    crc.writeUInt32BE(sum);
    return Buffer.concat([size, body, crc]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return {
    name: `${seed}.png`,
    mimeType: 'image/png',
    buffer: Buffer.concat([
      signature,
      chunk('IHDR', head),
      chunk('IDAT', deflateSync(rows, { level: 1 })),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  };
}

/** What the phone keeps, without the pictures; asked again where the page opened anew meanwhile. */
const kept = (page) => eventually(() => read(page), 'the phone says what it keeps');

const read = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('toancanh', 1);
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const asked = open.result.transaction('reports').objectStore('reports').getAll();
          asked.onsuccess = () => {
            open.result.close();
            const plain = ({ key, state, code, secret, title, shots, fault }) => {
              const photos = shots.map((s) => ({ sent: s.sent, fault: s.fault ?? '' }));
              return { key, state, code, secret, title, photos, fault };
            };
            resolve(asked.result.map(plain));
          };
        };
      }),
  );

/** Queues copies of a report that waits, as if written in the hours before; each with a picture of its own. */
const copyQueued = (page, pictures) =>
  page.evaluate(async (pictures) => {
    const db = await new Promise((resolve) => {
      const open = indexedDB.open('toancanh', 1);
      open.onsuccess = () => resolve(open.result);
    });
    const blobs = pictures.map((text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      return new Blob([bytes], { type: 'image/png' });
    });
    const tx = db.transaction('reports', 'readwrite');
    const store = tx.objectStore('reports');
    const asked = store.getAll();
    asked.onsuccess = () => {
      const model = asked.result.find((r) => r.state === 'waiting');
      blobs.forEach((blob, i) => {
        const key = crypto.randomUUID();
        const at = Date.now() - (1 + (i % 6)) * 3_600_000;
        const body = { ...model.body, happened_ms: at };
        store.put({ ...model, key, at, body, shots: [{ id: key, blob, sent: false }] });
      });
    };
    await new Promise((resolve) => (tx.oncomplete = resolve));
    db.close();
    new BroadcastChannel('tc-reports').postMessage('changed');
  }, pictures);

export async function run({ page, context, browser, base, server, artifacts, expect, shot, allow }) {
  // A cut is told by the browser as an error of loading, which is what this story is about.
  allow(/ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|FAILED|NETWORK_\w+|EMPTY_RESPONSE|SOCKET_\w+)/);
  // So the worker answers for a page that is not kept.
  allow(/the server responded with a status of 503 .*\/units/);
  const phone = { width: 360, height: 780 };

  // Without script: one form, one receipt.
  const plain = await browser.newContext({ baseURL: base, locale: 'vi-VN', javaScriptEnabled: false, viewport: phone });
  const still = await plain.newPage();
  await still.goto('/report');
  await still.locator('#photos').setInputFiles([photo(1, 40), photo(2, 40)]);
  await still.locator('label.kind', { hasText: 'Mất nắp cống' }).click();
  await still.locator('#content').fill('Mất nắp cống trước nhà lồng chợ.');
  await still.locator('#place').selectOption({ label: 'Xã Trần Đề' });
  await still.locator('summary', { hasText: 'Tên và điện thoại' }).click();
  expect.equal(await still.locator('input[name="consent"]').isChecked(), false, 'consent is never given beforehand');
  await still.locator('#phone').fill('12');
  await still.locator('[data-send]').click();
  await expect.text(still.locator('[data-error="phone"]'), /Số điện thoại chưa đúng/);
  expect.equal(await still.locator('#content').inputValue(), 'Mất nắp cống trước nhà lồng chợ.');
  await still.locator('#phone').fill('0912 345 678');
  await still.locator('#photos').setInputFiles([photo(1, 40), photo(2, 40)]);
  await still.locator('[data-send]').click();
  await expect.path(still, /^\/report\/PA-\d\d-000001\?k=[0-9A-Z-]{19}$/);
  await expect.text(still.locator('h1'), 'Mất nắp cống trước nhà lồng chợ.');
  await expect.visible(still.locator('svg.qr'));
  expect.equal(await still.locator('.photos li').count(), 2);
  await expect.eventually(async () => {
    await still.reload();
    return (await still.locator('.photos img').count()) === 2;
  }, 'both photos are drawn small by a job');
  const receipt = still.url();
  await still.screenshot({ path: `${artifacts}/citizen-plain.png`, fullPage: true });
  await still.goto('/track');
  await still.locator('#code').fill(new URL(receipt).searchParams.get('k').toLowerCase().replaceAll('-', ' '));
  await still.locator('button.main').click();
  await expect.path(still, new URL(receipt).pathname + new URL(receipt).search);
  await plain.close();

  // The app is kept on the phone.
  await page.setViewportSize(phone);
  await page.goto('/app');
  await expect.visible(page.locator('.call'));
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await expect.eventually(() => page.evaluate(() => navigator.serviceWorker.controller !== null), 'the worker is there');
  for (const path of ['/app', '/report', '/app/me', '/track', '/reports', receipt]) {
    await page.goto(path);
    expect.equal(await tooWide(page), null, `${path} fits a phone`);
    for (const theme of themes) {
      await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
      await checkAxeHere(page, `${path} in ${theme}`);
    }
    await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'paper'));
    await shot(path.startsWith('/') ? path.slice(1).replaceAll('/', '-') : 'receipt');
  }

  // A page that the phone does not keep is said to need the network, by a page of ours.
  await context.setOffline(true);
  await page.goto('/units');
  await expect.text(page.locator('h1'), 'Không có mạng');
  expect.equal(await tooWide(page), null);
  await checkAxeHere(page, 'no network');
  await page.locator('a[href="/app/me"]').click();
  await expect.path(page, '/app/me');
  await context.setOffline(false);

  // What is being written outlives another language, larger text and a reload.
  const writer = await browser.newContext({ baseURL: base, locale: 'vi-VN', viewport: phone });
  const form = await writer.newPage();
  const words = 'Nắp cống bể trước cổng trường.';
  const there = async (why) => {
    await expect.eventually(async () => (await form.locator('#content').inputValue()) === words, `the words, ${why}`);
    await expect.eventually(async () => (await form.locator('[data-shots] li').count()) === 1, `the photo, ${why}`);
  };
  await form.goto('/report');
  await form.locator('#camera').setInputFiles(photo(3, 40));
  await form.locator('#content').fill(words);
  await there('as written');
  await form.locator('button[name="size"]').click();
  await expect.eventually(() => form.evaluate(() => document.documentElement.dataset.text === 'large'), 'larger text');
  await there('in larger text');
  await form.locator('button[lang="en"]').click();
  await expect.eventually(() => form.evaluate(() => document.documentElement.lang === 'en'), 'the page is English');
  await there('in English');
  await form.reload();
  await there('after a reload');
  await writer.close();

  // Three taps: a photo, what it is about, send.
  const report = async (on, what, pictures) => {
    await on.goto('/report');
    await on.locator('#camera').setInputFiles(pictures[0]);
    if (pictures.length > 1) await on.locator('#photos').setInputFiles(pictures.slice(1));
    await expect.eventually(async () => (await on.locator('[data-shots] li').count()) === pictures.length, 'the photos');
    await on.locator('label.kind', { hasText: what }).click();
    await on.locator('[data-send]').click();
  };

  // Without a network three reports are queued, and survive that the page is closed.
  await page.goto('/report');
  await context.setOffline(true);
  const three = ['Đèn đường hỏng', 'Rác tồn đọng', 'Cây xanh ngã'];
  for (const [i, what] of three.entries()) {
    await report(page, what, [photo(10 + i, 60)]);
    await expect.path(page, '/app');
    await expect.text(page.locator('[data-queue-line]'), `${i + 1} phản ánh chờ mạng`);
  }
  await shot('queued');
  await page.close();
  const again = await context.newPage();
  await again.setViewportSize(phone);
  await again.goto('/app');
  await expect.text(again.locator('[data-queue-line]'), '3 phản ánh chờ mạng');
  // The line is written first, the list a moment later.
  const listed = async () => (await again.locator('[data-mine-list] li').count()) === 4;
  await expect.eventually(listed, 'the three are listed with the one whose receipt was opened here');
  await checkAxeHere(again, '/app with a queue');
  await context.setOffline(false);
  const sent = (n) =>
    expect.eventually(
      async () => (await kept(again)).filter((r) => r.state === 'sent').length === n,
      `${n} reports are received`,
      90_000,
    );
  await sent(4);
  await expect.hidden(again.locator('[data-queue-line]'));

  // The answer to a report is lost on its way: the same is sent again and is the same.
  let lost = 0;
  await context.route('**/api/v1/reports', async (route) => {
    if (lost > 0) return route.fallback();
    lost += 1;
    await route.fetch();
    return route.abort('connectionreset');
  });
  await report(again, 'Ngập, cống nghẹt', [photo(20, 60)]);
  await sent(5);
  expect.equal(lost, 1, 'one answer was lost');
  await context.unroute('**/api/v1/reports');

  // Fifty reports, four of them heavy; three cuts and a server that is killed in between.
  await again.goto('/report');
  await context.setOffline(true);
  for (let i = 0; i < 4; i += 1) {
    await report(again, 'Đường hỏng, ổ gà', [photo(100 + 2 * i, 700), photo(101 + 2 * i, 700)]);
    await expect.path(again, '/app');
  }
  const pictures = Array.from({ length: 46 }, (_, i) => photo(200 + i, 60).buffer.toString('base64'));
  await copyQueued(again, pictures);
  await expect.text(again.locator('[data-queue-line]'), '50 phản ánh chờ mạng');
  const photosSent = async () => (await kept(again)).flatMap((r) => r.photos).filter((p) => p.sent).length;
  for (let cut = 0; cut < 3; cut += 1) {
    const before = await photosSent();
    await context.setOffline(false);
    await expect.eventually(async () => (await photosSent()) > before, 'something is sent between two cuts', 60_000, 5);
    if (cut === 1) {
      await server.kill();
      await server.restart();
    }
    await context.setOffline(true);
  }
  await context.setOffline(false);
  await sent(55);
  await again.goto('/app/me');
  await expect.eventually(async () => (await again.locator('li[data-state="sent"]').count()) === 55, 'all are shown');
  await again.screenshot({ path: `${artifacts}/citizen-mine.png`, fullPage: true });

  // Once each, with all photos: the next number says how many there were.
  const all = await kept(again);
  expect.equal(new Set(all.map((r) => r.code)).size, 55, 'each has a code of its own');
  for (const { code, secret, photos } of all.filter((r) => !r.key.startsWith('receipt:'))) {
    const answer = await fetch(`${base}/api/v1/reports/${code}`, { headers: { 'x-receipt': secret } });
    const told = await answer.json();
    expect.equal([code, told.photos, photos.map((p) => p.fault).join('')], [code, photos.length, '']);
  }
  const next = await fetch(`${base}/api/v1/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'the-next-report-0001', content: 'Kiểm tra số thứ tự.' }),
  });
  expect.match((await next.json()).code, /-000056$/, 'nothing was received twice');

  // What the server refuses is shown to be corrected, and then goes.
  await again.goto('/report');
  await again.locator('#content').fill('Ổ gà trước trường học.');
  await again.locator('summary', { hasText: 'Tên và điện thoại' }).click();
  await again.locator('#phone').fill('gọi tôi');
  allow(/status of 422/);
  await again.locator('[data-send]').click();
  const refused = async () => (await kept(again)).some((r) => r.state === 'refused');
  await expect.eventually(refused, 'the server refuses the number', 30_000);
  await again.goto('/app');
  await expect.text(again.locator('[data-queue-line]'), '1 phản ánh cần sửa');
  await again.locator('li[data-state="refused"] a').click();
  await expect.text(again.locator('[data-error="phone"]'), /Số điện thoại chưa đúng/);
  expect.equal(await again.locator('#content').inputValue(), 'Ổ gà trước trường học.');
  await again.locator('#phone').fill('0912345678');
  await again.locator('[data-send]').click();
  await sent(56);
  expect.match((await kept(again)).map((r) => r.code).sort().at(-1), /-000057$/, 'the corrected one is the next');

  // Larger text stays chosen.
  await again.goto('/app');
  await again.locator('button', { hasText: 'A+' }).click();
  await expect.visible(again.locator('html[data-text="large"]'));
  expect.equal(await tooWide(again), null, 'it fits a phone in larger text too');
  await again.screenshot({ path: `${artifacts}/citizen-large.png`, fullPage: true });
}
