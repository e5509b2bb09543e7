//! Calls as plain messages: what crosses between the HTTP side and an isolate's thread. Nothing here knows V8.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

/// Header names and values in order; names are lower case. A name may repeat.
pub type Headers = Vec<(String, String)>;

/// A call of a procedure, access already checked.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is called.
    pub target: Target,
    /// The version that the caller asked for, as application code sees it on the request.
    pub version: Cow<'static, str>,
    /// Arguments by name.
    pub arguments: Arguments,
    /// JSON text of an object with further arguments, in the serialised encoding with [`ExtendedForms`]: values that another
    /// node's middleware added to a query, which cannot carry them.
    pub beside: Option<String>,
    /// Whether arguments and result use the serialised encoding (spec 5).
    pub serialized: bool,
    /// Forms of the serialised encoding that only nodes of ours know.
    pub extended: ExtendedForms,
    /// Headers for application code: without the trust key and node headers.
    pub headers: Headers,
    /// Whether the function runs or only its arguments are checked.
    pub mode: RunMode,
    /// Whether the caller showed the trust key: then it gets stack traces, and may send regular expressions.
    pub trusted: bool,
    /// Whether a node with the trust key answers for the arguments: then names that begin with `*` are allowed. It may pass
    /// on a call of somebody who is not `trusted`.
    pub vouched: bool,
    /// How long the call may take from now; `None` for the isolate's `wall` limit.
    pub deadline: Option<Duration>,
    /// CPU time that it may use in one turn; `None` for the isolate's limit.
    pub cpu: Option<Duration>,
    /// Nodes that the call came through; copied to the outbound calls that it makes.
    pub hops: u8,
}

/// What a call is for.
#[derive(Clone)]
pub enum Target {
    /// An implementation of this unit: `fqn:version`, such as `sales/getMonthData:0.0.0`.
    Implementation(String),
    /// A procedure that another node executes. Only middleware runs here.
    Behind {
        /// Its name.
        fqn: String,
        /// The other node.
        node: Arc<dyn Behind>,
    },
}

impl Target {
    /// What is called, for people.
    pub fn name(&self) -> &str {
        match self {
            Self::Implementation(name) | Self::Behind { fqn: name, .. } => name,
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The node that executes what goes through the middleware of this one; the run time implements it over its services.
pub trait Behind: Send + Sync + 'static {
    /// Sends the call on with what middleware changed, and waits for the reply. Dropping the future cancels it.
    fn run(&self, changes: Changes) -> Pin<Box<dyn Future<Output = Result<Reply, OutboundError>> + Send>>;
}

/// What middleware made of a call. `None` stands for "as it came".
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The arguments: of the same kind as they came.
    pub arguments: Option<Arguments>,
    /// As [`Call::beside`].
    pub beside: Option<String>,
    /// Whether the arguments have [`ExtendedForms`].
    pub extended: bool,
    /// Whether some of their names begin with `*`.
    pub injects: bool,
    /// The headers.
    pub headers: Option<Headers>,
}

/// The header of a reply which says that [`Behind::run`] gave no reply, and that its error is the answer.
pub const REFUSED: &str = "x-jitar-refused";

/// Forms of the serialised encoding that only nodes of ours know: `undefined`, NaN, shared values and cycles, bytes as
/// base64, and the escape for data that looks like a form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExtendedForms {
    /// The caller understands them in the reply.
    pub understood: bool,
    /// They are in the arguments.
    pub used: bool,
}

/// The response header that says that the body has [`ExtendedForms`].
pub const FORMS: &str = "x-jitar-forms";

/// Arguments of a call, by name.
#[derive(Debug, Clone)]
pub enum Arguments {
    /// None were given.
    None,
    /// UTF-8 text of a JSON object, or of an array, which gives the names `0`, `1`, ….
    Json(Bytes),
    /// Decoded names and values of a query or form; a repeated name gives an array.
    Query(Vec<(String, String)>),
}

/// Whether a call executes (spec 3.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunMode {
    /// Execute.
    #[default]
    Normal,
    /// Stop after the arguments were bound; the result is `undefined`.
    Dry,
}

/// What a call answered: the function's result, or what it threw, with its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status, 200 when the function returned.
    pub status: u16,
    /// Type of the value in `body`.
    pub content: ContentKind,
    /// The value, encoded as `content` says.
    pub body: Bytes,
    /// Headers set by application code.
    pub headers: Headers,
}

/// The types that a value has on the wire (spec 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentKind {
    /// UTF-8 text.
    Text,
    /// A number as text.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`, empty body.
    Null,
    /// `undefined`, empty body.
    Undefined,
    /// JSON text.
    Json,
    /// Bytes.
    Bytes,
}

impl ContentKind {
    /// Every kind, in the order of the numbers that the dispatcher uses.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Number, Self::Boolean, Self::Null, Self::Undefined, Self::Json, Self::Bytes];

    /// The value of `x-jitar-content-type`.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Number => "application/number",
            Self::Boolean => "application/boolean",
            Self::Null => "application/null",
            Self::Undefined => "application/undefined",
            Self::Json => "application/json",
            Self::Bytes => "application/octet-stream",
        }
    }
}

/// A call that application code makes to a procedure outside its unit (`__run`).
#[derive(Debug, Clone)]
pub struct OutboundCall {
    /// Fully qualified name.
    pub fqn: String,
    /// Version that the stub names.
    pub version: String,
    /// JSON text of the argument object, in the serialised encoding.
    pub arguments: Bytes,
    /// Whether the arguments have [`ExtendedForms`]; where these are not understood the answer is 415, and nothing happened.
    pub extended: bool,
    /// Headers that travel with nested calls (spec 12, "Headers in nested calls").
    pub headers: Headers,
    /// What is left of the running call's time.
    pub deadline: Option<Duration>,
    /// `hops` of the running call, 0 outside of a call.
    pub hops: u8,
}

/// An outbound call got no answer from a procedure.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct OutboundError {
    /// HTTP status that says what happened (502, 503, 504, 404, …).
    pub status: u16,
    /// For people.
    pub message: String,
}

/// Where outbound calls go; the run time implements it over its services.
pub trait Outbound: Send + Sync + 'static {
    /// Sends the call and waits for the reply. Dropping the future cancels the call.
    fn run(&self, call: OutboundCall) -> Pin<Box<dyn Future<Output = Result<Reply, OutboundError>> + Send>>;
}
