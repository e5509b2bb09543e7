//! One attempt at evaluating modules for a blob, and what was seen meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use deno_core::error::CoreError;
use deno_core::futures::FutureExt;
use deno_core::futures::future::FusedFuture;
use deno_core::{JsRuntimeForSnapshot, ModuleSpecifier, PollEventLoopOptions, RuntimeOptions};

use crate::archive::ModuleKind;
use crate::error::{EngineError, exception_of, short_specifier};
use crate::extension::{self, Platform};
use crate::handles::Handles;
use crate::loader::{ArchiveLoader, MapPlace, ModuleStore};
use crate::ops::{Observation, Observations, Weight};
use crate::snapshot::is_application;
use crate::snapshot::order::Order;
use crate::snapshot::patience::Patience;
use crate::snapshot::rehash;
use crate::stack::Frame;

/// A runtime that is about to become a blob. Must be made inside a tokio runtime.
pub(super) struct Trial {
    runtime: JsRuntimeForSnapshot,
    handles: Handles,
    observations: Observations,
    store: ModuleStore,
    /// Outlives the runtime, because fields are dropped in this order.
    patience: Patience,
    /// Processor time that the evaluation of one module may take.
    limit: Duration,
}

/// What evaluating modules one by one showed.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Modules that cannot be evaluated at build time, with the reason.
    pub(super) causes: BTreeMap<String, String>,
    /// Modules whose evaluation changes the global object or an intrinsic, or whose effect is not known.
    pub(super) changes: BTreeSet<String>,
    /// Modules whose evaluation took too long.
    pub(super) overdue: BTreeSet<String>,
}

impl Trial {
    /// A runtime with the platform only. `limit` is the processor time that the evaluation of one module may take.
    pub(super) fn new(store: &ModuleStore, limit: Duration) -> Result<Self, EngineError> {
        let observations = Observations::default();
        let mut runtime = JsRuntimeForSnapshot::try_new(RuntimeOptions {
            module_loader: Some(Rc::new(ArchiveLoader {
                modules: store.clone(),
                observations: Some(observations.clone()),
                maps: MapPlace::Apart,
            })),
            extensions: extension::all(Platform::FromCrates),
            residual_lazy_esm_sources: extension::COLD_MODULES,
            ..Default::default()
        })
        .map_err(|error| EngineError::Boot(exception_of(&error).to_string()))?;
        let handles = Handles::take(&mut runtime)?;
        runtime.op_state().borrow_mut().put(observations.clone());
        handles.call(&mut runtime, "beginEvaluation")?;
        let context = runtime.main_context();
        let patience = Patience::with(runtime.v8_isolate(), context);
        Ok(Self { runtime, handles, observations, store: store.clone(), patience, limit })
    }

    /// Evaluates modules of an order, as imports of one module, and says what made it unclean. `limit` is the processor
    /// time that all of them may take.
    pub(super) fn evaluate_all<'a>(
        &mut self,
        order: &Order<'a>,
        modules: &[&'a str],
        limit: Duration,
    ) -> Result<(), Vec<Observation>> {
        // When all of them are there, the program's own entry evaluates them.
        let is_whole = modules.len() == order.modules.len();
        let modules = if is_whole { &modules[modules.len() - 1..] } else { modules };
        let mut seen = BTreeSet::new();
        let entrances = modules.iter().map(|module| order.entrance(module)).filter(|module| seen.insert(*module));
        let import = |module: &str| {
            let attribute = if self.is_data(module) { " with { type: \"json\" }" } else { "" };
            format!("import {module:?}{attribute};\n")
        };
        let imports: String = entrances.map(import).collect();
        let observed = self.evaluate("jitar:warm", Some(imports), limit);
        // Whatever was evaluated after the others is so at start, too; but only if none of the others comes later then.
        let is_clean = observed.is_empty() || (is_whole && self.have_succeeded(&observed));
        if is_clean { Ok(()) } else { Err(observed) }
    }

    /// Whether these observations are of `import()` only, and each of them did what it was to do: a module that threw
    /// cannot be in a blob.
    fn have_succeeded(&mut self, observed: &[Observation]) -> bool {
        let imported = |observation: &Observation| match &observation.weight {
            Weight::Import(specifier) => Some(specifier.clone()),
            Weight::GoesOn | Weight::Ends | Weight::Overdue => None,
        };
        let imported: Option<BTreeSet<String>> = observed.iter().map(imported).collect();
        // A module is evaluated once; what comes of it is said again.
        imported.is_some_and(|all| all.iter().all(|specifier| self.evaluate(specifier, None, self.limit).is_empty()))
    }

