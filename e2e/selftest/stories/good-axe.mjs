import { checkAxeEverywhere } from '../../lib/axe.mjs';

export const name = 'a page without faults passes axe in both themes and languages, under a strict policy';

export async function run({ page, base, expect }) {
  await checkAxeEverywhere({ page, base, path: '/cookies' });
  await expect.text(page.locator('#cookies'), 'theme=paper; lang=en');
}
