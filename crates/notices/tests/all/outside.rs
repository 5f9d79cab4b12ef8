//! SMS and Zalo through a real server of HTTP, and browsers through a push service that opens what it is sent
//! as a browser would.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use notices::gateway::{Gateway, Spec};
use notices::push::{Push, Signer};
use notices::{Channel, Via};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::{aead, hkdf};
use storage::InstallationKey;

use crate::place::{MAI, NAM, Place, notice};

/// What a server was asked.
#[derive(Debug, Clone)]
struct Asked {
    uri: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A server that answers what it is told to, and keeps what it was asked.
#[derive(Clone)]
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<(u16, String)>>,
}

async fn answer(State(server): State<Server>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    server.asked.lock().unwrap().push(Asked { uri: uri.to_string(), headers, body });
    let (status, body) = server.answers.lock().unwrap().clone();
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    if (300..400).contains(&status) {
        response.headers_mut().insert("location", "/elsewhere".parse().unwrap());
    }
    response
}

impl Server {
    async fn start() -> Server {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server =
            Server { address, asked: Arc::default(), answers: Arc::new(Mutex::new((200, "{}".into()))) };
        let app = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        server
    }

    fn answers(&self, status: u16, body: &str) {
        *self.answers.lock().unwrap() = (status, body.to_owned());
    }

    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn urgent(key: &str) -> notices::Notice {
    notices::Notice { urgent: true, ..notice("case.urgent", MAI, key) }
}

#[tokio::test]
async fn an_sms_goes_through_the_template_of_its_provider_and_the_answer_is_believed() {
    let server = Server::start().await;
    let spec = Spec {
        url: format!("{}/send", server.address),
        headers: "Authorization: Bearer k3y\nX-Id: {id}".into(),
        body: r#"{"phone":"{to}","content":"{text}","brand":"CANTHO"}"#.into(),
        sent: "error=0".into(),
        id: "data.msg_id".into(),
        plain: true,
        ..Spec::default()
    };
    let channels = |_| vec![Arc::new(Gateway::new(Via::Sms, spec.clone()).unwrap()) as Arc<dyn Channel>];
    for place in Place::all(channels).await {
        server.answers(200, r#"{"error":0,"data":{"msg_id":"m-77"}}"#);
        place.post(urgent("a")).await;
        place.drain().await;
        let asked = server.take();
        assert_eq!(asked.len(), 1);
        let body: serde_json::Value = serde_json::from_slice(&asked[0].body).unwrap();
        assert_eq!((&body["phone"], &body["brand"]), (&"84912345678".into(), &"CANTHO".into()));
        let text = body["content"].as_str().unwrap();
        assert!(
            text.starts_with(
                "KHAN: ho so PA-1, han 17:00 30/11/2026. Xu ly ngay: https://toancanh.example/n/"
            )
        );
        assert!(notices::sms::length(text).parts == 1, "{text}");
        assert_eq!(asked[0].headers["authorization"], "Bearer k3y");
        assert_eq!(asked[0].headers["x-id"], place.ids().await[0].to_string());
        assert_eq!(asked[0].headers["content-type"], "application/json");
        let log = place.ask(Some("admin"), "/notices/log", None).await.2;
        assert!(log.contains("m-77") && log.contains("•••678") && !log.contains("912345678"));
        for (status, answer, wanted) in [
            (200, r#"{"error":-115}"#, "sms waiting error=-115"),
            (429, "", "sms waiting HTTP 429"),
            (400, "", "sms given_up HTTP 400"),
            (302, "", "sms given_up HTTP 302"),
            (502, "", "sms uncertain HTTP 502"),
            (200, "not JSON", "sms uncertain HTTP 200, no error in the answer"),
        ] {
            server.answers(status, answer);
            place.post(urgent(wanted)).await;
            place.drain().await;
            assert_eq!(place.deliveries().await.last().unwrap(), wanted, "{}", place.name());
            assert!(server.take().iter().all(|a| a.uri == "/send"), "no redirect is followed");
        }
    }
}

#[tokio::test]
async fn a_provider_that_drops_doubles_is_asked_again_where_nobody_knows_and_one_that_is_away_is_waited_for()
{
    let server = Server::start().await;
    let spec = |address: &str| Spec {
        url: format!("{address}/send?to={{to}}&t={{text}}&id={{id}}"),
        method: "GET".into(),
        drops_doubles: true,
        ..Spec::default()
    };
    let once = spec(&server.address);
    let channels = |_| vec![Arc::new(Gateway::new(Via::Sms, once.clone()).unwrap()) as Arc<dyn Channel>];
    for place in Place::all(channels).await {
        server.answers(504, "");
        place.post(urgent("a")).await;
        place.drain().await;
        assert_eq!(place.deliveries().await, ["sms waiting HTTP 504"]);
        server.answers(200, "");
        place.clock.advance_seconds(30);
        place.drain().await;
        assert_eq!(place.deliveries().await, ["sms sent"]);
        let asked = server.take();
        assert_eq!((asked.len(), &asked[0].uri), (2, &asked[1].uri), "the same id");
        assert!(asked[0].uri.starts_with("/send?to=84912345678&t=KH%E1%BA%A8N%3A%20h"), "{}", asked[0].uri);
    }
    let away = spec("http://127.0.0.1:1");
    let channels = |_| vec![Arc::new(Gateway::new(Via::Sms, away.clone()).unwrap()) as Arc<dyn Channel>];
    for place in Place::all(channels).await {
        place.post(urgent("a")).await;
        place.drain().await;
        assert_eq!(place.deliveries().await, ["sms waiting no connection"]);
    }
}

/// A browser: its keys, and how it opens a message (RFC 8291).
struct Browser {
    own: EphemeralPrivateKey,
    public: Vec<u8>,
    secret: Vec<u8>,
}

struct Bytes32(usize);

impl hkdf::KeyType for Bytes32 {
    fn len(&self) -> usize {
        self.0
    }
}

impl Browser {
    fn new() -> Browser {
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = own.compute_public_key().unwrap().as_ref().to_vec();
        Browser { own, public, secret: vec![9; 16] }
    }

    fn told(&self, endpoint: &str) -> String {
        let (key, secret) = (URL_SAFE_NO_PAD.encode(&self.public), URL_SAFE_NO_PAD.encode(&self.secret));
        serde_json::json!({ "endpoint": endpoint, "keys": { "p256dh": key, "auth": secret } }).to_string()
    }

    fn opens(self, body: &[u8]) -> serde_json::Value {
        let (salt, rest) = body.split_at(16);
        let (sender, sealed) = (&rest[5..70], &rest[70..]);
        assert_eq!((&rest[..4], rest[4]), (&4096_u32.to_be_bytes()[..], 65));
        let expand = |prk: &hkdf::Prk, info: &[&[u8]], n: usize| {
            let mut out = vec![0; n];
            prk.expand(info, Bytes32(n)).unwrap().fill(&mut out).unwrap();
            out
        };
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let input = agree_ephemeral(self.own, &peer, |shared| {
            let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &self.secret).extract(shared);
            expand(&prk, &[b"WebPush: info\0", &self.public, sender], 32)
        });
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&input.unwrap());
        let key = expand(&prk, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = expand(&prk, &[b"Content-Encoding: nonce\0"], 12);
        let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &key).unwrap());
        let nonce = aead::Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let mut sealed = sealed.to_vec();
        let plain = key.open_in_place(nonce, aead::Aad::empty(), &mut sealed).unwrap();
        assert_eq!(plain.last(), Some(&2));
        serde_json::from_slice(&plain[..plain.len() - 1]).unwrap()
    }
}

