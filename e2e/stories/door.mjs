export const name = 'whoever opens the address gets a page with a title, and the page keeps to its own house';

export async function run({ page, expect, shot }) {
  const answer = await page.goto('/');
  expect.equal(answer.status(), 200);
  await expect.visible(page.locator('body'));
  expect.ok((await page.title()).length > 0, 'the page has a title');
  await shot('front');
}
