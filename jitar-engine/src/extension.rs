//! THE list of extensions. A blob and every process that loads it must have the same list in the same order, so nothing
//! else in the workspace may make one.

use std::sync::Arc;

use deno_core::Extension;

use crate::ops::{
    op_jitar_env, op_jitar_env_is_news, op_jitar_env_names, op_jitar_log, op_jitar_platform, op_jitar_report,
    op_jitar_report_throw, op_jitar_run, op_jitar_settle_bytes, op_jitar_settle_text,
};

deno_core::extension!(
    jitar,
    deps = [deno_webidl, deno_web],
    ops = [
        op_jitar_env,
        op_jitar_env_is_news,
        op_jitar_env_names,
        op_jitar_log,
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
        "request.js",
        "model.js",
        "arguments.js",
        "registry.js",
        "class_source.js",
        "class_model.js",
        "opaque.js",
        "base64.js",
        "byte_forms.js",
        "writer.js",
        "reader.js",
        "serializer.js",
        "result.js",
        "guard.js",
        "dispatcher.js",
        "web/node_errors.js",
        "web/encodings.js",
        "web/buffer_numbers.js",
        "web/buffer_search.js",
        "web/buffer.js",
        "web/async_storage.js",
        "web/caller.js",
        "web/process.js",
        "bootstrap.js",
        "node:jitar/runtime" = "runtime.js",
        "node:jitar/remote" = "remote.js",
        "node:async_hooks" = "web/node_async_hooks.js",
        "node:buffer" = "web/node_buffer.js",
        "node:process" = "web/node_process.js",
    ],
    lazy_loaded_js = [dir "src/js", "captured_ops.js"],
);

/// Which scripts an extension carries: none when a blob already holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// To make a blob.
    Included,
    /// To start from a blob.
    InBlob,
}

/// All extensions in order.
pub(crate) fn all(scripts: Scripts) -> Vec<Extension> {
    let mut extensions = vec![
        deno_webidl::deno_webidl::init(),
        deno_web::deno_web::init(
            Arc::new(deno_web::BlobStore::default()),
            None,
            false,
            deno_web::InMemoryBroadcastChannel::default(),
        ),
        jitar::init(),
    ];
    if scripts == Scripts::InBlob {
        for extension in &mut extensions {
            extension.js_files = Vec::new().into();
            extension.esm_files = Vec::new().into();
            extension.lazy_loaded_js_files = Vec::new().into();
            extension.lazy_loaded_esm_files = Vec::new().into();
            extension.esm_entry_point = None;
        }
    }
    extensions
}

/// Names of extensions and ops in order: part of the fingerprint that a blob and its reader compare.
pub(crate) fn names() -> Vec<String> {
    let mut names = Vec::new();
    for extension in all(Scripts::InBlob) {
        names.push(extension.name.to_owned());
        names.extend(extension.ops.iter().map(|op| op.name.to_owned()));
    }
    names
}
