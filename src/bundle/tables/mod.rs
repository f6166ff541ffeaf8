//! The tables of the first implementation of the standard, exported as JSON (personality specification 13): rows back
//! into what they say, by person. A row that breaks the rules of its table is named; what of the others has no place
//! here is left out and named. Nothing is believed of a file but what its rows say.

mod row;
mod table;

use std::sync::Arc;

pub(crate) use self::row::{Item, Row};
use self::table::Table;
use super::translation::ImportNote;
use crate::error::{Error, ErrorCode};
use crate::json::{self, FieldError, Fields, Limits, Map, Value, pointer};
use crate::list::List;
use crate::log::check_owner;
use crate::order;
use crate::state::Personality;
use crate::template::Template;

/// How every database file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// The largest file that is read.
const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 32, items: usize::MAX, items_at: &[] };
/// Most rows of all files.
const MAXIMUM_ROWS: usize = 1_000_000;
/// Columns that nobody knows are named, up to so many.
const NAMED_COLUMNS: usize = 100;

/// How tables are to be brought in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TablesOptions {
    /// Whose they become, where they are one person's; absent: whose they are.
    pub user: Option<String>,
    /// Leave out rows that break a rule, and say so, instead of refusing all.
    pub skip_invalid: bool,
    /// Whether the affinity and the moods of the tables take the place of what has gone on here.
    pub replace: bool,
}

impl TablesOptions {
    /// Reads the options of a call.
    ///
    /// # Errors
    /// `invalid_argument`, `invalid_owner`.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        let options = Fields::read(options, "", |fields| Self {
            user: fields.string("user"),
            skip_invalid: fields.boolean("skip_invalid").unwrap_or(false),
            replace: fields.boolean("replace").unwrap_or(false),
        })?;
        options.user.as_deref().map_or(Ok(()), check_owner)?;
        Ok(options)
    }
}

/// Tables that are being read, file by file.
#[derive(Debug, Default)]
pub struct Tables {
    pub(crate) options: TablesOptions,
    /// By person, once all are read.
    rows: Vec<Row>,
    /// What was not taken over as it stood.
    pub(crate) notes: Vec<ImportNote>,
    /// Rows that break a rule, in their order.
    pub(crate) broken: Vec<Error>,
    /// The personalities that rows name, as far as somebody knows them.
    templates: Vec<(String, Arc<Personality>)>,
    /// With whom the moods and episodes were, where the caller says so.
    pub(crate) home: Option<Arc<Personality>>,
    /// Of the columns that nobody knows, those that were named.
    unknown: Vec<String>,
    /// Milliseconds since 1970, for what has no time.
    now: u64,
}

impl Tables {
    /// Nothing is read yet. `now` in milliseconds since 1970, for what has no time.
    pub fn new(options: TablesOptions, now: u64) -> Self {
        Self { options, now, ..Self::default() }
    }

    /// Reads a file: an object of tables, or the rows of one, which is named or else known by its columns. `path` is the
    /// pointer under which errors and notes name it.
    ///
    /// # Errors
    /// `unsupported_format`, `too_large`, `invalid_argument` for a table that is none of the five.
    pub fn push(&mut self, bytes: &[u8], path: &str, table: Option<&str>) -> Result<(), Error> {
        if bytes.starts_with(SQLITE) {
            return Err(Error::new(ErrorCode::UnsupportedFormat, "this is a SQLite database").at(path).hint(
                "Export its tables as JSON, for example with: sqlite3 -json memory.db \"SELECT * FROM user_facts\".",
            ));
        }
        let named = table.map(|name| {
            Table::of_name(name).ok_or_else(|| {
                Error::invalid_argument(path, ["no table is called \"", name, "\""].concat()).hint(KNOWN)
            })
        });
        let named = named.transpose()?;
        let document = json::read(bytes, LIMITS).map_err(|fault| {
            let error = Error::of_fault(fault, ErrorCode::UnsupportedFormat);
            let inside = [path, &error.path].concat();
            error.at(inside)
        })?;
        match (document.value, named) {
            (Value::Array(rows), table) => {
                let first = rows.iter().find_map(Value::as_object);
                match (table.or_else(|| first.and_then(Table::of_columns)), first) {
                    (Some(table), _) => self.table(table, rows, path),
                    (None, None) if rows.is_empty() => Ok(()),
                    _ => Err(unsupported(path, "the columns are those of no table that is read here")),
                }
            }
            (Value::Object(tables), None) => self.tables(tables, path),
            _ => Err(unsupported(path, "a list of rows is expected")),
        }
    }

