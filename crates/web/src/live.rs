//! Live fragments: pieces of pages that the server renders once and sends to every page that shows them.
//!
//! A *topic* names a fragment (`tile/admin.wall/left/0/92`). It is rendered once per (topic, audience,
//! language), where the audience is a fingerprint of what the reader may see, kept as bytes, and rendered
//! anew when something it depends on was touched.
//!
//! Guarantees: a page that is asked for shows each fragment as it was at most [`FRESH`] ago, and never waits
//! for one that is younger; a page that is connected gets every change within [`BEAT`] plus the time of
//! rendering; one that was cut off gets, on its return, every fragment that changed since the version it saw
//! last; versions grow across restarts, so that nothing is missed then either. A page that reads too slowly
//! is told to fetch its fragments again. It never renders for nobody: a touched fragment without readers is
//! only marked.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use foundation::{Clock, Lang, Result};
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, broadcast, watch};

/// How long changes are gathered before they are rendered.
pub const BEAT: Duration = Duration::from_millis(100);

/// A fragment that was touched so long ago is not shown any more; until then a page shows it, and hears of
/// the new one over its connection. Without this, whoever asks at the wrong moment would draw the wall for
/// all.
pub const FRESH: Duration = Duration::from_secs(1);

/// A fragment that a page asked for in the last so many seconds is drawn anew without being asked.
const WARM_S: i64 = 10;

/// A fragment nobody reads is forgotten after so many seconds.
const FORGET_S: i64 = 300;

/// What one reader sees of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which fragment.
    pub topic: Arc<str>,
    /// Fingerprint of what the reader may see; 0 is the public.
    pub audience: u64,
    /// In which language.
    pub lang: Lang,
}

/// A rendered fragment and what it was made from.
#[derive(Debug, Clone, Default)]
pub struct Fragment {
    /// The inner HTML.
    pub html: String,
    /// The names of what it depends on, `indicator/17`; touching one renders it anew.
    pub depends: Vec<Arc<str>>,
}

/// Renders the topics of one module.
pub trait Renderer: Send + Sync {
    /// The first part of its topics, `tile`.
    fn prefix(&self) -> &'static str;
    /// The fragment as `key`'s audience may see it. `NotFound` ends the subscription.
    fn render<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Fragment>>;
}

/// A change, as the pages get it.
#[derive(Debug, Clone)]
pub struct Update {
    /// Who it is for.
    pub key: Key,
    /// Its version, the SSE id.
    pub version: i64,
    /// The inner HTML.
    pub html: Bytes,
    /// What goes over the wire, made by the first connection that sends it: a thousand walls get the same
    /// bytes.
    wire: OnceLock<Bytes>,
}

impl Update {
    fn new(key: Key, version: i64, html: Bytes) -> Arc<Update> {
        Arc::new(Update { key, version, html, wire: OnceLock::new() })
    }

    /// The update as one server-sent event: `event: fragment`, its version as `id`, its data a JSON object
    /// with `topic` and `html`.
    pub fn event(&self) -> Bytes {
        let make = || {
            let html = String::from_utf8_lossy(&self.html);
            // JSON escapes line breaks, so the data is one line.
            let data = serde_json::json!({ "topic": &*self.key.topic, "html": html });
            Bytes::from(format!("event: fragment\nid: {}\ndata: {data}\n\n", self.version))
        };
        self.wire.get_or_init(make).clone()
    }
}

struct Entry {
    version: i64,
    html: Bytes,
    depends: Vec<Arc<str>>,
    /// When it was first touched since it was drawn.
    stale: Option<i64>,
    readers: usize,
    seen: i64,
    turn: Arc<tokio::sync::Mutex<()>>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    renderers: OnceLock<Vec<Arc<dyn Renderer>>>,
    entries: Mutex<HashMap<Key, Entry>>,
    version: AtomicI64,
    connected: AtomicUsize,
    wake: Notify,
    sent: broadcast::Sender<Arc<Update>>,
    closed: watch::Sender<bool>,
}

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

impl Live {
    /// A hub without renderers yet; [`Live::serve`] gives it those.
    pub fn new(clock: Arc<dyn Clock>) -> Live {
        let version = clock.now().0;
        Live(Arc::new(Inner {
            clock,
            renderers: OnceLock::new(),
            entries: Mutex::default(),
            version: AtomicI64::new(version),
            connected: AtomicUsize::new(0),
            wake: Notify::new(),
            sent: broadcast::channel(4096).0,
            closed: watch::channel(false).0,
        }))
    }

    /// Gives the hub its renderers; a second call changes nothing.
    pub fn serve(&self, renderers: Vec<Arc<dyn Renderer>>) {
        let _ = self.0.renderers.set(renderers);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.0.entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The newest version. A page keeps the one from before it was rendered and asks for what came since.
    pub fn version(&self) -> i64 {
        self.0.version.load(Ordering::SeqCst)
    }

    fn next_version(&self) -> i64 {
        let now = self.0.clock.now().0;
        let step = |v: i64| Some((v + 1).max(now));
        let before = self.0.version.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step);
        before.map_or(now, |v| (v + 1).max(now))
    }

