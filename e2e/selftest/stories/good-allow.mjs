export const name = 'an error that the story provokes on purpose can be allowed';
export const world = 'own';

export async function run({ page, allow, expect }) {
  allow(/404/);
  expect.equal((await page.goto('/nowhere')).status(), 404);
}
