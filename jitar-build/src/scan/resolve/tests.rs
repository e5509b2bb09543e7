//! Tables: specifier → what it means, over folders.

use super::*;
use crate::testing::Folder;

const EMPTY: &str = "export {}";

/// Resolves a specifier as the importer writes it; shows the specifier that V8 will see, or the code and the message.
fn resolved(folder: &Folder, importer: &str, specifier: &str) -> String {
    let app = folder.path("app");
    let mut diagnostics = Diagnostics::default();
    let (tsconfig, _) = TsConfig::load(&app, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let mut resolver = Resolver::new(&app, tsconfig);
    let importer = Location::of_app(&app, folder.path(importer));
    show(resolver.resolve(&importer, specifier, Way::Import))
}

fn show(result: Result<Resolved, Failure>) -> String {
    match result {
        Ok(Resolved::Module(location)) => location.specifier.strip_prefix("file:///app/").expect("ours").to_owned(),
        Ok(Resolved::Runtime(name)) => name.to_owned(),
        Ok(Resolved::Host(name)) => format!("host {name}"),
        Err(failure) => format!("{} {}", failure.code.id, failure.message),
    }
}

fn check(folder: &Folder, cases: &[(&str, &str, &str)]) {
    for (importer, specifier, expected) in cases {
        let found = resolved(folder, importer, specifier);
        let matches = if expected.starts_with("JITAR") { found.starts_with(expected) } else { found == *expected };
        assert!(matches, "{specifier} from {importer}: {found}, expected {expected}");
    }
}

#[test]
fn relative_specifiers() {
    let folder = Folder::new(&[
        ("app/src/a.ts", EMPTY),
        ("app/src/both.ts", EMPTY),
        ("app/src/both.js", EMPTY),
        ("app/src/both/index.ts", EMPTY),
        ("app/src/only.js", EMPTY),
        ("app/src/view.tsx", EMPTY),
        ("app/src/m.mts", EMPTY),
        ("app/src/n.mjs", EMPTY),
        ("app/src/x.service.ts", EMPTY),
        ("app/src/data.json", "{}"),
        ("app/src/folder/index.jsx", EMPTY),
        ("app/src/empty/other.ts", EMPTY),
        ("app/src/style.css", ""),
        ("app/src/old.cjs", ""),
        ("shared/s.ts", EMPTY),
    ]);
    let ts = "app/src/a.ts";
    let js = "app/src/only.js";
    check(
        &folder,
        &[
            (ts, "./a", "src/a.ts"),
            (ts, "./a.ts", "src/a.ts"),
            (ts, "./a.js", "src/a.ts"),
            (ts, "./both", "src/both.ts"),
            (ts, "./both.js", "src/both.ts"),
            (js, "./both.js", "src/both.js"),
            (ts, "./both/", "src/both/index.ts"),
            (ts, "./view.js", "src/view.tsx"),
            (ts, "./view.jsx", "src/view.tsx"),
            (js, "./view.js", "src/view.tsx"),
            (ts, "./m.mjs", "src/m.mts"),
            (ts, "./n", "src/n.mjs"),
            (ts, "./x.service", "src/x.service.ts"),
            (ts, "./data.json", "src/data.json"),
            (ts, "./data", "src/data.json"),
            (ts, "./folder", "src/folder/index.jsx"),
            ("app/src/folder/index.jsx", "..", "JITAR0002 cannot find module `..`: there is no `src`"),
            ("app/src/both/index.ts", ".", "src/both/index.ts"),
            ("app/src/folder/index.jsx", "../a", "src/a.ts"),
            (ts, "../../shared/s", "_up_/shared/s.ts"),
            (ts, "./empty", "JITAR0002 cannot find module `./empty`: there is no `src/empty`"),
            (ts, "./style.css", "JITAR0005 `src/style.css` cannot be a module"),
            (ts, "./old.cjs", "JITAR0008"),
        ],
    );
}

#[test]
fn names_that_need_no_file() {
    let folder = Folder::new(&[("app/a.ts", EMPTY), ("app/node_modules/jitar/index.js", EMPTY)]);
    let cases = [
        ("jitar", "jitar:runtime"),
        ("jitar/client", "jitar:client"),
        ("jitar/other", "JITAR0004"),
        ("jitar:remote", "JITAR0004"),
        ("jitar:runtime", "JITAR0004"),
        ("host:passwords", "host passwords"),
        ("node:buffer", "node:buffer"),
        ("buffer", "node:buffer"),
        ("process", "node:process"),
        ("async_hooks", "node:async_hooks"),
        ("node:async_hooks/x", "JITAR0003"),
        ("node:fs", "JITAR0003 `node:fs` is a module of Node"),
        ("node:fs/promises", "JITAR0003"),
        ("node:nonsense", "JITAR0003"),
        ("fs", "JITAR0003"),
        ("crypto", "JITAR0003"),
        ("https://example.org/x.js", "JITAR0002"),
        ("http://example.org/x.js", "JITAR0002"),
        ("/src/a.ts", "JITAR0002 `/src/a.ts` is an absolute path"),
        ("file:///a.ts", "JITAR0002"),
        ("data:text/javascript,1", "JITAR0002"),
        ("", "JITAR0002"),
        ("#db", "JITAR0002 `#db` is not among the `imports`"),
        ("express", "JITAR0002 cannot find package `express`"),
        ("@scope", "JITAR0002 `@scope` is not the name of a package"),
    ];
    for (specifier, expected) in cases {
        check(&folder, &[("app/a.ts", specifier, expected)]);
    }
}

#[test]
fn failures_say_what_to_do() {
    let folder = Folder::new(&[
        ("app/src/a.ts", EMPTY),
        ("app/src/salesData.ts", EMPTY),
        ("app/src/deep/orders.ts", EMPTY),
        ("app/node_modules/lodash-es/index.js", EMPTY),
        ("app/node_modules/@scope/tools/index.js", EMPTY),
    ]);
    let app = folder.path("app");
    let mut resolver = Resolver::new(&app, TsConfig::default());
    let importer = Location::of_app(&app, folder.path("app/src/a.ts"));
    let cases = [
        ("./salseData", "did you mean `./salesData`?"),
        ("./salesData.jsx", "did you mean `./salesData.ts`?"),
        ("./zzz", "extensions `.ts"),
        ("../src/deep/zzz", "extensions `.ts"),
        ("../src/deep/ordres", "did you mean `../src/deep/orders`?"),
        ("lodahs-es", "did you mean `lodash-es`?"),
        ("@scope/tool", "did you mean `@scope/tools`?"),
        ("zzz", "install it"),
        ("crypto", "use the global `crypto`"),
        ("node:net", "use the web-standard API"),
        ("jitar:remote", "applications import from `jitar`"),
    ];
    for (specifier, expected) in cases {
        let failure = resolver.resolve(&importer, specifier, Way::Import).expect_err(specifier);
        let help = failure.help.unwrap_or_default();
        assert!(help.starts_with(expected), "{specifier}: {help}");
    }
}

#[test]
fn packages() {
    let folder = Folder::new(&[
        ("app/src/a.ts", EMPTY),
        ("node_modules/above/package.json", r#"{"name": "above", "version": "1.0.0", "main": "lib/main"}"#),
        ("node_modules/above/lib/main.js", EMPTY),
        ("app/node_modules/plain/index.js", EMPTY),
        ("app/node_modules/plain/sub/thing.js", EMPTY),
        (
            "app/node_modules/esm/package.json",
            r#"{"name": "esm", "version": "2.1.0", "module": "./m.mjs", "main": "./c.js"}"#,
        ),
        ("app/node_modules/esm/m.mjs", EMPTY),
        ("app/node_modules/esm/c.js", EMPTY),
        (
            "app/node_modules/@s/maps/package.json",
            r#"{"name": "@s/maps", "version": "3.0.0", "exports": {
                ".": {"node": "./node.js", "import": {"types": "./a.d.ts", "default": "./a.js"}, "require": "./a.cjs"},
                "./features/*": "./lib/*.js", "./features/private/*": null, "./gone": "./gone.js", "./out": "../esm/m.mjs",
                "./common": {"require": "./a.cjs"}, "./both.cjs": "./a.cjs"
            }}"#,
        ),
        ("app/node_modules/@s/maps/a.js", EMPTY),
        ("app/node_modules/@s/maps/a.cjs", EMPTY),
        ("app/node_modules/@s/maps/lib/x.js", EMPTY),
        ("app/node_modules/events/package.json", r#"{"name": "events", "version": "4.0.0"}"#),
        ("app/node_modules/events/index.js", EMPTY),
        ("app/node_modules/alias/package.json", r#"{"name": "real", "version": "1.2.3"}"#),
        ("app/node_modules/alias/index.js", EMPTY),
        ("app/node_modules/nothing/package.json", r#"{"name": "nothing", "version": "1.0.0"}"#),
        ("app/node_modules/plain/folder/package.json", r#"{"main": "./deep/main"}"#),
        ("app/node_modules/plain/folder/deep/main.js", EMPTY),
        ("app/node_modules/plain/folder/deep/index.js", EMPTY),
        (
            "app/node_modules/for-browsers/package.json",
            r#"{"name": "for-browsers", "version": "1.0.0", "main": "./n.js", "browser": "./b.js"}"#,
        ),
        ("app/node_modules/for-browsers/n.js", EMPTY),
        ("app/node_modules/for-browsers/b.js", EMPTY),
        (
            "app/node_modules/replaces/package.json",
            r#"{"name": "replaces", "version": "1.0.0", "main": "./node.js", "browser": {
                "./node.js": "./browser.js", "./only-node": false, "fs": false, "crypto": "./crypto.js", "util": "plain"
            }}"#,
        ),
        ("app/node_modules/replaces/node.js", EMPTY),
        ("app/node_modules/replaces/browser.js", EMPTY),
        ("app/node_modules/replaces/only-node.js", EMPTY),
        ("app/node_modules/replaces/crypto.js", EMPTY),
    ]);
    let cases = [
        ("above", "node_modules/above@1.0.0/lib/main.js"),
        ("plain", "node_modules/plain@0.0.0/index.js"),
        ("plain/sub/thing", "node_modules/plain@0.0.0/sub/thing.js"),
        ("plain/sub/none", "JITAR0002 package `plain` 0.0.0 has no file for `./sub/none`"),
        ("esm", "node_modules/esm@2.1.0/m.mjs"),
        ("esm/c.js", "node_modules/esm@2.1.0/c.js"),
        ("@s/maps", "node_modules/@s/maps@3.0.0/a.js"),
        ("@s/maps/features/x", "node_modules/@s/maps@3.0.0/lib/x.js"),
        ("@s/maps/features/private/x", "JITAR0002 package `@s/maps` 3.0.0 does not export `./features/private/x`"),
        ("@s/maps/a.js", "JITAR0002 package `@s/maps` 3.0.0 does not export `./a.js`"),
        ("@s/maps/gone", "JITAR0002 package `@s/maps` 3.0.0 has no file for `./gone.js`"),
        ("@s/maps/out", "JITAR0002"),
        ("@s/maps/common", "node_modules/@s/maps@3.0.0/a.cjs"),
        ("@s/maps/both.cjs", "node_modules/@s/maps@3.0.0/a.cjs"),
        ("plain/folder", "node_modules/plain@0.0.0/folder/deep/main.js"),
        ("plain/folder/deep/", "node_modules/plain@0.0.0/folder/deep/index.js"),
        ("for-browsers", "node_modules/for-browsers@1.0.0/b.js"),
        ("replaces", "node_modules/replaces@1.0.0/browser.js"),
        ("replaces/only-node", "jitar:empty"),
        ("events", "node_modules/events@4.0.0/index.js"),
        ("alias", "node_modules/real@1.2.3/index.js"),
        ("nothing", "JITAR0002 package `nothing` 1.0.0 has no file for `.`"),
    ];
    for (specifier, expected) in cases {
        check(&folder, &[("app/src/a.ts", specifier, expected)]);
    }
}

#[test]
fn packages_say_what_stands_for_node() {
    let folder = Folder::new(&[
        (
            "app/node_modules/p/package.json",
            r#"{"name": "p", "version": "1.0.0", "browser": {"fs": false, "crypto": "./c.js", "util": "other", "./n": "./b"}}"#,
        ),
        ("app/node_modules/p/index.js", EMPTY),
        ("app/node_modules/p/c.js", EMPTY),
        ("app/node_modules/p/n.js", EMPTY),
        ("app/node_modules/p/b.js", EMPTY),
        ("app/node_modules/other/index.js", EMPTY),
    ]);
    let app = folder.path("app");
    let mut resolver = Resolver::new(&app, TsConfig::default());
    let importer = Location::of_app(&app, folder.path("app/src/a.ts"));
    let Ok(Resolved::Module(inside)) = resolver.resolve(&importer, "p", Way::Require) else { panic!("is installed") };
    let cases = [
        ("fs", "jitar:empty"),
        ("crypto", "node_modules/p@1.0.0/c.js"),
        ("util", "node_modules/other@0.0.0/index.js"),
        ("./n", "node_modules/p@1.0.0/b.js"),
        ("./n.js", "node_modules/p@1.0.0/b.js"),
        ("path", "JITAR0003 `path` is a module of Node"),
    ];
    for (specifier, expected) in cases {
        let found = show(resolver.resolve(&inside, specifier, Way::Require));
        assert!(found.starts_with(expected), "{specifier}: {found}");
    }
}

#[test]
fn modules_of_packages_resolve_from_where_they_lie() {
    let folder = Folder::new(&[
        ("app/src/a.ts", EMPTY),
        ("app/tsconfig.json", r#"{"compilerOptions": {"paths": {"inner": ["./src/a.ts"]}}}"#),
        (
            "app/node_modules/outer/package.json",
            r##"{"name": "outer", "version": "1.0.0", "exports": "./dist/main.js", "imports": {"#util": "./dist/util.js", "#dep": "inner"}}"##,
        ),
        ("app/node_modules/outer/dist/main.js", EMPTY),
        ("app/node_modules/outer/dist/util.js", EMPTY),
        ("app/node_modules/outer/node_modules/inner/package.json", r#"{"name": "inner", "version": "2.0.0"}"#),
        ("app/node_modules/outer/node_modules/inner/index.js", EMPTY),
    ]);
    let app = folder.path("app");
    let mut resolver = Resolver::new(&app, TsConfig::load(&app, &mut Diagnostics::default()).0);
    let importer = Location::of_app(&app, folder.path("app/src/a.ts"));
    let Ok(Resolved::Module(outer)) = resolver.resolve(&importer, "outer", Way::Import) else {
        panic!("outer is installed")
    };
    let cases = [
        ("./util.js", "node_modules/outer@1.0.0/dist/util.js"),
        ("inner", "node_modules/inner@2.0.0/index.js"),
        ("#util", "node_modules/outer@1.0.0/dist/util.js"),
        ("#dep", "node_modules/inner@2.0.0/index.js"),
        ("outer", "node_modules/outer@1.0.0/dist/main.js"),
    ];
    for (specifier, expected) in cases {
        assert_eq!(show(resolver.resolve(&outer, specifier, Way::Import)), expected, "{specifier}");
    }
    assert_eq!(show(resolver.resolve(&importer, "inner", Way::Import)), "src/a.ts", "`paths` are for the application");
}

#[test]
fn packages_have_one_name_whatever_way_leads_into_them() {
    let folder = Folder::new(&[
        ("app/src/a.ts", EMPTY),
        ("app/tsconfig.json", r#"{"compilerOptions": {"paths": {"mapped": ["./node_modules/@s/p/dist/b.js"]}}}"#),
        ("app/node_modules/@s/p/package.json", r#"{"name": "@s/p", "version": "1.0.0"}"#),
        ("app/node_modules/@s/p/dist/package.json", r#"{"type": "module"}"#),
        ("app/node_modules/@s/p/dist/b.js", EMPTY),
    ]);
    let expected = "node_modules/@s/p@1.0.0/dist/b.js";
    for specifier in ["@s/p/dist/b.js", "mapped", "../node_modules/@s/p/dist/b"] {
        check(&folder, &[("app/src/a.ts", specifier, expected)]);
    }
}

#[cfg(unix)]
#[test]
fn linked_packages_are_named_by_what_they_are() {
    let folder = Folder::new(&[
        ("app/src/a.ts", EMPTY),
        ("app/node_modules/other/index.js", EMPTY),
        ("packages/shared/package.json", r#"{"name": "@mono/shared", "version": "0.1.0", "main": "src/index.ts"}"#),
        ("packages/shared/src/index.ts", EMPTY),
    ]);
    std::os::unix::fs::symlink(folder.path("packages/shared"), folder.path("app/node_modules/shared")).expect("links");
    check(&folder, &[("app/src/a.ts", "shared", "node_modules/@mono/shared@0.1.0/src/index.ts")]);
}

#[test]
fn private_names_of_the_application() {
    let folder = Folder::new(&[
        (
            "app/package.json",
            r##"{"name": "shop", "imports": {"#db": "./src/db.js", "#lib/*": "./src/lib/*", "#none": "./none.js"}, "exports": "./src/db.js"}"##,
        ),
        ("app/src/a.ts", EMPTY),
        ("app/src/db.ts", EMPTY),
        ("app/src/db.js", EMPTY),
        ("app/src/lib/x.ts", EMPTY),
    ]);
    check(
        &folder,
        &[
            ("app/src/a.ts", "#db", "src/db.ts"),
            ("app/src/a.ts", "#lib/x", "src/lib/x.ts"),
            ("app/src/a.ts", "#none", "JITAR0002 cannot find module `#none`"),
            ("app/src/a.ts", "#other", "JITAR0002"),
        ],
    );
}

#[test]
fn paths_and_base_url_of_tsconfig() {
    let folder = Folder::new(&[
        (
            "app/tsconfig.json",
            "{ // comment\n \"extends\": [\"./base\", \"@tools/ts\"],\n \"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@/*\": [\"src/*\"], \"@/special/*\": [\"gone/*\", \"src/deep/*\"], \"exact\": [\"src/a\"],},}}",
        ),
        ("app/base.json", r#"{"compilerOptions": {"jsx": "react", "paths": {"exact": ["nowhere"]}}}"#),
        (
            "app/node_modules/@tools/ts/tsconfig.json",
            r#"{"compilerOptions": {"jsxFactory": "h", "jsx": "react-jsx", "experimentalDecorators": true}}"#,
        ),
        ("app/src/a.ts", EMPTY),
        ("app/src/deep/b.ts", EMPTY),
        ("app/src/deep/index.ts", EMPTY),
        ("app/lib/c.ts", EMPTY),
    ]);
    check(
        &folder,
        &[
            ("app/src/a.ts", "@/a", "src/a.ts"),
            ("app/src/a.ts", "@/deep", "src/deep/index.ts"),
            ("app/src/a.ts", "@/special/b", "src/deep/b.ts"),
            ("app/src/a.ts", "exact", "src/a.ts"),
            ("app/src/a.ts", "lib/c", "lib/c.ts"),
            ("app/src/a.ts", "@/none", "JITAR0002 cannot find package `@/none`"),
        ],
    );
    let (tsconfig, read) = TsConfig::load(&folder.path("app"), &mut Diagnostics::default());
    assert!(tsconfig.options.legacy_decorators);
    let jsx = super::super::parse::Jsx::Automatic("react".to_owned());
    assert_eq!(tsconfig.options.jsx, jsx, "the last entry of `extends` goes first");
    assert_eq!(read.len(), 3);
}

#[test]
fn mistakes_in_tsconfig_carry_their_place() {
    let cases = [
        ("{ \"compilerOptions\": 1 }", "JITAR0007 Error `compilerOptions` must be an object", "1"),
        ("[]", "JITAR0007 Error `tsconfig.json` must be an object", "[]"),
        ("{ \"compilerOptions\": { \"jsx\": 1 } }", "JITAR0007 Error `jsx` must be a string", "1"),
        ("{ \"compilerOptions\": { \"paths\": [] } }", "JITAR0007 Error `paths` must be an object", "[]"),
        ("{ \"compilerOptions\": { \"paths\": { \"@/*\": \"a\" } } }", "JITAR0007 Error `@/*` must be a list", "\"a\""),
        ("{ \"extends\": [true] }", "JITAR0007 Error `extends` must be a string", "true"),
        ("{ \"extends\": \"./gone\" }", "JITAR0007 Error cannot find `./gone`, which this file extends", "./gone"),
        ("{ \"a\": }", "JITAR0007 Error expected a value, found `}`", "}"),
        (
            "{ \"compilerOptions\": { \"useDefineForClassFields\": false } }",
            "JITAR0007 Warning `useDefineForClassFields: false` has no effect",
            "useDefineForClassFields",
        ),
    ];
    for (text, expected, part) in cases {
        let folder = Folder::new(&[("app/tsconfig.json", text)]);
        let mut diagnostics = Diagnostics::default();
        TsConfig::load(&folder.path("app"), &mut diagnostics);
        let [diagnostic] = diagnostics.iter().as_slice() else { panic!("{text}: {diagnostics:?}") };
        let shown = format!("{} {:?} {}", diagnostic.code.id, diagnostic.severity, diagnostic.message);
        assert!(shown.starts_with(expected), "{shown}");
        let range = diagnostic.labels[0].range;
        assert_eq!(&text[range.start..range.end], part, "{text}");
    }
}
