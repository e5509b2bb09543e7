#[jitar::host(module = "text")]
fn private() {}

#[jitar::host(module = "text")]
pub fn generic<T>(value: T) -> T {
    value
}

#[jitar::host(module = "text")]
pub extern "C" fn foreign() {}

#[jitar::host(module = "text")]
pub fn changes(value: &mut String) {
    value.clear();
}

#[jitar::host(module = "text")]
pub struct NoFunction;

fn main() {}
