//! Environment variables that application code may read, and the platform that it runs on.

use std::collections::BTreeSet;

use deno_core::{OpState, op2};

use crate::permissions::{Environment, Files};

/// Names of refused variables that are remembered, so that each is logged once; beyond that nothing more is logged.
const REMEMBERED: usize = 1000;

/// Names that were asked for in vain.
#[derive(Default)]
struct Refused(BTreeSet<String>);

/// The value of a permitted variable; `null` when it is not set or not permitted.
#[op2]
#[string]
pub(crate) fn op_jitar_env(state: &mut OpState, #[string] name: &str) -> Option<String> {
    state.try_borrow::<Environment>()?.get(name).map(str::to_owned)
}

/// Names of the permitted variables that are set.
#[op2]
#[serde]
pub(crate) fn op_jitar_env_names(state: &mut OpState) -> Vec<String> {
    state.try_borrow::<Environment>().map(Environment::names).unwrap_or_default()
}

/// Whether the variable is not permitted and this is the first time that somebody asks for it.
#[op2(fast)]
pub(crate) fn op_jitar_env_is_news(state: &mut OpState, #[string] name: &str) -> bool {
    if state.try_borrow::<Environment>().is_some_and(|environment| environment.permits(name)) {
        return false;
    }
    if !state.has::<Refused>() {
        state.put(Refused::default());
    }
    let refused = &mut state.borrow_mut::<Refused>().0;
    refused.len() < REMEMBERED && refused.insert(name.to_owned())
}

/// The service's working folder.
#[op2]
#[string]
pub(crate) fn op_jitar_cwd(state: &mut OpState) -> String {
    state.try_borrow::<Files>().map(|files| files.base.display().to_string()).unwrap_or_default()
}

/// The platform by the name that Node has for it. A blob fits one platform only, so it may hold the name.
#[op2]
#[string]
pub(crate) fn op_jitar_platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    }
}
