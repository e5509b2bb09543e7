//! Ports of the loopback address.

use std::net::TcpListener;

use anyhow::{Context, Result, ensure};

/// Whether nothing listens on the port.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// Different ports on which nothing listens.
pub(crate) fn free(n: usize) -> Result<Vec<u16>> {
    // All are held until all are known: else the system may hand out one twice.
    let listeners: Vec<TcpListener> = (0..n)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)))
        .collect::<Result<_, _>>()
        .context("the loopback address has no free port")?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

/// Fails, and says how to choose others, when something listens on one of the ports.
pub(crate) fn ensure_free(ports: &[u16], command: &str) -> Result<()> {
    let taken: Vec<String> = ports.iter().filter(|port| !is_free(**port)).map(ToString::to_string).collect();
    let verb = if taken.len() == 1 { "port" } else { "ports" };
    ensure!(taken.is_empty(), "{verb} {} taken; choose another with `{command} --port N`", taken.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_listened_on_is_not_free() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        assert!(!is_free(port));
        let error = ensure_free(&[port], "cargo xtask demo").expect_err("it is taken");
        assert_eq!(error.to_string(), format!("port {port} taken; choose another with `cargo xtask demo --port N`"));
        let ports = free(3).expect("free ports");
        assert!(ports[0] != ports[1] && ports[1] != ports[2], "{ports:?}");
        assert!(ensure_free(&[], "cargo xtask demo").is_ok());
    }
}
