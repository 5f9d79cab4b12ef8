//! Pages, squeezed once: a wall is asked for by hundreds of screens in the same second, and packing its 240
//! kB takes longer than everything else about it.
//!
//! A page's packed form is kept with the page itself, and given out only for the very same bytes, so that
//! nobody can get what was made for another. What is no page goes on to the general layer unchanged.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, header};

/// What is kept at most: pages and their packed forms together, in bytes.
const ROOM: usize = 6 << 20;
/// A larger page is not kept.
const LARGEST: usize = 1 << 20;
/// Brotli's quality: twice as small as gzip here, at twice the time.
const QUALITY: u32 = 4;

/// How a page is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// The best that a request accepts; the browser's order of preference is not asked, as no browser has
    /// one.
    fn accepted(headers: &HeaderMap) -> Option<Coding> {
        let text = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
        let takes = |name: &str| {
            text.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                let named = words.next().is_some_and(|w| w.eq_ignore_ascii_case(name));
                let refused = words.any(|w| w.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
                named && !refused
            })
        };
        [(Coding::Brotli, "br"), (Coding::Gzip, "gzip")].into_iter().find(|(_, n)| takes(n)).map(|(c, _)| c)
    }

    fn name(self) -> &'static str {
        match self {
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        }
    }

    fn pack(self, page: &[u8]) -> std::io::Result<Vec<u8>> {
        let out = Vec::with_capacity(page.len() / 4);
        match self {
            Coding::Gzip => {
                let mut packer = GzEncoder::new(out, Compression::new(5));
                packer.write_all(page)?;
                packer.finish()
            }
            Coding::Brotli => {
                let mut packer = brotli::CompressorWriter::new(out, 4096, QUALITY, 20);
                packer.write_all(page)?;
                packer.flush()?;
                Ok(packer.into_inner())
            }
        }
    }
}

struct Kept {
    hash: u64,
    coding: Coding,
    page: Bytes,
    packed: Bytes,
}

#[derive(Default)]
struct Shelf {
    pages: VecDeque<Kept>,
    size: usize,
}

/// Packed pages. One for the whole program.
#[derive(Default)]
pub struct Pages {
    shelf: Mutex<Shelf>,
    hasher: RandomState,
}

impl Pages {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn packed(&self, coding: Coding, page: &Bytes) -> std::io::Result<Bytes> {
        let hash = self.hasher.hash_one(page);
        {
            let mut shelf = self.shelf();
            let same = |k: &Kept| k.hash == hash && k.coding == coding && k.page == *page;
            if let Some(at) = shelf.pages.iter().position(same)
                && let Some(kept) = shelf.pages.remove(at)
            {
                let packed = kept.packed.clone();
                shelf.pages.push_front(kept);
                return Ok(packed);
            }
        }
        let packed = Bytes::from(coding.pack(page)?);
        let mut shelf = self.shelf();
        shelf.size += page.len() + packed.len();
        shelf.pages.push_front(Kept { hash, coding, page: page.clone(), packed: packed.clone() });
        while shelf.size > ROOM
            && let Some(last) = shelf.pages.pop_back()
        {
            shelf.size -= last.page.len() + last.packed.len();
        }
        Ok(packed)
    }
}

fn is_page(response: &Response) -> bool {
    let html = |v: &HeaderValue| v.as_bytes().starts_with(b"text/html");
    let headers = response.headers();
    headers.get(header::CONTENT_TYPE).is_some_and(html)
        && !headers.contains_key(header::CONTENT_ENCODING)
        && response.body().size_hint().exact().is_some_and(|size| size <= LARGEST as u64)
}

/// The layer.
pub async fn squeeze(State(pages): State<&'static Pages>, request: Request, next: Next) -> Response {
    let coding = Coding::accepted(request.headers());
    let response = next.run(request).await;
    let Some(coding) = coding.filter(|_| is_page(&response)) else { return response };
    let (mut head, body) = response.into_parts();
    // The body is whole already, its size is known: nothing is waited for.
    let Ok(page) = axum::body::to_bytes(body, LARGEST).await else {
        return Response::from_parts(head, Body::empty());
    };
    match pages.packed(coding, &page) {
        Ok(packed) => {
            head.headers.remove(header::CONTENT_LENGTH);
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
            Response::from_parts(head, Body::from(packed))
        }
        Err(_) => Response::from_parts(head, Body::from(page)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn accepting(text: &'static str) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
        Coding::accepted(&headers)
    }

    #[test]
    fn the_smallest_coding_that_is_not_refused_is_taken() {
        assert_eq!(accepting("gzip, deflate, br, zstd"), Some(Coding::Brotli));
        assert_eq!(accepting("gzip;q=0.8, br;q=0"), Some(Coding::Gzip));
        assert_eq!(accepting("deflate"), None);
        assert_eq!(Coding::accepted(&HeaderMap::new()), None);
    }

    #[test]
    fn a_packed_page_unpacks_to_itself_and_is_packed_once() {
        let pages = Pages::default();
        let page = Bytes::from("Sông Hậu ".repeat(1000));
        let first = pages.packed(Coding::Gzip, &page).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&first[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text.as_bytes(), page);
        assert_eq!(pages.packed(Coding::Gzip, &page).unwrap().as_ptr(), first.as_ptr());
        let mut text = Vec::new();
        let packed = pages.packed(Coding::Brotli, &page).unwrap();
        brotli::Decompressor::new(&packed[..], 4096).read_to_end(&mut text).unwrap();
        assert_eq!(text, page);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let pages = Pages::default();
        for n in 0..40_u8 {
            let page = Bytes::from(vec![n; 400_000]);
            pages.packed(Coding::Gzip, &page).unwrap();
        }
        let shelf = pages.shelf();
        assert!(shelf.size <= ROOM && shelf.pages.len() < 40, "{} {}", shelf.size, shelf.pages.len());
        assert_eq!(shelf.size, shelf.pages.iter().map(|k| k.page.len() + k.packed.len()).sum::<usize>());
    }
}
