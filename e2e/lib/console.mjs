// What a page must never do while a story runs: log an error, throw, or ask another host for anything.

/**
 * Watches every page of a context. Gives `{ problems, allow(pattern) }`; the runner fails the story when
 * `problems()` is not empty at its end. A story that provokes an error on purpose names it with
 * `allow(/pattern/)`, before or after.
 */
export function watch(context, base) {
  const seen = [];
  const allowed = [];
  const home = new URL(base).host;

  const ask = (url, what) => {
    const { protocol, host } = new URL(url);
    if (!['http:', 'https:', 'ws:', 'wss:'].includes(protocol) || host === home) return;
    seen.push(`${what} to another host: ${url}`);
  };
  const follow = (page) => {
    page.on('pageerror', (error) => seen.push(`page error: ${error.message}`));
    page.on('crash', () => seen.push('the page crashed'));
    page.on('websocket', (socket) => ask(socket.url(), 'web socket'));
  };
  context.on('page', follow);
  context.on('request', (request) => ask(request.url(), 'request'));
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    const { url, lineNumber } = message.location();
    seen.push(`console error: ${message.text()}${url ? ` (${url}:${lineNumber + 1})` : ''}`);
  });

  return {
    allow: (pattern) => allowed.push(pattern),
    problems: () => seen.filter((problem) => !allowed.some((pattern) => pattern.test(problem))),
  };
}
