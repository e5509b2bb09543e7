//! Whole builds without snapshots.

use std::collections::BTreeMap;

use super::*;
use crate::testing::Folder;

/// Outside of cargo.
fn surroundings(root: &Utf8Path) -> Surroundings {
    Surroundings {
        base: root.to_owned(),
        current: root.to_owned(),
        package: None,
        out_dir: None,
        is_release: false,
        is_cross: false,
        program: "test".to_owned(),
    }
}

fn options(folder: &Folder, units: &[&[&str]]) -> Options {
    let root = folder.path("");
    let surroundings = Surroundings { out_dir: Some(root.join("target")), ..surroundings(&root) };
    let builder = units.iter().fold(Builder::new(), |builder, unit| builder.unit(unit.iter().copied()));
    Options::resolve(builder, &surroundings).expect("is complete")
}

fn folder() -> Folder {
    Folder::new(&[
        ("app/src/a.ts", "export default async function a() {}"),
        ("app/src/b.ts", "export default async function b() {}"),
        ("app/segments/a.json", r#"{ "./a": { "default": { "access": "public" } } }"#),
        ("app/segments/b.json", r#"{ "./b": { "default": { "access": "public" } } }"#),
    ])
}

fn modified(output: &Output, file: &str) -> std::time::SystemTime {
    output.folder.join(file).metadata().and_then(|metadata| metadata.modified()).expect("is there")
}

#[test]
fn a_build_leaves_everything_in_its_folder() {
    let folder = folder();
    let output = options(&folder, &[&["b", "a"]]).build(&|_| None).expect("builds");
    assert_eq!(output.folder, folder.path("target/jitar"));
    let units: Vec<&str> = output.manifest.units.iter().map(|unit| unit.id.as_str()).collect();
    assert_eq!(units, ["a", "a+b", "b"]);
    assert!(output.report.starts_with("[INFO] Built a segment (1 modules, 1 procedures, 0 classes)\n"));
    assert!(output.files.iter().all(|file| file.is_file() && file.starts_with(&output.folder)));
    for input in ["app/jitar.json", "app/src", "app/src/a.ts", "app/segments", "app/segments/a.json", "app/services"] {
        assert!(output.inputs.contains(&folder.path(input)), "{input} is not among {:?}", output.inputs);
    }
}

#[test]
fn nothing_is_written_when_nothing_changed_and_little_when_little_did() {
    let folder = folder();
    let first = options(&folder, &[]).build(&|_| None).expect("builds");
    let second = options(&folder, &[]).build(&|_| None).expect("builds");
    assert_eq!((&first.inputs, &first.files, &first.report), (&second.inputs, &second.files, &second.report));
    let before = ["app.rs", "archives/a.bin", "archives/b.bin"].map(|file| modified(&first, file));
    folder.write("app/src/b.ts", "export default async function b() { return 1; }");
    let third = options(&folder, &[]).build(&|_| None).expect("builds");
    let after = ["app.rs", "archives/a.bin", "archives/b.bin"].map(|file| modified(&third, file));
    assert_eq!(before[..2], after[..2]);
    assert_ne!(before[2], after[2]);
}

/// Bytes of the files that are the same for the same input.
fn bytes(output: &Output) -> BTreeMap<String, Vec<u8>> {
    let files = output.files.iter().map(|file| {
        let name = fs::below(file, &output.folder).expect("lies in the output folder");
        (name, fs::read_bytes(file).expect("is there"))
    });
    files.filter(|(name, _)| name != "report.json").collect()
}

#[test]
fn after_an_edit_the_output_is_that_of_a_whole_build() {
    let folder = folder();
    let edits = [
        ("app/src/b.ts", "export default async function b() { return 1; }"),
        ("app/src/b.ts", "export default async function b(first: number, second: number) { return first + second; }"),
        ("app/segments/b.json", r#"{ "./b": { "default": { "access": "public" } }, "./a": {} }"#),
        ("app/segments/c.json", r#"{ "./b": { "default": { "access": "public" } } }"#),
        ("app/segments/a.json", "{}"),
    ];
    options(&folder, &[]).build(&|_| None).expect("builds");
    for (number, (file, text)) in edits.into_iter().enumerate() {
        folder.write(file, text);
        let edited = options(&folder, &[]).build(&|_| None).expect("builds");
        let options = Options { out: folder.path(&format!("whole/{number}")), ..options(&folder, &[]) };
        let whole = options.build(&|_| None).expect("builds");
        assert_eq!(bytes(&edited), bytes(&whole), "{file} {text}");
    }
}

#[test]
fn a_failed_build_is_not_taken_for_a_whole_one() {
    let folder = folder();
    options(&folder, &[]).build(&|_| None).expect("builds");
    folder.write("app/src/b.ts", "export default function b() {}");
    let error = options(&folder, &[]).build(&|_| None).expect_err("is not async");
    let text = error.to_string();
    assert!(text.contains("error[JITAR0047]: the procedure `b` is not async"), "{text}");
    assert!(text.contains("app/src/b.ts:1:25"), "{text}");
    assert!(!folder.path("target/jitar/stamp.json").exists());
}

#[test]
fn all_mistakes_come_at_once() {
    let folder = folder();
    folder.write("app/src/a.ts", "export default async function a( {");
    folder.write("app/src/b.ts", "export default function b() {}");
    folder.write("app/services/w.json", r#"{ "worker": { "segments": ["c"] } }"#);
    folder.write("app/jitar.json", r#"{ "targt": "x" }"#);
    let error = options(&folder, &[]).build(&|_| None).expect_err("is wrong");
    let BuildError::Application(Mistakes { diagnostics, .. }) = &error else { panic!("{error}") };
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
    assert_eq!(codes, ["JITAR0022", "JITAR0072", "JITAR0001", "JITAR0047"]);
}

#[test]
fn outside_of_cargo_the_output_folder_must_be_said() {
    let folder = folder();
    let surroundings = surroundings(&folder.path(""));
    assert!(matches!(Options::resolve(Builder::new(), &surroundings), Err(BuildError::NoOutputFolder)));
    let options = Options::resolve(Builder::new().out_dir("x/../out"), &surroundings).expect("is complete");
    assert_eq!(options.out, folder.path("out"));
}
