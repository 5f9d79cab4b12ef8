//! The secrets of codes lie sealed.

use identity::vault;
use storage::{InstallationKey, args};
use uuid::Uuid;

use crate::support::{PASSWORD, Place};

async fn kept(place: &Place) -> (Option<Vec<u8>>, Option<Vec<u8>>, Option<String>) {
    let sql = "SELECT totp_secret, totp_wanted, totp_key FROM account WHERE sign_in = 'mai'";
    place.test.db.one(sql, args![]).await.unwrap().unwrap()
}

async fn settled(place: &Place, key: InstallationKey) -> foundation::Result<InstallationKey> {
    vault::settle(&place.test.db, Some(key), || panic!("there is a key")).await
}

#[tokio::test]
async fn a_secret_never_lies_open_in_the_database() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        browser.post("/me/two-step", &[("old", PASSWORD)]).await;
        let (secret, wanted, key) = kept(&place).await;
        let wanted = wanted.unwrap();
        assert_eq!((secret, wanted.len()), (None, 1 + 24 + 20 + 16), "{}", place.test.name());
        let own = InstallationKey::read(place.test.folder()).unwrap().unwrap();
        assert_eq!(key.as_deref(), Some(own.print()));
    }
}

#[tokio::test]
async fn what_was_kept_before_there_was_a_key_is_sealed_at_the_start() {
    for place in Place::all().await {
        let plain = vec![5_u8; 20];
        let mut tx = place.test.db.begin().await.unwrap();
        tx.run("UPDATE account SET totp_secret = $1 WHERE sign_in = 'mai'", args![plain.clone()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let key = settled(&place, InstallationKey::of([1; 32])).await.unwrap();
        let (secret, _, print) = kept(&place).await;
        let secret = secret.unwrap();
        assert_ne!(secret, plain);
        assert_eq!(print.as_deref(), Some(key.print()));
        let id: (Uuid,) = place
            .test
            .db
            .one("SELECT id FROM account WHERE sign_in = 'mai'", args![])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(vault::open(&key, id.0, &secret).unwrap(), plain);
        assert!(vault::open(&key, Uuid::nil(), &secret).is_err(), "it opens in no other account");
        settled(&place, key).await.unwrap();
        assert_eq!(kept(&place).await.0, Some(secret), "a second start changes nothing");
    }
}

#[tokio::test]
async fn a_start_without_the_right_key_is_refused_until_the_secrets_are_given_up() {
    for place in Place::all().await {
        place.admin().await.post("/me/two-step", &[("old", PASSWORD)]).await;
        let db = &place.test.db;
        let other = settled(&place, InstallationKey::of([1; 32])).await.unwrap_err();
        assert_eq!(other.code(), "installation_key_other");
        let missing = vault::settle(db, None, || panic!("no key is made over a lost one")).await.unwrap_err();
        assert_eq!(missing.code(), "installation_key_missing");
        let mut tx = db.begin().await.unwrap();
        assert_eq!(vault::forget(&mut tx).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let new = vault::settle(db, None, || Ok(InstallationKey::of([2; 32]))).await.unwrap();
        assert_eq!(new.print(), InstallationKey::of([2; 32]).print());
        assert_eq!(kept(&place).await, (None, None, None));
    }
}
