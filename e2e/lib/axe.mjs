// Accessibility: axe on a page in a theme and a language, with a list a person can work from.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export const themes = ['lacquer', 'paper'];
export const languages = ['vi', 'en'];

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens `path` with the cookies of `theme` and `lang` and fails on any violation of any rule of axe. */
export async function checkAxe({ page, base, path = '/', theme = 'lacquer', lang = 'vi' }) {
  await page.context().addCookies([
    { name: 'theme', value: theme, url: base },
    { name: 'lang', value: lang, url: base },
  ]);
  await page.goto(new URL(path, base).href);
  await checkAxeHere(page, `${path} in ${theme}, ${lang}`);
}

/** Every theme in every language: the usual check of a new page. */
export async function checkAxeEverywhere({ page, base, path = '/' }) {
  for (const theme of themes) {
    for (const lang of languages) await checkAxe({ page, base, path, theme, lang });
  }
}

/** The page as it stands now, for a state that a link cannot reach (an open menu, a filled form). */
export async function checkAxeHere(page, where = new URL(page.url()).pathname) {
  // evaluate() is not subject to the page's Content-Security-Policy; a script tag would be.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(`${source}; undefined`);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  if (violations.length === 0) return;
  const list = violations.map(({ id, impact, help, nodes }) => {
    const places = nodes.slice(0, 5).map(({ target, html, failureSummary }) => {
      const why = failureSummary.split('\n').slice(1).map((line) => line.trim()).join('; ');
      return `      ${target.join(' ')}\n        ${html.slice(0, 160)}\n        ${why}`;
    });
    const more = nodes.length > 5 ? `\n      … and ${nodes.length - 5} more places` : '';
    return `    ${id} (${impact}): ${help}\n${places.join('\n')}${more}`;
  });
  throw new Error(`axe: ${violations.length} violation(s) on ${where}\n${list.join('\n')}`);
}
