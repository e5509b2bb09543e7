//! The log: `tracing` events as lines on standard output and, from warnings on, standard error (spec 7).
//!
//! Lines are written whole and at once, so none is lost or torn when the process ends.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::SystemTime;

use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use super::format::{Colour, Fields, Record};
use super::time::iso;
use crate::config::{LogConfig, LogFormat, LogLevel};

/// Target of events that end the process; they show as `FATAL`.
pub const FATAL: &str = "jitar::fatal";

/// Target of lines that application code writes with `console.*`.
pub const APP: &str = "app";

/// The log of this process. Copies change the same level.
#[derive(Debug, Clone)]
pub struct Logs {
    level: Arc<AtomicU8>,
}

impl Logs {
    /// Starts the log of the process. Events of a log that was started earlier keep going there.
    pub fn start(config: LogConfig) -> Self {
        let logs = Self { level: Arc::new(AtomicU8::new(number(config.level))) };
        let layer = LineLayer { logs: logs.clone(), format: config.format, sink: Streams::of_process() };
        // Only tests and embedders start a second log in one process; the first one stays then.
        drop(tracing::subscriber::set_global_default(Registry::default().with(layer)));
        logs
    }

    /// The least level that is printed.
    pub fn level(&self) -> LogLevel {
        level(self.level.load(Ordering::Relaxed))
    }

    /// Changes the least level that is printed, from now on and everywhere.
    pub fn set_level(&self, level: LogLevel) {
        self.level.store(number(level), Ordering::Relaxed);
        // What `tracing` remembers of each call site depends on the level.
        tracing::callsite::rebuild_interest_cache();
    }
}

#[cfg(unix)]
impl Logs {
    /// Lets SIGUSR2 switch debug lines on and off. To be called within a `tokio` runtime.
    ///
    /// # Errors
    /// When the system does not let us listen to signals.
    pub fn switch_on_signal(&self) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};

        let mut signals = signal(SignalKind::user_defined2())?;
        let (logs, configured) = (self.clone(), self.level());
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                let level =
                    if logs.level() == LogLevel::Debug { configured.max(LogLevel::Info) } else { LogLevel::Debug };
                logs.set_level(level);
            }
        });
        Ok(())
    }
}

#[cfg(not(unix))]
impl Logs {
    /// There is no such signal on this system.
    ///
    /// # Errors
    /// Never.
    pub fn switch_on_signal(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Where lines go.
trait Sink: Send + Sync + 'static {
    /// Writes a whole line. A reader that is gone is no reason to fail.
    fn write(&self, level: LogLevel, line: &str);

    /// Whether a person looks at the lines of this level.
    fn is_terminal(&self, level: LogLevel) -> bool;
}

/// Standard output and standard error.
#[derive(Debug)]
struct Streams {
    output_is_terminal: bool,
    error_is_terminal: bool,
}

impl Streams {
    fn of_process() -> Self {
        Self { output_is_terminal: io::stdout().is_terminal(), error_is_terminal: io::stderr().is_terminal() }
    }
}

impl Sink for Streams {
    fn write(&self, level: LogLevel, line: &str) {
        let result = if goes_to_error(level) {
            io::stderr().lock().write_all(line.as_bytes())
        } else {
            let mut output = io::stdout().lock();
            output.write_all(line.as_bytes()).and_then(|()| output.flush())
        };
        result.unwrap_or_default();
    }

