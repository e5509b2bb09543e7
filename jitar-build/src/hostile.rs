//! Nothing panics, whatever an application holds: damaged sources, configuration and packages go through all stages that
//! need no V8. `JITAR_FUZZ_SECONDS=600 cargo test -p jitar-build --lib damaged -- --nocapture` does it for ten minutes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::config::{self, Environment};
use crate::host::HostCatalog;
use crate::scan::{self, ScanInput};
use crate::testing::Folder;
use crate::{generate, link};

/// Pieces that are put into texts.
const TOKENS: [&str; 48] = [
    "export ",
    "import ",
    " from './b'",
    "* as x",
    "{ a as b }",
    "default ",
    "async ",
    "function* ",
    "await ",
    "class A ",
    "=> ",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "`${",
    "`",
    "'",
    "\"",
    "/*",
    "//",
    "\n",
    "\u{2028}",
    "\u{feff}",
    "ü",
    "\0",
    "enum E ",
    "namespace N ",
    "interface I ",
    "type T = ",
    "declare ",
    "@dec ",
    "import(",
    ".meta",
    "using ",
    "satisfies ",
    ": ",
    "?",
    "...",
    "#p",
    "0x",
    "1n",
    "null",
    "${A}",
];

/// What damaged texts begin as: a module, and every kind of file that is read.
const FILES: [(&str, &str); 12] = [
    (
        "src/a.tsx",
        "import b, { type T, c as d } from './b';\nimport * as pack from 'pack/sub';\nimport rows from './rows.json' with { type: 'json' };\n@dec export class A<T> extends b { #x = 1; static { } constructor(private y: T) { super(); } }\nexport enum E { A = 1 }\nexport default async function f({ a, b: [c = 1] }: Options, ...rest: (() => void)[]): Promise<{ x: T[] }> { return <b {...rest}>{a}</b>; }\ninterface Options extends Base<string> { a?: symbol; [key: string]: unknown }\n",
    ),
    (
        "src/b.ts",
        "export * from './a';\nlet state = new Map<string, number>();\nexport const c = async () => { state.set('a', 1); return import('./a'); };\nexport type T = Partial<Record<string, T>> & { f(): void };\nexport default class {}\n",
    ),
    ("src/rows.json", "{ \"a\": [1, 2, { \"b\": null }] }"),
    ("jitar.json", "{ \"source\": \"./src\", \"build\": { \"ignore\": [\"old/**\"] } }"),
    (
        "tsconfig.json",
        "{ \"extends\": \"./base.json\", \"compilerOptions\": { \"paths\": { \"@/*\": [\"./src/*\"] }, \"jsx\": \"react-jsx\" } } // c",
    ),
    (
        "segments/s.json",
        "{ \"./a\": { \"default\": { \"access\": \"public\", \"version\": \"1.0\", \"as\": \"g\" }, \"A\": {} } }",
    ),
    ("segments/t.json", "{ \"./b\": { \"c\": { \"limits\": { \"cpu\": 5 } } } }"),
    ("resources/r.json", "[\"./rows.json\"]"),
    (
        "services/w.json",
        "{ \"url\": \"http://a\", \"worker\": { \"segments\": [\"s\", \"t\"] }, \"isolates\": \"auto\", \"limits\": { \"wall\": 5 } }",
    ),
    ("package.json", "{ \"name\": \"app\", \"imports\": { \"#x\": \"./src/b.ts\" } }"),
    (
        "node_modules/pack/package.json",
        "{ \"name\": \"pack\", \"version\": \"1.0.0\", \"exports\": { \"./*\": { \"import\": \"./*.js\", \"default\": null } } }",
    ),
    ("node_modules/pack/sub.js", "export const x = 1;\nexport * as self from './sub.js';\n"),
];

