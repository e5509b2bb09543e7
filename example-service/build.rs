//! Splits, compiles and warms up the application in `app`.

fn main() {
    jitar_build::compile("app");
}
