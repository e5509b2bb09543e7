//! Where documentation is built (`DOCS_RS`) the build script of `v8` asks for no library, so that programs which refer to
//! V8 cannot be linked. The build scripts of applications are such programs: there they make no snapshots.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=DOCS_RS");
    println!("cargo::rustc-check-cfg=cfg(without_v8)");
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
    if std::env::var_os("DOCS_RS").is_some() {
        println!("cargo::rustc-cfg=without_v8");
    }
}