    /// Ends every connection, those made later too: the program stops.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// How many pages are connected.
    pub fn connected(&self) -> usize {
        self.0.connected.load(Ordering::Relaxed)
    }

    /// Tells that what these names stand for has changed.
    pub fn touch(&self, names: &[Arc<str>]) {
        let now = self.0.clock.now().0;
        let names: HashSet<&Arc<str>> = names.iter().collect();
        let mut any = false;
        for entry in self.entries().values_mut() {
            if entry.stale.is_none() && entry.depends.iter().any(|d| names.contains(d)) {
                entry.stale = Some(now);
                any = true;
            }
        }
        if any {
            self.0.wake.notify_one();
        }
    }

    /// Tells that everything may have changed (packs applied, units changed).
    pub fn touch_all(&self) {
        // What a page may show at all may have changed: nothing of before is shown, however young.
        for entry in self.entries().values_mut() {
            entry.stale = Some(0);
        }
        self.0.wake.notify_one();
    }

    /// The fragment for a page: from memory when it was not touched, or touched less than [`FRESH`] ago. Many
    /// askers of one older render it once.
    pub async fn get(&self, key: &Key) -> Result<(i64, Bytes)> {
        self.younger(key, FRESH.as_micros() as i64).await
    }

    /// The fragment as it is at this moment, drawn anew if anything it depends on was touched.
    pub async fn now(&self, key: &Key) -> Result<(i64, Bytes)> {
        self.younger(key, 0).await
    }

    /// The fragment, touched at most `age` µs ago.
    async fn younger(&self, key: &Key, age: i64) -> Result<(i64, Bytes)> {
        let now = self.0.clock.now().0;
        let fresh = |entry: &Entry| entry.stale.is_none_or(|since| now - since < age);
        let turn = {
            let mut entries = self.entries();
            match entries.get_mut(key) {
                Some(entry) => {
                    if age > 0 {
                        entry.seen = now;
                    }
                    if entry.version != 0 && fresh(entry) {
                        if entry.stale.is_some() {
                            // Now somebody reads it: the next beat draws it.
                            self.0.wake.notify_one();
                        }
                        return Ok((entry.version, entry.html.clone()));
                    }
                    entry.turn.clone()
                }
                None => {
                    let entry = Entry {
                        version: 0,
                        html: Bytes::new(),
                        depends: Vec::new(),
                        stale: Some(0),
                        readers: 0,
                        seen: now,
                        turn: Arc::default(),
                    };
                    let turn = entry.turn.clone();
                    entries.insert(key.clone(), entry);
                    turn
                }
            }
        };
        let _turn = turn.lock().await;
        {
            let entries = self.entries();
            if let Some(entry) = entries.get(key)
                && entry.version != 0
                && fresh(entry)
            {
                return Ok((entry.version, entry.html.clone()));
            }
        }
        self.render(key).await
    }

    /// Renders one fragment and keeps it. The mark is taken off first, so that a touch while rendering is not
    /// lost.
    async fn render(&self, key: &Key) -> Result<(i64, Bytes)> {
        if let Some(entry) = self.entries().get_mut(key) {
            entry.stale = None;
        }
        let prefix = key.topic.split('/').next().unwrap_or_default();
        let renderer = self.0.renderers.get().and_then(|all| all.iter().find(|r| r.prefix() == prefix));
        let made = match renderer {
            Some(renderer) => renderer.render(key).await,
            None => Err(foundation::error::not_found("topic_not_found", "Không có mảnh trang này.")),
        };
        let mut entries = self.entries();
        match made {
            Ok(fragment) => {
                let html = Bytes::from(fragment.html);
                let before = entries.get(key).map_or(0, |old| old.version);
                let version = match entries.get(key) {
                    Some(old) if old.html == html && before != 0 => before,
                    _ => self.next_version(),
                };
                if let Some(entry) = entries.get_mut(key) {
                    entry.html = html.clone();
                    entry.version = version;
                    entry.depends = fragment.depends;
                }
                if before != 0 && version != before {
                    // Whoever drew it, the beat or a page that was asked for: all who show it hear of it.
                    let _ = self.0.sent.send(Update::new(key.clone(), version, html.clone()));
                }
                Ok((version, html))
            }
            Err(e) => {
                if let Some(entry) = entries.get_mut(key) {
                    entry.stale = Some(0);
                    if entry.readers == 0 {
                        entries.remove(key);
                    }
                }
                Err(e)
            }
        }
    }

