export const name = 'the story after it has a browser of its own';

export async function run({ page, base }) {
  await page.goto(`${base}/health`);
}
