//! Sign-in of citizens at a provider: a small one that signs, keeps its codes and checks the way as RFC 7636
//! and OpenID Connect say, so that every lie it can tell is told here.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use foundation::{Clock, Date, Result, TestClock, error::unavailable};
use futures_util::future::BoxFuture;
use identity::actions::through_provider::{Finish, Way, begin};
use identity::oidc::{Ask, Provider, Settings};
use identity::{Citizens, citizen};
use kit::{Builder, Context};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use storage::InstallationKey;
use storage::files::Files;
use storage::testing::TestDb;
use web::Words;

const ISSUER: &str = "https://id.example.gov.vn";
const BACK: &str = "https://ioc.example.gov.vn/app/sign-in/back";

/// A provider with a key, and what it was asked.
pub struct Small {
    clock: Arc<TestClock>,
    key: Mutex<(EcdsaKeyPair, String)>,
    /// Code → challenge, nonce, who.
    codes: Mutex<HashMap<String, (String, String, Json)>>,
    /// Claims that it tells instead of the right ones.
    lies: Mutex<Json>,
    /// What it tells at `/userinfo`.
    more: Mutex<Json>,
    down: Mutex<bool>,
    asked: Mutex<Vec<String>>,
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes.as_ref(), &random).unwrap()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn answer(status: u16, body: &Json) -> http::Response<Vec<u8>> {
    let response = http::Response::builder().status(status).header("content-type", "application/json");
    response.body(body.to_string().into_bytes()).unwrap()
}

impl Small {
    fn new(clock: Arc<TestClock>) -> Arc<Small> {
        Arc::new(Small {
            clock,
            key: Mutex::new((key(), "k1".into())),
            codes: Mutex::default(),
            lies: Mutex::new(json!({})),
            more: Mutex::new(json!({})),
            down: Mutex::new(false),
            asked: Mutex::default(),
        })
    }

    /// Somebody signs in there: a code for the way that `url` began.
    fn signs_in(&self, url: &str, who: Json) -> (String, BTreeMap<String, String>) {
        let query = url.strip_prefix("https://id.example.gov.vn/auth?").expect("the provider's page");
        let asked: BTreeMap<String, String> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(k, v)| (k.to_owned(), kit::http::url_decode(&v.replace('+', " "))))
            .collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!((asked["client_id"].as_str(), asked["response_type"].as_str()), ("toan-canh", "code"));
        assert_eq!((asked["redirect_uri"].as_str(), asked["scope"].as_str()), (BACK, "openid phone"));
        let code = foundation::new_id().to_string();
        let way = (asked["code_challenge"].clone(), asked["nonce"].clone(), who);
        self.codes.lock().unwrap().insert(code.clone(), way);
        (code, asked)
    }

    fn token(&self, nonce: &str, who: &Json) -> String {
        let (key, id) = &*self.key.lock().unwrap();
        let now = self.clock.now().seconds();
        let mut claims = json!({
            "iss": ISSUER, "aud": "toan-canh", "sub": "", "nonce": nonce, "iat": now, "exp": now + 300,
        });
        for told in [who, &*self.lies.lock().unwrap()] {
            for (name, value) in told.as_object().unwrap() {
                claims[name] = value.clone();
            }
        }
        let head = json!({"alg": "ES256", "typ": "JWT", "kid": id});
        let text = format!("{}.{}", base64(head.to_string()), base64(claims.to_string()));
        let signed = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", base64(signed.as_ref()))
    }

    fn exchange(&self, request: &http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
        let wrong = |error: &str| answer(400, &json!({ "error": error }));
        let basic = format!("Basic {}", STANDARD.encode("toan-canh:secret"));
        if request.headers().get("authorization").map(|v| v.to_str().unwrap()) != Some(basic.as_str()) {
            return wrong("invalid_client");
        }
        let body = String::from_utf8(request.body().clone()).unwrap();
        let form: BTreeMap<&str, String> = body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (k, kit::http::url_decode(v)))
            .collect();
        assert_eq!(form["redirect_uri"], BACK);
        // A code works once.
        let Some((challenge, nonce, who)) = self.codes.lock().unwrap().remove(&form["code"]) else {
            return wrong("invalid_grant");
        };
        if base64(Sha256::digest(form["code_verifier"].as_bytes())) != challenge {
            return wrong("invalid_grant");
        }
        let token = self.token(&nonce, &who);
        answer(200, &json!({"access_token": "access", "token_type": "Bearer", "id_token": token}))
    }
}

