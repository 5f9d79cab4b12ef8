//! Everything in which the two databases differ, as named functions. A module's SQL is one text for both;
//! what cannot be is here.
//!
//! A statement may use `int_list($n)` and `text_list($n)` as tables with one column `value`: PostgreSQL has
//! them as functions (storage's first migration), SQLite reads a JSON list.

use std::borrow::Cow;

/// Which database a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, the default.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The folder of its migrations, and its name in pages and logs.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// The statement as this database wants it.
    pub(crate) fn text(self, sql: &str) -> Cow<'_, str> {
        let lists = sql.contains("int_list(") || sql.contains("text_list(");
        // SQLite would take a cast to a type it does not know for one to a number.
        let ids = sql.contains(" AS UUID)");
        match self {
            Dialect::Sqlite if lists || ids => Cow::Owned(
                sql.replace("int_list(", "json_each(")
                    .replace("text_list(", "json_each(")
                    .replace(" AS UUID)", " AS BLOB)"),
            ),
            Dialect::Sqlite | Dialect::Postgres => Cow::Borrowed(sql),
        }
    }

    /// Appended to a SELECT that claims rows of a queue: other workers skip what is claimed.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// A column in a condition that no index is to be chosen for: SQLite knows of no value how many rows have
    /// it, PostgreSQL does and chooses by itself.
    pub fn unindexed(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("+{column}"),
            Dialect::Postgres => column.to_owned(),
        }
    }

    /// Appended to a SELECT of one row that this transaction is going to change: whoever else wants to change
    /// it waits. SQLite has one writer.
    pub fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE",
        }
    }

    /// Makes an empty temporary table that lives until the transaction ends. One of the same name, from
    /// earlier in the transaction, goes.
    pub(crate) fn stage(self, table: &str, columns: &str) -> String {
        match self {
            Dialect::Sqlite => {
                format!("CREATE TEMP TABLE IF NOT EXISTS {table} ({columns}); DELETE FROM temp.{table};")
            }
            Dialect::Postgres => format!(
                "DROP TABLE IF EXISTS pg_temp.{table}; CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP;"
            ),
        }
    }

    /// Lets the planner see what a stage holds.
    pub(crate) fn analyse(self, table: &str) -> Option<String> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(format!("ANALYZE {table}")),
        }
    }

    /// One row, one column `bytes`: how much disk the database takes.
    pub fn size_sql(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "SELECT CAST(page_count * page_size AS BIGINT) AS bytes
                 FROM pragma_page_count(), pragma_page_size()"
            }
            Dialect::Postgres => "SELECT pg_database_size(current_database()) AS bytes",
        }
    }

    /// Rows (table, column, type, nullable 0/1, key position) of the whole schema, with types as the house
    /// names them, so that both databases give the same answer. Indexes of words ([`words`](crate::words))
    /// are each database's own and not in it.
    pub fn schema_sql(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "SELECT m.name AS tab, c.name AS col,
                    CASE WHEN c.type IN ('INTEGER','BIGINT','SMALLINT') THEN 'int'
                         WHEN c.type = 'BOOLEAN' THEN 'bool' WHEN c.type = 'UUID' THEN 'uuid'
                         WHEN c.type = 'DOUBLE PRECISION' THEN 'real' WHEN c.type = 'BYTEA' THEN 'blob'
                         WHEN c.type = 'TEXT' THEN 'text' ELSE c.type END AS typ,
                    CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END AS nullable,
                    c.pk AS key
                 FROM sqlite_master m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
                   AND m.name NOT LIKE '%\\_words' ESCAPE '\\' AND m.name NOT LIKE '%\\_words\\_%' ESCAPE '\\'
                 ORDER BY m.name, c.name"
            }
            Dialect::Postgres => {
                "SELECT CAST(c.table_name AS TEXT) AS tab, CAST(c.column_name AS TEXT) AS col,
                    CASE c.udt_name WHEN 'int8' THEN 'int' WHEN 'int4' THEN 'int' WHEN 'int2' THEN 'int'
                         WHEN 'bool' THEN 'bool' WHEN 'uuid' THEN 'uuid' WHEN 'float8' THEN 'real'
                         WHEN 'bytea' THEN 'blob' WHEN 'text' THEN 'text' ELSE c.udt_name END AS typ,
                    CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS nullable,
                    COALESCE((SELECT CAST(k.ordinal_position AS BIGINT)
                        FROM information_schema.table_constraints t
                        JOIN information_schema.key_column_usage k
                          ON k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema
                        WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = c.table_schema
                          AND t.table_name = c.table_name AND k.column_name = c.column_name), 0) AS key
                 FROM information_schema.columns c
                 JOIN information_schema.tables b
                   ON b.table_schema = c.table_schema AND b.table_name = c.table_name
                 WHERE c.table_schema = current_schema() AND b.table_type = 'BASE TABLE'
                   AND CAST(c.table_name AS TEXT) NOT LIKE '%\\_words' ESCAPE '\\'
                 ORDER BY CAST(c.table_name AS TEXT) COLLATE \"C\", CAST(c.column_name AS TEXT) COLLATE \"C\""
            }
        }
    }
}
