//! Jitar.
