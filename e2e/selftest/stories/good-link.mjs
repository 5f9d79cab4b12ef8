export const name = 'the sign-in link that the program prints opens';

export async function run({ page, link, expect, shot }) {
  await page.goto(link);
  await expect.path(page, /^\/first-run\?token=/);
  await expect.text(page.locator('p'), 'Mời đăng nhập');
  await shot('link');
}
