//! How results become values of JavaScript, and how bytes and numbers are read from them.

use std::any::Any;
use std::ops::RangeInclusive;

use bytes::Bytes;
use deno_core::{serde_v8, v8};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::HostError;

/// A result that knows its form in JavaScript.
pub trait IntoJs: 'static {
    /// The value.
    ///
    /// # Errors
    /// When it has no such form.
    fn into_js<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError>;
}

/// Nothing: `undefined`.
#[derive(Debug)]
pub struct AsUndefined;

/// Bytes: a `Uint8Array`.
#[derive(Debug)]
pub struct AsBytes(pub Bytes);

/// What serde makes of it.
#[derive(Debug)]
pub struct AsSerde<T>(pub T);

/// Something, or `undefined`.
#[derive(Debug)]
pub struct AsOption<T>(pub Option<T>);

impl IntoJs for AsUndefined {
    fn into_js<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError> {
        Ok(v8::undefined(scope).into())
    }
}

impl IntoJs for AsBytes {
    fn into_js<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError> {
        let length = self.0.len();
        let store = v8::ArrayBuffer::new_backing_store_from_vec(Vec::from(self.0)).make_shared();
        let buffer = v8::ArrayBuffer::with_backing_store(scope, &store);
        let array = v8::Uint8Array::new(scope, buffer, 0, length);
        array.map(Into::into).ok_or_else(|| HostError::new("the bytes do not fit into an array"))
    }
}

impl<T: Serialize + 'static> IntoJs for AsSerde<T> {
    fn into_js<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError> {
        if let Some(text) = (&self.0 as &dyn Any).downcast_ref::<String>()
            && let Some(value) = ascii(scope, text)
        {
            return Ok(value);
        }
        serde_v8::to_v8(scope, self.0).map_err(|error| HostError::type_error(error.to_string()))
    }
}

impl<T: IntoJs> IntoJs for AsOption<T> {
    fn into_js<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, HostError> {
        match self.0 {
            Some(value) => value.into_js(scope),
            None => AsUndefined.into_js(scope),
        }
    }
}

/// Text that V8 need not decode; `None` for other text, and when it is too long.
fn ascii<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Option<v8::Local<'s, v8::Value>> {
    let text = Some(text.as_bytes()).filter(|text| text.is_ascii())?;
    v8::String::new_from_one_byte(scope, text, v8::NewStringType::Normal).map(Into::into)
}

/// The bytes of an `ArrayBuffer` or of a view, copied: application code may go on writing into it.
pub(super) fn bytes_of(value: v8::Local<'_, v8::Value>) -> Option<Vec<u8>> {
    if let Ok(view) = v8::Local::<v8::ArrayBufferView>::try_from(value) {
        let mut bytes = vec![0; view.byte_length()];
        let copied = view.copy_contents(&mut bytes);
        bytes.truncate(copied);
        return Some(bytes);
    }
    let buffer = v8::Local::<v8::ArrayBuffer>::try_from(value).ok()?;
    let store = buffer.get_backing_store();
    Some(store.iter().map(std::cell::Cell::get).collect())
}

/// What serde makes of a value. Numbers that an integer type does not have are refused: the reader would cut them off.
pub(super) fn read<'s, T: DeserializeOwned + 'static>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
) -> Result<T, String> {
    // Texts are what most functions take, and come without a detour through serde.
    let mut found: Option<T> = None;
    if let (Ok(text), Some(place)) =
        (v8::Local::<v8::String>::try_from(value), (&mut found as &mut dyn Any).downcast_mut::<Option<String>>())
    {
        *place = Some(text.to_rust_string_lossy(scope));
    }
    if let Some(found) = found {
        return Ok(found);
    }
    if let Ok(number) = v8::Local::<v8::Number>::try_from(value)
        && let Some(range) = integer_range::<T>()
        && let number = number.value()
        && !(number.fract() == 0.0 && range.contains(&number))
    {
        return Err(format!("expected an integer from {} to {}, found {number}", range.start(), range.end()));
    }
    serde_v8::from_v8(scope, value).map_err(|error| error.to_string())
}

/// The integers of a type that a number of JavaScript can be, when `T` is an integer type or an option of one.
fn integer_range<T: 'static>() -> Option<RangeInclusive<f64>> {
    /// Beyond these, numbers of JavaScript are not exact.
    const SAFE: f64 = 9_007_199_254_740_991.0;
    macro_rules! exact {
        ($($integer:ty)+) => {
            $(if is::<T, $integer>() {
                return Some(f64::from(<$integer>::MIN)..=f64::from(<$integer>::MAX));
            })+
        };
    }
    exact!(i8 u8 i16 u16 i32 u32);
    if is::<T, i64>() || is::<T, isize>() {
        return Some(-SAFE..=SAFE);
    }
    (is::<T, u64>() || is::<T, usize>()).then_some(0.0..=SAFE)
}

fn is<T: 'static, I: 'static>() -> bool {
    let id = std::any::TypeId::of::<T>();
    id == std::any::TypeId::of::<I>() || id == std::any::TypeId::of::<Option<I>>()
}
