//! The embedded default: the page and both segments in one process.

jitar::service!(segments = ["reporting", "sales"], service = "services/standalone.json");
