//! What TypeScript's own types are to a value that shall leave the process.

/// How a type of the language or the platform travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It does not: what it is, for a message.
    Refused(Reason),
    /// Its first argument is the type of its items.
    List,
    /// Its second argument is the type of its values, its first that of its keys.
    Entries,
    /// Its first argument with every member optional.
    Partial,
    /// The same as its first argument.
    Same,
    /// Some members of its first argument: those that the second names.
    Pick,
    /// Some members of its first argument: those that the second does not name.
    Omit,
    /// One of the parts of its first argument.
    Part,
}

/// Why a value cannot travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Code stays where it is.
    Function,
    /// A symbol is equal to itself only.
    Symbol,
    /// A result of the future, inside of something that is sent now.
    Promise,
    /// An iterator or generator.
    Iterator,
    /// A collection or reference that forgets what nobody else holds.
    Weak,
    /// A stream.
    Stream,
    /// Something of HTTP: a request, a response, headers.
    Http,
    /// Anything else that belongs to its process.
    Host,
}

impl Reason {
    /// What it is, with an article.
    pub(super) fn what(self, name: &str) -> String {
        match self {
            Self::Function => "a function".to_owned(),
            Self::Symbol => "a symbol".to_owned(),
            Self::Promise => "a promise inside of a value".to_owned(),
            Self::Iterator | Self::Weak | Self::Stream | Self::Http | Self::Host => format!("of the type `{name}`"),
        }
    }

    /// What to do instead.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Function => {
                "send data that says what is to be done, or make the procedure `private`: then it is called within its own process only"
            }
            Self::Symbol => "send a text instead, for example one of a union of literal types",
            Self::Promise => "wait for it before the value is sent",
            Self::Iterator => "send a list",
            Self::Weak => "send a `Map`, a `Set` or the value itself",
            Self::Stream => "send the content, as text or as `Uint8Array`",
            Self::Http => "send what is needed of it as data: a text, bytes or a plain object",
            Self::Host => "send what is needed of it as data",
        }
    }
}

/// What is known of a type by its global name.
pub(super) fn find(name: &str) -> Option<Known> {
    use Known::{Entries, List, Omit, Part, Partial, Pick, Refused, Same};
    Some(match name {
        "Array" | "ReadonlyArray" | "Set" | "ReadonlySet" => List,
        "Map" | "ReadonlyMap" | "Record" => Entries,
        "Partial" => Partial,
        "Required" | "Readonly" | "NonNullable" | "Awaited" => Same,
        "Pick" => Pick,
        "Omit" => Omit,
        "Extract" | "Exclude" => Part,
        "Function" | "CallableFunction" | "NewableFunction" | "EventListener" => Refused(Reason::Function),
        "Symbol" => Refused(Reason::Symbol),
        "Promise" | "PromiseLike" => Refused(Reason::Promise),
        "Iterator"
        | "IterableIterator"
        | "AsyncIterator"
        | "AsyncIterable"
        | "AsyncIterableIterator"
        | "Generator"
        | "AsyncGenerator" => Refused(Reason::Iterator),
        "WeakMap" | "WeakSet" | "WeakRef" | "FinalizationRegistry" => Refused(Reason::Weak),
        "ReadableStream"
        | "WritableStream"
        | "TransformStream"
        | "CompressionStream"
        | "DecompressionStream"
        | "TextDecoderStream"
        | "TextEncoderStream"
        | "NodeJS.ReadableStream"
        | "NodeJS.WritableStream" => Refused(Reason::Stream),
        "Response" | "Request" | "Headers" | "FormData" => Refused(Reason::Http),
        "AbortController"
        | "AbortSignal"
        | "BroadcastChannel"
        | "CryptoKey"
        | "CryptoKeyPair"
        | "EventSource"
        | "EventTarget"
        | "MessageChannel"
        | "MessagePort"
        | "SharedArrayBuffer"
        | "WebSocket"
        | "Worker"
        | "WebAssembly.Instance"
        | "WebAssembly.Memory"
        | "WebAssembly.Module"
        | "Window"
        | "Document"
        | "Element"
        | "HTMLElement"
        | "Node"
        | "Intl.Collator"
        | "Intl.DateTimeFormat"
        | "Intl.NumberFormat"
        | "Intl.PluralRules"
        | "NodeJS.Timeout" => Refused(Reason::Host),
        _ => return None,
    })
}
