#![deny(warnings)]

#[allow(non_camel_case_types, dead_code)]
struct u8;
#[allow(non_camel_case_types, dead_code)]
struct str;
#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
enum Option {
    Some,
    None,
}

jitar::service!(service = "services/gateway.json");
