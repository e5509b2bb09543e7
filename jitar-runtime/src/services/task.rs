//! Work beside the caller's own, which ends with its owner.

use tokio::task::JoinHandle;

/// A task that ends when its owner does not need it any more.
pub(super) struct AbortOnDrop<T>(pub(super) JoinHandle<T>);

impl<T> AbortOnDrop<T> {
    /// What it came to; `None` when it ended without a result, because the process is stopping.
    pub(super) async fn ended(mut self) -> Option<T> {
        (&mut self.0).await.ok()
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
