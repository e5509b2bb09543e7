//! Calls that another node executes, on their way through the middleware of this one.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use deno_core::{CancelFuture, CancelHandle, OpState, ToJsBuffer, op2};
use serde::{Deserialize, Serialize};

use super::RunningCalls;
use crate::call::{Arguments, Changes, ContentKind, Headers};

/// What the dispatcher says about a call.
#[derive(Deserialize)]
struct Passed {
    json: Option<String>,
    pairs: Option<Vec<(String, String)>>,
    beside: Option<String>,
    extended: bool,
    injects: bool,
    headers: Option<Headers>,
}

impl From<Passed> for Changes {
    fn from(passed: Passed) -> Self {
        let Passed { json, pairs, beside, extended, injects, headers } = passed;
        let json = json.map(|text| Arguments::Json(Bytes::from(text)));
        let arguments = json.or_else(|| pairs.map(Arguments::Query));
        Self { arguments, beside, extended, injects, headers }
    }
}

/// A reply as the dispatcher reads it, with its body as it came over the wire.
#[derive(Serialize)]
pub(crate) struct PassedReply {
    status: u16,
    kind: usize,
    bytes: ToJsBuffer,
    headers: Headers,
    /// Why there is no reply.
    refusal: Option<String>,
}

impl PassedReply {
    fn refused(status: u16, message: String) -> Self {
        let (bytes, headers) = (ToJsBuffer::from(Vec::new()), Headers::new());
        Self { status, kind: 0, bytes, headers, refusal: Some(message) }
    }
}

/// Sends a call on to the node behind this one, and waits for its reply.
#[op2]
#[serde]
pub(crate) async fn op_jitar_pass(
    state: Rc<RefCell<OpState>>,
    #[smi] call: u32,
    #[serde] passed: Passed,
) -> PassedReply {
    let (behind, cancel) = {
        let state = state.borrow();
        let running = state.try_borrow::<RunningCalls>().and_then(|calls| calls.0.get(&call));
        let behind = running.and_then(|call| call.behind.as_ref().map(Arc::clone));
        (behind, running.map_or_else(CancelHandle::new_rc, |call| Rc::clone(&call.cancel)))
    };
    // Its middleware went on after it had answered.
    let Some(behind) = behind else { return PassedReply::refused(503, "The call has ended already".to_owned()) };
    match behind.run(passed.into()).or_cancel(cancel).await {
        Ok(Ok(reply)) => {
            let kind = ContentKind::ALL.iter().position(|kind| *kind == reply.content).unwrap_or_default();
            let bytes = ToJsBuffer::from(Vec::from(reply.body));
            PassedReply { status: reply.status, kind, bytes, headers: reply.headers, refusal: None }
        }
        Ok(Err(error)) => PassedReply::refused(error.status, error.message),
        Err(_canceled) => PassedReply::refused(504, "The call was cancelled".to_owned()),
    }
}
