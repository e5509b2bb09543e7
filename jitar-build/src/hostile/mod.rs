//! Nothing panics, whatever an application holds: damaged sources, configuration and packages go through all stages that
//! need no V8. Random damage is part of the tests; `cargo xtask fuzz build` lets coverage guide it (`fuzz/targets`).

#[cfg(all(test, not(fuzzing)))]
mod tests;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::archive::ModuleKind;

use crate::config::{self, Environment};
use crate::diagnostics::render::{self, Colour};
use crate::diagnostics::{Diagnostics, floor_char_boundary};
use crate::fs::{self, FsError};
use crate::generate::Generated;
use crate::host::HostCatalog;
use crate::scan::{self, ScanInput};
use crate::{generate, link, parallel};

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
pub const FILES: [(&str, &str); 15] = [
    (
        "src/a.tsx",
        "import b, { type T, c as d } from './b';\nimport * as pack from 'pack/sub';\nimport rows from './rows.json' with { type: 'json' };\n@dec export class A<T> extends b { #x = 1; static { } constructor(private y: T) { super(); } }\nexport enum E { A = 1 }\nexport default async function f({ a, b: [c = 1] }: Options, ...rest: string[]): Promise<{ x: T[] }> { return <b {...rest}>{a}</b>; }\ninterface Options extends Base<string> { a?: string; [key: string]: unknown }\n",
    ),
    (
        "src/b.ts",
        "export * from './a';\nlet state = new Map<string, number>();\nexport const c = async () => { state.set('a', 1); return import('./a'); };\nexport type T = Partial<Record<string, T>> & { f: Date };\nexport default class {}\n",
    ),
    ("src/rows.json", "{ \"a\": [1, 2, { \"b\": null }] }"),
    ("jitar.json", "{ \"source\": \"./src\", \"build\": { \"ignore\": [\"old/**\"] } }"),
    (
        "tsconfig.json",
        "{ \"extends\": \"./base.json\", \"compilerOptions\": { \"paths\": { \"@/*\": [\"./src/*\"] }, \"jsx\": \"react-jsx\", \"jsxImportSource\": \"pack\" } } // c",
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
    ("base.json", "{ \"compilerOptions\": { \"experimentalDecorators\": false } }"),
    (
        "node_modules/pack/jsx-runtime.js",
        "'use strict';\nconst inner = require('./inner.cjs');\nexports.jsx = inner.jsx;\nexports.jsxs = (type, props) => [type, props];\n",
    ),
    (
        "node_modules/pack/inner.cjs",
        "module.exports = { jsx: (type, props) => ({ type, props }), self: () => require('./sub.js') };\n",
    ),
    ("node_modules/pack/sub.js", "export const x = 1;\nexport * as self from './sub.js';\n"),
];

/// A change of a text. Places and tokens are taken from any numbers.
#[derive(Debug, Clone, Copy)]
pub enum Damage {
    /// Puts a token in.
    Insert {
        /// Where.
        at: usize,
        /// Which.
        token: usize,
    },
    /// Takes a part out.
    Delete {
        /// Where it begins.
        at: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// Doubles a part.
    Repeat {
        /// Where it begins.
        at: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// Puts a token in many times.
    Nest {
        /// Where.
        at: usize,
        /// Which.
        token: usize,
        /// How often.
        times: usize,
    },
}

impl Damage {
    /// A damage that every bit of the number has a part in.
    pub fn from_number(number: u32) -> Self {
        let number = usize::try_from(number).unwrap_or_default();
        let (kind, at, rest) = (number % 10, number / 10 % 8192, number / 10 / 8192);
        match kind {
            0..4 => Self::Insert { at, token: rest },
            4..7 => Self::Delete { at, length: 1 + rest % 40 },
            7..9 => Self::Repeat { at, length: 1 + rest % 40 },
            _ => Self::Nest { at, token: rest, times: 2 + rest % 200 },
        }
    }

    /// Changes the text.
    pub fn apply(self, text: &mut String) {
        let boundary = |text: &str, at: usize| floor_char_boundary(text, at % (text.len() + 1));
        let token = |token: usize| TOKENS[token % TOKENS.len()];
        let part = |text: &str, at: usize, length: usize| {
            let start = boundary(text, at);
            start..floor_char_boundary(text, start + length).max(start)
        };
        match self {
            Self::Insert { at, token: which } => text.insert_str(boundary(text, at), token(which)),
            Self::Delete { at, length } => text.replace_range(part(text, at, length), ""),
            Self::Repeat { at, length } => {
                let part = part(text, at, length);
                let (end, copy) = (part.end, text[part].to_owned());
                text.insert_str(end, &copy);
            }
            Self::Nest { at, token: which, times } => text.insert_str(boundary(text, at), &token(which).repeat(times)),
        }
    }
}

/// The files of an application by their number in [`FILES`], as one text of bytes: what is not among them is undamaged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(Vec<(usize, String)>);

impl Texts {
    /// No byte of any text.
    const END: u8 = 0xff;

    /// Every row of bytes means something: each part of it begins with the number of a file.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let parts = bytes.split(|byte| *byte == Self::END).filter_map(|part| part.split_first());
        let texts = parts.map(|(file, text)| (usize::from(*file) % FILES.len(), String::from_utf8_lossy(text).into()));
        Self(texts.collect())
    }

    /// What [`Texts::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts =
            self.0.iter().map(|(file, text)| [&[u8::try_from(*file).unwrap_or_default()], text.as_bytes()].concat());
        parts.collect::<Vec<_>>().join(&Self::END)
    }

    /// One undamaged file.
    pub fn undamaged(file: usize) -> Self {
        let file = file % FILES.len();
        Self(vec![(file, FILES[file].1.to_owned())])
    }

    /// Damages one of them, or adds the one that is to be damaged.
    pub fn damage(&mut self, file: usize, damage: Damage) {
        let file = file % FILES.len();
        if !self.0.iter().any(|(known, _)| *known == file) {
            self.0.extend(Self::undamaged(file).0);
        }
        self.0.iter_mut().filter(|(known, _)| *known == file).for_each(|(_, text)| damage.apply(text));
    }
}

/// A folder with the application, damaged again and again: only what differs from the time before is written.
#[derive(Debug)]
pub struct Ground {
    folder: Utf8PathBuf,
    damaged: BTreeSet<usize>,
}

impl Ground {
    /// Lays the application out.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(folder: Utf8PathBuf) -> Result<Self, FsError> {
        let ground = Self { folder, damaged: BTreeSet::new() };
        (0..FILES.len()).try_for_each(|file| ground.write(file, FILES[file].1))?;
        Ok(ground)
    }

    /// Builds the application with these texts, but for snapshots.
    ///
    /// # Errors
    /// When the folder cannot be written.
    ///
    /// # Panics
    /// When something does not hold that must hold for every application.
    pub fn build(&mut self, texts: &Texts) -> Result<(), FsError> {
        let damaged: BTreeSet<usize> = texts.0.iter().map(|(file, _)| *file).collect();
        self.damaged.difference(&damaged).try_for_each(|file| self.write(*file, FILES[*file].1))?;
        texts.0.iter().try_for_each(|(file, text)| self.write(*file, text))?;
        self.damaged = damaged;
        build(&self.folder);
        Ok(())
    }

    fn write(&self, file: usize, text: &str) -> Result<(), FsError> {
        fs::write_if_changed(&self.folder.join(FILES[file].0), text.as_bytes()).map(|_| ())
    }
}

