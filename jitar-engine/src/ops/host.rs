//! Calls that application code makes to Rust functions (`host:` modules). A panic ends the call, not the process.
#![expect(clippy::needless_pass_by_value, reason = "the form that `op2` asks for")]

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use deno_core::futures::FutureExt;
use deno_core::{CancelFuture, CancelHandle, OpState, ToV8, op2, v8};

use super::RunningCalls;
use crate::host::{HostCall, HostError, HostFunction, HostTable, Settled};

/// The table of the unit, in the state of the isolate.
pub(crate) struct HostFunctions(pub(crate) HostTable);

/// Runs a plain host function: returns its value or throws a list of class, message and code, of which `host.js` makes an
/// error. Reentrant, because reading an argument may run a getter.
#[op2(reentrant)]
pub(crate) fn op_jitar_host<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[smi] idx: u32,
    arguments: v8::Local<'s, v8::Array>,
) -> v8::Local<'s, v8::Value> {
    let outcome = find(&state, idx).and_then(|function| {
        let crate::host::HostBody::Plain(body) = function.body() else { return Err(not_there()) };
        let mut call = HostCall::new(scope, arguments, function);
        let outcome = catch_unwind(AssertUnwindSafe(|| body(&mut call)));
        outcome.unwrap_or_else(|_| Err(panicked(function)))?;
        Ok(call.into_result())
    });
    outcome.unwrap_or_else(|error| {
        let failure = failure(scope, &error);
        scope.throw_exception(failure.into());
        v8::undefined(scope).into()
    })
}

/// Starts an async host function within a call: resolves to a list with the value alone, or with class, message and code.
#[op2(reentrant)]
pub(crate) fn op_jitar_host_async<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[smi] idx: u32,
    #[smi] call: u32,
    arguments: v8::Local<'s, v8::Array>,
) -> impl Future<Output = Outcome> + use<> {
    let started = find(&state, idx).and_then(|function| {
        let crate::host::HostBody::Async(body) = function.body() else { return Err(not_there()) };
        let mut call = HostCall::new(scope, arguments, function);
        let future = catch_unwind(AssertUnwindSafe(|| body(&mut call)));
        Ok((function, future.unwrap_or_else(|_| Err(panicked(function)))?))
    });
    let cancel = {
        let state = state.borrow();
        let running = state.try_borrow::<RunningCalls>().and_then(|calls| calls.0.get(&call));
        running.map_or_else(CancelHandle::new_rc, |call| Rc::clone(&call.cancel))
    };
    async move {
        let outcome = match started {
            Ok((function, future)) => match AssertUnwindSafe(future).catch_unwind().or_cancel(cancel).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_panic)) => Err(panicked(function)),
                Err(_canceled) => Err(HostError::new("The call was cancelled")),
            },
            Err(error) => Err(error),
        };
        Outcome(outcome)
    }
}

/// What an async function came to.
pub(crate) struct Outcome(Result<Settled, HostError>);

impl<'s> ToV8<'s> for Outcome {
    type Error = Infallible;

    fn to_v8<'i>(self, scope: &mut v8::PinScope<'s, 'i>) -> Result<v8::Local<'s, v8::Value>, Infallible> {
        let value = self.0.and_then(|settled| {
            catch_unwind(AssertUnwindSafe(|| settled.into_js(scope)))
                .unwrap_or_else(|_| Err(HostError::panic("The result of a host function panicked")))
        });
        Ok(match value {
            Ok(value) => v8::Array::new_with_elements(scope, &[value]).into(),
            Err(error) => failure(scope, &error).into(),
        })
    }
}

fn find(state: &Rc<RefCell<OpState>>, idx: u32) -> Result<&'static HostFunction, HostError> {
    let state = state.borrow();
    let table = state.try_borrow::<HostFunctions>().map_or(&[][..], |functions| functions.0);
    table.get(idx as usize).ok_or_else(not_there)
}

/// The build writes modules and tables together, so only code that makes up numbers gets here.
fn not_there() -> HostError {
    HostError::new("This binary has no such host function").class("ReferenceError")
}

/// The panic itself was reported where it happened; its text may hold what callers must not see.
fn panicked(function: &HostFunction) -> HostError {
    HostError::panic(format!("The host function '{function}' panicked"))
}

/// Class, message and code, and whether it is for the log too, as `host.js` reads them.
fn failure<'s>(scope: &mut v8::PinScope<'s, '_>, error: &HostError) -> v8::Local<'s, v8::Array> {
    let text = |scope: &mut v8::PinScope<'s, '_>, text: &str| crate::handles::string(scope, text.as_bytes());
    let class = text(scope, &error.class);
    let message = text(scope, &error.message);
    let code = match &error.code {
        Some(code) => text(scope, code),
        None => v8::undefined(scope).into(),
    };
    let is_panic = v8::Boolean::new(scope, error.is_panic).into();
    v8::Array::new_with_elements(scope, &[class, message, code, is_panic])
}
