//! The worker that owns the sales figures.

jitar::service!(segment = "sales", service = "services/sales.json");
