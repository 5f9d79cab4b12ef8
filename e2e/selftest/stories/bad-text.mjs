export const name = 'a wrong text is shown beside the right one';

export async function run({ page, expect }) {
  await page.goto('/');
  await expect.text(page.locator('p'), 'Tạm biệt', 300);
}
