//! The worker that makes reports.

jitar::service!(segment = "reporting", service = "services/reporting.json");
