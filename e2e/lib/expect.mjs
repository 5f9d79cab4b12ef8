// The few expectations a story needs. Those about a page wait for it, with a limit.

import assert from 'node:assert/strict';
import { eventually } from './wait.mjs';

const matches = (text, wanted) => (wanted instanceof RegExp ? wanted.test(text) : text.trim() === wanted);

export const expect = {
  equal: assert.deepEqual,
  ok: assert.ok,
  match: assert.match,

  /** The element is on the page and visible. */
  visible: (locator, limit = 10_000) => locator.first().waitFor({ state: 'visible', timeout: limit }),

  /** The element is absent or hidden. */
  hidden: (locator, limit = 10_000) => locator.first().waitFor({ state: 'hidden', timeout: limit }),

  /** The element's text is, or matches, `wanted`. */
  async text(locator, wanted, limit = 10_000) {
    let last;
    await eventually(
      async () => matches((last = await locator.first().innerText({ timeout: 1_000 })), wanted),
      `text ${wanted}`,
      limit,
    ).catch((error) => {
      throw new Error(`${error.message}; the text is: ${JSON.stringify(last)}`);
    });
  },

  /** The page's path (with query) is, or matches, `wanted`. */
  async path(page, wanted, limit = 10_000) {
    const now = () => page.url().replace(/^https?:\/\/[^/]+/, '');
    await eventually(() => matches(now(), wanted), `path ${wanted}`, limit).catch((error) => {
      throw new Error(`${error.message}; the path is: ${now()}`);
    });
  },

  eventually,
};