    /// Connects a page to its fragments. Those newer than `since` come first.
    pub async fn subscribe(&self, keys: Vec<Key>, since: i64) -> Subscription {
        let updates = self.0.sent.subscribe();
        let mut first = Vec::new();
        let mut kept = HashSet::new();
        for key in keys {
            if kept.contains(&key) {
                continue;
            }
            match self.get(&key).await {
                Ok((version, html)) => {
                    if let Some(entry) = self.entries().get_mut(&key) {
                        entry.readers += 1;
                    }
                    if version > since {
                        first.push(Update::new(key.clone(), version, html));
                    }
                    kept.insert(key);
                }
                Err(e) => tracing::debug!(topic = %key.topic, "no fragment: {e:?}"),
            }
        }
        first.sort_by_key(|u| u.version);
        self.0.connected.fetch_add(1, Ordering::Relaxed);
        let closed = self.0.closed.subscribe();
        Subscription { live: self.clone(), keys: kept, first: first.into(), updates, closed }
    }

    /// Renders what was touched and is read, beat by beat, until the program stops.
    pub async fn run(self) {
        loop {
            self.0.wake.notified().await;
            tokio::time::sleep(BEAT).await;
            let warm = self.0.clock.now().0 - WARM_S * 1_000_000;
            let due: Vec<Key> = {
                let entries = self.entries();
                let read = |e: &Entry| e.stale.is_some() && (e.readers > 0 || e.seen > warm);
                entries.iter().filter(|(_, e)| read(e)).map(|(k, _)| k.clone()).collect()
            };
            for key in due {
                if let Err(e) = self.now(&key).await {
                    tracing::warn!(topic = %key.topic, "a live fragment failed: {e:?}");
                }
            }
            let old = self.0.clock.now().0 - FORGET_S * 1_000_000;
            self.entries().retain(|_, e| e.readers > 0 || e.seen > old);
        }
    }
}

/// What a subscription has to say next.
#[derive(Debug, Clone)]
pub enum Next {
    /// A fragment changed.
    Update(Arc<Update>),
    /// The page was too slow and missed some: it should load again.
    Lagged,
}

/// A connected page. Dropping it disconnects it.
pub struct Subscription {
    live: Live,
    keys: HashSet<Key>,
    first: std::collections::VecDeque<Arc<Update>>,
    updates: broadcast::Receiver<Arc<Update>>,
    closed: watch::Receiver<bool>,
}

impl Subscription {
    /// Waits for the next change; `None` when the program stops.
    pub async fn next(&mut self) -> Option<Next> {
        if let Some(update) = self.first.pop_front() {
            return Some(Next::Update(update));
        }
        loop {
            let next = tokio::select! {
                biased;
                _ = self.closed.wait_for(|closed| *closed) => return None,
                next = self.updates.recv() => next,
            };
            match next {
                Ok(update) if self.keys.contains(&update.key) => return Some(Next::Update(update)),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(Next::Lagged),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.live.0.connected.fetch_sub(1, Ordering::Relaxed);
        let mut entries = self.live.entries();
        for key in &self.keys {
            if let Some(entry) = entries.get_mut(key) {
                entry.readers = entry.readers.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts how often it drew, and shows the count.
    struct Counting(AtomicUsize);

    impl Renderer for Counting {
        fn prefix(&self) -> &'static str {
            "tile"
        }

        fn render<'a>(&'a self, _: &'a Key) -> BoxFuture<'a, Result<Fragment>> {
            let html = self.0.fetch_add(1, Ordering::SeqCst).to_string();
            Box::pin(async move { Ok(Fragment { html, depends: vec!["a".into()] }) })
        }
    }

    #[tokio::test]
    async fn a_page_that_draws_a_fragment_tells_those_that_show_it() {
        let live = Live::new(Arc::new(foundation::SystemClock));
        live.serve(vec![Arc::new(Counting(AtomicUsize::new(0)))]);
        let key = Key { topic: "tile/a".into(), audience: 0, lang: Lang::Vi };
        let mut shows = live.subscribe(vec![key.clone()], i64::MAX).await;
        live.touch(&["a".into()]);
        assert_eq!(live.get(&key).await.unwrap().1, "0", "younger than a second: nobody waits");
        assert_eq!(live.now(&key).await.unwrap().1, "1");
        match tokio::time::timeout(Duration::from_secs(5), shows.next()).await.unwrap().unwrap() {
            Next::Update(update) => assert_eq!(update.html, "1"),
            Next::Lagged => panic!("it was not too slow"),
        }
    }

    #[test]
    fn an_update_is_one_event_of_one_line_whatever_it_holds() {
        let key = Key { topic: "tile/a".into(), audience: 0, lang: Lang::Vi };
        let update = Update::new(key, 7, Bytes::from("<b>\n\r\"ễ\"</b>"));
        let event = String::from_utf8(update.event().to_vec()).unwrap();
        let lines: Vec<&str> = event.split('\n').collect();
        assert_eq!(lines[..2], ["event: fragment", "id: 7"]);
        let data: serde_json::Value = serde_json::from_str(lines[2].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(
            (data["topic"].as_str(), data["html"].as_str()),
            (Some("tile/a"), Some("<b>\n\r\"ễ\"</b>"))
        );
        assert_eq!(lines[3..], ["", ""]);
        assert_eq!(update.event().as_ptr(), update.event().as_ptr(), "it is made once");
    }
}
