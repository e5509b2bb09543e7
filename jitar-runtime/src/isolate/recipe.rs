//! How the isolates of a pool are made, prepared for calls and torn down.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jitar_engine::call::Outbound;
use jitar_engine::host::HostTable;
use jitar_engine::inspector::Inspect;
use jitar_engine::snapshot::{Base, Blob};
use jitar_engine::{
    EngineError, Isolate, IsolateControl, IsolateOptions, Log, LogLevel, LogLine, ModuleStore, Source, short_specifier,
};
use tracing::Level;

use super::IsolateError;
use super::debug::DebugTargets;
use super::life::Life;
use super::pool::PoolOptions;
use crate::config::Config;
use crate::telemetry::{APP, IsolateMetrics};

/// How isolates of the pool are made, as often as needed.
pub(super) struct Recipe {
    source: Source,
    modules: ModuleStore,
    pub(super) config: Config,
    host: HostTable,
    outbound: Arc<dyn Outbound>,
    debug: Option<Arc<DebugTargets>>,
    pub(super) metrics: IsolateMetrics,
    /// Threads whose isolate was given up while a built-in function of V8 still runs in it.
    stuck: AtomicUsize,
}

/// Which isolate of the pool is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The one that runs `setUpOnce` and `tearDownOnce`.
    First,
    /// Any other.
    Other,
}

impl Role {
    pub(super) fn of(idx: usize) -> Self {
        if idx == 0 { Self::First } else { Self::Other }
    }
}

impl Recipe {
    pub(super) fn new(options: PoolOptions) -> Result<Self, IsolateError> {
        let (app, unit) = (options.app, options.unit);
        let failed = |error: EngineError| IsolateError::Boot(error.to_string());
        let base = || Base::open(app.base).map(Source::Base).map_err(failed);
        let source = match unit.snapshot {
            [] => base()?,
            // Breakpoints cannot be set in scripts that come out of a blob.
            _ if options.debug.is_some() => base()?,
            file => {
                let blob = Blob::open(unit.id, file).map_err(failed)?;
                Source::Unit { blob, has_deferred: !unit.deferred.is_empty() }
            }
        };
        let modules = match unit.code {
            [] => ModuleStore::new(unit.archive),
            code => ModuleStore::with_code(unit.id, unit.archive, code).map_err(failed)?,
        };
        let (config, outbound, debug) = (options.config, options.outbound, options.debug);
        let (host, metrics, stuck) = (unit.host, options.metrics, AtomicUsize::new(0));
        Ok(Self { source, modules, config, host, outbound, debug, metrics, stuck })
    }

    /// Notes that a thread is given up, unless so many are already.
    pub(super) fn add_stuck(&self, most: usize) -> bool {
        let more = |stuck| (stuck < most).then_some(stuck + 1);
        let added = self.stuck.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        added.map(|before| self.metrics.set_stuck(before + 1)).is_ok()
    }

    /// Notes that V8 returned on a thread that was given up.
    pub(super) fn remove_stuck(&self) {
        let before = self.stuck.fetch_sub(1, Ordering::Relaxed);
        self.metrics.set_stuck(before.saturating_sub(1));
    }

    /// How a debugger gets to the isolate of this place in the pool.
    fn inspect(&self, idx: usize) -> Option<Inspect> {
        let targets = Arc::clone(self.debug.as_ref()?);
        let breaks_at_start = targets.breaks(idx);
        Some(Inspect { announce: Box::new(move |debugger| targets.announce(idx, debugger)), breaks_at_start })
    }

    /// Makes an isolate for a place in the pool and prepares it for calls.
    pub(super) async fn make(&self, idx: usize, life: &Life) -> Result<Isolate, IsolateError> {
        let role = Role::of(idx);
        let control = IsolateControl::for_this_thread();
        life.set_control(Some(control.clone()));
        let limits = self.config.limits;
        let options = IsolateOptions {
            source: self.source,
            modules: self.modules.clone(),
            heap: limits.heap,
            buffers: limits.buffers,
            values: limits.values,
            permissions: self.config.effective_permissions(),
            certificates: self.config.certificates.clone(),
            host: self.host,
            inspect: self.inspect(idx),
            control,
            outbound: Arc::clone(&self.outbound),
            replies: Box::new({
                let calls = life.calls.clone();
                move |id, reply| calls.settle(id, Ok(reply))
            }),
            log: Box::new(ServiceLog),
        };
        let mut isolate = Isolate::boot(options).await.map_err(|error| IsolateError::Boot(error.to_string()))?;
        if let Err(error) = self.prepare(role, &mut isolate).await {
            // What was set up before the failure is torn down; the failure is what the user must hear of.
            drop(self.tear_down(role, &mut isolate).await);
            return Err(error);
        }
        Ok(isolate)
    }

    /// Runs the tear-down scripts in an isolate.
    pub(super) async fn tear_down(&self, role: Role, isolate: &mut Isolate) -> Result<(), IsolateError> {
        run_scripts(isolate, "tear-down script", &self.config.tear_down).await?;
        if role == Role::First {
            run_scripts(isolate, "tear-down script", &self.config.tear_down_once).await?;
        }
        Ok(())
    }

    async fn prepare(&self, role: Role, isolate: &mut Isolate) -> Result<(), IsolateError> {
        if role == Role::First {
            run_scripts(isolate, "set-up script", &self.config.set_up_once).await?;
        }
        run_scripts(isolate, "set-up script", &self.config.set_up).await?;
        for module in &self.config.middleware {
            isolate.add_middleware(module).await.map_err(|error| failed("middleware", module, &error))?;
        }
        for module in &self.config.health_checks {
            isolate.add_health_check(module).await.map_err(|error| failed("health check", module, &error))?;
        }
        Ok(())
    }

    /// Where JavaScript was when its isolate was ended, as lines for the log.
    pub(super) fn stack_of(&self, control: &IsolateControl) -> String {
        let frames = control.stack(&self.modules);
        frames.iter().fold(String::new(), |lines, frame| lines + "\n    " + frame)
    }
}

async fn run_scripts(isolate: &mut Isolate, kind: &str, scripts: &[String]) -> Result<(), IsolateError> {
    for script in scripts {
        isolate.run_script(script).await.map_err(|error| failed(kind, script, &error))?;
    }
    Ok(())
}

/// Names the user's module: what V8 says of it may not.
fn failed(kind: &str, specifier: &str, error: &EngineError) -> IsolateError {
    IsolateError::Script(format!("The {kind} `{}` failed: {error}", short_specifier(specifier)))
}

/// Lines of application code, in the service's log.
struct ServiceLog;

impl Log for ServiceLog {
    fn shows(&self, level: LogLevel) -> bool {
        match level {
            LogLevel::Debug => tracing::event_enabled!(target: APP, Level::DEBUG),
            LogLevel::Info => tracing::event_enabled!(target: APP, Level::INFO),
            LogLevel::Warn => tracing::event_enabled!(target: APP, Level::WARN),
            LogLevel::Error => tracing::event_enabled!(target: APP, Level::ERROR),
        }
    }

    fn write(&self, line: LogLine<'_>) {
        let (text, request) = (line.text.replace("file:///app/", "app/"), line.request);
        match line.level {
            LogLevel::Debug => tracing::debug!(target: APP, requestId = request, "{text}"),
            LogLevel::Info => tracing::info!(target: APP, requestId = request, "{text}"),
            LogLevel::Warn => tracing::warn!(target: APP, requestId = request, "{text}"),
            LogLevel::Error => tracing::error!(target: APP, requestId = request, "{text}"),
        }
    }
}
