//! How a debugger gets to an isolate: the protocol of Chrome's developer tools as text, in and out. Who speaks it over the network is
//! not known here.

use deno_core::futures::StreamExt;
use deno_core::futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use deno_core::{InspectorMsg, InspectorSessionChannels, InspectorSessionKind, InspectorSessionProxy, JsRuntime};

/// An isolate that can be debugged. It has to be started from the base blob: breakpoints cannot be set in scripts that come
/// out of a blob.
pub struct Inspect {
    /// Gets the way to the isolate, as soon as it exists.
    pub announce: Box<dyn FnOnce(Debugger)>,
    /// Whether it waits for a debugger, and then stops at the first statement of the application.
    pub breaks_at_start: bool,
}

/// The way to an isolate. It ends with the isolate.
#[derive(Clone)]
pub struct Debugger(UnboundedSender<InspectorSessionProxy>);

/// What a debugger says.
#[derive(Clone)]
pub struct DebugCommands(UnboundedSender<String>);

/// What an isolate says to a debugger.
pub struct DebugEvents(UnboundedReceiver<InspectorMsg>);

impl Inspect {
    /// Announces the way to an isolate; whether it is to wait for a debugger.
    pub(crate) fn open(self, runtime: &JsRuntime) -> bool {
        (self.announce)(Debugger(runtime.inspector().get_session_sender()));
        self.breaks_at_start
    }
}

impl Debugger {
    /// Attaches a debugger; `None` when the isolate is gone. Dropping the commands detaches it, which also lets a stopped
    /// isolate run on.
    pub fn attach(&self) -> Option<(DebugCommands, DebugEvents)> {
        let (events, from_isolate) = unbounded();
        let (to_isolate, commands) = unbounded();
        let channels = InspectorSessionChannels::Regular { tx: events, rx: commands };
        let kind = InspectorSessionKind::NonBlocking { wait_for_disconnect: false };
        self.0.unbounded_send(InspectorSessionProxy { channels, kind }).ok()?;
        Some((DebugCommands(to_isolate), DebugEvents(from_isolate)))
    }
}

impl DebugCommands {
    /// Hands over a message of the protocol; whether the isolate is still there.
    pub fn send(&self, message: String) -> bool {
        self.0.unbounded_send(message).is_ok()
    }
}

impl DebugEvents {
    /// The next message of the protocol; `None` when the isolate is gone.
    pub async fn next(&mut self) -> Option<String> {
        self.0.next().await.map(|message| message.content)
    }
}

impl std::fmt::Debug for Inspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspect").field("breaks_at_start", &self.breaks_at_start).finish_non_exhaustive()
    }
}

macro_rules! opaque {
    ($($name:ident)+) => {
        $(
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(stringify!($name))
                }
            }
        )+
    };
}

opaque!(Debugger DebugCommands DebugEvents);
