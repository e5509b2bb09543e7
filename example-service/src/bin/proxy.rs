//! One address for the page and the calls, before gateway and repository.

jitar::service!(service = "services/proxy.json");
