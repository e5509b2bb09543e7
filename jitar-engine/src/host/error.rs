//! What a host function answers instead of a value.

use std::borrow::Cow;

/// An error of a host function, as application code gets it: an instance of a JavaScript class with a message and
/// perhaps a `code`.
///
/// Every [`std::error::Error`] becomes one by `?`, as an `Error` with its text; this type itself is not one, as it could
/// not be made from all others then.
///
/// ```text
/// return Err(HostError::new("the password is too short").class("BadRequest").code("TOO_SHORT"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError {
    /// Name of the JavaScript class: one of the language (`TypeError`, …) or of the module `jitar` (`BadRequest`, …), whose
    /// HTTP status it then has. Any other name becomes the `name` of an `Error`. `Error` unless set.
    pub class: Cow<'static, str>,
    /// The property `code`, for programs.
    pub code: Option<Cow<'static, str>>,
    /// For people. Callers over the network see it.
    pub message: String,
    /// Whether the function panicked, which is for the log too.
    pub(crate) is_panic: bool,
}

impl HostError {
    /// An `Error` with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { class: Cow::Borrowed("Error"), code: None, message: message.into(), is_panic: false }
    }

    /// The function panicked.
    pub(crate) fn panic(message: impl Into<String>) -> Self {
        Self { is_panic: true, ..Self::new(message) }
    }

    /// Sets the class.
    #[must_use]
    pub fn class(mut self, class: impl Into<Cow<'static, str>>) -> Self {
        self.class = class.into();
        self
    }

    /// Sets the code.
    #[must_use]
    pub fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// A value that does not fit its parameter or cannot become one of JavaScript.
    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::new(message).class("TypeError")
    }
}

impl<E: std::error::Error> From<E> for HostError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

impl std::fmt::Display for HostError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}