impl Ask for Small {
    fn ask<'a>(&'a self, request: http::Request<Vec<u8>>) -> BoxFuture<'a, Result<http::Response<Vec<u8>>>> {
        let path = request.uri().path().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        if *self.down.lock().unwrap() {
            return Box::pin(async { Err(unavailable("no_connection", "no connection")) });
        }
        let told = match path.as_str() {
            "/.well-known/openid-configuration" => answer(
                200,
                &json!({
                    "issuer": ISSUER,
                    "authorization_endpoint": format!("{ISSUER}/auth"),
                    "token_endpoint": format!("{ISSUER}/token"),
                    "userinfo_endpoint": format!("{ISSUER}/me"),
                    "jwks_uri": format!("{ISSUER}/jwks"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                }),
            ),
            "/jwks" => {
                let (key, id) = &*self.key.lock().unwrap();
                let point = key.public_key().as_ref();
                answer(
                    200,
                    &json!({"keys": [{
                        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                        "x": base64(&point[1..33]), "y": base64(&point[33..]),
                    }]}),
                )
            }
            "/token" => self.exchange(&request),
            "/me" => answer(200, &self.more.lock().unwrap()),
            other => answer(404, &json!({ "error": other })),
        };
        Box::pin(async { Ok(told) })
    }
}

struct Door {
    cx: Context,
    clock: Arc<TestClock>,
    provider: Arc<Small>,
    test: TestDb,
}

impl Door {
    async fn all() -> Vec<Door> {
        let mut all = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            let day = Date::parse("2026-11-24").unwrap();
            let clock = Arc::new(TestClock::at(day.start().plus_seconds(8 * 3600)));
            let modules = [("storage", storage::migrate::OWN), ("identity", identity::module().migrations)];
            storage::migrate(&test.db, clock.as_ref(), &modules).await.unwrap();
            let mut tx = test.db.begin().await.unwrap();
            let address = "https://ioc.example.gov.vn";
            storage::settings::set(&mut tx, clock.as_ref(), "serve.address", address).await.unwrap();
            tx.commit().await.unwrap();
            let provider = Small::new(clock.clone());
            let settings = Settings {
                name: "VNeID".into(),
                issuer: ISSUER.into(),
                client: "toan-canh".into(),
                secret: Some("secret".into()),
                scopes: vec!["phone".into()],
                subject: "sub".into(),
                phone: "phone_number".into(),
                phone_verified: "phone_number_verified".into(),
            };
            let citizens = Citizens::new(InstallationKey::of([3; 32]), true, None)
                .with_provider(Provider::new(settings, provider.clone()));
            let words = Words::new(&[web::words::OWN, identity::module().words].concat()).unwrap();
            let house = Builder::new(test.db.clone(), Files::under(test.folder()), clock.clone(), words)
                .service(Arc::new(citizens))
                .build();
            all.push(Door { cx: house.system("test"), clock, provider, test });
        }
        all
    }

    /// Goes there as somebody and comes back; what the door would be shown.
    async fn way(&self, who: Json) -> (Way, Finish) {
        let way = begin(&self.cx).await.unwrap();
        let (code, asked) = self.provider.signs_in(&way.url, who);
        let back =
            Finish { cookie: way.cookie.clone(), state: asked["state"].clone(), code, ..Finish::default() };
        (way, back)
    }

    async fn refused(&self, back: Finish, code: &str) {
        let e = back.run(&self.cx).await.unwrap_err();
        assert_eq!(e.code(), code, "{}: {e}", self.test.name());
        let all: Vec<(i64,)> = self
            .cx
            .db
            .all("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM citizen_session", storage::args![])
            .await
            .unwrap();
        assert_eq!(all[0].0, 0, "no session of it");
    }

    async fn citizen(&self, session: &str) -> identity::Citizen {
        let mut headers = http::HeaderMap::new();
        headers.insert("cookie", format!("citizen={session}").parse().unwrap());
        citizen::signed_in(&self.cx, &headers).await.unwrap().expect("signed in")
    }
}

fn lan() -> Json {
    json!({"sub": "lan-1", "phone_number": "+84 912 345 678", "phone_number_verified": true})
}

#[tokio::test]
async fn somebody_who_signs_in_there_is_the_same_each_time_and_brings_the_telephone_that_was_checked() {
    for door in Door::all().await {
        let (_, back) = door.way(lan()).await;
        let first = door.citizen(&back.run(&door.cx).await.unwrap()).await;
        assert_eq!((first.phone.as_deref(), first.proofs.len()), (Some("84912345678"), 2));
        let (_, back) = door.way(lan()).await;
        let again = door.citizen(&back.run(&door.cx).await.unwrap()).await;
        assert_eq!(first.proofs, again.proofs, "{}", door.test.name());
        // Another subject with the same telephone is another person who shares a telephone.
        let (_, back) = door.way(json!({"sub": "lan-2", "email": "lan@example.vn"})).await;
        let other = door.citizen(&back.run(&door.cx).await.unwrap()).await;
        assert_eq!(other.phone, None);
        assert!(!first.proofs.contains(&other.proofs[0]));
        // What it asked of the provider: document and keys once, a code each, the rest only where it was
        // missing.
        let asked = door.provider.asked.lock().unwrap().clone();
        let count = |path: &str| asked.iter().filter(|p| *p == path).count();
        assert_eq!((count("/.well-known/openid-configuration"), count("/jwks")), (1, 1), "{asked:?}");
        assert_eq!((count("/token"), count("/me")), (3, 1), "{asked:?}");
    }
}

