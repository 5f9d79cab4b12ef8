//! Ask for a code to a telephone.
//!
//! Who: anybody. Whether the number is known here makes no difference to the answer: every mobile number gets
//! a code. A number gets three in a quarter of an hour and eight a day, an address asks for thirty an hour;
//! who asked is never told which of it was reached by whom.

use std::net::IpAddr;

use foundation::error::{invalid, unavailable};
use foundation::{Error, Kind, Result, phone};
use kit::{Context, audit};
use serde_json::json;

use crate::citizen::{self, CODE_S, Citizens, Code};
use crate::store::citizens::{self as store, New};
use crate::token;

/// Codes to one number: in so many seconds so many.
const OF_NUMBER: [(i64, i64); 2] = [(900, 3), (86_400, 8)];
/// Codes from one address in an hour: behind one address of a mobile network are many phones.
const OF_ADDRESS: i64 = 30;

/// The action.
pub struct AskCode {
    /// The number, as it was typed.
    pub phone: String,
    /// From where.
    pub ip: IpAddr,
}

fn too_many(why: &str) -> Error {
    Error::new(Kind::TooMany, "code_flood", why)
}

impl AskCode {
    /// Asks. What comes back goes into the cookie of the browser, which alone may use the code.
    pub async fn run(self, cx: &Context) -> Result<String> {
        let door = cx.house.get::<Citizens>()?;
        let sender = door.sender().ok_or_else(|| {
            unavailable(
                "code_no_channel",
                "Nơi này chưa gửi được mã qua điện thoại. Hãy dùng biên nhận để tra cứu.",
            )
        })?;
        let number = phone::number(&self.phone).filter(|n| citizen::takes_codes(n)).ok_or_else(|| {
            invalid("code_phone", "Hãy ghi số di động Việt Nam, 10 chữ số, ví dụ 0912 345 678.")
        })?;
        let (now, address) = (cx.clock.now(), door.address(&self.ip.to_string()));
        let mut tx = cx.db.begin().await?;
        // Asked for at once from many sides, a number still gets no more.
        tx.lock("citizen_code").await?;
        for (seconds, most) in OF_NUMBER {
            if store::codes_to(&mut tx, &number, now.plus_seconds(-seconds)).await? >= most {
                return Err(too_many(
                    "Số này vừa được gửi nhiều mã. Hãy dùng mã mới nhất, hoặc thử lại sau 15 phút; \
                     mỗi ngày một số nhận tối đa 8 mã.",
                ));
            }
        }
        if store::codes_from(&mut tx, &address, now.plus_seconds(-3600)).await? >= OF_ADDRESS {
            return Err(too_many("Mạng này vừa yêu cầu quá nhiều mã. Hãy thử lại sau một giờ."));
        }
        let (token, digits, id) = (token::fresh()?, citizen::digits()?, foundation::new_id());
        let new = New {
            id,
            token_hash: &token.hash,
            phone: &number,
            address: &address,
            code: &door.code(id, &digits),
            lang: cx.lang.tag(),
            expires_at: now.plus_seconds(CODE_S),
        };
        store::keep_code(&mut tx, now, &new).await?;
        sender.send(&mut tx, cx, &Code { id, digits, minutes: CODE_S / 60 }).await?;
        audit(&mut tx, cx, "citizen.code", &format!("citizen_code:{id}"), &json!({})).await?;
        tx.commit().await?;
        Ok(token.text)
    }
}
