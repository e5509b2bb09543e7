//! Host functions: Rust functions that application code imports from `host:<module>`.
//!
//! They are no ops, because they do not exist when a blob is made. A unit has a table of those that it imports
//! ([`HostFunction`]); generated modules call them by their place in it, through two ops. The code that `#[jitar::host]`
//! writes reads arguments from a [`HostCall`] and gives the result back; types of users are known to that code only.

mod call;
mod error;
mod future;
mod kinds;
mod value;

pub use call::HostCall;
pub use error::HostError;
pub use future::{HostFuture, Settled};
pub use kinds::{
    BytesParameter, BytesValue, DescribedOutcome, FallibleOutcome, OptionValue, Outcome, Parameter, PlainOutcome,
    SerdeParameter, SerdeValue, Value,
};
pub use value::{AsBytes, AsOption, AsSerde, AsUndefined, IntoJs};

/// A Rust function that application code may call.
#[derive(Clone, Copy)]
pub struct HostFunction {
    module: &'static str,
    name: &'static str,
    body: HostBody,
}

/// How it runs.
#[derive(Clone, Copy)]
pub(crate) enum HostBody {
    /// At once, on the isolate's thread.
    Plain(fn(&mut HostCall<'_, '_, '_>) -> Result<(), HostError>),
    /// As a future on the isolate's thread.
    Async(fn(&mut HostCall<'_, '_, '_>) -> Result<HostFuture, HostError>),
}

/// The host functions of a unit; generated modules know them by their place.
pub type HostTable = &'static [HostFunction];

impl HostFunction {
    /// A plain function.
    pub const fn plain(
        module: &'static str,
        name: &'static str,
        body: fn(&mut HostCall<'_, '_, '_>) -> Result<(), HostError>,
    ) -> Self {
        Self { module, name, body: HostBody::Plain(body) }
    }

    /// An async function.
    pub const fn asynchronous(
        module: &'static str,
        name: &'static str,
        body: fn(&mut HostCall<'_, '_, '_>) -> Result<HostFuture, HostError>,
    ) -> Self {
        Self { module, name, body: HostBody::Async(body) }
    }

    pub(crate) fn body(&self) -> HostBody {
        self.body
    }
}

/// `module.name`, as messages have it.
impl std::fmt::Display for HostFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

impl std::fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostFunction({self})")
    }
}
