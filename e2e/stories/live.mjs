import { sendFigures, signIn } from '../lib/people.mjs';

export const name = 'a figure sent by another program is on two open screens within a second, over one connection';
export const world = 'demo';

const indicator = 'admin.resolved_in_time';
const limit = 3_000; // a second is promised; a program built for tests on a busy machine gets three

export async function run({ page, context, server, expect, print }) {
  const seen = new Set();
  const streams = () => [...seen].filter((request) => !request.frame().page().isClosed()).length;
  let opened = 0;
  context.on('request', (request) => {
    if (new URL(request.url()).pathname !== '/live') return;
    opened += 1;
    seen.add(request);
  });
  for (const over of ['requestfailed', 'requestfinished']) context.on(over, (request) => seen.delete(request));

  await signIn(context, server);
  const base = server.base;
  const read = async (path) => (await context.request.get(`${base}${path}`)).json();
  const { code: unit } = (await read('/api/v1/units')).items.find((one) => one.level === 'commune');
  const { period, value: before } = (await read(`/api/v1/figures?indicator=${indicator}&unit=${unit}`)).items[0];

  const wall = page;
  await wall.goto('/wall');
  const board = await context.newPage();
  await board.goto('/');
  const state = (tab) => tab.locator('[data-live-state]').getAttribute('data-state');
  for (const tab of [wall, board]) {
    await expect.eventually(async () => (await state(tab)) === 'live', 'the page says that it is live');
  }
  await expect.eventually(() => streams() === 1, 'both pages share one connection');

  // What changes on a page is noted with the time at which it did; both pages and the story share one clock.
  for (const tab of [wall, board]) {
    await tab.evaluate(() => {
      globalThis.changes = [];
      document.addEventListener('tc:swapped', (event) => globalThis.changes.push([Date.now(), event.target.dataset.live]));
    });
  }
  const round = async (value) => {
    for (const tab of [wall, board]) await tab.evaluate(() => (globalThis.changes.length = 0));
    const sent = Date.now();
    await sendFigures(context, server, [{ indicator, unit, period, value }]);
    const answered = Date.now();
    const first = {};
    for (const [what, tab] of [['wall', wall], ['overview', board]]) {
      const at = await expect.eventually(() => tab.evaluate(() => globalThis.changes[0]?.[0]), `the ${what} changes`);
      first[what] = at - answered;
    }
    print(`answered after ${answered - sent} ms; then the wall after ${first.wall} ms, the overview after ${first.overview} ms`);
    return Math.max(first.wall, first.overview);
  };
  const took = [];
  for (const less of [20, 40, 60]) took.push(await round(Math.max(0, before - less)));
  const middle = took.toSorted((a, b) => a - b)[1];
  expect.ok(middle <= limit, `both screens changed ${middle} ms after the answer, more than ${limit} ms`);
  expect.equal(streams(), 1, 'still one connection');
  print(`connections opened for two pages: ${opened}, open at the end: ${streams()}`);

  // The tab that held the connection goes; the other goes on.
  await wall.close();
  await expect.eventually(() => streams() === 1, 'the other page takes the connection over');
  await expect.eventually(async () => (await state(board)) === 'live', 'the page left over is live');
  await board.evaluate(() => (globalThis.changes.length = 0));
  await sendFigures(context, server, [{ indicator, unit, period, value: before }]);
  await expect.eventually(() => board.evaluate(() => globalThis.changes.length > 0), 'the page left over hears of a change');
}
