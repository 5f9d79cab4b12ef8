//! Every route × every role, from the router's own list.

use http::{Method, Request, StatusCode, header};
use kit::{Access, Fields, Role};

use crate::support::{CAN_THO, Place};

#[tokio::test]
async fn every_route_admits_whom_it_should_and_nobody_else() {
    for place in Place::all().await {
        let mut people = vec![(None, place.browser())];
        for role in Role::ALL.into_iter().filter(|r| *r != Role::Integration) {
            place.person(&format!("p.{}", role.name()), role, CAN_THO, Fields::All).await;
            people.push((Some(role), place.signed_in(&format!("p.{}", role.name())).await));
        }
        let key = identity::actions::create_key::CreateKey {
            name: "máy".into(),
            unit: CAN_THO,
            packs: Fields::All,
            last_day: None,
        };
        let mut program = place.browser();
        program.key = Some(key.run(&place.system()).await.unwrap().1);
        people.push((Some(Role::Integration), program));
        // Signing out is last, because it ends what the others stand on.
        let mut routes = identity::module().routes;
        routes.sort_by_key(|r| (r.method != Method::GET, r.path == "/sign-out"));
        for route in routes {
            let path = route.path.replace("{id}", &foundation::new_id().to_string());
            for (role, browser) in &mut people {
                let request = Request::builder()
                    .method(route.method.clone())
                    .uri(&path)
                    .header("sec-fetch-site", "same-origin")
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                let answer = browser.send(request, String::new()).await;
                let told =
                    format!("{} {path} as {role:?}: {} {}", route.method, answer.status, answer.location());
                let to_the_door = answer.location().starts_with("/sign-in?back=");
                let (admitted, known) = match (route.access, *role) {
                    (Access::Public, _) => (true, true),
                    (_, None) => (false, false),
                    (Access::SignedIn, Some(_)) => (true, true),
                    (Access::Needs(p), Some(role)) => (role.permissions().contains(p), true),
                };
                match (admitted, known) {
                    (true, _) => {
                        assert!(!to_the_door && answer.status != StatusCode::FORBIDDEN, "{told}");
                        assert!(!answer.status.is_server_error(), "{told}");
                    }
                    (false, true) => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{told}"),
                    (false, false) => {
                        assert!(to_the_door || answer.status == StatusCode::UNAUTHORIZED, "{told}");
                    }
                }
            }
        }
    }
}
