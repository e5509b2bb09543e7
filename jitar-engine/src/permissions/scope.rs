//! Whose permissions count at this moment: those of the isolate that runs on this thread. `deno_fetch` asks through a plain
//! function, for every request and every redirect, so what that function needs lies here for the length of a turn.

use std::cell::RefCell;
use std::rc::Rc;

use super::Permissions;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Permissions>>> = const { RefCell::new(None) };
}

/// Ends a turn.
pub(crate) struct Turn(Option<Rc<Permissions>>);

impl Drop for Turn {
    fn drop(&mut self) {
        CURRENT.replace(self.0.take());
    }
}

/// Begins a turn of an isolate with these permissions.
pub(crate) fn enter(permissions: &Rc<Permissions>) -> Turn {
    Turn(CURRENT.replace(Some(Rc::clone(permissions))))
}

/// Gives the current permissions to `body`; outside of turns there are none.
pub(crate) fn with_current<T>(body: impl FnOnce(&Permissions) -> T) -> Option<T> {
    CURRENT.with_borrow(|current| current.as_deref().map(body))
}
