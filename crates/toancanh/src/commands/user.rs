//! `toancanh user …`: what an administrator does at the machine itself, for example when nobody can sign in
//! any more.

use foundation::{Clock, Date, Result, SystemClock, error::invalid, error::not_found};
use identity::actions::create_account::CreateAccount;
use identity::actions::disable::{Disable, Enable};
use identity::actions::give_grant::GiveGrant;
use identity::actions::invite::Invite;
use identity::store::accounts;
use kit::{Context, Fields, Role};
use serde_json::json;
use units::Atlas;
use uuid::Uuid;

use crate::cli::User;
use crate::config::Settings;
use crate::open::beside;

/// Runs it.
pub async fn run(args: User, settings: &Settings) -> Result<()> {
    if matches!(args, User::ForgetTwoStep) {
        return forget_two_step(settings).await;
    }
    let opened = beside(settings).await?;
    let cx = opened.house.system("cli");
    match args {
        User::ForgetTwoStep => Ok(()),
        User::List => list(&cx).await,
        User::Create { sign_in, name, role, unit } => {
            let grant = match role {
                Some(role) => Some(granted(&cx, &role, unit.as_deref())?),
                None => None,
            };
            let (account, token) = CreateAccount { name, sign_in }.run(&cx).await?;
            if let Some((role, unit)) = grant {
                let packs = Fields::All;
                GiveGrant { account, role, unit, packs, valid_from: None, valid_to: None }.run(&cx).await?;
            }
            println!("Đã thêm tài khoản.");
            invitation(&cx, settings, &token).await?;
            Ok(())
        }
        User::Disable { sign_in } => {
            Disable(find(&cx, &sign_in).await?).run(&cx).await?;
            println!("Đã khóa {sign_in}.");
            Ok(())
        }
        User::Enable { sign_in } => {
            Enable(find(&cx, &sign_in).await?).run(&cx).await?;
            println!("Đã mở khóa {sign_in}.");
            Ok(())
        }
        User::Reset { sign_in } => {
            let token = Invite(find(&cx, &sign_in).await?).run(&cx).await?;
            invitation(&cx, settings, &token).await?;
            Ok(())
        }
    }
}

/// The key that sealed the secrets of codes is lost, so the house does not open: they are taken away first.
async fn forget_two_step(settings: &Settings) -> Result<()> {
    let accounts = crate::open::forget_codes(settings).await?;
    let opened = crate::open::alone(settings).await?;
    let cx = opened.house.system("cli");
    let mut tx = cx.db.begin().await?;
    kit::audit(&mut tx, &cx, "account.two_step_forgotten", "account:*", &json!({ "accounts": accounts }))
        .await?;
    tx.commit().await?;
    println!(
        "Đã bỏ mã xác thực của {accounts} tài khoản. Mọi người đăng nhập bằng mật khẩu và có thể bật lại."
    );
    Ok(())
}

async fn invitation(cx: &Context, settings: &Settings, token: &str) -> Result<()> {
    let last = storage::settings::get(&cx.db, crate::serve::ADDRESS).await?;
    let url = match (&settings.public_url, last) {
        (None, Some(last)) => last,
        _ => settings.url(settings.listen),
    };
    println!("Đường dẫn mời (dùng một lần, trong 7 ngày): {url}/invitation?token={token}");
    Ok(())
}

async fn find(cx: &Context, sign_in: &str) -> Result<Uuid> {
    let found = accounts::secrets_of(&cx.db, sign_in).await?.map(|s| s.id);
    found.ok_or_else(|| {
        not_found("account_not_found", format!("Không có tài khoản «{sign_in}». Xem: toancanh user list."))
    })
}

fn granted(cx: &Context, role: &str, unit: Option<&str>) -> Result<(Role, kit::UnitId)> {
    let role = Role::parse(role).filter(|r| *r != Role::Integration).ok_or_else(|| {
        let all: Vec<&str> =
            Role::ALL.into_iter().filter(|r| *r != Role::Integration).map(Role::name).collect();
        invalid("role_unknown", format!("Không có vai trò «{role}». Các vai trò: {}.", all.join(", ")))
    })?;
    let atlas = cx.house.get::<Atlas>()?;
    let unit = match unit {
        Some(code) => atlas.map().installation(code, cx.clock.as_ref())?.unit,
        None => atlas.require_root()?,
    };
    Ok((role, unit))
}

async fn list(cx: &Context) -> Result<()> {
    let all = accounts::all(&cx.db).await?;
    if all.is_empty() {
        println!("Chưa có tài khoản nào.");
    }
    let day = Date::of(SystemClock.now());
    let map = cx.house.get::<Atlas>()?.map();
    let grants = identity::store::grants::live(&cx.db, day).await?;
    for account in all {
        let held: Vec<String> = grants
            .iter()
            .filter(|g| g.account == account.id)
            .map(|g| format!("{} @ {}", g.role.name(), map.name(g.unit, day)))
            .collect();
        let state = match (account.disabled_at, account.ready) {
            (Some(_), _) => "đã khóa",
            (None, false) => "chờ nhận lời mời",
            (None, true) => "hoạt động",
        };
        println!("{:<20} {:<26} {:<16} {}", account.sign_in, account.name, state, held.join("; "));
    }
    Ok(())
}
