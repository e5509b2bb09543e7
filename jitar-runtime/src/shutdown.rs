//! Stopping: the first SIGINT or SIGTERM asks for a graceful stop, the second ends the process at once.

use std::io;

use tokio::sync::watch;

/// Tells whoever waits that the process is to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown {
    requested: watch::Receiver<bool>,
}

/// Asks for the stop.
#[derive(Debug, Clone)]
pub struct ShutdownTrigger {
    request: watch::Sender<bool>,
}

/// A signal that ends processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    /// SIGINT, Ctrl-C.
    Interrupt,
    /// SIGTERM.
    #[cfg(unix)]
    Terminate,
}

impl Shutdown {
    /// A stop that only the trigger asks for.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let (trigger, shutdown) = jitar::shutdown::Shutdown::new();
    /// assert!(!shutdown.is_requested());
    /// trigger.request();
    /// shutdown.requested().await;
    /// # });
    /// ```
    pub fn new() -> (ShutdownTrigger, Self) {
        let (request, requested) = watch::channel(false);
        (ShutdownTrigger { request }, Self { requested })
    }

    /// A stop that the first signal asks for. With the second the process ends, with status 130 or 143.
    /// To be called within a `tokio` runtime.
    ///
    /// # Errors
    /// When the system does not let us listen to signals.
    pub fn on_signals() -> io::Result<Self> {
        let (trigger, shutdown) = Self::new();
        let mut signals = Signals::listen()?;
        tokio::spawn(async move {
            let first = signals.next().await;
            tracing::debug!("{} received: stopping", first.name());
            trigger.request();
            end_process(signals.next().await);
        });
        Ok(shutdown)
    }

    /// Waits until a stop is asked for. Does not end when that cannot happen any more.
    pub async fn requested(&self) {
        let mut requested = self.requested.clone();
        if requested.wait_for(|requested| *requested).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether a stop has been asked for.
    pub fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }
}

impl ShutdownTrigger {
    /// Asks for the stop. Later calls do nothing.
    pub fn request(&self) {
        self.request.send_replace(true);
    }
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            #[cfg(unix)]
            Self::Terminate => "SIGTERM",
        }
    }

    /// The status of a process that a signal ended, as shells show it: 128 and the signal's number.
    const fn exit_status(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            #[cfg(unix)]
            Self::Terminate => 143,
        }
    }
}

#[expect(clippy::exit, reason = "the second signal asks for an end without a clean stop; log lines are never buffered")]
fn end_process(signal: Signal) -> ! {
    tracing::warn!("{} received again: ending at once", signal.name());
    std::process::exit(i32::from(signal.exit_status()))
}

/// The signals of this process.
#[cfg(unix)]
#[derive(Debug)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}

/// The signals of this process: Ctrl-C.
#[cfg(not(unix))]
#[derive(Debug)]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn every_copy_learns_of_the_request() {
        block_on(async {
            let (trigger, shutdown) = Shutdown::new();
            let copy = shutdown.clone();
            assert!(!copy.is_requested());
            let waiting = tokio::spawn(async move { copy.requested().await });
            trigger.request();
            trigger.request();
            waiting.await.expect("it ends");
            shutdown.requested().await;
            assert!(shutdown.is_requested());
        });
    }

    #[test]
    fn a_lost_trigger_asks_for_nothing() {
        block_on(async {
            let (trigger, shutdown) = Shutdown::new();
            drop(trigger);
            let first = tokio::select! {
                biased;
                () = shutdown.requested() => "requested",
                () = tokio::task::yield_now() => "still running",
            };
            assert_eq!(first, "still running");
        });
    }

    #[cfg(unix)]
    #[test]
    fn statuses_are_those_of_a_shell() {
        assert_eq!([Signal::Interrupt, Signal::Terminate].map(Signal::exit_status), [130, 143]);
    }
}
