//! How a call ends: the dispatcher hands over the encoded value.

use std::rc::Rc;

use bytes::Bytes;
use deno_core::{OpState, op2};

use super::RunningCalls;
use crate::call::{ContentKind, Headers, Reply};

/// Where an isolate's replies go, by the number of the call.
pub(crate) type ReplySink = Rc<dyn Fn(u32, Reply)>;

/// Ends a call with a value that is text on the wire.
#[op2]
pub(crate) fn op_jitar_settle_text(
    state: &mut OpState,
    #[smi] call: u32,
    #[smi] status: u32,
    #[smi] kind: u32,
    #[string] body: String,
    #[serde] headers: Option<Headers>,
) {
    settle(state, call, status, kind, Bytes::from(body), headers);
}

/// Ends a call with bytes. The copy keeps the reply valid when the function goes on writing into its array.
#[op2]
pub(crate) fn op_jitar_settle_bytes(
    state: &mut OpState,
    #[smi] call: u32,
    #[smi] status: u32,
    #[smi] kind: u32,
    #[buffer] body: &[u8],
    #[serde] headers: Option<Headers>,
) {
    settle(state, call, status, kind, Bytes::copy_from_slice(body), headers);
}

fn settle(state: &mut OpState, call: u32, status: u32, kind: u32, body: Bytes, headers: Option<Headers>) {
    if let Some(running) = state.try_borrow_mut::<RunningCalls>() {
        running.0.remove(&call);
    }
    let Some(sink) = state.try_borrow::<ReplySink>() else { return };
    let content = ContentKind::ALL.get(kind as usize).copied().unwrap_or(ContentKind::Text);
    let status = u16::try_from(status).unwrap_or(500);
    sink(call, Reply { status, content, body, headers: headers.unwrap_or_default() });
}
