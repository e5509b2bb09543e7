//! Where application code is: frames of the JavaScript stack, led back to the application's files.

use deno_core::v8;

use crate::error::short_specifier;
use crate::loader::ModuleStore;
use crate::snapshot::is_application;

/// A frame of an application module, in generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Name of the function; empty at the top level.
    pub(crate) function: String,
    /// The module.
    pub(crate) specifier: String,
    /// From 1.
    pub(crate) line: u32,
    /// From 1.
    pub(crate) column: u32,
}

impl Frame {
    /// The frame as stack traces show it, in the application's own file.
    pub(crate) fn in_words(&self, modules: &ModuleStore) -> String {
        let (line, column) = modules.original_place(&self.specifier, self.line, self.column);
        let place = format!("{}:{line}:{column}", short_specifier(&self.specifier));
        if self.function.is_empty() { format!("at {place}") } else { format!("at {} ({place})", self.function) }
    }
}

/// Frames of application modules, innermost first; at most `depth` frames of the stack are looked at.
pub(crate) fn application_frames(scope: &mut v8::PinScope<'_, '_>, depth: usize) -> Vec<Frame> {
    let Some(stack) = v8::StackTrace::current_stack_trace(scope, depth) else { return Vec::new() };
    let mut frames = Vec::new();
    for idx in 0..stack.get_frame_count() {
        let Some(frame) = stack.get_frame(scope, idx) else { continue };
        let Some(name) = frame.get_script_name(scope) else { continue };
        let specifier = name.to_rust_string_lossy(scope);
        if is_application(&specifier) {
            let function = frame.get_function_name(scope).map(|name| name.to_rust_string_lossy(scope));
            let line = u32::try_from(frame.get_line_number()).unwrap_or_default();
            let column = u32::try_from(frame.get_column()).unwrap_or_default();
            frames.push(Frame { function: function.unwrap_or_default(), specifier, line, column });
        }
    }
    frames
}
