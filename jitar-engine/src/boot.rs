//! Runtimes before anything of an application is in them.

use std::rc::Rc;

use deno_core::{JsRuntime, RuntimeOptions, SharedArrayBufferStore, v8};

use crate::buffers;
use crate::error::{EngineError, exception_of};
use crate::extension::{self, Platform};
use crate::handles::Handles;
use crate::isolate::Source;
use crate::limits::{IsolateControl, MainContext};
use crate::loader::{ArchiveLoader, MapPlace, ModuleStore};
use crate::snapshot::{Base, Blob};

/// V8 asks the heap for a little more than its limit while it unwinds; this much is granted once.
const HEAP_GRACE: usize = 1_342_177_280; // 1.25 GiB, as the design asks: below it V8 may abort the process

/// What an isolate may use, and who is told when it wants more.
pub(crate) struct HeapLimits {
    /// Bytes of heap.
    pub(crate) heap: usize,
    /// Bytes of buffers and WebAssembly memories.
    pub(crate) buffers: usize,
    pub(crate) control: IsolateControl,
}

/// The runtime of a service's isolate. The functions for Rust are still to be taken out of it.
pub(crate) fn service(source: Source, loader: ArchiveLoader, limits: HeapLimits) -> Result<JsRuntime, EngineError> {
    let HeapLimits { heap, buffers, control } = limits;
    let is_debugged = loader.maps == MapPlace::InScript;
    let mut runtime = make(
        source,
        RuntimeOptions {
            extension_code_cache: Some(Rc::new(loader.modules.clone())),
            module_loader: Some(Rc::new(loader)),
            // Without it buffers are copied where they should be transferred.
            shared_array_buffer_store: Some(SharedArrayBufferStore::default()),
            inspector: is_debugged,
            is_main: true, // what debuggers take for the page itself, not for a worker of it
            create_params: Some(
                v8::CreateParams::default()
                    .heap_limits(0, heap)
                    .array_buffer_allocator(buffers::allocator(buffers, control.clone())),
            ),
            ..Default::default()
        },
    )?;
    let context = runtime.main_context();
    runtime.v8_isolate().set_slot(MainContext(context));
    control.attach(runtime.v8_isolate().thread_safe_handle(), buffers);
    runtime.add_near_heap_limit_callback(move |current, initial| {
        control.terminate(control.full_heap_reason());
        if current > initial { current } else { current + HEAP_GRACE }
    });
    Ok(runtime)
}

/// A runtime in which modules are compiled and never evaluated.
pub(crate) fn compiler(base: Base, modules: &ModuleStore) -> Result<JsRuntime, EngineError> {
    let loader = ArchiveLoader { modules: modules.clone(), observations: None, maps: MapPlace::Apart };
    make(Source::Base(base), RuntimeOptions { module_loader: Some(Rc::new(loader)), ..Default::default() })
}

fn make(source: Source, options: RuntimeOptions) -> Result<JsRuntime, EngineError> {
    let (blob, platform) = match source {
        Source::Unit { blob, .. } | Source::Base(Base::Blob(blob)) => (Some(blob), Platform::InBlob),
        Source::Base(Base::Scripts(scripts)) => (None, Platform::FromFile(scripts)),
    };
    let mut runtime = JsRuntime::try_new(RuntimeOptions {
        extensions: extension::all(platform),
        startup_snapshot: blob.map(Blob::bytes),
        skip_op_registration: blob.is_some(),
        residual_lazy_js_sources: blob.map_or(&[][..], Blob::cold_scripts),
        residual_lazy_esm_sources: extension::COLD_MODULES,
        ..options
    })
    .map_err(|error| EngineError::Boot(exception_of(&error).to_string()))?;
    if blob.is_none() {
        // The platform believes that a blob is being made of it until it is told otherwise.
        let handles = Handles::take(&mut runtime)?;
        for name in ["endBuilding", "showInternals"] {
            handles.call(&mut runtime, name)?;
        }
    }
    Ok(runtime)
}
