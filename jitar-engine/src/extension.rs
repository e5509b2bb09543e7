//! THE list of extensions. A blob and every process that loads it must have the same list in the same order, so nothing
//! else in the workspace may make one.

use std::borrow::Cow;
use std::sync::Arc;

use deno_core::{Extension, ExtensionFileSource, FastStaticString};

use crate::ops::{
    op_jitar_cwd, op_jitar_env, op_jitar_env_is_news, op_jitar_env_names, op_jitar_host, op_jitar_host_async,
    op_jitar_log, op_jitar_logs, op_jitar_pass, op_jitar_platform, op_jitar_report, op_jitar_report_throw,
    op_jitar_run, op_jitar_settle_bytes, op_jitar_settle_text,
};
use crate::{snapshot, web};

deno_core::extension!(
    jitar,
    deps = [deno_webidl, deno_web, deno_fetch, deno_crypto],
    ops = [
        op_jitar_cwd,
        op_jitar_env,
        op_jitar_env_is_news,
        op_jitar_env_names,
        op_jitar_host,
        op_jitar_host_async,
        op_jitar_log,
        op_jitar_logs,
        op_jitar_pass,
        op_jitar_platform,
        op_jitar_report,
        op_jitar_report_throw,
        op_jitar_run,
        op_jitar_settle_bytes,
        op_jitar_settle_text,
    ],
    esm_entry_point = "ext:jitar/bootstrap.js",
    esm = [
        dir "src/js",
        "primordials.js",
        "errors.js",
        "web/call_signals.js",
        "request.js",
        "model.js",
        "arguments.js",
        "registry.js",
        "class_source.js",
        "class_model.js",
        "opaque.js",
        "base64.js",
        "web/buffer_class.js",
        "byte_forms.js",
        "writer.js",
        "reader.js",
        "serializer.js",
        "result.js",
        "late.js",
        "guard.js",
        "log.js",
        "values.js",
        "passing.js",
        "dispatcher.js",
        "web/async_storage.js",
        "web/caller.js",
        "web/performance.js",
        "web/process.js",
        "web/lazy.js",
        "web/fetch.js",
        "web/error_classes.js",
        "web/error_events.js",
        "web/globals.js",
        "bootstrap.js",
        "node:jitar/host" = "host.js",
        "node:jitar/runtime" = "runtime.js",
        "node:jitar/remote" = "remote.js",
        "node:async_hooks" = "web/node_async_hooks.js",
        "node:process" = "web/node_process.js",
        "node:jitar/commonjs" = "commonjs.js",
        "node:jitar/empty" = "empty.js",
    ],
    lazy_loaded_js = [dir "src/js", "captured_core.js", "ext:deno_net/02_tls.js" = "web/tls_keys.js"],
);

/// Scripts that are loaded when somebody first asks for what they define (`js/web/globals.js`), and those that these load.
/// They are not in every blob, so their sources lie beside it. Sorted.
pub(crate) const COLD: [&str; 17] = [
    "ext:deno_crypto/00_crypto.js",
    "ext:deno_fetch/20_headers.js",
    "ext:deno_fetch/21_formdata.js",
    "ext:deno_fetch/22_body.js",
    "ext:deno_fetch/22_http_client.js",
    "ext:deno_fetch/23_request.js",
    "ext:deno_fetch/23_response.js",
    "ext:deno_fetch/26_fetch.js",
    "ext:deno_net/02_tls.js",
    "ext:deno_web/01_mimesniff.js",
    "ext:deno_web/01_urlpattern.js",
    "ext:deno_web/02_structured_clone.js",
    "ext:deno_web/06_streams.js",
    "ext:deno_web/09_file.js",
    "ext:deno_web/12_location.js",
    "ext:deno_web/14_compression.js",
    "ext:deno_web/15_performance.js",
];

/// Modules of ours that are loaded when somebody first asks for them, with their texts. Sorted. They are not in the list of
/// the extension, because `deno_core` would then forget the text of what `core.createLazyLoader` took into a blob.
pub(crate) const COLD_MODULES: &[(&str, &str)] = &[
    ("ext:jitar/web/buffer.js", include_str!("js/web/buffer.js")),
    ("ext:jitar/web/buffer_numbers.js", include_str!("js/web/buffer_numbers.js")),
    ("ext:jitar/web/buffer_search.js", include_str!("js/web/buffer_search.js")),
    ("ext:jitar/web/encodings.js", include_str!("js/web/encodings.js")),
    ("ext:jitar/web/node_errors.js", include_str!("js/web/node_errors.js")),
    ("node:buffer", include_str!("js/web/node_buffer.js")),
];

/// The sources of the cold scripts, by specifier and sorted.
///
/// # Errors
/// When a script is not there: it is read from the sources of its crate, which a machine that makes blobs has.
pub(crate) fn cold_sources() -> std::io::Result<Vec<(&'static str, String)>> {
    sources(|specifier| COLD.contains(&specifier))
}

