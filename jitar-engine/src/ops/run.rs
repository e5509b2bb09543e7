//! Calls that application code makes to procedures outside its unit (`__run`).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use deno_core::{CancelFuture, CancelHandle, OpState, ToJsBuffer, op2};
use serde::Serialize;

use crate::call::{Behind, ContentKind, Headers, Outbound, OutboundCall, Reply};
use crate::limits::OwnLimit;

/// Where outbound calls go; absent while a snapshot is made.
pub(crate) type OutboundSlot = Arc<dyn Outbound>;

/// What is known of the calls under way in an isolate.
#[derive(Default)]
pub(crate) struct RunningCalls(pub(crate) foldhash::HashMap<u32, RunningCall>);

/// One call under way.
pub(crate) struct RunningCall {
    /// When its time is over.
    pub(crate) deadline: Instant,
    /// Nodes that the call came through.
    pub(crate) hops: u8,
    /// Dropped host futures when the call is cancelled.
    pub(crate) cancel: Rc<CancelHandle>,
    /// The node that executes it, when it only passes here.
    pub(crate) behind: Option<Arc<dyn Behind>>,
    /// The CPU time that it may use, where its procedure has a limit of its own.
    pub(crate) _own_limit: Option<OwnLimit>,
}

impl RunningCall {
    /// A call that is executed here.
    pub(crate) fn new(deadline: Instant, hops: u8) -> Self {
        Self { deadline, hops, cancel: CancelHandle::new_rc(), behind: None, _own_limit: None }
    }
}

/// A reply as the dispatcher decodes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutboundReply {
    status: u16,
    kind: usize,
    text: Option<String>,
    bytes: Option<ToJsBuffer>,
    headers: Headers,
}

impl From<Reply> for OutboundReply {
    fn from(reply: Reply) -> Self {
        let kind = ContentKind::ALL.iter().position(|kind| *kind == reply.content).unwrap_or_default();
        let is_bytes = reply.content == ContentKind::Bytes;
        let text = (!is_bytes).then(|| String::from_utf8_lossy(&reply.body).into_owned());
        let bytes = is_bytes.then(|| ToJsBuffer::from(reply.body.to_vec()));
        Self { status: reply.status, kind, text, bytes, headers: reply.headers }
    }
}

/// Sends a call to another service and waits for its reply. A failure to get one is a reply too: a status and a text.
#[op2]
#[serde]
pub(crate) async fn op_jitar_run(
    state: Rc<RefCell<OpState>>,
    #[smi] call: u32,
    #[string] fqn: String,
    #[string] version: String,
    #[string] arguments: String,
    extended: bool,
    #[serde] headers: Headers,
) -> OutboundReply {
    let (outbound, deadline, hops, cancel) = {
        let state = state.borrow();
        let running = state.try_borrow::<RunningCalls>().and_then(|calls| calls.0.get(&call));
        let deadline = running.map(|call| call.deadline.saturating_duration_since(Instant::now()));
        let cancel = running.map_or_else(CancelHandle::new_rc, |call| Rc::clone(&call.cancel));
        let hops = running.map_or(0, |call| call.hops);
        (state.try_borrow::<OutboundSlot>().map(Arc::clone), deadline, hops, cancel)
    };
    let Some(outbound) = outbound else { return failure(501, format!("Procedure '{fqn}' is not reachable from here")) };
    let call = OutboundCall { fqn, version, arguments: Bytes::from(arguments), extended, headers, deadline, hops };
    match outbound.run(call).or_cancel(cancel).await {
        Ok(Ok(reply)) => reply.into(),
        Ok(Err(error)) => failure(error.status, error.message),
        Err(_canceled) => failure(504, "The call was cancelled".to_owned()),
    }
}

fn failure(status: u16, message: String) -> OutboundReply {
    Reply { status, content: ContentKind::Text, body: Bytes::from(message), headers: Headers::new() }.into()
}
