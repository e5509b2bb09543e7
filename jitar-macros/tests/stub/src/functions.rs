//! Host functions without V8. How types are told apart is the engine's own file, so that what the compiler says about a
//! type is what users see.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use serde::de::DeserializeOwned;

pub use kinds::*;

#[path = "../../../../jitar-engine/src/host/kinds.rs"]
mod kinds;

/// A host function.
#[derive(Debug, Clone, Copy)]
pub struct HostFunction {
    /// Its module.
    pub module: &'static str,
    /// Its name in JavaScript.
    pub name: &'static str,
    /// Whether it is async.
    pub is_async: bool,
}

impl HostFunction {
    /// A plain function.
    pub const fn plain(
        module: &'static str,
        name: &'static str,
        _: fn(&mut HostCall<'_, '_, '_>) -> Result<(), HostError>,
    ) -> Self {
        Self { module, name, is_async: false }
    }

    /// An async function.
    pub const fn asynchronous(
        module: &'static str,
        name: &'static str,
        _: fn(&mut HostCall<'_, '_, '_>) -> Result<HostFuture, HostError>,
    ) -> Self {
        Self { module, name, is_async: true }
    }
}

/// A call.
#[derive(Debug)]
pub struct HostCall<'a, 's, 'i>(std::marker::PhantomData<(&'a (), &'s (), &'i ())>);

impl HostCall<'_, '_, '_> {
    /// Reads an argument.
    pub fn argument<T: DeserializeOwned + 'static>(&mut self, _: u32, _: &str) -> Result<T, HostError> {
        Err(HostError)
    }

    /// Reads bytes.
    pub fn bytes(&mut self, _: u32, _: &str) -> Result<Vec<u8>, HostError> {
        Err(HostError)
    }

    /// Reads bytes that may be absent.
    pub fn optional_bytes(&mut self, _: u32, _: &str) -> Result<Option<Vec<u8>>, HostError> {
        Err(HostError)
    }

    /// Leaves the result.
    pub fn give(&mut self, _: impl IntoJs) -> Result<(), HostError> {
        Err(HostError)
    }
}

/// An error.
#[derive(Debug)]
pub struct HostError;

impl HostError {
    /// With this message.
    pub fn new(_: impl Into<String>) -> Self {
        Self
    }
}

impl<E: std::error::Error> From<E> for HostError {
    fn from(_: E) -> Self {
        Self
    }
}

/// The future of a call.
pub type HostFuture = Pin<Box<dyn Future<Output = Result<Settled, HostError>>>>;

/// A result.
#[derive(Debug)]
pub struct Settled;

impl Settled {
    /// Of this value.
    pub fn new(_: impl IntoJs) -> Self {
        Self
    }
}

/// A value with its form.
pub trait IntoJs: 'static {}

/// `undefined`
#[derive(Debug)]
pub struct AsUndefined;

/// A `Uint8Array`.
#[derive(Debug)]
pub struct AsBytes(pub Bytes);

/// What serde makes of it.
#[derive(Debug)]
pub struct AsSerde<T>(pub T);

/// Something or nothing.
#[derive(Debug)]
pub struct AsOption<T>(pub Option<T>);

impl IntoJs for AsUndefined {}
impl IntoJs for AsBytes {}
impl<T: 'static> IntoJs for AsSerde<T> {}
impl<T: IntoJs> IntoJs for AsOption<T> {}
