//! What application code may reach (spec 13, `permissions`): hosts, environment variables and files by list, and nothing
//! else. The service's own address and those of its gateway, workers and repository need not be listed.

use std::path::{Component, Path, PathBuf};

use jitar_engine::permissions::{Environment as Variables, Files, HostPattern, Permissions};
use url::Url;

use super::fields::Fields;
use super::{Config, Environment, Role};

/// The lists of the service file.
#[derive(Debug, Default)]
pub(super) struct Written {
    net: Vec<HostPattern>,
    env: Vec<String>,
    read: Vec<String>,
}

/// Reads the object `permissions`.
pub(super) fn read(mut fields: Fields<'_>) -> Written {
    let mut written = Written::default();
    for host in fields.texts(&["net"]) {
        match host.value.parse() {
            Ok(pattern) => written.net.push(pattern),
            Err(error) => fields.problem(host.at, format!("Field 'permissions.net': {error}")),
        }
    }
    for name in fields.texts(&["env"]) {
        if name.value.is_empty() || name.value.trim_end_matches('*').contains(['*', '=']) || name.value.contains("**") {
            let text = "is no name of a variable; `*` may stand at the end";
            fields.problem(name.at, format!("Field 'permissions.env': `{}` {text}", name.value));
        }
        written.env.push(name.value);
    }
    for path in fields.texts(&["read"]) {
        if path.value.is_empty() {
            fields.problem(path.at, "Field 'permissions.read': an empty path; `.` is the working folder");
        }
        written.read.push(path.value);
    }
    fields.finish();
    written
}

impl Written {
    /// With the values of the variables, and with paths from the working folder.
    pub(super) fn resolve(self, environment: &Environment, folder: &Path) -> Permissions {
        let variables = environment.names().filter_map(|name| {
            environment.get(name).map(|value| (name.to_owned(), value.to_owned())) // every name has a value
        });
        Permissions {
            net: self.net.into_iter().collect(),
            env: Variables::new(self.env, variables),
            read: Files {
                base: folder.to_owned(),
                paths: self.read.iter().map(|path| absolute(folder, path)).collect(),
            },
        }
    }
}

/// A path from the working folder, without `.` and `..`. Links stay: the engine follows them when a file is read.
fn absolute(folder: &Path, path: &str) -> PathBuf {
    let mut absolute = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                absolute.pop();
            }
            other => absolute.push(other),
        }
    }
    absolute
}

impl Config {
    /// What application code may reach, the nodes that this service knows of included.
    pub(crate) fn effective_permissions(&self) -> Permissions {
        let mut permissions = self.permissions.clone();
        permissions.net.extend(self.nodes().into_iter().filter_map(HostPattern::of_url));
        permissions
    }

    /// The nodes that this service knows of, itself included.
    fn nodes(&self) -> Vec<&Url> {
        let mut nodes = vec![&self.url];
        match &self.role {
            Role::Worker(worker) => nodes.extend(&worker.gateways),
            Role::Gateway(gateway) => nodes.extend(&gateway.workers),
            Role::Proxy(proxy) => nodes.extend(proxy.gateways.iter().chain([&proxy.repository])),
            Role::Repository(_) | Role::Standalone(_) => {}
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::super::problem::Problems;
    use super::*;

    fn read_text(text: &str) -> (Permissions, Vec<String>) {
        let node = json::parse(text).expect("JSON");
        let problems = Problems::default();
        let written = Fields::root(&node, &problems).map(|mut fields| fields.group("permissions").map(read));
        let environment = Environment::of([("A", "1"), ("B_X", "2"), ("SECRET", "3")]);
        let permissions = written.flatten().unwrap_or_default().resolve(&environment, Path::new("/srv/app"));
        let reported = problems.into_list("s.json", text).iter().map(ToString::to_string).collect();
        (permissions, reported)
    }

    #[test]
    fn lists_become_permissions() {
        let text = r#"{"permissions": {"net": ["example.com", "*.a.org:443"], "env": ["A", "B_*", "UNSET"], "read": ["data", "../shared/./x", "/etc/hosts"]}}"#;
        let (permissions, problems) = read_text(text);
        assert_eq!(problems, [] as [String; 0]);
        let net = ["example.com", "*.a.org:443"].map(|host| host.parse().expect(host));
        let variables = [("A", "1"), ("B_X", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expected = Permissions {
            net: net.into_iter().collect(),
            env: Variables::new(vec!["A".to_owned(), "B_*".to_owned(), "UNSET".to_owned()], variables),
            read: Files {
                base: "/srv/app".into(),
                paths: vec!["/srv/app/data".into(), "/srv/shared/x".into(), "/etc/hosts".into()],
            },
        };
        assert_eq!(permissions, expected);
    }

    #[test]
    fn nothing_is_permitted_by_default() {
        let expected =
            Permissions { read: Files { base: "/srv/app".into(), ..Files::default() }, ..Permissions::default() };
        for text in ["{}", r#"{"permissions": {}}"#] {
            assert_eq!(read_text(text), (expected.clone(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_reported_with_its_place() {
        for (text, problem) in [
            (
                r#"{"permissions": {"net": ["https://a.org"]}}"#,
                "s.json:1:26: Field 'permissions.net': `https://a.org` is no host",
            ),
            (
                r#"{"permissions": {"env": ["A*B"]}}"#,
                "s.json:1:26: Field 'permissions.env': `A*B` is no name of a variable",
            ),
            (r#"{"permissions": {"env": [""]}}"#, "s.json:1:26: Field 'permissions.env': `` is no name of a variable"),
            (r#"{"permissions": {"read": [""]}}"#, "s.json:1:27: Field 'permissions.read': an empty path"),
            (r#"{"permissions": {"read": "x"}}"#, "Field 'permissions.read' is not a list"),
            (r#"{"permissions": {"write": ["x"]}}"#, "Unknown field 'permissions.write'"),
            (r#"{"permissions": []}"#, "Field 'permissions' is not an object"),
        ] {
            let (_, problems) = read_text(text);
            assert!(problems.len() == 1 && problems[0].contains(problem), "{text}: {problems:?}");
        }
    }
}
