pub struct Opaque;

#[jitar::host(module = "text")]
pub fn takes(value: Opaque) {
    drop(value);
}

#[jitar::host(module = "text")]
pub fn gives() -> Opaque {
    Opaque
}

#[jitar::host(module = "text")]
pub async fn fails() -> Result<String, Opaque> {
    Err(Opaque)
}

fn main() {}
