//! Async host functions: a future that ends with something that becomes a value of JavaScript once there is a scope.

use std::future::Future;
use std::pin::Pin;

use deno_core::v8;

use super::{HostError, IntoJs};

/// The future of a call. It stays on the isolate's thread, inside its tokio runtime, and need not be `Send`. It is dropped
/// when its call is cancelled.
pub type HostFuture = Pin<Box<dyn Future<Output = Result<Settled, HostError>>>>;

/// A result that waits for a scope.
pub struct Settled(Box<dyn Finish>);

impl Settled {
    /// Of this value.
    pub fn new(value: impl IntoJs) -> Self {
        Self(Box::new(value))
    }

    pub(crate) fn into_js<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError> {
        self.0.finish(scope)
    }
}

impl std::fmt::Debug for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settled")
    }
}

/// [`IntoJs`] without its type.
trait Finish {
    fn finish<'s>(self: Box<Self>, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError>;
}

impl<T: IntoJs> Finish for T {
    fn finish<'s>(self: Box<Self>, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError> {
        self.into_js(scope)
    }
}
