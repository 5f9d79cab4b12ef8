import { processesOf } from '../../lib/browser.mjs';

export const name = 'a browser that stops answering holds nobody';

export async function run({ browser, page, base }) {
  await page.goto(`${base}/health`);
  for (const pid of processesOf(browser)) process.kill(-pid, 'SIGSTOP');
  await page.reload();
}
