#!/usr/bin/env node
// A stand-in for the program, for the self-test: it takes the same words and serves a few pages, good and
// bad.

import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const words = process.argv.slice(2);
const option = (name) => words[words.indexOf(name) + 1];
const data = option('--data');
if (process.env.FAKE_ENDS) {
  console.error('main.db is in use');
  process.exit(3);
}
if (words[0] !== 'serve') {
  appendFileSync(join(data, 'prepared'), `${words[0]} `);
  process.exit(0);
}
writeFileSync(join(data, 'pid'), String(process.pid));

const page = (body, head = '') => `<!doctype html><html lang="vi"><head><meta charset="utf-8">
<title>Thử</title>
<link rel="icon" href="data:,">${head}</head><body><main><h1>Trang thử</h1>${body}</main></body></html>`;
const pages = {
  '/': () => page('<p>Xin chào</p>'),
  '/health': () => 'ok',
  '/first-run?token=abc123': () => page('<p>Mời đăng nhập</p>'),
  '/cookies': (request) => page(`<p id="cookies">${request.headers.cookie ?? ''}</p>`),
  '/no-alt': () => page('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="9" height="9">'),
  '/logs-an-error': () => page('', '<script src="/bad.js"></script>'),
  '/bad.js': () => 'console.error("hỏng rồi")',
  '/throws': () => page('', '<script src="/throw.js"></script>'),
  '/throw.js': () => 'throw new Error("không bắt được")',
  '/asks-elsewhere': () => page('<img alt="" src="http://elsewhere.invalid/pixel.gif">'),
};

const server = createServer((request, response) => {
  const body = pages[request.url]?.(request);
  const script = request.url.endsWith('.js');
  response.writeHead(body === undefined ? 404 : 200, {
    'content-type': `text/${script ? 'javascript' : 'html'}; charset=utf-8`,
    'content-security-policy': "default-src 'self'; img-src * data:",
  });
  response.end(body ?? 'not here');
});
const [host, port] = option('--listen').split(':');
server.listen(Number(port), host, () => {
  console.log(`Đăng nhập lần đầu: http://${host}:${port}/first-run?token=abc123`);
});
process.on('SIGTERM', () => process.exit(0));