/// The sources of all scripts, by specifier and sorted.
///
/// # Errors
/// As [`cold_sources`].
pub(crate) fn all_sources() -> std::io::Result<Vec<(&'static str, String)>> {
    sources(|_| true)
}

fn sources(is_wanted: impl Fn(&str) -> bool) -> std::io::Result<Vec<(&'static str, String)>> {
    let mut sources = Vec::new();
    for mut extension in all(Platform::FromCrates) {
        for file in script_files(&mut extension).into_iter().flat_map(|files| files.iter()) {
            if is_wanted(file.specifier) {
                sources.push((file.specifier, file.load()?.as_str().to_owned()));
            }
        }
    }
    sources.sort_unstable();
    Ok(sources)
}

/// Where the scripts of the extensions are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Platform {
    /// In the crates' sources: to make a blob.
    FromCrates,
    /// In a blob.
    InBlob,
    /// In a file that a cross build made.
    FromFile(snapshot::Scripts),
}

/// Every list of scripts of an extension.
fn script_files(extension: &mut Extension) -> [&mut Cow<'static, [ExtensionFileSource]>; 4] {
    [
        &mut extension.js_files,
        &mut extension.esm_files,
        &mut extension.lazy_loaded_js_files,
        &mut extension.lazy_loaded_esm_files,
    ]
}

/// All extensions in order.
pub(crate) fn all(platform: Platform) -> Vec<Extension> {
    let mut extensions = vec![
        deno_webidl::deno_webidl::init(),
        deno_web::deno_web::init(
            Arc::new(deno_web::BlobStore::default()),
            None,
            false,
            deno_web::InMemoryBroadcastChannel::default(),
        ),
        deno_fetch::deno_fetch::init(web::fetch_options()),
        deno_crypto::deno_crypto::init(None),
        jitar::init(),
    ];
    for extension in &mut extensions {
        leave_out_unused(extension);
        match platform {
            Platform::FromCrates => {}
            Platform::InBlob => {
                for files in script_files(extension) {
                    *files = Cow::Borrowed(&[]);
                }
                extension.esm_entry_point = None;
            }
            Platform::FromFile(scripts) => {
                for file in script_files(extension).into_iter().flat_map(Cow::to_mut) {
                    if let Some(text) = scripts.text(file.specifier) {
                        *file = ExtensionFileSource::new(file.specifier, FastStaticString::new(text));
                    }
                }
            }
        }
    }
    extensions
}

/// Classes of the web API crates that no script of ours loads, and how the names of such ops begin. Each op and each method
/// would be some objects in every blob, which every isolate reads: these were a tenth of the time of a start.
const UNUSED_OBJECTS: [&str; 10] = [
    "CSSRule",
    "CSSStyleSheet",
    "DOMMatrix",
    "DOMMatrixReadOnly",
    "DOMPoint",
    "DOMPointReadOnly",
    "DOMQuad",
    "DOMRect",
    "DOMRectReadOnly",
    "ImageData",
];
const UNUSED_OPS: [&str; 6] = [
    "op_base64_decode_into",
    "op_base64url_",
    "op_broadcast_",
    "op_geometry_",
    "op_lock_manager_",
    "op_preview_entries",
];

fn leave_out_unused(extension: &mut Extension) {
    extension.objects.to_mut().retain(|object| !UNUSED_OBJECTS.contains(&object.name.0));
    extension.ops.to_mut().retain(|op| !UNUSED_OPS.iter().any(|prefix| op.name.starts_with(prefix)));
}

/// Names of extensions and ops in order: part of the fingerprint that a blob and its reader compare.
pub(crate) fn names() -> Vec<String> {
    let mut names = Vec::new();
    for extension in all(Platform::InBlob) {
        names.push(extension.name.to_owned());
        names.extend(extension.ops.iter().map(|op| op.name.to_owned()));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scripts of the web API crates that nothing of ours loads, and whose ops are left out.
    const UNUSED_SCRIPTS: [&str; 5] = [
        "ext:deno_web/01_broadcast_channel.js",
        "ext:deno_web/16_image_data.js",
        "ext:deno_web/17_geometry.js",
        "ext:deno_web/18_css_stylesheet.js",
        "ext:deno_web/locks.js",
    ];

    #[test]
    fn what_is_left_out_is_in_no_other_script() {
        let scripts = all_sources().expect("the crates lie where they were compiled");
        let used = scripts.iter().filter(|(specifier, _)| !UNUSED_SCRIPTS.contains(specifier));
        let mut n_scripts = 0;
        for (specifier, text) in used {
            n_scripts += 1;
            let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
            let left_out = |word: &&str| UNUSED_OPS.iter().any(|prefix| word.starts_with(prefix));
            let found: Vec<&str> = words.filter(left_out).collect();
            assert!(found.is_empty(), "{specifier}: {found:?}");
        }
        assert!(n_scripts > 40, "{n_scripts}");
    }
}
