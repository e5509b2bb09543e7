//! Which form a type of a user has in JavaScript. The code that `#[jitar::host]` writes knows types only as text, so it asks
//! by method: the compiler takes the first form in this order whose bounds hold, by looking through references.
//!
//! Parameters: bytes, else serde. Outcomes: a `Result` whose error becomes a [`HostError`], a `Result` whose error is
//! some text, else a plain value. Values: bytes and nothing, an `Option`, else serde.

use std::fmt::Display;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AsBytes, AsOption, AsSerde, AsUndefined, HostCall, HostError, IntoJs};

/// A parameter of this type.
#[derive(Debug)]
pub struct Parameter<T>(PhantomData<fn() -> T>);

impl<T> Parameter<T> {
    /// To ask for its form.
    pub const NEW: Self = Self(PhantomData);
}

/// A parameter that takes a `Uint8Array`.
pub trait BytesParameter<T> {
    /// Reads the argument.
    ///
    /// # Errors
    /// When the value has no bytes.
    fn read(&self, call: &mut HostCall<'_, '_, '_>, idx: u32, name: &str) -> Result<T, HostError>;
}

macro_rules! bytes_parameters {
    ($($type:ty, $method:ident, $convert:expr;)+) => {
        $(
            impl BytesParameter<$type> for &Parameter<$type> {
                fn read(&self, call: &mut HostCall<'_, '_, '_>, idx: u32, name: &str) -> Result<$type, HostError> {
                    call.$method(idx, name).map($convert)
                }
            }
        )+
    };
}

bytes_parameters! {
    Vec<u8>, bytes, |bytes| bytes;
    Bytes, bytes, Bytes::from;
    Option<Vec<u8>>, optional_bytes, |bytes| bytes;
    Option<Bytes>, optional_bytes, |bytes| bytes.map(Bytes::from);
}

/// A parameter that is read by serde.
pub trait SerdeParameter<T> {
    /// Reads the argument.
    ///
    /// # Errors
    /// When the value does not fit.
    fn read(&self, call: &mut HostCall<'_, '_, '_>, idx: u32, name: &str) -> Result<T, HostError>;
}

impl<T: DeserializeOwned + 'static> SerdeParameter<T> for Parameter<T> {
    fn read(&self, call: &mut HostCall<'_, '_, '_>, idx: u32, name: &str) -> Result<T, HostError> {
        call.argument(idx, name)
    }
}

/// What a function of this type returned.
#[derive(Debug)]
pub struct Outcome<T>(PhantomData<fn() -> T>);

impl<T> Outcome<T> {
    /// To ask for its form.
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// A `Result` whose error becomes a [`HostError`].
pub trait FallibleOutcome {
    /// What was returned.
    type Returned;
    /// The value in it.
    type Value;

    /// The value or the error.
    ///
    /// # Errors
    /// Whatever was returned.
    fn split(&self, returned: Self::Returned) -> Result<Self::Value, HostError>;
}

impl<T, E: Into<HostError>> FallibleOutcome for &&Outcome<Result<T, E>> {
    type Returned = Result<T, E>;
    type Value = T;

    fn split(&self, returned: Result<T, E>) -> Result<T, HostError> {
        returned.map_err(Into::into)
    }
}

/// A `Result` whose error is some text, such as `String` or `anyhow::Error`.
pub trait DescribedOutcome {
    /// What was returned.
    type Returned;
    /// The value in it.
    type Value;

    /// The value or the error.
    ///
    /// # Errors
    /// Whatever was returned.
    fn split(&self, returned: Self::Returned) -> Result<Self::Value, HostError>;
}

impl<T, E: Display> DescribedOutcome for &Outcome<Result<T, E>> {
    type Returned = Result<T, E>;
    type Value = T;

    fn split(&self, returned: Result<T, E>) -> Result<T, HostError> {
        returned.map_err(|error| HostError::new(error.to_string()))
    }
}

/// A value.
pub trait PlainOutcome {
    /// What was returned.
    type Returned;
    /// The same.
    type Value;

    /// The value.
    ///
    /// # Errors
    /// Never.
    fn split(&self, returned: Self::Returned) -> Result<Self::Value, HostError>;
}

impl<T> PlainOutcome for Outcome<T> {
    type Returned = T;
    type Value = T;

    fn split(&self, returned: T) -> Result<T, HostError> {
        Ok(returned)
    }
}

/// A value of this type.
#[derive(Debug)]
pub struct Value<T>(PhantomData<fn() -> T>);

impl<T> Value<T> {
    /// To ask for its form.
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// Bytes, which become a `Uint8Array`, and nothing, which becomes `undefined`.
pub trait BytesValue {
    /// The value.
    type Plain;
    /// The value with its form.
    type Form: IntoJs;

    /// Gives it its form.
    fn form(&self, value: Self::Plain) -> Self::Form;
}

macro_rules! bytes_values {
    ($($type:ty, $form:ty, $convert:expr;)+) => {
        $(
            impl BytesValue for &&Value<$type> {
                type Plain = $type;
                type Form = $form;

                fn form(&self, value: $type) -> $form {
                    $convert(value)
                }
            }
        )+
    };
}

bytes_values! {
    (), AsUndefined, |()| AsUndefined;
    Vec<u8>, AsBytes, |bytes: Vec<u8>| AsBytes(bytes.into());
    Bytes, AsBytes, AsBytes;
    Option<Vec<u8>>, AsOption<AsBytes>, |bytes: Option<Vec<u8>>| AsOption(bytes.map(|bytes| AsBytes(bytes.into())));
    Option<Bytes>, AsOption<AsBytes>, |bytes: Option<Bytes>| AsOption(bytes.map(AsBytes));
}

/// Something or nothing.
pub trait OptionValue {
    /// The value.
    type Plain;
    /// The value with its form.
    type Form: IntoJs;

    /// Gives it its form.
    fn form(&self, value: Self::Plain) -> Self::Form;
}

impl<T: Serialize + 'static> OptionValue for &Value<Option<T>> {
    type Plain = Option<T>;
    type Form = AsOption<AsSerde<T>>;

    fn form(&self, value: Option<T>) -> Self::Form {
        AsOption(value.map(AsSerde))
    }
}

/// Whatever serde knows.
pub trait SerdeValue {
    /// The value.
    type Plain;
    /// The value with its form.
    type Form: IntoJs;

    /// Gives it its form.
    fn form(&self, value: Self::Plain) -> Self::Form;
}

impl<T: Serialize + 'static> SerdeValue for Value<T> {
    type Plain = T;
    type Form = AsSerde<T>;

    fn form(&self, value: T) -> Self::Form {
        AsSerde(value)
    }
}
