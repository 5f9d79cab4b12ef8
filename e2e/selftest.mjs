// Tests the story runner itself against a small server: what must pass passes, what must fail fails with the
// right words, and nothing is left running.     node e2e/selftest.mjs

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'toancanh-selftest-'));

function runner(words, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(here, 'run.mjs'), ...words], {
      env: {
        ...process.env,
        TMPDIR: scratch,
        TOANCANH_BIN: join(here, 'selftest', 'server.mjs'),
        E2E_STORIES: join(here, 'selftest', 'stories'),
        E2E_ARTIFACTS: join(scratch, 'artifacts'),
        E2E_LIMIT: '10000',
        ...env,
      },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code, output }));
  });
}

const isAlive = (pid) => existsSync(`/proc/${pid}`);

const tests = {
  async 'good stories pass and leave screenshots'() {
    const { code, output } = await runner(['good-']);
    assert.match(output, /\n5 passed, 0 failed\n$/, output);
    assert.equal(code, 0, output);
    assert.ok(existsSync(join(scratch, 'artifacts', 'good-link-link.png')), 'a screenshot is kept');
    const log = await readFile(join(scratch, 'artifacts', 'server-empty.log'), 'utf8');
    assert.match(log, /first-run\?token=abc123/);
  },

  async 'the sample story passes against any server'() {
    const { code, output } = await runner(['door'], { E2E_STORIES: join(here, 'stories') });
    assert.match(output, /\n1 passed, 0 failed\n$/, output);
    assert.equal(code, 0, output);
  },

  async 'bad stories fail, each with its reason'() {
    const { code, output } = await runner(['bad-'], { E2E_LIMIT: '3000' });
    assert.equal(code, 1, output);
    assert.match(output, /\n0 passed, 6 failed\n$/, output);
    for (const reason of [
      /FAIL {2}bad-console.*\n.*console error: hỏng rồi \(http:.*bad\.js:1\)/,
      /FAIL {2}bad-throw.*\n.*page error: không bắt được/,
      /FAIL {2}bad-elsewhere.*\n.*request to another host: http:\/\/elsewhere\.invalid/,
      /FAIL {2}bad-axe.*\n.*on \/no-alt in paper, en\n.*image-alt \(critical\)/,
      /FAIL {2}bad-hang.*\n.*not within 3000 ms: the story ends/,
      /FAIL {2}bad-text.*at bad-text\.mjs:5\n.*text Tạm biệt; the text is: "Xin chào"/,
    ]) {
      assert.match(output, reason);
    }
    assert.ok(existsSync(join(scratch, 'artifacts', 'bad-text-failed.png')), 'the failure is pictured');
  },

  async 'a program that ends at once is a failure with its last words, not a wait'() {
    const { code, output } = await runner(['good-link'], { FAKE_ENDS: '1' });
    assert.equal(code, 1);
    assert.match(output, /ended with 3 before it answered\n.*main\.db is in use/);
    assert.match(output, /\n0 passed, 1 failed\n$/);
  },

  async 'a browser that stops answering fails its own story alone'() {
    const { code, output } = await runner(['stuck-'], { E2E_LIMIT: '3000', E2E_SETTLE: '2000' });
    assert.equal(code, 1, output);
    assert.match(output, /FAIL {2}stuck-1.*\n.*not within 3000 ms: the story ends/);
    assert.match(output, /a new browser: not within 2000 ms: the browser closes the window/);
    assert.match(output, /ok {4}stuck-2/);
    assert.match(output, /\n1 passed, 1 failed\n$/);
  },

  async 'no story at all is a failure, never a silent success'() {
    const { code, output } = await runner(['no-such-story']);
    assert.equal(code, 1);
    assert.match(output, /no story in .* matches no-such-story\n0 passed, 1 failed\n$/);
  },

  async 'stopping the runner stops its server'() {
    const child = spawn(process.execPath, [join(here, 'run.mjs'), 'bad-hang'], {
      env: {
        ...process.env,
        TMPDIR: scratch,
        TOANCANH_BIN: join(here, 'selftest', 'server.mjs'),
        E2E_STORIES: join(here, 'selftest', 'stories'),
        E2E_ARTIFACTS: join(scratch, 'artifacts'),
      },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const { eventually } = await import('./lib/wait.mjs');
    const pid = await eventually(async () => {
      const [folder] = (await readdir(scratch)).filter((name) => name.startsWith('toancanh-e2e-'));
      return Number(await readFile(join(scratch, folder, 'pid'), 'utf8'));
    }, 'the server runs');
    assert.ok(isAlive(pid));
    child.kill('SIGTERM');
    await ended;
    await eventually(() => !isAlive(pid), 'the server is gone', 5_000);
  },

  async 'nothing is left behind'() {
    const left = (await readdir(scratch)).filter((name) => name.startsWith('toancanh-e2e-'));
    assert.deepEqual(left, []);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.message}`);
  }
}
await rm(scratch, { recursive: true, force: true });
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
