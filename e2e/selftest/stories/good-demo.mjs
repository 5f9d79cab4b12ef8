import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const name = 'the demo world has the packs and the demo before it opens';
export const world = 'demo';

export async function run({ server, page, expect }) {
  expect.equal(await readFile(join(server.data, 'prepared'), 'utf8'), 'packs demo ');
  await page.goto('/');
}