#[tokio::test]
async fn a_browser_that_subscribed_opens_what_it_is_sent_and_one_that_is_gone_is_forgotten() {
    let service = Server::start().await;
    for place in Place::with_push(vec![service.address.clone()]).await {
        service.answers(201, "");
        let key = place.ask(Some("officer"), "/notices/push/key", None).await;
        let key: serde_json::Value = serde_json::from_str(&key.2).unwrap();
        let key = URL_SAFE_NO_PAD.decode(key["key"].as_str().unwrap()).unwrap();
        assert_eq!((key.len(), key[0]), (65, 4));
        let browser = Browser::new();
        let endpoint = format!("{}/push/abc", service.address);
        let subscribed = place.send_json("/notices/push/subscribe", &browser.told(&endpoint)).await;
        assert_eq!(subscribed, 204);
        let evil = Browser::new().told("http://169.254.169.254/latest");
        assert_eq!(place.send_json("/notices/push/subscribe", &evil).await, 422);
        assert_eq!(place.send_json("/notices/push/subscribe", "{}").await, 422);
        place.post(notice("case.assigned", MAI, "a")).await;
        place.post(notice("case.assigned", NAM, "b")).await;
        place.drain().await;
        let asked = service.take();
        assert_eq!((asked.len(), asked[0].uri.as_str()), (1, "/push/abc"), "Nam has no browser");
        let head = |name: &str| asked[0].headers[name].to_str().unwrap().to_owned();
        assert_eq!((head("content-encoding").as_str(), head("urgency").as_str()), ("aes128gcm", "normal"));
        assert_eq!(head("ttl"), (3 * 86_400).to_string());
        assert!(head("authorization").starts_with("vapid t=") && head("topic").len() <= 32);
        let told = browser.opens(&asked[0].body);
        assert_eq!(told["title"], "Được giao hồ sơ PA-1");
        assert!(told["link"].as_str().unwrap().starts_with("https://toancanh.example/n/"));
        assert_eq!(place.deliveries().await, ["push sent"], "{}", place.name());
        service.answers(410, "");
        place.post(notice("case.assigned", MAI, "c")).await;
        place.post(notice("case.assigned", MAI, "d")).await;
        place.drain().await;
        assert_eq!(service.take().len(), 1, "after «gone» it is not asked again");
        let told = place.deliveries().await;
        assert_eq!(told[1..], ["push given_up HTTP 410", "push given_up no_address"]);
        place.post(notice("case.assigned", MAI, "e")).await;
        place.drain().await;
        assert_eq!(place.deliveries().await.len(), 3, "no browser, no way");
        let audit = place.audit().await;
        assert!(audit.contains("notice.subscribe") && !audit.contains("/push/abc"));
    }
}

#[tokio::test]
async fn the_key_of_web_push_is_made_once_lies_sealed_and_is_made_anew_when_it_cannot_be_opened() {
    for place in Place::all(|_| vec![]).await {
        let (db, clock) = (&place.cx.db, place.cx.clock.as_ref());
        let signer = async |key: u8| {
            let key = InstallationKey::of([key; 32]);
            let signer = Signer::settle(db, clock, &key, "mailto:a@b.example").await.unwrap();
            signer.public().to_vec()
        };
        let first = signer(7).await;
        assert_eq!(signer(7).await, first);
        let kept = storage::settings::get(db, "notices.vapid").await.unwrap().unwrap();
        assert!(kept.len() > 100, "sealed");
        assert_ne!(signer(8).await, first, "{}", place.name());
        let push = Push::new(
            Signer::settle(db, clock, &InstallationKey::of([8; 32]), "mailto:a@b.example").await.unwrap(),
            Vec::new(),
            place.clock.clone(),
        );
        assert_eq!(push.via(), Via::Push);
    }
}
