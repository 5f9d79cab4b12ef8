//! Choose the unit that this installation serves: a province, a commune, or the country.
//!
//! Who: an admin, once; the figures of another place would lose their roof, so a second choice needs an empty
//! database.

use foundation::{Result, error::conflict, error::forbidden};
use kit::{Context, Permission, UnitId, audit};
use serde_json::json;
use storage::settings;

use crate::atlas::{Atlas, ROOT};

/// See the file's own text.
#[derive(Debug, Clone)]
pub struct ChooseRoot {
    /// A province's two digits or a commune's five.
    pub code: String,
}

impl ChooseRoot {
    /// Chooses; choosing the same place again changes nothing.
    pub async fn run(self, cx: &Context) -> Result<UnitId> {
        if !cx.may(Permission::ManageUnits) {
            return Err(forbidden("not_permitted", "Chỉ người quản trị chọn được địa phương của hệ thống."));
        }
        let atlas = cx.house.get::<Atlas>()?;
        let map = atlas.map();
        let unit = map.installation(self.code.trim(), cx.clock.as_ref())?.unit;
        match atlas.root() {
            Some(root) if root == unit => return Ok(unit),
            Some(_) => {
                return Err(conflict(
                    "root_chosen",
                    "Hệ thống đã phục vụ một địa phương khác. Hãy dùng thư mục dữ liệu mới cho địa phương \
                    này.",
                ));
            }
            None => {}
        }
        let mut tx = cx.db.begin().await?;
        settings::set(&mut tx, cx.clock.as_ref(), ROOT, &unit.to_string()).await?;
        audit(&mut tx, cx, "units.choose_root", &format!("unit:{unit}"), &json!({})).await?;
        tx.commit().await?;
        atlas.reload(&cx.db).await?;
        Ok(unit)
    }
}
