import { checkAxeHere, themes } from '../lib/axe.mjs';
import { tooWide } from '../lib/layout.mjs';
import { staff } from '../lib/people.mjs';

export const name = 'the desk works by keys, sees its cases on a map, makes no duplicate, prints a sheet, gives a task from a tile';
export const world = 'own';
export const prepare = [
  ['packs', 'apply', new URL('../../packs', import.meta.url).pathname],
  ['units', 'root', '92'],
];
export const limit = 300_000;

const desk = { width: 1400, height: 900 };
const phone = { width: 360, height: 780 };

export async function run({ browser, base, server, artifacts, expect }) {
  const people = { browser, base, server };
  const report = async (title, lat, lon) => {
    const body = { key: `console ${title} 0123456789`, kind: 'petitions.report', category: 'street_light', title, content: title, lat, lon };
    const answer = await fetch(`${base}/api/v1/reports`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST reports answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()).code;
  };
  const first = await report('Đèn đường trước chợ hỏng', 10.0341, 105.7876);
  await report('Đèn đường bến Ninh Kiều hỏng', 10.0335, 105.7889);
  const last = await report('Đèn đường Bình Thủy hỏng', 10.0712, 105.7415);

  const page = await staff({ ...people, role: 'intake', shownAs: 'Trần Trực Ca', viewport: desk });
  // A key is for the page that is there, not for the one that is on its way.
  const press = async (...keys) => {
    await page.waitForLoadState();
    for (const key of keys) await page.keyboard.press(key);
  };
  const focus = () => page.evaluate(() => (document.activeElement === document.body ? '' : document.activeElement?.textContent?.trim() ?? ''));
  const at = (text, why) => expect.eventually(async () => (await focus()).includes(text), `${why}: the focus is at «${text}»`);
  const inField = (id) => expect.eventually(() => page.evaluate((id) => document.activeElement?.id === id, id), `the focus is in #${id}`);
  const shoot = (label, of = page) => of.screenshot({ path: `${artifacts}/console-${label}.png`, fullPage: true });

  // The list by keys alone.
  await page.goto('/cases?tab=new');
  await press('j');
  await at('Bình Thủy', 'j goes to the first row');
  await press('j', 'ArrowDown');
  await at('trước chợ', 'j and the arrow go on');
  await press('k', 'x');
  expect.equal(await page.locator('[data-row] input:checked').count(), 1, 'x chooses the row');
  await shoot('keys');
  await press('/');
  await page.keyboard.type('jkxno');
  expect.equal(await page.locator('#c-q').inputValue(), 'jkxno', 'letters are letters while somebody types');
  await press('Escape');
  await at('Ninh Kiều', 'Esc leaves the field for the row');
  await press('?');
  const dialog = page.locator('dialog.keys');
  await expect.visible(dialog);
  for (const theme of themes) {
    await page.evaluate((theme) => document.documentElement.setAttribute('data-theme', theme), theme);
    await checkAxeHere(page, `the help of keys in ${theme}`);
  }
  await shoot('help');
  // Single letters can be turned off: then nothing moves.
  await dialog.locator('input[type="checkbox"]').uncheck();
  await press('Escape');
  await at('Ninh Kiều', 'the focus is back');
  await press('k');
  await at('Ninh Kiều', 'letters are off');
  await page.locator('[data-keys]').click();
  await dialog.locator('input[type="checkbox"]').check();
  await press('Escape');
  await press('g', '2');
  await expect.eventually(() => page.url().includes('tab=work'), 'g 2 goes to the second tab');
  await press('g', '1');
  await expect.eventually(() => page.url().includes('tab=new'), 'g 1 goes back');
  await press('j', 'o');
  await expect.path(page, `/cases/${last}`);
  await press('u');
  await expect.path(page, '/cases?tab=new');

  // A case by keys: its first step, sent without the mouse.
  await page.goto(`/cases/${last}`);
  await press('1');
  await page.locator('form[action$="/take_in"] textarea[name="public_text"]').fill('Đèn đường Bình Thủy hỏng.');
  await press('Control+Enter');
  await expect.visible(page.locator('.chip', { hasText: 'Đã tiếp nhận' }));
  await press('a');
  await expect.eventually(
    () => page.evaluate(() => document.activeElement?.matches('[data-steps] details[open] select[name=agency]')),
    'a goes to where the case is given to an agency',
  );
  await checkAxeHere(page, 'a case with keys');

  // A call by keys: the caller looked up, the next one begun; nobody touches the mouse.
  await page.goto('/cases/new?kind=call');
  await inField('n-phone');
  await page.keyboard.type('0912 345 678');
  await press('Enter');
  await inField('n-content');
  await expect.visible(page.locator('text=Chưa có phản ánh nào mà người gọi đồng ý'));
  expect.equal(await page.locator('#n-phone').inputValue(), '0912 345 678');
  await page.keyboard.type('Hỏi giờ làm việc của phường');
  await checkAxeHere(page, 'the desk form');
  await press('Control+Shift+Enter');
  await expect.visible(page.locator('.note.is-good', { hasText: 'Đã ghi' }));
  await expect.path(page, '/cases/new?kind=petitions.call&channel=hotline');
  expect.equal(await page.locator('#n-phone').inputValue(), '');

  // What is already there is offered before a second one is made.
  await page.goto('/cases/new?kind=report');
  await inField('n-phone');
  await page.keyboard.type('0987 654 321');
  await press('Enter');
  await inField('n-content');
  await page.locator('input[name="consent"]').check();
  await page.locator('#n-cat').selectOption('street_light');
  await page.locator('#n-pos').fill('10.0342, 105.7877');
  await page.locator('#n-content').fill('Ba đêm rồi không sáng, xe té.');
  await press('Control+Enter');
  const near = page.locator('#n-near');
  await expect.visible(near);
  for (const theme of themes) {
    await page.evaluate((theme) => document.documentElement.setAttribute('data-theme', theme), theme);
    await checkAxeHere(page, `cases nearby in ${theme}`);
  }
  await shoot('near');
  await at(first, 'the nearest is at hand');
  await press('Enter');
  await expect.path(page, `/cases/${first}`);
  await expect.visible(page.locator('dd', { hasText: '1 người cùng phản ánh' }));
  await expect.visible(page.locator('#c-also'));
  await shoot('joined');

  // The map: the same cases as points, a card, the list beside.
  await page.goto('/cases?tab=new');
  await press('m');
  await expect.eventually(() => page.url().includes('view=map'), 'm opens the map');
  await expect.visible(page.locator('tc-map.up'), 30_000);
  await page.locator('tc-map[data-idle]').waitFor({ timeout: 30_000 });
  expect.equal(await page.locator('[data-points-said]').innerText(), '2 vụ việc có vị trí');
  await shoot('map');
  await page.locator('[data-row]', { hasText: 'bến Ninh Kiều' }).locator('[data-point-show]').click();
  await expect.visible(page.locator('.tc-map-pop a', { hasText: 'bến Ninh Kiều' }));
  await page.locator('canvas.maplibregl-canvas').press('Escape');
  expect.equal(await page.locator('.tc-map-pop').count(), 0, 'Esc closes the card');
  // What stands in the middle now is clicked as a pointer clicks it.
  const canvas = page.locator('canvas.maplibregl-canvas');
  await expect.eventually(async () => {
    const box = await canvas.boundingBox();
    await canvas.click({ position: { x: box.width / 2, y: box.height / 2 } });
    return (await page.locator('.tc-map-pop a', { hasText: 'bến Ninh Kiều' }).count()) === 1;
  }, 'a click on a point opens its card');
  await checkAxeHere(page, 'the map of cases');
  await shoot('map-card');
  await page.setViewportSize(phone);
  await page.reload();
  await expect.visible(page.locator('tc-map.up'), 30_000);
  expect.equal(await tooWide(page), null, 'the map fits a phone');
  await shoot('map-phone');
  await page.setViewportSize(desk);
  // Without script: the communes with their number.
  const plain = await browser.newContext({ baseURL: base, javaScriptEnabled: false, storageState: await page.context().storageState() });
  const bare = await plain.newPage();
  await bare.goto('/cases?tab=new&view=map');
  const spot = bare.locator('.spots-map a');
  expect.ok((await spot.count()) > 0, 'communes with cases are links');
  await shoot('map-plain', bare);
  const places = await spot.count();
  await spot.first().click();
  expect.ok(bare.url().includes('place='), `a commune of ${places} leads to its cases`);
  // And the whole step of duplicates is a form.
  await bare.goto('/cases/new?kind=report');
  await bare.locator('#n-cat').selectOption('street_light');
  await bare.locator('#n-pos').fill('10.0342, 105.7877');
  await bare.locator('#n-content').fill('Vẫn không sáng.');
  await bare.locator('button.main').click();
  await expect.visible(bare.locator('#n-near'));
  await bare.locator('button[name="anyway"]').click();
  await expect.visible(bare.locator('h1', { hasText: 'Vẫn không sáng' }));
  await plain.close();

  // The sheet: on screen, and as it is printed.
  await page.goto(`/cases/${last}`);
  await press('p');
  await expect.path(page, `/cases/${last}/sheet`);
  for (const theme of themes) {
    await page.evaluate((theme) => document.documentElement.setAttribute('data-theme', theme), theme);
    await checkAxeHere(page, `the sheet in ${theme}`);
  }
  await shoot('sheet');
  await page.emulateMedia({ media: 'print' });
  expect.equal(await page.locator('.side').isVisible(), false, 'the menu is not printed');
  await shoot('sheet-print');
  await page.pdf({ path: `${artifacts}/console-sheet.pdf`, preferCSSPageSize: true });
  await page.emulateMedia({ media: null });
  await page.setViewportSize(phone);
  expect.equal(await tooWide(page), null, 'the sheet fits a phone');

  // A leader gives a task from a tile; it leads back to where it came from.
  const leader = await staff({ ...people, role: 'leader', shownAs: 'Phạm Lãnh Đạo', viewport: desk });
  await leader.goto('/');
  const menu = leader.locator('.tile-menu').first();
  await menu.locator('summary').click();
  await leader.screenshot({ path: `${artifacts}/console-tile.png` });
  await checkAxeHere(leader, 'the overview with menus of tiles');
  await menu.locator('a', { hasText: 'Giao nhiệm vụ' }).click();
  await leader.locator('#n-content').fill('Kiểm tra, báo cáo trước thứ Sáu.');
  const back = leader.locator('#c-new a', { hasText: 'Tổng quan' });
  await expect.visible(back);
  await leader.locator('#c-new button.main').click();
  await leader.waitForLoadState();
  await expect.visible(leader.locator('dl.facts a[href^="/?unit="]'));
  await leader.screenshot({ path: `${artifacts}/console-task.png`, fullPage: true });
  // The public sees tiles without menus.
  const visitor = await (await browser.newContext({ baseURL: base })).newPage();
  await visitor.goto('/');
  expect.equal(await visitor.locator('.tile-menu').count(), 0, 'the public is offered nothing');
  await visitor.context().close();
}
