#[jitar::host]
pub fn no_module() {}

#[jitar::host(modul = "text")]
pub fn misspelt() {}

#[jitar::host(module = "")]
pub fn empty() {}

#[jitar::host(module = "a b", name = "1st")]
pub fn both() {}

#[jitar::host(module = "text", module = "text")]
pub fn twice() {}

#[jitar::host(module = text)]
pub fn no_string() {}

fn main() {}
