//! Files by the hash of what they hold, in a folder beside the database.
//!
//! Guarantees: a file whose row says `kept` is on disk, whole and synced; a crash leaves at most a pending
//! row or an object without a row, and [`collect`] removes both after a day. The same content is stored once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use foundation::{Clock, Result, error::not_found, error::unavailable};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::db::Db;
use crate::{args, row};

/// The folder that holds the objects.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
    /// Held for reading while a file is kept, for writing while orphans are removed.
    gate: Arc<tokio::sync::RwLock<()>>,
}

row! {
    /// A file that is kept.
    #[derive(Debug, Clone)]
    pub struct Kept {
        /// Its identity.
        pub id: Uuid,
        /// The hash of its content, in hex.
        pub sha256: String,
        /// The name it came with.
        pub name: String,
        /// Its media type.
        pub media_type: String,
        /// Its size.
        pub bytes: i64,
    }
}

fn broken(e: std::io::Error) -> foundation::Error {
    unavailable("file_store", "Không ghi hoặc đọc được kho tệp. Hãy kiểm tra ổ đĩa và quyền ghi.").because(e)
}

impl Files {
    /// Files under `folder/files`.
    pub fn under(folder: &Path) -> Files {
        Files { root: folder.join("files"), gate: Arc::default() }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.root.join(&sha256[..2]).join(sha256)
    }

    /// Keeps `content`: a pending row, the object, the confirmation.
    pub async fn keep(
        &self,
        db: &Db,
        clock: &dyn Clock,
        name: &str,
        media_type: &str,
        content: &[u8],
    ) -> Result<Kept> {
        let sha256: String = Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect();
        let kept = Kept {
            id: foundation::new_id(),
            sha256: sha256.clone(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: content.len() as i64,
        };
        let _open = self.gate.read().await;
        let mut tx = db.begin().await?;
        tx.run(
            "INSERT INTO file (id, sha256, name, media_type, bytes, state, created_at)
             VALUES ($1, $2, $3, $4, $5, 'pending', $6)",
            args![kept.id, sha256.as_str(), name, media_type, kept.bytes, clock.now()],
        )
        .await?;
        tx.commit().await?;

        self.write(&sha256, kept.id, content).await.map_err(broken)?;

        let mut tx = db.begin().await?;
        tx.run("UPDATE file SET state = 'kept' WHERE id = $1", args![kept.id]).await?;
        tx.commit().await?;
        Ok(kept)
    }

    async fn write(&self, sha256: &str, id: Uuid, content: &[u8]) -> std::io::Result<()> {
        let path = self.path(sha256);
        if tokio::fs::try_exists(&path).await? {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        tokio::fs::create_dir_all(folder).await?;
        let part = folder.join(format!("{id}.part"));
        let mut file = tokio::fs::File::create(&part).await?;
        file.write_all(content).await?;
        file.sync_all().await?;
        tokio::fs::rename(&part, &path).await
    }

    /// The row and the content of a kept file.
    pub async fn read(&self, db: &Db, id: Uuid) -> Result<(Kept, Vec<u8>)> {
        let kept = db
            .one::<Kept>(
                "SELECT id, sha256, name, media_type, bytes FROM file WHERE id = $1 AND state = 'kept'",
                args![id],
            )
            .await?
            .ok_or_else(|| not_found("file_not_found", "Không có tệp này."))?;
        let content = tokio::fs::read(self.path(&kept.sha256)).await.map_err(broken)?;
        Ok((kept, content))
    }

    /// Removes pending rows older than a day, and objects without a row. Says how many of each.
    pub async fn collect(&self, db: &Db, clock: &dyn Clock) -> Result<(u64, u64)> {
        let mut tx = db.begin().await?;
        let rows = tx
            .run(
                "DELETE FROM file WHERE state = 'pending' AND created_at < $1",
                args![clock.now().plus_seconds(-86_400)],
            )
            .await?;
        tx.commit().await?;
        // While orphans are sought nothing is kept: an object that came in between would look like one.
        let _closed = self.gate.write().await;
        let orphans = self.orphans(db).await?;
        for name in &orphans {
            tokio::fs::remove_file(self.path(name)).await.map_err(broken)?;
        }
        let objects = orphans.len() as u64;
        Ok((rows, objects))
    }

    /// The objects without a row. Files that are being kept meanwhile have theirs, because it is written
    /// first.
    pub async fn orphans(&self, db: &Db) -> Result<Vec<String>> {
        let names = self.names().await.map_err(broken)?;
        let known: std::collections::HashSet<String> =
            db.all::<(String,)>("SELECT sha256 FROM file", args![]).await?.into_iter().map(|r| r.0).collect();
        Ok(names.into_iter().filter(|name| !known.contains(name)).collect())
    }

    /// The kept files whose object is missing or has another content than its name says.
    pub async fn check(&self, db: &Db) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let all = db
            .all::<(String,)>(
                "SELECT DISTINCT sha256 FROM file WHERE state = 'kept' ORDER BY sha256",
                args![],
            )
            .await?;
        for (sha256,) in all {
            match tokio::fs::read(self.path(&sha256)).await {
                Ok(content) => {
                    let found: String = Sha256::digest(&content).iter().map(|b| format!("{b:02x}")).collect();
                    if found != sha256 {
                        faults.push(format!("tệp {sha256}: nội dung đã đổi"));
                    }
                }
                Err(_) => faults.push(format!("tệp {sha256}: thiếu trên đĩa")),
            }
        }
        Ok(faults)
    }

    async fn names(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        if !tokio::fs::try_exists(&self.root).await? {
            return Ok(names);
        }
        let mut folders = tokio::fs::read_dir(&self.root).await?;
        while let Some(folder) = folders.next_entry().await? {
            if !folder.file_type().await?.is_dir() {
                continue;
            }
            let mut files = tokio::fs::read_dir(folder.path()).await?;
            while let Some(file) = files.next_entry().await? {
                let name = file.file_name().to_string_lossy().into_owned();
                if name.len() == 64 {
                    names.push(name);
                }
            }
        }
        Ok(names)
    }
}
