// What a person would see cut off: looked at in the browser, told with the words of the page.

/** What on a wall scrolls, is taller than its box, wider than its line, or lies outside the screen. */
export function cutOffOnWall(page) {
  return page.evaluate(async () => {
    await document.fonts.ready;
    const told = [];
    const words = (el) => el.textContent.trim().replace(/\s+/g, ' ').slice(0, 50);
    const root = document.documentElement;
    if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) told.push('the wall scrolls');
    for (const el of document.querySelectorAll('.tile, .wall .panel, .wall-foot > *, .wall-right > *')) {
      if (el.scrollHeight > el.clientHeight + 1) {
        told.push(`cut off by ${el.scrollHeight - el.clientHeight} px: ${words(el)}`);
      }
      const box = el.getBoundingClientRect();
      if (box.bottom > innerHeight + 1 || box.right > innerWidth + 1) told.push(`off the screen: ${words(el)}`);
    }
    for (const el of document.querySelectorAll('.tile-value, .wall-head > *, .fig-value, .panel-head > h2')) {
      if (el.scrollWidth > el.clientWidth + 1) told.push(`too wide: ${words(el)}`);
    }
    return told;
  });
}

/** Pairs of texts that lie over each other, among the elements that `selector` names. */
export function overlapping(page, selector) {
  return page.evaluate((selector) => {
    const boxes = [...document.querySelectorAll(selector)]
      .filter((el) => el.checkVisibility() && el.textContent.trim())
      .map((el) => {
        const range = document.createRange();
        range.selectNodeContents(el);
        return { el, box: range.getBoundingClientRect(), text: el.textContent.trim().replace(/\s+/g, ' ').slice(0, 30) };
      });
    const told = [];
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        if (a.el.contains(b.el) || b.el.contains(a.el)) continue;
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (wide > 2 && high > 2) told.push(`«${a.text}» lies over «${b.text}»`);
      }
    });
    return told;
  }, selector);
}

/** By how many pixels the page is wider than the screen, and which elements make it so. */
export function tooWide(page) {
  return page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over <= 0) return null;
    const scrolls = (el) => {
      for (let up = el.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== 'visible') return true;
      }
      return false;
    };
    const makers = [...document.body.querySelectorAll('*')]
      .filter((el) => el.getBoundingClientRect().right > innerWidth + 1 && !scrolls(el))
      .filter((el, _, all) => !all.some((other) => other !== el && el.contains(other)))
      .slice(0, 3)
      .map((el) => `${el.tagName.toLowerCase()}${el.className?.baseVal === undefined && el.className ? `.${el.className.replaceAll(' ', '.')}` : ''}`);
    return `wider than the screen by ${over} px: ${makers.join(', ')}`;
  });
}
