//! Write where one is told things: e-mail, telephone. Empty erases.
//!
//! Who: everybody for themselves. The log says that it was done, never what was written.

use foundation::{Result, error::invalid, phone};
use kit::{Context, audit};
use serde_json::json;

use crate::actions::{own_id, subject};
use crate::store::contacts;

/// Where one is told things, as it was typed.
pub struct SetContacts {
    /// The e-mail.
    pub email: String,
    /// The telephone.
    pub phone: String,
}

impl SetContacts {
    /// Keeps it. Errors: `email_unreadable`, `phone_unreadable`.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let id = own_id(cx)?;
        let email = Some(self.email.trim()).filter(|e| !e.is_empty());
        let phone = Some(self.phone.trim()).filter(|p| !p.is_empty());
        if email.is_some_and(|e| !is_email(e)) {
            return Err(invalid("email_unreadable", "Địa chỉ thư điện tử phải như ten@coquan.gov.vn."));
        }
        if phone.is_some_and(|p| phone::number(p).is_none()) {
            return Err(invalid(
                "phone_unreadable",
                "Số điện thoại phải như 0912 345 678 hoặc +84 912 345 678.",
            ));
        }
        let mut tx = cx.db.begin().await?;
        contacts::save(&mut tx, id, email, phone).await?;
        audit(&mut tx, cx, "account.contacts", &subject(id), &json!({})).await?;
        tx.commit().await
    }
}

/// Whether letters can be sent there: one `@`, a host with a dot, plain letters.
fn is_email(text: &str) -> bool {
    let letters = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b))
    };
    match text.split_once('@') {
        Some((who, host)) => {
            let named =
                host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
            text.len() <= 254 && letters(who) && letters(host) && named && !host.contains('@')
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_no_server_takes_is_refused() {
        for good in ["mai@cantho.gov.vn", "a.b+c@x.vn"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "mai",
            "mai@",
            "@x.vn",
            "mai@x",
            "mai@.vn",
            "mai@x..vn",
            "a b@x.vn",
            "a@b@x.vn",
            "mẫn@x.vn",
            "a,b@x.vn",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
