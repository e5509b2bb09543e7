//! Nothing of the machine that builds is in what it makes: neither its environment, nor its folders, nor who built.
//!
//! Packed modules are the same bytes wherever they are built, as another test shows; here are those files that are not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jitar_tests::programs::{package, program};

use crate::bless::write_file;
use crate::{cases, runner};

/// Modules that try to keep what they can find.
const FILES: &[(&str, &str)] = &[
    (
        "src/warm.ts",
        "export const found = [new Error('here').stack, import.meta.url, JSON.stringify(import.meta), String(Function.prototype)];\n",
    ),
    (
        "src/curious.ts",
        "import { found } from './warm';\n\
         const looked: unknown[] = [];\n\
         for (const look of [() => process.env.PLANTED, () => process.cwd(), () => ({ ...process.env }), () => (globalThis as any).Deno]) {\n\
             try { looked.push(look()); } catch (error) { looked.push(error.stack); }\n\
         }\n\
         (globalThis as any).looked = looked;\n\
         export default async function curious() { return [found, looked]; }\n",
    ),
    ("segments/curious.json", "{ \"./curious\": { \"default\": { \"access\": \"public\" } } }\n"),
    ("services/curious.json", "{ \"url\": \"http://127.0.0.1:0\", \"worker\": { \"segments\": [\"curious\"] } }\n"),
];

#[test]
fn nothing_of_the_build_machine_is_in_a_snapshot() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("planted-folder");
    for (path, text) in FILES {
        write_file(&folder.join("app").join(path), text);
    }
    let mut build = Command::new(program("jitar-app"));
    build.args(["app", "--check"]).current_dir(&folder).env_clear();
    build.envs([("PLANTED", "planted-value"), ("USER", "planted-user"), ("HOME", "/planted-user")]);
    let output = build.output().expect("jitar-app starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let made = runner::output(&folder);
    let machine = [cargo_home(), package().join("..").canonicalize().expect("the checkout")];
    let machine = machine.map(|path| path.display().to_string());
    let traces: Vec<&str> = ["planted-"].into_iter().chain(machine.iter().map(String::as_str)).collect();
    let mut n_files = 0;
    for path in ["snapshots", "modules", "client"].iter().flat_map(|part| files(&made.join(part))) {
        n_files += 1;
        let bytes = fs::read(&path).expect("a file");
        for trace in &traces {
            assert!(!holds(&bytes, trace), "`{trace}` is in {}", path.display());
        }
    }
    assert!(n_files > 5, "only {n_files} files were looked at");
}

/// Where cargo keeps the sources of V8's crates, whose scripts are in every snapshot.
fn cargo_home() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).expect("a home folder")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let in_one = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    cases::in_folder(folder).into_iter().flat_map(in_one).collect()
}

/// Whether a text is there in one of the forms that V8 has for texts.
fn holds(bytes: &[u8], text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &wide].into_iter().any(|text| bytes.windows(text.len()).any(|window| window == text))
}

#[test]
fn traces_are_found_in_both_forms() {
    assert!(holds(b"xx planted-value", "planted-") && holds(b"p\0l\0a\0n\0", "plan"));
    assert!(!holds(b"plante", "planted-"));
}
