//! What is found in a library, and what is said about it.

use super::{HostCatalog, Origin, declarations, read};
use crate::testing::Folder;

const MANIFEST: (&str, &str) = ("Cargo.toml", "[package]\nname = \"my-service\"\n");

fn catalog(files: &[(&str, &str)]) -> (HostCatalog, Vec<String>, Vec<String>) {
    let folder = Folder::new(files);
    let root = folder.path("");
    let (catalog, diagnostics, inputs) = read(Some(&root));
    let messages = diagnostics.iter().map(|diagnostic| format!("{} {}", diagnostic.code.id, diagnostic.message));
    let inputs = inputs.iter().filter_map(|input| crate::fs::below(input, &root));
    (catalog, messages.collect(), inputs.collect())
}

/// `module.name constant` of everything found.
fn found(catalog: &HostCatalog) -> Vec<String> {
    let functions = catalog.modules.iter().flat_map(|(module, functions)| {
        functions.iter().map(move |(name, function)| format!("{module}.{name} {}", function.constant))
    });
    functions.collect()
}

#[test]
fn functions_are_found_in_all_modules() {
    let (catalog, messages, inputs) = catalog(&[
        MANIFEST,
        (
            "src/lib.rs",
            "pub mod a; pub mod b; mod hidden; #[path = \"else/where.rs\"] pub mod moved;
             pub mod inline { pub mod deep; #[jitar::host(module = \"m\")] pub fn inline() {} }
             #[cfg(test)] mod tests { #[jitar::host(module = \"m\")] pub fn test() {} }
             use jitar::host; #[host(module = \"m\", name = \"rootName\")] pub fn root() {}
             #[other::host(module = \"m\")] pub fn other() {}
             pub mod missing;",
        ),
        ("src/a.rs", "pub mod c; #[jitar::host(module = \"x/y\")] pub async fn a() {}"),
        ("src/a/c.rs", "#[jitar::host(module = \"m\")] pub fn r#loop() {}"),
        ("src/b/mod.rs", "pub mod d;"),
        ("src/b/d.rs", "#[jitar::host(module = \"m\")] pub fn d() {}"),
        ("src/hidden.rs", "#[jitar::host(module = \"m\")] pub fn e() {}"),
        ("src/else/where.rs", "pub mod near;"),
        ("src/else/near.rs", "#[jitar::host(module = \"m\")] fn near() {}"),
        ("src/inline/deep.rs", "#[jitar::host(module = \"m\")] pub fn deep() {}"),
    ]);
    assert_eq!(messages, [] as [String; 0]);
    assert_eq!(
        found(&catalog),
        [
            "m.d ::my_service::b::d::__jitar_host_d",
            "m.deep ::my_service::inline::deep::__jitar_host_deep",
            "m.e ::my_service::hidden::__jitar_host_e",
            "m.inline ::my_service::inline::__jitar_host_inline",
            "m.loop ::my_service::a::c::__jitar_host_loop",
            "m.near ::my_service::moved::near::__jitar_host_near",
            "m.rootName ::my_service::__jitar_host_root",
            "x/y.a ::my_service::a::__jitar_host_a",
        ]
    );
    let hidden = |name: &str| catalog.function("m", name).and_then(|function| function.hidden_by.as_deref());
    assert_eq!(hidden("e"), Some("the module `hidden`"));
    assert_eq!(hidden("near"), Some("the function `near`"));
    assert_eq!(hidden("d"), None);
    for input in ["Cargo.toml", "src/lib.rs", "src/a.rs", "src/a/c.rs", "src/else/near.rs", "src/missing/mod.rs"] {
        assert!(inputs.iter().any(|found| found == input), "{input} is not in {inputs:?}");
    }
}

#[test]
fn the_library_may_have_another_name_and_place() {
    let manifest = "[package]\nname = \"x\"\n[lib]\nname = \"other\"\npath = \"rust/entry.rs\"\n";
    let (catalog, _, _) =
        catalog(&[("Cargo.toml", manifest), ("rust/entry.rs", "#[jitar::host(module = \"m\")] pub fn f() {}")]);
    assert_eq!(found(&catalog), ["m.f ::other::__jitar_host_f"]);
}

#[test]
fn a_package_may_have_no_library() {
    let (catalog, messages, inputs) = catalog(&[MANIFEST, ("src/main.rs", "fn main() {}")]);
    assert_eq!((catalog.origin, messages.len()), (Origin::NoLibrary, 0));
    assert_eq!(inputs, ["Cargo.toml", "src/lib.rs"]);
    let (catalog, ..) = read(None);
    assert_eq!(catalog.origin, Origin::NoPackage);
}

#[test]
fn two_functions_of_one_name_are_a_mistake() {
    let code =
        "#[jitar::host(module = \"m\")] pub fn f() {}\n#[jitar::host(module = \"m\", name = \"f\")] pub fn g() {}";
    let (_, messages, _) = catalog(&[MANIFEST, ("src/lib.rs", code)]);
    assert_eq!(messages, ["JITAR0095 the host module `m` has two functions called `f`"]);
}

#[test]
fn rust_that_cannot_be_read_is_remembered() {
    let (catalog, messages, _) = catalog(&[MANIFEST, ("src/lib.rs", "pub fn ok() {}\npub fn f( {}")]);
    assert_eq!(messages, [] as [String; 0], "rustc says it, unless something is imported");
    let failure = catalog.failure.expect("is remembered");
    assert_eq!(failure.code.id, "JITAR0096");
    assert_eq!(failure.labels[0].position().line, 2);
}

#[test]
fn declarations_are_what_tsc_wants() {
    let code = "
        /// Checks a password.
        ///
        /// Slowly */ and surely.
        #[jitar::host(module = \"passwords\")]
        pub async fn verify(password: &str, hash: String, cost: Option<u32>) -> Result<bool, jitar::HostError> { Ok(true) }
        #[jitar::host(module = \"passwords\")]
        pub fn mixed(a: Option<String>, (b, c): (u8, u8)) {}
        #[jitar::host(module = \"files\", name = \"readAll\")]
        pub fn read_all() -> Vec<u8> { Vec::new() }";
    let (catalog, ..) = catalog(&[MANIFEST, ("src/lib.rs", code)]);
    let expected = r#"// Written by jitar-build: the Rust functions that application code may import.

declare module "host:files" {
    export function readAll(): Uint8Array;
}

declare module "host:passwords" {
    export function mixed(a: string | undefined, argument2: [number, number]): void;

    /**
     * Checks a password.
     *
     * Slowly * / and surely.
     */
    export function verify(password: string, hash: string, cost?: number): Promise<boolean>;
}
"#;
    assert_eq!(declarations(&catalog).as_deref(), Some(expected));
    assert_eq!(declarations(&HostCatalog::default()), None);
}

/// Structs and enums of the library, as serde's derives have them.
#[test]
fn types_of_the_library_are_declared() {
    let (catalog, messages, _) = catalog(&[
        MANIFEST,
        (
            "src/lib.rs",
            r#"
            pub mod model;
            pub mod shop { pub use crate::model::{self, Account as Customer}; pub type Page<T> = crate::model::Page<T>; }
            use serde::{Deserialize, Serialize};
            use shop::*;
            use model::Kind as Sort;
            #[derive(Serialize, Deserialize)]
            pub struct Record { pub a: u8 }
            mod hidden { #[derive(serde::Deserialize)] pub struct Order { pub x: super::Sort } }
            #[jitar::host(module = "shop")]
            pub fn save(account: &Customer, sort: Sort, order: hidden::Order) -> Result<Customer, jitar::HostError> {}
            #[jitar::host(module = "shop")]
            pub async fn pages(record: Option<Record>) -> Vec<Page<model::Order>> {}
            #[jitar::host(module = "other")]
            pub fn shapes() -> (model::Shape, model::Tagged, model::Apart, model::Any, model::Wrapped, model::Pair) {}
            #[jitar::host(module = "other")]
            pub fn counts(tree: model::Tree) -> std::collections::BTreeMap<Sort, u64> {}
            #[jitar::host(module = "other")]
            pub fn unknown(a: model::NotRead, b: model::Sometimes, c: model::Sized<3>, d: model::Foreign) {}
            "#,
        ),
        (
            "src/model.rs",
            r#"
            use serde::{Deserialize, Serialize};
            /// Somebody who buys.
            #[derive(Debug, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            pub struct Account {
                /// As the person writes it.
                pub full_name: String,
                pub kind: Kind,
                pub nick: Option<String>,
                #[serde(default)]
                pub tags: Vec<String>,
                #[serde(rename = "e-mail", alias = "mail")]
                pub email: String,
                #[serde(skip)]
                pub cached: u8,
                #[serde(skip_serializing)]
                pub password: String,
                #[serde(skip_serializing_if = "Option::is_none", default)]
                pub parent: Option<Box<Account>>,
                #[serde(with = "time")]
                pub since: Time,
                #[serde(flatten)]
                pub place: Place,
                #[serde(flatten)]
                pub rest: std::collections::HashMap<String, u8>,
            }
            #[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
            #[serde(rename_all = "kebab-case")]
            pub enum Kind { NewOne, #[serde(rename(serialize = "OLD", deserialize = "OLD"))] Old, #[serde(skip)] Never }
            #[derive(Serialize, Deserialize)]
            pub struct Place { pub zip: u32, pub raw: Vec<u8> }
            #[derive(Serialize)]
            pub struct Page<T> { pub items: Vec<T>, pub next: Option<u64> }
            #[derive(Serialize)]
            pub struct Order { pub id: Id, pub lines: [Line; 2] }
            #[derive(Serialize)]
            pub struct Id(u32);
            #[derive(Serialize)]
            pub struct Line(String, f64);
            #[derive(Serialize)]
            #[serde(rename_all_fields = "SCREAMING_SNAKE_CASE")]
            pub enum Shape { Empty, Circle(f64), Line(f64, f64), Box { side_length: f64 } }
            #[derive(Serialize)]
            #[serde(tag = "type", rename_all = "snake_case")]
            pub enum Tagged { NothingAtAll, Place(Place), Named { r#type_name: String } }
            #[derive(Serialize)]
            #[serde(tag = "t", content = "c")]
            pub enum Apart { A, B(u8), C { x: bool } }
            #[derive(Serialize)]
            #[serde(untagged)]
            pub enum Any { Number(f64), Text(String), Nothing }
            #[derive(Serialize)]
            #[serde(transparent)]
            pub struct Wrapped { inner: Vec<Kind>, #[serde(skip)] mark: u8 }
            #[derive(Serialize)]
            #[serde(tag = "kind")]
            pub struct Pair { left: (), right: Nothing }
            #[derive(Serialize)]
            pub struct Nothing;
            #[derive(Deserialize)]
            pub struct Tree { children: Vec<Tree> }
            #[derive(Serialize)]
            pub struct NotRead { a: u8 }
            #[cfg(feature = "x")]
            #[derive(Deserialize)]
            pub struct Sometimes { a: u8 }
            #[derive(Deserialize)]
            pub struct Sized<const N: usize> { a: u8 }
            pub use elsewhere::Foreign;
            "#,
        ),
    ]);
    assert_eq!(messages, [] as [String; 0]);
    assert!(catalog.failure.is_none(), "{:?}", catalog.failure);
    let text = declarations(&catalog).expect("has modules");
    let file = crate::fs::normalise(camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR"))).join("src/host/tests.d.ts");
    if crate::cargo::variable("JITAR_BLESS").is_some() {
        crate::fs::write_if_changed(&file, text.as_bytes()).expect("writes");
    }
    assert_eq!(
        text,
        crate::fs::read(&file).expect("is there"),
        "run this test with JITAR_BLESS=1 to take it as expected"
    );
}
