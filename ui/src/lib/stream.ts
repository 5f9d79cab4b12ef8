/**
 * One event stream for a whole browser.
 *
 * The tab that holds the Web Lock opens the EventSource for the topics of all tabs and passes every event on over a
 * BroadcastChannel. When it closes, the lock falls to another tab, which goes on from the last id it saw (`since=`).
 * Each tab also holds a lock of its own, so the leader can tell which tabs still live. Without Web Locks or
 * BroadcastChannel every tab opens its own stream.
 */
export type State = "live" | "reconnecting" | "offline";
export interface Hooks {
  fragment(topic: string, html: string): void;
  reload(): void;
  now(ms: number): void;
  state(state: State): void;
}
type Message =
  | { kind: "who" }
  | { kind: "topics"; tab: string; topics: string[]; since: string }
  | { kind: "bye"; tab: string }
  | { kind: "fragment"; id: string; topic: string; html: string }
  | { kind: "reload"; id: string }
  | { kind: "now"; ms: number }
  | { kind: "state"; state: State };

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const GATHER_MS = 150;
const CENSUS_MS = 20_000;

export class Stream {
  readonly #tab = Math.random().toString(36).slice(2) + Date.now().toString(36);
  readonly #name: string;
  readonly #shared = "locks" in navigator && "BroadcastChannel" in window;
  #channel: BroadcastChannel | null = null;
  #source: EventSource | null = null;
  #leading = false;
  #stop: AbortController | null = null;
  #tabs = new Map<string, string[]>();
  #opened = "";
  #last: string;
  #behind = Infinity; // the oldest version among the pages that came since the stream was opened
  #wait = FIRST_WAIT_MS;
  #retry = 0;
  #gather = 0;
  #state: State = "reconnecting";

  constructor(
    private readonly url: string,
    private readonly lang: string,
    private topics: string[],
    private readonly hooks: Hooks,
    since: string,
  ) {
    this.#last = since;
    this.#name = `tc-live:${url}:${lang}`;
  }

