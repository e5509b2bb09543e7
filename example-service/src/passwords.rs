//! Passwords, which JavaScript cannot hash well: `import { verify } from "host:passwords"`.

use argon2::Config;
use jitar::HostError;

/// Longer ones would only cost time.
const LONGEST: usize = 1024;

/// The Argon2id hash of a password, with its salt and parameters, to be kept.
///
/// # Errors
/// When the password is too long.
#[jitar::host(module = "passwords")]
pub async fn hash(password: String) -> Result<String, HostError> {
    if password.len() > LONGEST {
        return Err(HostError::new(format!("a password has at most {LONGEST} bytes")).class("BadRequest"));
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)?;
    off_thread(move || argon2::hash_encoded(password.as_bytes(), &salt, &Config::default())).await
}

/// Whether a password is the one of a hash.
///
/// # Errors
/// When the hash is none of Argon2.
#[jitar::host(module = "passwords")]
pub async fn verify(password: String, hash: String) -> Result<bool, HostError> {
    off_thread(move || argon2::verify_encoded(&hash, password.as_bytes())).await
}

/// Hashing takes milliseconds by intention; the isolate's thread must not wait for it.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> argon2::Result<T> + Send + 'static,
) -> Result<T, HostError> {
    Ok(tokio::task::spawn_blocking(work).await??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_verifies_its_password_only() {
        let hashed = hash("correct horse".to_owned()).await.expect("hashes");
        assert!(hashed.starts_with("$argon2id$"), "{hashed}");
        assert_eq!(verify("correct horse".to_owned(), hashed.clone()).await, Ok(true));
        assert_eq!(verify("battery staple".to_owned(), hashed).await, Ok(false));
        assert!(verify(String::new(), "no hash".to_owned()).await.is_err());
        assert!(hash("x".repeat(LONGEST + 1)).await.is_err());
    }
}