    fn is_terminal(&self, level: LogLevel) -> bool {
        if goes_to_error(level) { self.error_is_terminal } else { self.output_is_terminal }
    }
}

fn goes_to_error(level: LogLevel) -> bool {
    level >= LogLevel::Warn
}

/// Turns events into lines.
struct LineLayer<S> {
    logs: Logs,
    format: LogFormat,
    sink: S,
}

impl<S: Sink> LineLayer<S> {
    /// Whether events like this one are printed. Of libraries only what needs attention is.
    fn prints(&self, metadata: &Metadata<'_>) -> bool {
        let level = level_of(metadata);
        let least = self.logs.level();
        let ours = metadata.target() == APP || metadata.target().starts_with("jitar");
        metadata.is_event() && level >= if ours { least } else { least.max(LogLevel::Warn) }
    }
}

impl<S: Sink, T: Subscriber> Layer<T> for LineLayer<S> {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.prints(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, T>) -> bool {
        self.prints(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match self.logs.level() {
            LogLevel::Debug => LevelFilter::TRACE,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Warn => LevelFilter::WARN,
            // A fatal event is an error with a target of its own.
            LogLevel::Error | LogLevel::Fatal => LevelFilter::ERROR,
        })
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, T>) {
        let metadata = event.metadata();
        let level = level_of(metadata);
        let mut fields = Fields::default();
        event.record(&mut fields);
        let time = iso(SystemTime::now());
        let record = Record { level, time: &time, target: metadata.target(), fields };
        let colour = self.sink.is_terminal(level).then(|| Colour::of(level));
        self.sink.write(level, &record.line(self.format, colour));
    }
}

fn level_of(metadata: &Metadata<'_>) -> LogLevel {
    match *metadata.level() {
        _ if metadata.target() == FATAL => LogLevel::Fatal,
        tracing::Level::ERROR => LogLevel::Error,
        tracing::Level::WARN => LogLevel::Warn,
        tracing::Level::INFO => LogLevel::Info,
        _ => LogLevel::Debug,
    }
}

const LEVELS: [LogLevel; 5] = [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error, LogLevel::Fatal];

fn number(level: LogLevel) -> u8 {
    (0..).zip(LEVELS).find(|(_, known)| *known == level).map_or(0, |(number, _)| number)
}

fn level(number: u8) -> LogLevel {
    LEVELS.get(usize::from(number)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Lines, with whether they go to standard error.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<(bool, String)>>>);

    impl Lines {
        fn take(&self) -> Vec<(bool, String)> {
            std::mem::take(&mut *self.0.lock().expect("no panic"))
        }
    }

    impl Sink for Lines {
        fn write(&self, level: LogLevel, line: &str) {
            let message = line.rsplit("Z] ").next().unwrap_or(line).trim_end();
            let prefix = &line[..line.find("][").unwrap_or(0)];
            self.0.lock().expect("no panic").push((goes_to_error(level), format!("{prefix}] {message}")));
        }

        fn is_terminal(&self, _: LogLevel) -> bool {
            false
        }
    }

    fn lines_at(least: LogLevel, emit: impl FnOnce(&Logs)) -> Vec<(bool, String)> {
        let lines = Lines::default();
        let logs = Logs { level: Arc::new(AtomicU8::new(number(least))) };
        let layer = LineLayer { logs: logs.clone(), format: LogFormat::Text, sink: lines.clone() };
        tracing::subscriber::with_default(Registry::default().with(layer), || emit(&logs));
        lines.take()
    }

    fn emit_all(_: &Logs) {
        tracing::debug!("debug");
        tracing::info!("info");
        tracing::warn!("warn");
        tracing::error!("error");
        tracing::error!(target: FATAL, "fatal");
        tracing::info!(target: APP, "console");
        tracing::info!(target: "actix_server", "noise");
        tracing::error!(target: "actix_server", "trouble");
    }

    #[test]
    fn a_level_prints_itself_and_above() {
        let all = [
            (false, "[DEBUG] debug"),
            (false, "[INFO] info"),
            (true, "[WARN] warn"),
            (true, "[ERROR] error"),
            (true, "[FATAL] fatal"),
            (false, "[INFO] console"),
            (true, "[ERROR] trouble"),
        ];
        let cases: [(LogLevel, &[usize]); 5] = [
            (LogLevel::Debug, &[0, 1, 2, 3, 4, 5, 6]),
            (LogLevel::Info, &[1, 2, 3, 4, 5, 6]),
            (LogLevel::Warn, &[2, 3, 4, 6]),
            (LogLevel::Error, &[3, 4, 6]),
            (LogLevel::Fatal, &[4]),
        ];
        for (least, expected) in cases {
            let expected: Vec<(bool, String)> =
                expected.iter().map(|idx| (all[*idx].0, all[*idx].1.to_owned())).collect();
            assert_eq!(lines_at(least, emit_all), expected, "{least}");
        }
    }

    #[test]
    fn the_level_can_be_changed_while_running() {
        let lines = lines_at(LogLevel::Warn, |logs| {
            for level in [LogLevel::Warn, LogLevel::Debug, LogLevel::Fatal] {
                logs.set_level(level);
                assert_eq!(logs.level(), level);
                tracing::debug!("at {level}");
            }
        });
        assert_eq!(lines, [(false, "[DEBUG] at debug".to_owned())]);
    }
}