    fn tables(&mut self, tables: Map, path: &str) -> Result<(), Error> {
        if !tables.keys().any(|name| Table::of_name(name).is_some()) {
            return Err(unsupported(path, "there is no table in it that is read here"));
        }
        for (name, rows) in tables {
            let path = pointer::join(path, &name);
            match (Table::of_name(&name), rows) {
                (Some(table), Value::Array(rows)) => self.table(table, rows, &path)?,
                (Some(_), Value::Null) => {}
                (Some(_), _) => return Err(unsupported(&path, "a list of rows is expected")),
                (None, _) => {
                    self.notes.push(ImportNote::new(&path, "skipped", "this table is not read here"))
                }
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &'static Table, rows: Vec<Value>, path: &str) -> Result<(), Error> {
        if self.rows.len() + self.broken.len() + rows.len() > MAXIMUM_ROWS {
            return Err(Error::new(ErrorCode::TooLarge, "there are more than 1000000 rows").at(path));
        }
        for (index, mut row) in rows.into_iter().enumerate() {
            let mut path = path.to_owned();
            pointer::push_index(&mut path, index);
            if let Some(columns) = row.as_object_mut() {
                columns.retain(|column, value| !value.is_null() && self.is_known(table, column, &path));
            }
            match row::read(table, &row, (path, self.now), self.options.user.as_deref()) {
                Ok((row, notes)) => {
                    self.rows.push(row);
                    self.notes.extend(notes);
                }
                Err(error) => self.broken.push(error),
            }
        }
        Ok(())
    }

    /// Whether a table has a column; one that it does not have is named once.
    fn is_known(&mut self, table: &Table, column: &str, path: &str) -> bool {
        let is_known = table.has(column);
        if !is_known && self.unknown.len() < NAMED_COLUMNS {
            let name = pointer::join(table.name, column);
            if !self.unknown.contains(&name) {
                self.unknown.push(name);
                let path = pointer::join(path, column);
                self.notes.push(ImportNote::new(&path, "skipped", "its table has no such column"));
            }
        }
        is_known
    }

    /// All files are read. Names the rows that have what must be another one's alone, and puts the rest in order.
    ///
    /// # Errors
    /// `invalid_argument` when the rows of several people are to become one person's.
    pub fn finish(&mut self) -> Result<(), Error> {
        if self.options.user.is_some() {
            let mut people = self.rows.iter().map(|row| row.person.as_str()).filter(|name| !name.is_empty());
            let first = people.next();
            if people.any(|name| Some(name) != first) {
                return Err(Error::invalid_argument("/user", "these are the tables of several people")
                    .hint("Leave `user` out, and each person's rows become that person's."));
            }
        }
        let keys = self.rows.iter().flat_map(|row| row.keys.iter().map(Option::as_deref)).list();
        let mut repeated = order::repeated(&keys).into_iter();
        for row in std::mem::take(&mut self.rows) {
            // Both keys have to be looked at, whatever the first one says.
            let twice = [repeated.next(), repeated.next()].contains(&Some(true));
            if twice {
                let message = "another row has what only one may have: its id, or what it is about";
                self.broken.push(Error::new(ErrorCode::InvalidRecord, message).at(row.path.as_str()));
            } else {
                self.rows.push(row);
            }
        }
        order::sort_by_text(&mut self.rows, |row| &row.user);
        Ok(())
    }

    /// Whose rows there are, by name; those about the storage are its own.
    pub fn users(&self) -> Vec<&str> {
        let mut users: Vec<&str> = Vec::new();
        for row in &self.rows {
            if users.last() != Some(&row.user.as_str()) {
                users.push(&row.user);
            }
        }
        users
    }

    /// A person's rows, in the order of the files.
    pub(crate) fn rows_of(&self, user: &str) -> &[Row] {
        let start = self.rows.partition_point(|row| row.user.as_str() < user);
        let end = self.rows.partition_point(|row| row.user.as_str() <= user);
        self.rows.get(start..end).unwrap_or_default()
    }

    /// The personalities that rows name, each once.
    pub fn personalities(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for row in &self.rows {
            if let Item::Relationship { personality, .. } = &row.item {
                if !names.contains(&personality.as_str()) {
                    names.push(personality);
                }
            }
        }
        names
    }

    /// Says who a name is, with the document; without a name, with whom moods and episodes were.
    ///
    /// # Errors
    /// `invalid_template`.
    pub fn introduce(&mut self, name: Option<&str>, document: &str) -> Result<(), Error> {
        let personality = Arc::new(Personality::new(Arc::new(Template::parse(document.as_bytes())?)));
        match name {
            Some(name) => self.templates.push((name.to_owned(), personality)),
            None => self.home = Some(personality),
        }
        Ok(())
    }

    /// The personality of a name.
    pub(crate) fn personality(&self, name: &str) -> Option<&Arc<Personality>> {
        self.templates.iter().find(|(known, _)| known == name).map(|(_, personality)| personality)
    }
}

/// What is read.
const KNOWN: &str = "Tables are user_affinity, user_facts, episodes, session_moods and schema_migrations, as JSON: \
{table: [rows]}, or the rows of one.";

fn unsupported(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::UnsupportedFormat, message).at(path).hint(KNOWN)
}

/// A row that breaks the rules of its table.
fn broken(error: &FieldError) -> Error {
    Error::new(ErrorCode::InvalidRecord, "a row breaks the rules of its table")
        .at(error.path.as_str())
        .hint(error.hint.as_str())
}
