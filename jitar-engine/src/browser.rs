//! The JavaScript that browsers share with isolates, for the build, which makes one file of it.

/// A module: its name and its text.
pub type Source = (&'static str, &'static str);

/// Modules in the order in which they depend on each other. They import each other as `ext:jitar/<name>` and nothing else.
/// Those of `web` stand on parts of isolates and have other forms in browsers.
pub const SOURCES: [Source; 16] = [
    ("primordials.js", include_str!("js/primordials.js")),
    ("web/buffer_class.js", include_str!("js/browser/buffer_class.js")),
    ("web/call_signals.js", include_str!("js/browser/call_signals.js")),
    ("errors.js", include_str!("js/errors.js")),
    ("model.js", include_str!("js/model.js")),
    ("request.js", include_str!("js/request.js")),
    ("registry.js", include_str!("js/registry.js")),
    ("class_source.js", include_str!("js/class_source.js")),
    ("class_model.js", include_str!("js/class_model.js")),
    ("opaque.js", include_str!("js/opaque.js")),
    ("base64.js", include_str!("js/base64.js")),
    ("byte_forms.js", include_str!("js/byte_forms.js")),
    ("writer.js", include_str!("js/writer.js")),
    ("reader.js", include_str!("js/reader.js")),
    ("serializer.js", include_str!("js/serializer.js")),
    ("result.js", include_str!("js/result.js")),
];

/// The module that imports those; its exports are the file's.
pub const ENTRY: Source = ("browser.js", include_str!("js/browser.js"));