    /// Evaluates modules one by one, so that everything seen can be told which module it came from. Leaves the runtime
    /// dirty. Those that are left out are not touched: they would end the process.
    pub(super) fn examine(&mut self, order: &Order<'_>, left_out: &[String]) -> Result<Findings, EngineError> {
        let mut findings = Findings::default();
        let is_left_out = |module: &&&str| left_out.iter().any(|left_out| left_out == **module);
        let mut failed: BTreeSet<&str> =
            order.modules.iter().filter(is_left_out).map(|module| order.entrance(module)).collect();
        self.handles.call(&mut self.runtime, "intrinsicsChanged")?;
        let mut evaluated = BTreeSet::new();
        for module in order.modules.iter().map(|module| order.entrance(module)) {
            if !evaluated.insert(module) || self.is_data(module) {
                continue;
            }
            let imports = order.imports_of(module).iter().map(String::as_str);
            if imports.chain([module]).any(|module| failed.contains(module)) {
                // It cannot be evaluated, so nobody knows what it would change. Generated modules change nothing.
                failed.insert(module);
                if is_application(module) {
                    findings.changes.insert(module.to_owned());
                }
                continue;
            }
            let observed = self.evaluate(module, None, self.limit);
            let overdue = observed.iter().find(|observation| observation.weight == Weight::Overdue);
            if let Some(first) = overdue.or(observed.first()) {
                // A module that nobody imports statically has no place in the order: whoever let it in stands for it.
                let culprit = first.module.clone().filter(|culprit| order.modules.contains(&culprit.as_str()));
                let culprit = culprit.unwrap_or_else(|| module.to_owned());
                if overdue.is_some() {
                    findings.overdue.insert(culprit.clone());
                }
                findings.causes.entry(culprit).or_insert_with(|| self.in_words(first));
            }
            let is_unknown =
                observed.iter().any(|observation| matches!(observation.weight, Weight::Ends | Weight::Overdue));
            if is_unknown {
                failed.insert(module);
            }
            if self.handles.call(&mut self.runtime, "intrinsicsChanged")? || is_unknown {
                findings.changes.insert(module.to_owned());
            }
        }
        Ok(findings)
    }

    /// Turns the runtime into a blob.
    pub(super) fn into_blob(mut self) -> Result<Vec<u8>, EngineError> {
        for name in ["endEvaluation", "forgetIntrinsics", "endBuilding", "showInternals"] {
            self.handles.call(&mut self.runtime, name)?;
        }
        drop(self.handles);
        Patience::leave(self.runtime.v8_isolate());
        rehash::allow(self.runtime.snapshot().into_vec())
    }

    /// Loads a module, from `code` when it is given, and evaluates it with microtasks only. Returns what was seen.
    fn evaluate(&mut self, specifier: &str, code: Option<String>, limit: Duration) -> Vec<Observation> {
        let patience = self.patience.clone();
        let (outcome, overdue) = patience.spend(limit, || self.try_evaluate(specifier, code));
        let mut failure = outcome.err();
        if let Some(overdue) = overdue {
            self.runtime.v8_isolate().cancel_terminate_execution();
            self.observations.add(overdue);
        }
        if let Err(error) = self.handles.call(&mut self.runtime, "reportTraces") {
            failure.get_or_insert_with(|| error.to_string());
        }
        let mut observed = self.observations.take();
        let is_explained = observed.iter().any(|observation| !matches!(observation.weight, Weight::Import(_)));
        if let (Some(what), false) = (failure, is_explained) {
            // Who imports by `import()` and waits for it is told of first.
            observed.push(Observation { what, module: None, place: None, weight: Weight::Ends });
        }
        observed
    }

    fn try_evaluate(&mut self, specifier: &str, code: Option<String>) -> Result<(), String> {
        let in_words = |error: CoreError| exception_of(&error).message;
        let specifier = ModuleSpecifier::parse(specifier).map_err(|error| error.to_string())?;
        let loaded = match code {
            Some(code) => block_on(self.runtime.load_side_es_module_from_code(&specifier, code)),
            None => block_on(self.runtime.load_side_es_module(&specifier)),
        };
        let module = loaded.ok_or("loading did not end")?.map_err(in_words)?;
        let mut evaluated = self.runtime.mod_evaluate(module).boxed_local().fuse();
        // Turns run the microtasks and what is imported by `import()`; there is nothing else to run, since timers and ops
        // are reported before they start.
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..MOST_TURNS {
            let turn = self.runtime.poll_event_loop(&mut cx, PollEventLoopOptions::default());
            if let Poll::Ready(outcome) = evaluated.poll_unpin(&mut cx) {
                outcome.map_err(in_words)?;
            }
            match turn {
                Poll::Ready(outcome) if evaluated.is_terminated() => return outcome.map_err(in_words),
                Poll::Ready(_) => break,
                Poll::Pending if !woken.0.swap(false, Ordering::Relaxed) => break,
                Poll::Pending => {}
            }
        }
        if evaluated.is_terminated() { Ok(()) } else { Err("waits for something at the top level".to_owned()) }
    }

    /// Whether a module is JSON.
    fn is_data(&self, module: &str) -> bool {
        let source = self.store.get(module).ok().flatten();
        source.is_some_and(|source| source.kind == ModuleKind::Json)
    }

    fn in_words(&self, observation: &Observation) -> String {
        let Some(Frame { specifier, line, column, .. }) = &observation.place else { return observation.what.clone() };
        let (line, column) = self.store.original_place(specifier, *line, *column);
        format!("{} at {}:{line}:{column}", observation.what, short_specifier(specifier))
    }
}

/// Turns of the event loop that a module gets. Each `import()` within a module that was itself imported so takes some.
const MOST_TURNS: usize = 10_000;

/// Whether the event loop wants another turn.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits for loading, which never has to wait: the loader answers at once.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
