//! Tables: text → what it requires, what it exports, what becomes of it.

use super::super::{File, Form, Options, parse as parse_file};
use super::*;

fn read(text: &str) -> CommonJs {
    match parse_file(text, Language::JavaScript, &Options::of_packages(), Form::CommonJsUnlessModule) {
        Ok(File::CommonJs(file)) => file,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn requires_are_found_where_they_can_be_reached() {
    let cases: [(&str, &[&str]); 13] = [
        ("var a = require('a'), b = require('./b').c; require('a')", &["a", "./b"]),
        ("function f() { return require('late') }", &["late"]),
        ("try { require('fast') } catch (e) {}", &["fast?"]),
        ("try { require('a') } finally {}", &["a"]),
        ("try { a() } catch (e) { require('slow') }", &["slow"]),
        ("try { require('a') } catch {} require('a')", &["a"]),
        (
            "if (process.env.NODE_ENV === 'production') { module.exports = require('./p') } else { module.exports = require('./d') }",
            &["./p"],
        ),
        ("module.exports = process.env.NODE_ENV !== 'production' ? require('./d') : require('./p')", &["./p"]),
        ("'production' !== process.env.NODE_ENV && require('./d')", &[]),
        ("if (!('production' === process.env[\"NODE_ENV\"]) || other) require('./maybe')", &["./maybe"]),
        ("if (process.env.NODE_ENV === 'test' && x) { require('./t') }", &[]),
        ("(function (require) { require('not-ours') })(x); typeof require", &[]),
        ("const { default: d } = require(\"a\"); with (Math) { require('sloppy') }", &["a", "sloppy"]),
    ];
    for (text, expected) in cases {
        let required = read(text).requires.into_iter();
        let shown = required.map(|require| require.specifier + if require.is_optional { "?" } else { "" });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }
}

/// Own names, `*specifier` for those of others, and `…` when there may be more.
fn names(text: &str) -> String {
    let Names { own, of_others, are_open } = read(text).names;
    let others = of_others.into_iter().map(|specifier| format!("*{specifier}"));
    let open = are_open.then(|| "…".to_owned());
    own.into_keys().chain(others).chain(open).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_are_found_by_the_form_of_assignments() {
    let cases = [
        ("exports.a = 1; module.exports.b = exports['c-d'] = 2", "a b c-d"),
        ("exports.a = exports.b = void 0; exports.a = f", "a b"),
        ("module.exports = { a, b: 1, 'c': 2, d() {}, get e() {}, [f]: 3 }", "a b c d e …"),
        ("module.exports = exports = { a }", "a"),
        ("exports = module.exports = { a }; exports.b = 1", "a b"),
        ("Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 1", "__esModule default"),
        ("Object.defineProperty(module.exports, \"a\", { enumerable: true, get: function () { return b.a } })", "a"),
        ("0 && (module.exports = { a, b })", "a b"),
        (
            "__export(src_exports, { x: () => x }); module.exports = __toCommonJS(src_exports); 0 && (module.exports = { x })",
            "x …",
        ),
        ("_export(exports, { a: function () { return a }, b: () => b })", "a b"),
        ("module.exports = require('./cjs/react.production.js')", "*./cjs/react.production.js"),
        ("module.exports = { ...require('./a'), b }", "b *./a"),
        ("__exportStar(require('./a'), exports); tslib_1.__exportStar(require('./b'), exports)", "*./a *./b"),
        (
            "function __export(m) { for (var p in m) if (!exports.hasOwnProperty(p)) exports[p] = m[p] } __export(require('./a'))",
            "*./a …",
        ),
        (
            "var _a = _interopRequireWildcard(require('./a')); Object.keys(_a).forEach(function (key) { if (key in exports) return; exports[key] = _a[key] })",
            "*./a",
        ),
        (
            "!function (e, t) { 'object' == typeof exports && 'undefined' != typeof module ? module.exports = t() : e.x = t() }(this, f)",
            "…",
        ),
        (
            "(function (root, factory) { typeof exports === 'object' ? factory(exports) : 0 })(this, function (exports) { exports.a = 1 })",
            "a …",
        ),
        ("module.exports = function () {}; module.exports.a = 1", "a …"),
        ("module.exports = class A { constructor() { this.b = 1 } }", "…"),
        ("function A() { this.b = 1 } exports.A = A", "A"),
        ("exports.a = exports.b.c; if (exports.d) exports.e.f = 1; module.id", "a"),
        ("exports[name] = 1", "…"),
        ("this.a = 1", "…"),
        ("console.log(1)", ""),
        ("if (process.env.NODE_ENV !== 'production') exports.never = 1; exports.a = 1", "a"),
    ];
    for (text, expected) in cases {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn edits_keep_every_position() {
    let text = "if (process.env.NODE_ENV !== 'test') import('./a'); x = process.env['NODE_ENV']; import(b)";
    let file = read(text);
    let shown: Vec<_> =
        file.edits.iter().map(|edit| (&text[edit.range.start..edit.range.end], edit.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("process.env.NODE_ENV", "\"production\"        "),
            ("import", "$impor"),
            ("process.env['NODE_ENV']", "\"production\"           "),
            ("import", "$impor"),
        ]
    );
    assert!(file.edits.iter().all(|edit| edit.text.len() == edit.range.end - edit.range.start));
    let literals: Vec<_> = file.dynamic_imports.iter().map(|import| import.literal.is_some()).collect();
    assert_eq!(literals, [true, false]);
}

#[test]
fn what_only_sloppy_mode_knows_is_allowed() {
    for text in
        ["with (a) { b }", "var x = 010", "delete x", "return", "arguments.callee; var let = 1; yield = 2", "a <!-- b"]
    {
        read(text);
    }
}

#[test]
fn computed_requires_are_found_where_nothing_catches_the_error() {
    let cases: [(&str, &[&str]); 5] = [
        ("require(name)", &["name"]),
        ("f(require('./' + name))", &["'./' + name"]),
        ("try { require(name) } catch {}", &[]),
        ("var req = require; req('a')", &[]),
        ("require('a')", &[]),
    ];
    for (text, expected) in cases {
        let found: Vec<_> = read(text).computed.iter().map(|range| &text[range.start..range.end]).collect();
        assert_eq!(found, expected, "{text}");
    }
    let wrong = parse_file("const a = ;", Language::JavaScript, &Options::of_packages(), Form::CommonJsUnlessModule);
    assert_eq!(wrong.expect_err("is wrong")[0].message, "expected an expression");
}

#[test]
fn syntax_decides_between_the_systems() {
    let cases = [
        (Form::CommonJsUnlessModule, "console.log(1)", true),
        (Form::CommonJsUnlessModule, "export {}; require('a')", false),
        (Form::CommonJsUnlessModule, "await 1", false),
        (Form::ModuleUnlessMarked, "console.log(1)", false),
        (Form::ModuleUnlessMarked, "module.exports = 1", true),
        (Form::Module, "module.exports = 1", false),
        (Form::CommonJs, "console.log(1)", true),
    ];
    for (form, text, expected) in cases {
        let file = parse_file(text, Language::JavaScript, &Options::of_packages(), form).expect(text);
        assert_eq!(matches!(file, File::CommonJs(_)), expected, "{form:?} {text}");
    }
}
