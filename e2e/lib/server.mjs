// Starts the program on a free port with a fresh folder, and stops only what it started.

import { spawn, execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { eventually } from './wait.mjs';

const startLimit = Number(process.env.E2E_START_LIMIT ?? 60_000);
const running = new Set();

async function freePort() {
  const probe = createServer();
  await new Promise((ready, failed) => probe.once('error', failed).listen(0, '127.0.0.1', ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

/**
 * Starts `bin serve` and waits until /health answers.
 *
 * `prepare` is a list of argument lists run before it, each with `--data DIR` added.
 * Gives `{ base, data, link, once(), kill(), restart(), stop(), tail() }`:
 * - `link` is the one-time sign-in link that the program prints, absent when it prints none;
 * - `kill()` ends the program without a word to it, as a power cut does;
 * - `restart()` starts it again on the same port and folder, and waits until it answers;
 * - `once(name, make)` makes a thing once per server and gives every later story the same, for what
 *   stories must share (the first administrator can be made only once).
 */
export async function startServer({ bin, log, prepare = [] }) {
  const data = await mkdtemp(join(tmpdir(), 'toancanh-e2e-'));
  const lines = [];
  const output = createWriteStream(log, { flags: 'a' });
  try {
    for (const words of prepare) {
      await promisify(execFile)(bin, [...words, '--data', data], { maxBuffer: 64 << 20, timeout: 300_000 });
    }
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw new Error(`${error.message}\n${error.stdout ?? ''}`.trim());
  }
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  let child;
  let gone;
  let ended;
  let link;
  const hear = (line) => {
    output.write(`${line}\n`);
    lines.push(line);
    if (lines.length > 200) lines.shift();
    const found = line.match(/(https?:\/\/[^\s/]+)?(\/first-run\?token=[^\s"'<>]+)/);
    if (found) link = base + found[2];
  };
  const start = () => {
    gone = undefined;
    child = spawn(bin, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    ended = new Promise((resolve) => {
      child.once('error', (error) => resolve((gone = error.message)));
      child.once('exit', (code, signal) => resolve((gone = `ended with ${signal ?? code}`)));
    });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
  };
  const answers = async () => {
    await eventually(async () => gone || (await fetch(`${base}/health`)).ok, 'GET /health answers 200', startLimit);
    if (gone) throw new Error(`the server ${gone} before it answered`);
  };
  const tail = () => lines.slice(-20).map((line) => `    | ${line}`).join('\n');
  const made = new Map();
  const server = {
    base,
    data,
    tail,
    get link() {
      return link;
    },
    once(name, make) {
      if (!made.has(name)) made.set(name, make());
      return made.get(name);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async restart() {
      start();
      await answers();
    },
    async stop() {
      running.delete(server);
      if (!gone) {
        child.kill('SIGTERM');
        const asked = eventually(() => gone, 'the server stops when asked', 10_000);
        await asked.catch(() => child.kill('SIGKILL'));
      }
      await ended;
      output.end();
      await rm(data, { recursive: true, force: true });
    },
  };
  running.add(server);
  try {
    start();
    await answers();
    // A place with people in it prints none.
    await eventually(() => link, 'the sign-in link', 1_000).catch(() => {});
  } catch (error) {
    const last = tail();
    await server.stop();
    throw new Error(`${error.message}\n${last}`);
  }
  return server;
}

/** Stops every server still running. */
export async function stopAll() {
  await Promise.all([...running].map((server) => server.stop()));
}
