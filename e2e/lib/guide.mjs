// The pictures of the user's guide: taken in one way, weighed, and held against the pages that name them.

import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const guide = fileURLToPath(new URL('../../docs/user', import.meta.url));
/** The pages whose pictures a story makes. */
const pages = ['nguoi-dan.md', 'can-bo.md', 'tong-dai-1022.md', 'quan-tri.md'];
/** What one picture and all of them may weigh, in bytes. */
const MOST = 90_000;
const MOST_TOGETHER = 1_500_000;

/** A photo that nobody took: a street lamp at night, `dark`, with a `ladder`, or `lit`. */
export async function lampPhoto(browser, how) {
  const lit = how === 'lit';
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  const light = lit
    ? '<path d="M392 150 L250 440 L560 440 Z" fill="#f6d98a" opacity=".38"/><circle cx="392" cy="146" r="17" fill="#fff3c4"/>'
    : '<path d="M378 138 l12 12 m0 -12 l-12 12" stroke="#8a93a6" stroke-width="3"/>';
  await page.setContent(`<body style="margin:0"><svg width="640" height="480" viewBox="0 0 640 480" xmlns="http://www.w3.org/2000/svg">
    <rect width="640" height="480" fill="${lit ? '#27324c' : '#141a2b'}"/><circle cx="90" cy="80" r="26" fill="#cfd6e6"/>
    <path d="M0 300 L120 210 L210 300 L330 190 L330 440 L0 440 Z" fill="#1d2538"/><rect x="60" y="330" width="34" height="40" fill="#e7b75a"/>
    <rect y="430" width="640" height="50" fill="#0d111d"/><path d="M30 456 h90 m60 0 h90 m60 0 h90 m60 0 h90" stroke="#c9c3a5" stroke-width="5"/>
    ${light}<path d="M480 430 V150 Q480 128 450 128 H392" fill="none" stroke="#5b6478" stroke-width="11"/><rect x="366" y="120" width="52" height="18" rx="8" fill="#5b6478"/>
    ${how === 'ladder' ? '<path d="M440 440 L462 150 M486 440 L476 150 M444 400 h40 m-38 -50 h36 m-34 -50 h32 m-30 -50 h28 m-26 -50 h24" stroke="#d7a441" stroke-width="6"/>' : ''}
  </svg></body>`);
  const buffer = await page.screenshot({ type: 'jpeg', quality: 80 });
  await page.close();
  return { name: `${how}.jpg`, mimeType: 'image/jpeg', buffer };
}

/**
 * Takes the pictures. They go to the artifacts, or with TOANCANH_GUIDE_KEEP=1 to where the pages show them.
 * `shoot(page, name)` takes what the window shows, `{ of }` an element, `{ of, to }` an element from its
 * beginning down to the end of another.
 */
export function camera(artifacts) {
  const folder = process.env.TOANCANH_GUIDE_KEEP === '1' ? join(guide, 'img') : artifacts;
  const made = new Map();
  const part = async (page, of, to) => {
    // Places of a page that is longer than the window are measured from its beginning.
    await page.evaluate(() => scrollTo(0, 0));
    const [box, end] = [await of.first().boundingBox(), await to.first().boundingBox()];
    return { x: box.x, y: box.y, width: box.width, height: end.y + end.height + 16 - box.y };
  };
  const shoot = async (page, name, { of, to } = {}) => {
    const theme = await page.evaluate(async () => {
      await document.fonts.ready;
      await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
      return document.documentElement.dataset.theme;
    });
    if (theme !== 'paper') throw new Error(`${name}: the theme is ${theme}`);
    if (made.has(name)) throw new Error(`${name} was taken twice`);
    const how = { path: join(folder, `${name}.jpg`), type: 'jpeg', quality: 70 };
    if (of && to) await page.screenshot({ ...how, fullPage: true, clip: await part(page, of, to) });
    else await (of ? of.first() : page).screenshot(how);
    const { size } = await stat(how.path);
    made.set(name, size);
  };
  return { shoot, made };
}

/** What the pages and the pictures do not agree upon, as sentences; and what they weigh together. */
export async function compare(made) {
  const faults = [];
  const named = new Set();
  for (const page of pages) {
    const text = await readFile(join(guide, page), 'utf8');
    for (const [, alt, file] of text.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)) {
      const name = file.match(/^img\/([a-z0-9-]+)\.jpg$/)?.[1];
      if (!name) faults.push(`${page} shows ${file}, which is no picture of the guide`);
      else if (!made.has(name)) faults.push(`${page} shows ${file}, which nobody took`);
      if (alt.trim().length < 15) faults.push(`${page}: ${file} is not described`);
      named.add(name);
    }
  }
  for (const name of made.keys()) if (!named.has(name)) faults.push(`no page shows ${name}.jpg`);
  for (const file of await readdir(join(guide, 'img'))) {
    if (!made.has(file.replace(/\.jpg$/, ''))) faults.push(`docs/user/img/${file} is shown or taken no more`);
  }
  for (const name of made.keys()) {
    await stat(join(guide, 'img', `${name}.jpg`)).catch(() => faults.push(`docs/user/img/${name}.jpg is not there: take it with TOANCANH_GUIDE_KEEP=1`));
  }
  for (const [name, size] of made) if (size > MOST) faults.push(`${name}.jpg weighs ${size} bytes, more than ${MOST}`);
  const weight = [...made.values()].reduce((sum, size) => sum + size, 0);
  if (weight > MOST_TOGETHER) faults.push(`the pictures weigh ${weight} bytes, more than ${MOST_TOGETHER}`);
  return { faults, weight };
}
