//! What an archive says of its members, against the manifest.

use super::manifest::{INDEX, Manifest, PATH, at, invalid, mismatch};
use super::writer::kind_of_member;
use crate::error::Error;
use crate::json::{Fields, Value};
use crate::list::List;

/// What the archive has must be what the manifest lists, no more and no less.
pub(super) fn check_members(manifest: &Manifest, directory: &Value) -> Result<(), Error> {
    let mut fields = Fields::new(directory, "");
    let present = fields.list("members", |member| {
        (
            member.required_string("path"),
            member.required_integer("bytes", 0, i64::from(u32::MAX)).unsigned_abs(),
        )
    });
    let signed = fields.boolean("signed").unwrap_or(false);
    fields.finish()?;
    if !manifest.members.is_sorted_by(|a, b| a.path < b.path) {
        return Err(invalid(&at(PATH, "/members"), "the members are not listed in order, each once"));
    }
    if !manifest.members.iter().any(|member| member.path == INDEX) {
        return Err(invalid(INDEX, "there is no index"));
    }
    for member in &manifest.members {
        let path = &member.path;
        if *path != INDEX && !path.starts_with("blobs/") && kind_of_member(path).is_none() {
            return Err(invalid(&at(PATH, "/members"), &format!("no member is called {path}")));
        }
        match present.iter().find(|(present, _)| present == path) {
            None => return Err(invalid(path, &format!("{path} is missing"))),
            Some((_, bytes)) if *bytes != member.bytes => {
                return Err(mismatch(path, &format!("{path} has another length than its manifest says")));
            }
            Some(_) => {}
        }
    }
    let listed: Vec<&str> = manifest.members.iter().map(|member| member.path.as_str()).list();
    if let Some((path, _)) = present.iter().find(|(path, _)| listed.binary_search(&path.as_str()).is_err()) {
        return Err(invalid(path, &format!("{path} is not in the manifest")));
    }
    if signed != manifest.signed {
        let message = if signed {
            "there is a signature that the manifest does not tell of"
        } else {
            "the signature was taken out"
        };
        return Err(invalid("SIGNATURE.json", message));
    }
    Ok(())
}