/// Everything but snapshots; the diagnostics are drawn as well. `None` when there is no configuration to go on with.
fn build(app: &Utf8Path) -> Option<Diagnostics> {
    parallel::with_stack(|| {
        let (config, mut diagnostics) = config::read(app, &mut Environment::new(&|_| None));
        let config = config?;
        let (files, sources) = (config.roots(), config.sources.files());
        let input =
            ScanInput { app: &config.folders.app, source: &config.folders.source, files: &files, sources: &sources };
        let (graph, found, _) = scan::scan(&input);
        diagnostics.extend(found);
        let host = HostCatalog::default();
        let (linked, found) = link::link(&config, &graph, &host, &[vec!["s".to_owned(), "t".to_owned()]]);
        diagnostics.extend(found);
        diagnostics.sort();
        let drawn = render::frames(&diagnostics, app, Colour::Plain);
        assert_eq!(drawn.is_empty(), diagnostics.is_empty());
        if !diagnostics.has_errors() {
            check(&generate::generate(&linked));
        }
        Some(diagnostics)
    })
    .expect("invariant: the system gives a thread")
}

/// What comes out of an application without mistakes has none, either.
fn check(generated: &Generated) {
    let modules = generated.units.iter().flat_map(|unit| &unit.archive.modules);
    let modules = modules.filter(|module| module.kind == ModuleKind::JavaScript);
    let modules = modules.map(|module| (&module.specifier, &module.code)).chain(&generated.client);
    for (name, code) in modules {
        let mistakes = scan::mistakes_of(code);
        assert!(mistakes.is_empty(), "`{name}`: {mistakes:?}\n{code}");
    }
}
