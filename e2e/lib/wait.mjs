// A wait waits for a state, with a limit, never for a time.

/** Calls `probe` until it gives something truthy, and returns that; throws `what` after `limit` ms. */
export async function eventually(probe, what, limit = 10_000, pause = 50) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      // A question that is never answered is one that failed, so that the wait has an end.
      const found = await within(probe(), Math.max(end - Date.now(), 5_000), 'an answer');
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${limit} ms: ${what}${last ? ` (${last.message})` : ''}`);
    }
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

/** `promise`, or an error naming `what` after `limit` milliseconds. */
export async function within(promise, limit, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limit} ms: ${what}`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
