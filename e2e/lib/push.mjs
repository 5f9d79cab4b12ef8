// A push service on a free port, and the browser's half of its subscriptions: it takes messages as the services of
// browsers do (RFC 8030) and reads them as a browser does (RFC 8188, RFC 8291). Chromium itself cannot subscribe
// without reaching the service of its maker.

import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { close, listen } from './listen.mjs';
import { eventually } from './wait.mjs';

const derive = (key, salt, info, length) => Buffer.from(hkdfSync('sha256', key, salt, info, length));

/** The text of one sealed message, for the browser with these keys. */
function unseal(body, keys, secret) {
  const salt = body.subarray(0, 16);
  const length = body[20];
  const sender = body.subarray(21, 21 + length);
  const sealed = body.subarray(21 + length);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender]);
  const material = derive(keys.computeSecret(sender), secret, info, 32);
  const key = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const open = createDecipheriv('aes-128-gcm', key, nonce);
  open.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
  return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString('utf8'));
}

/** Gives `{ origin, browser(name), next(name), count(name), stop() }`; `browser` is what `PushSubscription.toJSON()` gives. */
export async function startPush() {
  const browsers = new Map();
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const browser = browsers.get(request.url.slice('/send/'.length));
      if (!browser || !/^vapid t=/.test(request.headers.authorization ?? '')) {
        response.writeHead(browser ? 403 : 410).end();
        return;
      }
      browser.taken.push(unseal(Buffer.concat(parts), browser.keys, browser.secret));
      response.writeHead(201, { location: `/message/${browser.taken.length}` }).end();
    });
  });
  const origin = `http://127.0.0.1:${await listen(server)}`;
  return {
    origin,
    browser(name) {
      const keys = createECDH('prime256v1');
      keys.generateKeys();
      const secret = randomBytes(16);
      browsers.set(name, { keys, secret, taken: [], read: 0 });
      const text = { p256dh: keys.getPublicKey('base64url'), auth: secret.toString('base64url') };
      return { endpoint: `${origin}/send/${name}`, expirationTime: null, keys: text };
    },
    /** The next message to this browser. */
    async next(name) {
      const browser = browsers.get(name);
      await eventually(() => browser.taken.length > browser.read, `a message to ${name}`, 20_000);
      browser.read += 1;
      return browser.taken[browser.read - 1];
    },
    count: (name) => browsers.get(name).taken.length,
    stop: () => close(server),
  };
}

/** What a page runs before its own scripts, so that the browser is one that could subscribe. */
export const canSubscribe = ({ endpoint, expirationTime, keys }) => {
  const kept = 'story-push';
  const subscription = (key) => ({
    endpoint,
    expirationTime,
    options: { userVisibleOnly: true, applicationServerKey: new Uint8Array(key).buffer },
    toJSON: () => ({ endpoint, expirationTime, keys }),
    unsubscribe: async () => localStorage.removeItem(kept) ?? true,
  });
  PushManager.prototype.getSubscription = async () => {
    const key = localStorage.getItem(kept);
    return key ? subscription(JSON.parse(key)) : null;
  };
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem(kept, JSON.stringify([...new Uint8Array(applicationServerKey)]));
    return subscription([...new Uint8Array(applicationServerKey)]);
  };
};
