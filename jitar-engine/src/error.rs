//! What can go wrong in the engine, in words for people.

use deno_core::error::{CoreError, CoreErrorKind, JsError};

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A blob was made by an engine that differs from this one.
    #[error("the snapshot of `{unit}` does not fit this program ({difference}); build the application again")]
    SnapshotMismatch {
        /// Id of the service unit.
        unit: String,
        /// What differs.
        difference: String,
    },
    /// A blob is damaged.
    #[error("the snapshot of `{unit}` is damaged: {reason}; build the application again")]
    SnapshotDamaged {
        /// Id of the service unit.
        unit: String,
        /// What is wrong.
        reason: String,
    },
    /// The embedded modules are damaged.
    #[error(transparent)]
    Archive(#[from] crate::archive::DamagedArchive),
    /// JavaScript threw, or a module could not be loaded.
    #[error("{0}")]
    JavaScript(JsException),
    /// V8 or its set-up failed.
    #[error("the JavaScript engine did not start: {0}")]
    Boot(String),
    /// The isolate was terminated while it evaluated modules or ran scripts.
    #[error("evaluation was ended because it took too long or too much memory")]
    Terminated,
}

/// Something that JavaScript threw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsException {
    /// `TypeError: x is not a function`
    pub message: String,
    /// One line per frame of the application, such as `at getMonthReport (app/src/reporting/getMonthReport.ts:12:9)`, source-mapped.
    pub frames: Vec<String>,
}

impl std::fmt::Display for JsException {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.frames.iter().try_for_each(|frame| write!(f, "\n    {frame}"))
    }
}

impl From<&JsError> for JsException {
    fn from(error: &JsError) -> Self {
        let message = error.exception_message.strip_prefix("Uncaught ").unwrap_or(&error.exception_message);
        let message = message.strip_prefix("(in promise) ").unwrap_or(message);
        // The stack's text is there for every error; it was source-mapped when it was made.
        let stack = error.stack.as_deref().unwrap_or_default();
        let frames =
            stack.lines().map(str::trim).filter(|line| line.starts_with("at ") && line.contains("file:///app/"));
        let frames = frames.map(short_text);
        Self { message: short_text(message), frames: frames.collect() }
    }
}

impl From<CoreError> for EngineError {
    fn from(error: CoreError) -> Self {
        Self::JavaScript(exception_of(&error))
    }
}

impl From<Box<JsError>> for EngineError {
    fn from(error: Box<JsError>) -> Self {
        Self::JavaScript(JsException::from(&*error))
    }
}

/// What a `CoreError` says, without the parts that only matter to `deno_core`.
pub(crate) fn exception_of(error: &CoreError) -> JsException {
    match error.as_kind() {
        CoreErrorKind::Js(error) => JsException::from(&**error),
        other => JsException { message: short_text(&other.to_string()), frames: Vec::new() },
    }
}

/// A specifier as people read it: `app/src/a.ts`.
pub fn short_specifier(specifier: &str) -> &str {
    specifier.strip_prefix("file:///").unwrap_or(specifier)
}

/// Text with specifiers as people read them.
pub(crate) fn short_text(text: &str) -> String {
    text.replace("file:///app/", "app/")
}
