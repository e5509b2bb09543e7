//! Fully qualified names (spec 1.5): the folder of the module that the segment names, a slash, and a name.

use crate::config::without_extension;

/// What an FQN is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    /// Path of the segment's module below the source folder.
    pub(super) module: &'a str,
    /// The export listed in the segment.
    pub(super) export: &'a str,
    /// `as`, which wins over everything else.
    pub(super) alias: Option<&'a str>,
    /// Declared name of the function or class behind the export; `None` when it is anonymous.
    pub(super) declared: Option<&'a str>,
    /// Path of the module that declares it.
    pub(super) declared_in: &'a str,
}

impl Named<'_> {
    /// The FQN. The default export of an `index` module has the name of its folder.
    pub(super) fn fqn(&self) -> String {
        let (folder, file) = self.module.rsplit_once('/').unwrap_or(("", self.module));
        match (folder, self.alias) {
            ("", _) => self.name().to_owned(),
            (_, None) if stem(file) == "index" && self.export == "default" => folder.to_owned(),
            _ => format!("{folder}/{}", self.name()),
        }
    }

    fn name(&self) -> &str {
        match (self.alias, self.export, self.declared) {
            (Some(alias), ..) => alias,
            (None, "default", Some(declared)) => declared,
            (None, "default", None) => stem(self.declared_in.rsplit('/').next().unwrap_or(self.declared_in)),
            (None, export, _) => export,
        }
    }
}

fn stem(file: &str) -> &str {
    without_extension(file).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        let cases = [
            ("sayHello.ts", "default", None, Some("sayHello"), "sayHello"),
            ("domain/sayHello.ts", "sayHello", None, Some("sayHello"), "domain/sayHello"),
            ("domain/a.ts", "default", None, Some("sayHello"), "domain/sayHello"),
            ("game/index.js", "checkSecret", None, Some("checkSecret"), "game/checkSecret"),
            ("game/index.mjs", "default", None, Some("play"), "game"),
            ("game/index.js", "default", Some("play"), Some("x"), "game/play"),
            ("game/index.js", "check", None, Some("checkSecret"), "game/check"),
            ("getEmployee.ts", "getEmployeeV2", Some("getEmployee"), Some("getEmployeeV2"), "getEmployee"),
            ("foo/myindex.js", "default", None, Some("run"), "foo/run"),
            ("index.ts", "default", None, Some("run"), "run"),
            ("index.ts", "default", None, None, "index"),
            ("sales/total.ts", "default", None, None, "sales/total"),
            ("a/b/c.d.ts", "default", None, None, "a/b/c.d"),
            ("a/b/c.ts", "outer", None, Some("inner"), "a/b/outer"),
        ];
        for (module, export, alias, declared, expected) in cases {
            let named = Named { module, export, alias, declared, declared_in: module };
            assert_eq!(named.fqn(), expected, "{module} {export}");
        }
    }
}
