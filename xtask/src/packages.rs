//! Real packages from npm: an application with a procedure for each, whose answers must be those that Node gives for the
//! same modules.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::cargo::Built;
use crate::service::{Output, Service};
use crate::workspace::Workspace;
use crate::{http, term, tools};

/// The application and the packages that it uses, with their versions.
const FOLDER: &str = "tests/packages";

/// An application of packages that a snapshot must hold, beside the other one.
const WARM: &str = "warm";

/// What Node runs beside the application: prints what each function answers, by its name.
const NODE: &str = "
    const answers = {};
    for (const name of ['modules', 'commonjs']) {
        const module = await import(`./app/src/${name}.js`);
        for (const [name, run] of Object.entries(module)) answers[name] = await run();
    }
    console.log(JSON.stringify(answers));
";

/// Builds and runs the application, and calls every procedure.
pub(crate) fn run(workspace: &Workspace, built: &Built) -> Result<()> {
    let Some(npm) = tools::find("npm") else {
        term::status("Skipped", "packages from npm: npm is not installed");
        return Ok(());
    };
    let folder = install(&workspace.root.join(FOLDER), &npm)?;
    let mut node = Command::new("node");
    node.args(["--input-type=module", "-e", NODE]).env("NODE_ENV", "production").current_dir(&folder);
    let expected: BTreeMap<String, Value> =
        serde_json::from_slice(&tools::output_of(&mut node)?).context("node printed something else than JSON")?;
    let arguments = [folder.join("app").display().to_string(), "--service=services/standalone.json".to_owned()];
    let service = Service::start("packages", built.program("jitar-app")?, &arguments, Output::Kept)?;
    for (procedure, expected) in &expected {
        check(&service, procedure, expected)?;
    }
    service.stop()?;
    warm(&folder, built)?;
    term::status("Checked", format_args!("{} procedures that use packages from npm", expected.len()));
    Ok(())
}

/// No module of the packages may be deferred, and they do what they are for.
fn warm(folder: &Path, built: &Built) -> Result<()> {
    let arguments = [folder.join(WARM).display().to_string(), "--service=services/standalone.json".to_owned()];
    let service = Service::start("warm packages", built.program("jitar-app")?, &arguments, Output::Kept)?;
    let answer = http::send("POST", &service.url, "/rpc/warm", Some(r#"{"title":"Big Day"}"#))?;
    let expected = r#"["bigDay",[[1,2],[3]],"<p><em>Big Day</em></p>\n",{"title":"Big Day","day":"2024-03-01"}]"#;
    ensure!(answer.text() == expected, "`{WARM}` answers {}\ninstead of {expected}", answer.text());
    let printed = service.printed();
    ensure!(printed.contains("unit warm: "), "no report was printed{printed}");
    let deferred: Vec<&str> = printed.lines().filter(|line| line.contains("deferred until")).collect();
    ensure!(deferred.is_empty(), "packages are deferred that a snapshot can hold:\n{}", deferred.join("\n"));
    service.stop()
}

fn check(service: &Service, procedure: &str, expected: &Value) -> Result<()> {
    let answer = http::send("POST", &service.url, &format!("/rpc/{procedure}"), Some("{}"))
        .with_context(|| format!("`{procedure}` does not answer{}", service.printed()))?;
    let is_same = match expected {
        Value::String(text) => answer.text() == *text,
        json => serde_json::from_slice(&answer.body).is_ok_and(|body: Value| body == *json),
    };
    ensure!(
        answer.status == 200 && is_same,
        "`{procedure}` answers {} {}\ninstead of {expected}{}",
        answer.status,
        answer.text(),
        service.printed()
    );
    Ok(())
}

/// A copy of the application outside of the checkout, with its packages installed once.
fn install(source: &Path, npm: &Path) -> Result<PathBuf> {
    let folder = env::temp_dir().join("jitar-packages");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    for application in ["app", WARM] {
        copy(&source.join(application), &folder.join(application))?;
    }
    let lock = fs::read(source.join("package-lock.json")).context("cannot read the versions of the packages")?;
    // npm leaves its own notes there; ours is written when everything is in place.
    let installed = folder.join("installed.json");
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(source.join(file), folder.join(file)).with_context(|| format!("cannot copy `{file}`"))?;
        }
        term::status("Installing", "packages from npm");
        let mut command = Command::new(npm);
        command.args(["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]).current_dir(&folder);
        tools::output_of(&mut command)?;
        fs::write(&installed, &lock).with_context(|| format!("cannot write `{}`", installed.display()))?;
    }
    Ok(folder)
}

/// Makes one folder hold what another one holds.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("cannot remove `{}`", to.display()))?;
    }
    fs::create_dir_all(to).with_context(|| format!("cannot make `{}`", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read `{}`", from.display()))? {
        let path = entry.with_context(|| format!("cannot read `{}`", from.display()))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).with_context(|| format!("cannot copy `{}`", path.display()))?;
        }
    }
    Ok(())
}