#[tokio::test]
async fn a_telephone_that_nobody_checked_or_that_another_has_is_not_believed() {
    for door in Door::all().await {
        let unchecked =
            json!({"sub": "lan-1", "phone_number": "+84912345678", "phone_number_verified": false});
        let (_, back) = door.way(unchecked).await;
        let citizen = door.citizen(&back.run(&door.cx).await.unwrap()).await;
        assert_eq!(citizen.phone, None, "{}", door.test.name());
        // From the second answer, where it is about the same person.
        *door.provider.more.lock().unwrap() = lan();
        let (_, back) = door.way(json!({"sub": "lan-1"})).await;
        assert!(door.citizen(&back.run(&door.cx).await.unwrap()).await.phone.is_some());
        let (_, back) = door.way(json!({"sub": "mai-7"})).await;
        let citizen = door.citizen(&back.run(&door.cx).await.unwrap()).await;
        assert_eq!(citizen.phone, None, "the second answer is of somebody else");
    }
}

#[tokio::test]
async fn a_way_ends_in_the_browser_where_it_began_once_and_in_time() {
    for door in Door::all().await {
        // Wrong state, another browser's cookie, none; the provider is not even asked.
        let (_, back) = door.way(lan()).await;
        let before = door.provider.asked.lock().unwrap().len();
        door.refused(Finish { state: "forged".into(), ..back.clone() }, "oidc_gone").await;
        let (other, _) = door.way(lan()).await;
        door.refused(Finish { cookie: other.cookie, ..back.clone() }, "oidc_gone").await;
        door.refused(Finish { cookie: String::new(), ..back.clone() }, "oidc_gone").await;
        // Another provider's answer (RFC 9207).
        door.refused(Finish { issuer: "https://evil.example".into(), ..back.clone() }, "oidc_gone").await;
        assert_eq!(door.provider.asked.lock().unwrap().len(), before);
        // Stopped there.
        let (_, stopped) = door.way(lan()).await;
        let stopped = Finish { code: String::new(), error: "access_denied".into(), ..stopped };
        door.refused(stopped, "oidc_stopped").await;
        // Too late.
        let (_, late) = door.way(lan()).await;
        door.clock.advance_seconds(601);
        door.refused(late, "oidc_gone").await;
        door.refused(back, "oidc_gone").await;
        // Replayed: the same way, and the same code on another way.
        let (_, back) = door.way(lan()).await;
        back.clone().run(&door.cx).await.unwrap();
        assert_eq!(back.clone().run(&door.cx).await.unwrap_err().code(), "oidc_gone");
        let (_, fresh) = door.way(lan()).await;
        let replayed = Finish { code: back.code, ..fresh };
        assert_eq!(replayed.run(&door.cx).await.unwrap_err().code(), "oidc_refused");
        // A code that was stolen from another way does not fit our challenge.
        let (_, theirs) = door.way(json!({"sub": "thief"})).await;
        let (_, ours) = door.way(lan()).await;
        let injected = Finish { code: theirs.code, ..ours };
        assert_eq!(injected.run(&door.cx).await.unwrap_err().code(), "oidc_refused");
    }
}

#[tokio::test]
async fn an_answer_that_is_forged_for_others_from_others_or_over_is_not_believed() {
    for door in Door::all().await {
        let over = door.clock.now().seconds() - 1;
        let lies = [
            json!({"nonce": "another"}),
            json!({"iss": "https://evil.example"}),
            json!({"aud": "another-client"}),
            json!({"aud": ["toan-canh", "another-client"]}),
            json!({"exp": over}),
            json!({"sub": ""}),
        ];
        for lie in lies {
            *door.provider.lies.lock().unwrap() = lie;
            let (_, back) = door.way(lan()).await;
            door.refused(back, "oidc_refused").await;
        }
        *door.provider.lies.lock().unwrap() = json!({});
        // Signed with a key that the provider does not publish.
        let (_, back) = door.way(lan()).await;
        let published = std::mem::replace(&mut *door.provider.key.lock().unwrap(), (key(), "k1".into()));
        assert_eq!(back.run(&door.cx).await.unwrap_err().code(), "oidc_refused");
        *door.provider.key.lock().unwrap() = published;
        // The provider changes its key: fetched anew, and believed.
        door.clock.advance_seconds(60);
        *door.provider.key.lock().unwrap() = (key(), "k2".into());
        let (_, back) = door.way(lan()).await;
        back.run(&door.cx).await.unwrap();
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_in_words_and_left_alone_for_a_moment() {
    for door in Door::all().await {
        *door.provider.down.lock().unwrap() = true;
        let e = begin(&door.cx).await.unwrap_err();
        assert_eq!(e.code(), "oidc_down", "{}", door.test.name());
        assert!(e.message().starts_with("VNeID hiện không trả lời."), "{e}");
        begin(&door.cx).await.unwrap_err();
        assert_eq!(door.provider.asked.lock().unwrap().len(), 1, "not asked again at once");
        *door.provider.down.lock().unwrap() = false;
        door.clock.advance_seconds(16);
        let (_, back) = door.way(lan()).await;
        // It goes away between the two steps.
        *door.provider.down.lock().unwrap() = true;
        door.refused(back, "oidc_down").await;
    }
}
