// A certified provider of OpenID Connect (panva's oidc-provider) on a free port, and a gateway of SMS: what stands
// outside of the program when citizens sign in.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { close, listen } from './listen.mjs';
import { eventually } from './wait.mjs';

/** `people`: what is known of whoever signs in under a name. Gives `{ issuer, stop() }`. */
export async function startProvider({ client, secret, back, people }) {
  let answer;
  const server = createServer((request, response) => answer(request, response));
  const port = await listen(server);
  const issuer = `http://127.0.0.1:${port}`;
  const quiet = { info: console.info, warn: console.warn };
  // It warns of its keys of trial and of plain HTTP, which is what this is.
  Object.assign(console, { info: () => {}, warn: () => {} });
  try {
    const provider = new Provider(issuer, {
      clients: [{ client_id: client, client_secret: secret, redirect_uris: [back], response_types: ['code'], grant_types: ['authorization_code'] }],
      pkce: { required: () => true, methods: ['S256'] },
      claims: { openid: ['sub'], phone: ['phone_number', 'phone_number_verified'] },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
      cookies: { keys: ['a key of this story'] },
    });
    answer = provider.callback();
  } finally {
    Object.assign(console, quiet);
  }
  return { issuer, stop: () => close(server) };
}

/** Takes messages as a provider of SMS does. Gives `{ url, code(number), stop() }`. */
export async function startSms() {
  const taken = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      taken.push(JSON.parse(body));
      response.setHeader('content-type', 'application/json').end('{"error":0}');
    });
  });
  const port = await listen(server);
  let read = 0;
  return {
    url: `http://127.0.0.1:${port}/send`,
    /** The code of the next message, which must go to this number. */
    async code(number) {
      await eventually(() => taken.length > read, `a message to ${number}`, 15_000);
      const message = taken[read];
      read += 1;
      const code = message.text.match(/\b\d{6}\b/)?.[0];
      if (message.to !== number || !code) throw new Error(`not a code to ${number}: ${JSON.stringify(message)}`);
      return code;
    },
    stop: () => close(server),
  };
}
