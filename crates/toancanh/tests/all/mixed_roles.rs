//! Somebody who leads one commune and is officer of another: each grant holds at its own place, over HTTP,
//! from the sign-in to the figure.

use axum::Router;
use axum::body::{Body, to_bytes};
use foundation::{Calendar, Date, Period};
use http::{Request, StatusCode, header};
use identity::actions::create_account::CreateAccount;
use identity::actions::give_grant::GiveGrant;
use identity::actions::take_invitation::TakeInvitation;
use indicators::Engine;
use kit::{Context, Fields, Role};
use serde_json::{Value as Json, json};
use storage::testing::TestDb;
use tower::ServiceExt;
use units::actions::choose_root::ChooseRoot;
use units::{Atlas, Level};

const PASSWORD: &str = "con trâu gặm cỏ bên bờ kênh";

struct Place {
    cx: Context,
    app: Router,
    cookie: String,
    /// The codes of the communes that the person leads and serves.
    led: String,
    served: String,
    name: &'static str,
}

impl Place {
    async fn on(test: &TestDb) -> Place {
        let house = toancanh::open::furnish(test.db.clone(), test.folder(), false).await.unwrap();
        let cx = house.system("test");
        ChooseRoot { code: "92".into() }.run(&cx).await.unwrap();
        packs::apply(&cx, &packs::Source::embedded(), &toancanh::wiring::pack_parts()).await.unwrap();
        let new = CreateAccount { name: "Trần Minh Khang".into(), sign_in: "khang".into() };
        let (account, token) = new.run(&cx).await.unwrap();
        let taken = TakeInvitation { token, password: PASSWORD.into(), agent: String::new() };
        taken.run(&cx).await.unwrap();
        let mut place = Place {
            app: toancanh::serve::router(&house, false, &[]),
            cx,
            cookie: String::new(),
            led: String::new(),
            served: String::new(),
            name: test.name(),
        };
        let communes = place.communes();
        for ((unit, _), role) in communes.iter().zip([Role::Leader, Role::Officer]) {
            let grant = GiveGrant {
                account,
                role,
                unit: *unit,
                packs: Fields::All,
                valid_from: None,
                valid_to: None,
            };
            grant.run(&place.cx).await.unwrap();
        }
        (place.led, place.served) = (communes[0].1.clone(), communes[1].1.clone());
        place.sign_in().await;
        place
    }

    /// Communes of the city: unit and code, two at least.
    fn communes(&self) -> Vec<(i64, String)> {
        let map = self.cx.house.get::<Atlas>().unwrap().map();
        let all = map.below(92, Level::Commune, self.today());
        all.into_iter().map(|v| (v.unit, v.code.clone())).collect()
    }

    fn today(&self) -> Date {
        Date::of(self.cx.clock.now())
    }

    async fn sign_in(&mut self) {
        let body = format!("sign_in=khang&password={}", kit::http::url_encode(PASSWORD));
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body));
        let response = self.app.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{}", self.name);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        self.cookie = cookie.split(';').next().unwrap().to_owned();
    }

    async fn post(&self, path: &str, body: &Json) -> (StatusCode, Json) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.to_string()));
        let response = self.app.clone().oneshot(request.unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// A figure that communes report by months, and its last whole month.
    fn reported(&self) -> (String, String) {
        let catalogue = self.cx.house.get::<Engine>().unwrap().catalogue();
        let by_commune = |i: &&indicators::Indicator| {
            i.is_reported()
                && i.def.calendar == Calendar::Month
                && indicators::engine::reach::levels_of(&i.def.reported_by).contains(&Level::Commune)
        };
        let indicator = catalogue.all().find(by_commune).unwrap();
        let period = Period::containing(Calendar::Month, self.today()).previous();
        (indicator.code.clone(), period.code())
    }
}

fn codes(answer: &Json) -> Vec<&str> {
    answer["faults"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn who_leads_one_commune_and_serves_another_does_in_each_what_its_grant_allows() {
    for test in storage::testing::all().await.unwrap() {
        let place = Place::on(&test).await;
        let (indicator, period) = place.reported();
        let figure = |unit: &str| {
            json!({ "source": { "code": "xa", "name": "Báo cáo xã", "owner": "UBND xã" }, "observations": [
                { "indicator": indicator, "unit": unit, "period": period, "value": 1 }] })
        };
        let path = "/api/v1/observations";
        let (status, told) = place.post(path, &figure(&place.served)).await;
        assert_eq!((status, &told["changed"]), (StatusCode::OK, &json!(1)), "{}: {told}", place.name);
        let (status, told) = place.post(path, &figure(&place.led)).await;
        assert_eq!(
            (status, codes(&told)),
            (StatusCode::UNPROCESSABLE_ENTITY, vec!["outside_scope"]),
            "{told}"
        );

        let year = place.today().year();
        let target = |unit: &str| {
            json!({ "decision": "Quyết định 12/QĐ-UBND", "targets": [
                { "indicator": indicator, "unit": unit, "period": year, "value": 1 }] })
        };
        let path = "/api/v1/targets";
        let (status, told) = place.post(path, &target(&place.led)).await;
        assert_eq!((status, &told["changed"]), (StatusCode::OK, &json!(1)), "{}: {told}", place.name);
        let (status, told) = place.post(path, &target(&place.served)).await;
        assert_eq!(
            (status, codes(&told)),
            (StatusCode::UNPROCESSABLE_ENTITY, vec!["outside_scope"]),
            "{told}"
        );
    }
}
