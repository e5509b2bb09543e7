// Written by jitar-build: the Rust functions that application code may import.

declare module "host:passwords" {
    /**
     * The Argon2id hash of a password, with its salt and parameters, to be kept.
     *
     * # Errors
     * When the password is too long.
     */
    export function hash(password: string): Promise<string>;

    /**
     * Whether a password is the one of a hash.
     *
     * # Errors
     * When the hash is none of Argon2.
     */
    export function verify(password: string, hash: string): Promise<boolean>;
}