/// A change of a text.
#[derive(Debug, Clone)]
enum Damage {
    Insert(prop::sample::Index, usize),
    Delete(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Nest(prop::sample::Index, usize, usize),
}

impl Damage {
    fn apply(&self, text: &mut String) {
        let boundary = |text: &str, index: &prop::sample::Index| {
            crate::diagnostics::floor_char_boundary(text, index.index(text.len() + 1))
        };
        match self {
            Self::Insert(index, token) => text.insert_str(boundary(text, index), TOKENS[token % TOKENS.len()]),
            Self::Delete(index, length) | Self::Repeat(index, length) => {
                let start = boundary(text, index);
                let end = crate::diagnostics::floor_char_boundary(text, start + length).max(start);
                let part = text[start..end].to_owned();
                match self {
                    Self::Delete(..) => text.replace_range(start..end, ""),
                    _ => text.insert_str(end, &part),
                }
            }
            Self::Nest(index, token, times) => {
                text.insert_str(boundary(text, index), &TOKENS[token % TOKENS.len()].repeat(*times));
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), any::<usize>()).prop_map(|(index, token)| Damage::Insert(index, token)),
        3 => (index(), 1..40_usize).prop_map(|(index, length)| Damage::Delete(index, length)),
        2 => (index(), 1..40_usize).prop_map(|(index, length)| Damage::Repeat(index, length)),
        1 => (index(), any::<usize>(), 2..200_usize).prop_map(|(index, token, times)| Damage::Nest(index, token, times)),
    ]
}

/// Everything but snapshots; the diagnostics are drawn as well.
fn run(files: &[(&str, &str)]) {
    let folder = Folder::new(files);
    let app = folder.path("");
    let (config, mut diagnostics) = config::read(&app, &mut Environment::new(&|_| None));
    let Some(config) = config else { return };
    let roots = config.roots();
    let sources = config.sources.files();
    let input =
        ScanInput { app: &config.folders.app, source: &config.folders.source, files: &roots, sources: &sources };
    let (graph, found, _) = scan::scan(&input);
    diagnostics.extend(found);
    let host = HostCatalog::default();
    let (linked, found) = link::link(&config, &graph, &host, &[vec!["s".to_owned(), "nowhere".to_owned()]]);
    diagnostics.extend(found);
    diagnostics.sort();
    let drawn = crate::diagnostics::render::frames(&diagnostics, &app, crate::diagnostics::render::Colour::Plain);
    assert_eq!(drawn.is_empty(), diagnostics.is_empty());
    if !diagnostics.has_errors() {
        generate::generate(&linked);
    }
}

/// Cases of one round.
const CASES: u32 = 300;

/// One round, or as many as there is time for.
#[test]
fn damaged_applications_are_refused_or_built() {
    let seconds = crate::cargo::variable("JITAR_FUZZ_SECONDS").and_then(|seconds| seconds.parse().ok());
    let (start, duration) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(0)));
    let mut n_cases = 0;
    loop {
        round();
        n_cases += CASES;
        if start.elapsed() >= duration {
            break;
        }
    }
    if seconds.is_some() {
        let elapsed = start.elapsed().as_secs();
        // Said where the figures of a long run are looked for.
        std::io::stderr()
            .write_all(format!("{n_cases} damaged applications in {elapsed} s\n").as_bytes())
            .expect("writes");
    }
}

fn round() {
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let damages = prop::collection::vec((0..FILES.len(), damage()), 1..6);
    proptest!(config, |(damages in damages)| {
        let mut files = FILES.map(|(path, text)| (path, text.to_owned()));
        for (file, damage) in &damages {
            damage.apply(&mut files[*file].1);
        }
        run(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
    });
}

#[test]
fn undamaged_the_application_is_whole() {
    // The symbol and the functions in its types are the only mistakes.
    run(&FILES);
}

#[test]
fn code_that_nests_without_end_is_refused() {
    let repeated = |piece: &str, times: usize, end: &str| piece.repeat(times) + "1" + &end.repeat(times);
    let mut texts = vec![
        repeated("(", 100_000, ")"),
        repeated("[", 100_000, ""),
        repeated("{", 100_000, "}"),
        repeated("!", 100_000, ""),
        repeated("(", 1_900, ")"),
        repeated("!", 1_900, ""),
        repeated("a + ", 10_000, ""),
        repeated("a => ", 3_000, ""),
        repeated("a ? b : ", 3_000, ""),
        repeated("if (a) b; else ", 3_000, ""),
        repeated("f`${", 1_900, "}`"),
        repeated("a.", 10_000, ""),
    ];
    let mut types = String::from("export type T = ");
    write!(types, "{}string{};", "A<".repeat(1_000), ">".repeat(1_000)).expect("a text");
    texts.push(types);
    for text in texts {
        crate::parallel::with_stack(|| run(&[("src/a.ts", &text), ("segments/s.json", "{ \"./a\": {} }")]))
            .expect("a thread");
    }
}
