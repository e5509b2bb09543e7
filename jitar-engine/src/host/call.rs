//! A call of a host function: its arguments, and where a plain one leaves its result.

use deno_core::v8;
use serde::de::DeserializeOwned;

use super::value::{self, IntoJs};
use super::{HostError, HostFunction};

/// A call under way.
pub struct HostCall<'a, 's, 'i> {
    scope: &'a mut v8::PinScope<'s, 'i>,
    arguments: v8::Local<'s, v8::Array>,
    function: &'static HostFunction,
    result: Option<v8::Local<'s, v8::Value>>,
}

impl std::fmt::Debug for HostCall<'_, '_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostCall").field("function", self.function).finish_non_exhaustive()
    }
}

impl<'a, 's, 'i> HostCall<'a, 's, 'i> {
    pub(crate) fn new(
        scope: &'a mut v8::PinScope<'s, 'i>,
        arguments: v8::Local<'s, v8::Array>,
        function: &'static HostFunction,
    ) -> Self {
        Self { scope, arguments, function, result: None }
    }

    /// Reads an argument by serde; an absent one is `undefined`, which is an `Option`'s `None`.
    ///
    /// # Errors
    /// A `TypeError` that names the parameter, when the value does not fit.
    pub fn argument<T: DeserializeOwned + 'static>(&mut self, idx: u32, name: &str) -> Result<T, HostError> {
        let value = self.value(idx, name)?;
        let read = if value.is_object() { self.read_object(value) } else { value::read(self.scope, value) };
        read.map_err(|reason| self.misfit(name, &reason))
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// A `TypeError` that names the parameter, when the value has no bytes.
    pub fn bytes(&mut self, idx: u32, name: &str) -> Result<Vec<u8>, HostError> {
        let value = self.value(idx, name)?;
        value::bytes_of(value).ok_or_else(|| {
            let found = value.type_of(self.scope).to_rust_string_lossy(self.scope);
            self.misfit(name, &format!("expected a Uint8Array, found a value of type {found}"))
        })
    }

    /// Reads bytes that may be absent.
    ///
    /// # Errors
    /// As [`HostCall::bytes`].
    pub fn optional_bytes(&mut self, idx: u32, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        if self.value(idx, name)?.is_null_or_undefined() { Ok(None) } else { self.bytes(idx, name).map(Some) }
    }

    /// Leaves the result of a plain function.
    ///
    /// # Errors
    /// When it cannot become a value of JavaScript.
    pub fn give(&mut self, value: impl IntoJs) -> Result<(), HostError> {
        self.result = Some(value.into_js(self.scope)?);
        Ok(())
    }

    pub(crate) fn into_result(self) -> v8::Local<'s, v8::Value> {
        self.result.unwrap_or_else(|| v8::undefined(self.scope).into())
    }

    fn value(&mut self, idx: u32, name: &str) -> Result<v8::Local<'s, v8::Value>, HostError> {
        let value = self.arguments.get_index(self.scope, idx);
        value.ok_or_else(|| HostError::type_error(format!("{}: no argument `{name}`", self.function)))
    }

    /// Reading an object may run a getter; what that throws is part of the error, not an exception of its own.
    fn read_object<T: DeserializeOwned + 'static>(&mut self, value: v8::Local<'s, v8::Value>) -> Result<T, String> {
        v8::tc_scope!(let scope, self.scope);
        let read = value::read(scope, value);
        match scope.exception() {
            Some(exception) => Err(exception.to_rust_string_lossy(scope)),
            None => read,
        }
    }

    fn misfit(&self, name: &str, reason: &str) -> HostError {
        HostError::type_error(format!("{}: the argument `{name}` does not fit: {reason}", self.function))
    }
}
