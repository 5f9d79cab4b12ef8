import { sendFigures, signIn } from '../lib/people.mjs';

export const name = 'a figure sent by another program is soon on two open screens, over one connection';
export const world = 'demo';

const indicator = 'admin.resolved_in_time';
const limit = 3_000; // how long a story waits; the promised second is for the bench to measure

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

  // The list of corrections shows the new figure. The page itself notes when, since pages and story share one clock.
  const told = (value) => `→\\s*${value}(?!\\d)`;
  const wait = (tab, value) => tab.evaluate((pattern) => {
    const shown = () => new RegExp(pattern).test(document.body.textContent);
    globalThis.seenAt = undefined;
    document.addEventListener('tc:swapped', () => (globalThis.seenAt ??= shown() ? Date.now() : undefined));
  }, told(value));
  const round = async (value) => {
    for (const tab of [wall, board]) await wait(tab, value);
    const sent = Date.now();
    await sendFigures(context, server, [{ indicator, unit, period, value }]);
    const answered = Date.now();
    const first = {};
    for (const [what, tab] of [['wall', wall], ['overview', board]]) {
      const at = await expect.eventually(() => tab.evaluate(() => globalThis.seenAt), `the ${what} shows ${value}`);
      first[what] = Math.max(0, at - answered);
    }
    print(`answered after ${answered - sent} ms; then on the wall after ${first.wall} ms, on the overview after ${first.overview} ms`);
    return Math.max(first.wall, first.overview);
  };
  // The first figure of a source corrects nothing; each after it does.
  await sendFigures(context, server, [{ indicator, unit, period, value: before }]);
  const took = [];
  for (const less of [20, 40, 60]) took.push(await round(Math.max(0, before - less)));
  const middle = took.toSorted((a, b) => a - b)[1];
  expect.ok(middle <= limit, `both screens changed ${middle} ms after the answer, more than ${limit} ms`);
  expect.equal(streams(), 1, 'still one connection');
  print(`connections opened for two pages: ${opened}, open at the end: ${streams()}`);

  // The page of the indicator follows as a whole: its history names the new figure, and it was never loaded again.
  const close = await context.newPage();
  await close.goto(`/indicators/${indicator}?unit=${unit}`);
  await expect.eventually(async () => (await state(close)) === 'live', 'the page of the indicator is live');
  await close.evaluate(() => (globalThis.neverLeft = true));
  await sendFigures(context, server, [{ indicator, unit, period, value: Math.max(0, before - 80) }]);
  const follows = (pattern) =>
    globalThis.neverLeft && new RegExp(pattern).test(document.querySelector('[data-part="trust"]').textContent);
  await expect.eventually(() => close.evaluate(follows, told(Math.max(0, before - 80))), 'the history names the new figure');
  await close.close();

  // The tab that held the connection goes; the other goes on.
  await wall.close();
  await expect.eventually(() => streams() === 1, 'the other page takes the connection over');
  await expect.eventually(async () => (await state(board)) === 'live', 'the page left over is live');
  await wait(board, before);
  await sendFigures(context, server, [{ indicator, unit, period, value: before }]);
  await expect.eventually(() => board.evaluate(() => globalThis.seenAt), 'the page left over shows the next change');
}