  start(): void {
    if (this.#stop) return;
    const stop = (this.#stop = new AbortController());
    if (!this.#shared) return this.#lead();
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = (e: MessageEvent<Message>) => this.#hear(e.data);
    const hold = (): Promise<void> =>
      new Promise((done) => stop.signal.addEventListener("abort", () => done(), { once: true }));
    const aborted = (): void => {};
    navigator.locks.request(`${this.#name}:tab:${this.#tab}`, { signal: stop.signal }, hold).catch(aborted);
    navigator.locks
      .request(this.#name, { signal: stop.signal }, () => {
        this.#lead();
        return hold();
      })
      .catch(aborted);
    this.#tellTopics();
    const census = setInterval(() => void this.#census(), CENSUS_MS);
    stop.signal.addEventListener("abort", () => clearInterval(census), { once: true });
  }

  /** The page goes away or into the back-forward cache: free the lock at once. */
  close(): void {
    this.#say({ kind: "bye", tab: this.#tab });
    this.#shut();
    this.#leading = false;
    this.#stop?.abort();
    this.#stop = null;
    this.#channel?.close();
    this.#channel = null;
  }

  /** The network is back: do not sit out the rest of a long wait. */
  wake(): void {
    this.hooks.state(this.#state);
    if (this.#leading && this.#source?.readyState !== EventSource.OPEN) this.#open(true);
  }

  /** The page's own topics changed (a fragment brought new ones). */
  want(topics: string[]): void {
    if (topics.join("\n") === this.topics.join("\n")) return;
    this.topics = topics;
    if (this.#leading) this.#soon();
    else this.#tellTopics();
  }

  #tellTopics(): void {
    this.#say({ kind: "topics", tab: this.#tab, topics: this.topics, since: this.#last });
  }

  #say(message: Message): void {
    this.#channel?.postMessage(message);
  }

  #hear(m: Message): void {
    switch (m.kind) {
      case "who":
        return this.#tellTopics();
      case "topics":
        if (!this.#leading) return;
        this.#tabs.set(m.tab, m.topics);
        this.#behind = Math.min(this.#behind, Number(m.since) || 0);
        this.#say({ kind: "state", state: this.#state });
        return this.#soon();
      case "bye":
        if (this.#tabs.delete(m.tab) && this.#leading) this.#soon();
        return;
      case "fragment":
        this.#last = m.id || this.#last;
        return this.hooks.fragment(m.topic, m.html);
      case "reload":
        this.#last = m.id || this.#last;
        return this.hooks.reload();
      case "now":
        return this.hooks.now(m.ms);
      case "state":
        return this.hooks.state((this.#state = m.state));
    }
  }

  #lead(): void {
    this.#leading = true;
    this.#tabs.clear();
    this.#say({ kind: "who" });
    this.#soon();
  }

  async #census(): Promise<void> {
    if (!this.#leading) return;
    const held = new Set(((await navigator.locks.query()).held ?? []).map((l) => l.name));
    let gone = false;
    for (const tab of this.#tabs.keys())
      if (!held.has(`${this.#name}:tab:${tab}`)) gone = this.#tabs.delete(tab) || gone;
    if (gone) this.#soon();
  }

  /** Open for the union of topics, once the tabs have had a moment to name theirs. */
  #soon(): void {
    clearTimeout(this.#gather);
    this.#gather = window.setTimeout(() => this.#open(false), this.#shared ? GATHER_MS : 0);
  }

  #open(again: boolean): void {
    if (!this.#stop || !this.#leading) return;
    const union = [...new Set([...this.topics, ...[...this.#tabs.values()].flat()])].sort();
    const key = union.join("\n");
    if (!again && this.#source && key === this.#opened) return;
    this.#shut();
    if (union.length === 0) return;
    this.#opened = key;
    const query = new URLSearchParams(union.map((t) => ["t", t]));
    query.set("lang", this.lang);
    const since = Math.min(Number(this.#last) || 0, this.#behind);
    if (since) query.set("since", String(since));
    const source = (this.#source = new EventSource(`${this.url}?${query}`));
    source.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
      this.#behind = Infinity;
      this.#tell("live");
    };
    source.onerror = () => {
      if (source !== this.#source) return;
      this.#tell(navigator.onLine ? "reconnecting" : "offline");
      if (source.readyState === EventSource.CLOSED) this.#later(); // refused: the browser gives up, we do not
    };
    source.addEventListener("fragment", (e) => this.#fragment(e));
    source.addEventListener("reload", (e) => {
      this.#last = e.lastEventId || this.#last;
      this.#say({ kind: "reload", id: this.#last });
      this.hooks.reload();
    });
    source.addEventListener("now", (e) => {
      const ms = Number(e.data);
      if (!Number.isFinite(ms)) return;
      this.#say({ kind: "now", ms });
      this.hooks.now(ms);
    });
  }

  #fragment(e: MessageEvent<string>): void {
    let data: { topic?: unknown; html?: unknown };
    try {
      data = JSON.parse(e.data) as typeof data;
    } catch {
      return;
    }
    if (typeof data.topic !== "string" || typeof data.html !== "string") return;
    this.#last = e.lastEventId || this.#last;
    this.#say({ kind: "fragment", id: this.#last, topic: data.topic, html: data.html });
    this.hooks.fragment(data.topic, data.html);
  }

  #later(): void {
    clearTimeout(this.#retry);
    const wait = this.#wait * (0.5 + Math.random()); // jitter: a thousand walls must not come back in the same second
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    this.#retry = window.setTimeout(() => this.#open(true), wait);
  }

  #tell(state: State): void {
    this.#state = state;
    this.#say({ kind: "state", state });
    this.hooks.state(state);
  }

  #shut(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#gather);
    this.#source?.close();
    this.#source = null;
  }
}
