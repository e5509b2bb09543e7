//! Making blobs. Meaning first: evaluating a module at build time must never change what the program means, so a module
//! whose evaluation could is left out and evaluated at start ("deferred").

use std::collections::{BTreeMap, BTreeSet};
use std::task::{Context, Waker};
use std::time::Duration;

use deno_core::{ModuleSpecifier, PollEventLoopOptions};
use serde::{Deserialize, Serialize};

use super::fingerprint::{Kind, seal};
use super::load::Base;
use super::order::Order;
use super::scripts;
use super::trial::{Trial, block_on};
use crate::archive::ModuleArchive;
use crate::boot;
use crate::error::EngineError;
use crate::loader::ModuleStore;
use crate::platform;

/// The blob of a service unit.
#[derive(Debug)]
pub struct UnitBlob {
    /// The blob file's bytes.
    pub bytes: Vec<u8>,
    /// Modules that were left out, in evaluation order.
    pub deferred: Vec<Deferred>,
}

/// A module that is evaluated at start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// Its specifier.
    pub specifier: String,
    /// Why, such as `reads the clock (Date.now) at app/src/a.ts:3:7`.
    pub reason: String,
    /// Whether it took too long to evaluate it.
    pub is_overdue: bool,
}

/// Makes the base blob: the platform without an application. Call it in a process of its own.
///
/// # Errors
/// When the bootstrap fails, which is a fault of ours.
pub fn create_base() -> Result<Vec<u8>, EngineError> {
    let _guard = enter_tokio()?;
    platform::init_snapshot();
    let store = ModuleStore::from_archive(ModuleArchive::default());
    Ok(seal(Kind::Blob, Trial::new(&store, Duration::MAX)?.into_blob()?, &scripts::pack_cold()?))
}

/// What stands in for the base blob on machines of another kind than this one: the platform's scripts. V8 does not run.
///
/// # Errors
/// When the crates of the web API do not lie where they were compiled.
pub fn create_scripts() -> Result<Vec<u8>, EngineError> {
    Ok(seal(Kind::Scripts, Vec::new(), &scripts::pack_all()?))
}

/// Compiles all modules of a unit that is evaluated from source, on top of a base blob. Call it in a process of its own.
///
/// # Errors
/// When V8 fails. A module that cannot be compiled is left out: what is wrong with it, the service says when it starts.
pub fn create_code(archive: &ModuleArchive, base: &'static [u8]) -> Result<Vec<u8>, EngineError> {
    let _guard = enter_tokio()?;
    platform::init_run(platform::ProcessLimits::default());
    let store = ModuleStore::from_archive(archive.clone());
    compile_all(Base::open(base)?, &store, archive)?;
    Ok(seal(Kind::Code, store.compiled().pack(), &[]))
}

/// Loading a module compiles it and all that it imports; nothing is evaluated.
fn compile_all(base: Base, store: &ModuleStore, archive: &ModuleArchive) -> Result<(), EngineError> {
    let mut runtime = boot::compiler(base, store)?;
    for module in &archive.modules {
        let specifier = ModuleSpecifier::parse(&module.specifier);
        let specifier = specifier.map_err(|error| EngineError::Boot(error.to_string()))?;
        drop(block_on(runtime.load_side_es_module(&specifier)));
    }
    // What was compiled is handed over in a turn of the event loop.
    let mut cx = Context::from_waker(Waker::noop());
    drop(runtime.poll_event_loop(&mut cx, PollEventLoopOptions::default()));
    Ok(())
}

/// Makes the blob of a unit. Call it in a process of its own: a module may make V8 abort. `left_out` are modules that are
/// known to do so. `limit` is the processor time that the evaluation of one module may take.
///
/// # Errors
/// When a module cannot be loaded, or V8 fails.
pub fn create_unit(archive: &ModuleArchive, left_out: &[String], limit: Duration) -> Result<UnitBlob, EngineError> {
    let _guard = enter_tokio()?;
    platform::init_snapshot();
    let store = ModuleStore::from_archive(archive.clone());
    let order = Order::of(archive);
    let mut causes: BTreeMap<String, String> =
        left_out.iter().map(|module| (module.clone(), "cannot be part of a snapshot".to_owned())).collect();
    let (mut changes, mut overdue) = (BTreeSet::new(), BTreeSet::new());
    let mut examined = false;
    loop {
        let deferred = order.deferred(&causes, &changes);
        let warm: Vec<&str> = order.modules.iter().copied().filter(|module| !deferred.contains_key(*module)).collect();
        let mut trial = Trial::new(&store, limit)?;
        // When that is too little for all of them together, each is given as much.
        let shares = if examined { u32::try_from(warm.len()).unwrap_or(u32::MAX).max(1) } else { 1 };
        let together = limit.saturating_mul(shares);
        let Err(observed) = trial.evaluate_all(&order, &warm, together) else {
            let bytes = seal(Kind::Blob, trial.into_blob()?, &scripts::pack_cold()?);
            return Ok(UnitBlob { bytes, deferred: in_order(&order, deferred, &overdue) });
        };
        drop(trial);
        if !examined {
            let findings = Trial::new(&store, limit)?.examine(&order, left_out)?;
            causes.extend(findings.causes);
            (changes, overdue) = (findings.changes, findings.overdue);
            examined = true;
            continue;
        }
        // Seen only when modules run one after the other: leave out whom it can be told of, else everything.
        let culprits = observed.iter().filter_map(|observation| observation.module.clone());
        let culprits: Vec<String> = culprits.filter(|culprit| warm.contains(&culprit.as_str())).collect();
        let known = causes.len();
        let what = observed.first().map(|observation| observation.what.clone()).unwrap_or_default();
        let culprits =
            if culprits.is_empty() { warm.iter().map(|module| (*module).to_owned()).collect() } else { culprits };
        causes.extend(culprits.into_iter().map(|culprit| (culprit, what.clone())));
        if causes.len() == known {
            return Err(EngineError::Boot(format!("the modules do not evaluate the same way twice: {what}")));
        }
    }
}

/// The modules that a unit's entry reaches, in the order in which they are evaluated.
pub fn evaluation_order(archive: &ModuleArchive) -> Vec<String> {
    Order::of(archive).modules.into_iter().map(str::to_owned).collect()
}

/// The reasons in evaluation order.
fn in_order(order: &Order<'_>, mut deferred: BTreeMap<String, String>, overdue: &BTreeSet<String>) -> Vec<Deferred> {
    let modules = order.modules.iter();
    modules
        .filter_map(|module| deferred.remove_entry(*module))
        .map(|(specifier, reason)| Deferred { is_overdue: overdue.contains(&specifier), specifier, reason })
        .collect()
}

/// `deno_core` makes runtimes only where tokio is entered.
fn enter_tokio() -> Result<TokioGuard, EngineError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| EngineError::Boot(error.to_string()))?;
    let runtime: &'static tokio::runtime::Runtime = Box::leak(Box::new(runtime)); // the process makes blobs and ends
    Ok(TokioGuard { _entered: runtime.enter() })
}

struct TokioGuard {
    _entered: tokio::runtime::EnterGuard<'static>,
}
