//! Routes calls to the workers that registered.

jitar::service!(service = "services/gateway.json");
