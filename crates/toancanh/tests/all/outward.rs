//! The accounts as the address book of notices, in the house as it is wired.

use foundation::Date;
use identity::actions::create_account::CreateAccount;
use identity::actions::disable::Disable;
use identity::actions::give_grant::GiveGrant;
use identity::store::{accounts, contacts};
use kit::{Fields, Role};
use notices::{Notice, Office, Person, Tongue};
use toancanh::outward::Outward;
use units::actions::choose_root::ChooseRoot;

const ROOT: i64 = 92;

#[tokio::test]
async fn who_works_here_is_reached_where_they_wrote_and_no_more_when_they_are_barred() {
    for test in storage::testing::all().await.unwrap() {
        let house = toancanh::open::furnish(test.db.clone(), test.folder(), false).await.unwrap();
        let cx = house.system("test");
        ChooseRoot { code: "92".into() }.run(&cx).await.unwrap();
        let new = CreateAccount { name: "Lê Văn Nam".into(), sign_in: "nam".into() };
        let nam = new.run(&cx).await.unwrap().0;
        let grant = GiveGrant {
            account: nam,
            role: Role::Officer,
            unit: ROOT,
            packs: Fields::All,
            valid_from: Some(Date::of(cx.clock.now())),
            valid_to: None,
        };
        grant.run(&cx).await.unwrap();
        let mut tx = cx.db.begin().await.unwrap();
        contacts::save(&mut tx, nam, Some("nam@cantho.example"), None).await.unwrap();
        accounts::set_language(&mut tx, nam, "en").await.unwrap();
        let notice = Notice {
            kind: "case.assigned",
            to: Person::Account(nam),
            about: "case:1".into(),
            values: Default::default(),
            link: "/notices".into(),
            urgent: false,
            key: "a".into(),
        };
        assert!(notices::post(&mut tx, &cx, notice).await.unwrap());
        tx.commit().await.unwrap();
        let office = house.get::<Office>().unwrap();
        let found = office.book().find(Person::Account(nam)).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.tongue), ("Lê Văn Nam", Tongue::En), "{}", test.name());
        assert_eq!(found.email.as_deref(), Some("nam@cantho.example"));
        let there = office.book().in_units(&[ROOT], None, 10).await.unwrap();
        assert_eq!(there, [Person::Account(nam)]);
        assert!(office.book().in_units(&[ROOT], Some(nam), 10).await.unwrap().is_empty());
        assert!(office.book().find(Person::Citizen(nam)).await.unwrap().is_none());
        // No channel is configured: nothing leaves, the page in the house has it.
        assert_eq!(notices::desk::drain(&cx).await.unwrap(), 0);
        let mine = notices::store::notices::mine(&cx.db, Person::Account(nam), None, 10).await.unwrap();
        assert_eq!(mine.len(), 1);
        Disable(nam).run(&cx).await.unwrap();
        assert!(office.book().find(Person::Account(nam)).await.unwrap().is_none());
    }
}

#[test]
fn half_a_channel_is_an_error_and_a_whole_one_opens() {
    let clock: std::sync::Arc<dyn foundation::Clock> = std::sync::Arc::new(foundation::SystemClock);
    assert!(Outward::default().channels(&clock).unwrap().is_empty());
    let mail = |server: &str| Outward {
        mail: Some((server.into(), "Toàn Cảnh <a@b.example>".into())),
        ..Outward::default()
    };
    assert_eq!(mail("smtp+plain://127.0.0.1:25").channels(&clock).unwrap().len(), 1);
    assert_eq!(mail("mail.example").channels(&clock).err().unwrap().code(), "smtp_address");
}
