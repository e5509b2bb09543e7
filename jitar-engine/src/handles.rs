//! The functions that `bootstrap.js` leaves for Rust, and how Rust calls functions.

use deno_core::error::JsError;
use deno_core::{JsRuntime, v8};

use crate::error::EngineError;

/// The object `Deno.jitar`: application code cannot reach it.
pub(crate) struct Handles(v8::Global<v8::Object>);

impl Handles {
    /// Takes the object from a runtime that was just made, and hides the engine's names from application code.
    pub(crate) fn take(runtime: &mut JsRuntime) -> Result<Self, EngineError> {
        let object = runtime.execute_script("jitar:start", "Deno.jitar")?;
        let handles = {
            deno_core::scope!(scope, runtime);
            let object = v8::Local::new(scope, object);
            let object = v8::Local::<v8::Object>::try_from(object)
                .map_err(|_| EngineError::Boot("the blob has no dispatcher".to_owned()))?;
            Self(v8::Global::new(scope, object))
        };
        handles.call(runtime, "hideInternals")?;
        Ok(handles)
    }

    /// The function of that name.
    pub(crate) fn function(
        &self,
        runtime: &mut JsRuntime,
        name: &str,
    ) -> Result<v8::Global<v8::Function>, EngineError> {
        deno_core::scope!(scope, runtime);
        let object = v8::Local::new(scope, &self.0);
        let key = string(scope, name.as_bytes());
        let value = object.get(scope, key).and_then(|value| v8::Local::<v8::Function>::try_from(value).ok());
        let function = value.ok_or_else(|| EngineError::Boot(format!("the dispatcher has no `{name}`")))?;
        Ok(v8::Global::new(scope, function))
    }

    /// Calls the function of that name without arguments; says whether it returned `true`.
    pub(crate) fn call(&self, runtime: &mut JsRuntime, name: &str) -> Result<bool, EngineError> {
        let function = self.function(runtime, name)?;
        deno_core::scope!(scope, runtime);
        Ok(call_function(scope, &function, &[])?.is_true())
    }
}

/// Calls a function and returns its result.
pub(crate) fn call_function<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    function: &v8::Global<v8::Function>,
    arguments: &[v8::Local<'_, v8::Value>],
) -> Result<v8::Local<'s, v8::Value>, EngineError> {
    v8::tc_scope!(let scope, scope);
    let this = v8::undefined(scope).into();
    match function.open(scope).call(scope, this, arguments) {
        Some(value) => Ok(value),
        None => match scope.exception() {
            Some(exception) if !scope.has_terminated() => Err(JsError::from_v8_exception(scope, exception).into()),
            _ => Err(EngineError::Terminated),
        },
    }
}

/// Text as V8 has it.
pub(crate) fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &[u8]) -> v8::Local<'s, v8::Value> {
    match v8::String::new_from_utf8(scope, text, v8::NewStringType::Normal) {
        Some(string) => string.into(),
        // Only text beyond V8's largest string (about 512 MiB) ends here; body limits are far below.
        None => v8::undefined(scope).into(),
    }
}
