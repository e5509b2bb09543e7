//! What a call of a Rust function costs, from JavaScript and back; `cargo xtask bench engine` runs it and shows the figures.
//! Prints a line of JSON for each quantity: name, unit, samples.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use jitar_engine::host::{AsSerde, HostCall, HostError, HostFunction, HostFuture, HostTable, Settled};
use serde_json::json;
use support::{App, Worker};

/// As `#[jitar::host]` writes them.
static TABLE: HostTable = &[
    HostFunction::plain("test", "add", add),
    HostFunction::plain("test", "greet", greet),
    HostFunction::asynchronous("test", "laterAdd", later_add),
];

fn add(call: &mut HostCall<'_, '_, '_>) -> Result<(), HostError> {
    let (left, right): (f64, f64) = (call.argument(0, "left")?, call.argument(1, "right")?);
    call.give(AsSerde(left + right))
}

fn greet(call: &mut HostCall<'_, '_, '_>) -> Result<(), HostError> {
    let name: String = call.argument(0, "name")?;
    call.give(AsSerde(format!("Hello, {name}!")))
}

fn later_add(call: &mut HostCall<'_, '_, '_>) -> Result<HostFuture, HostError> {
    let (left, right): (f64, f64) = (call.argument(0, "left")?, call.argument(1, "right")?);
    Ok(Box::pin(async move { Ok(Settled::new(AsSerde(left + right))) }))
}

const ROUNDS: usize = 5;

const CODE: &str = "
import { add, greet, laterAdd } from 'host:test';
const perCall = (start, n) => (performance.now() - start) * 1e6 / n;
export async function measure(n) {
  let sum = 0, start = performance.now();
  for (let i = 0; i < n; i++) sum = add(sum, 1);
  const numbers = perCall(start, n);
  start = performance.now();
  for (let i = 0; i < n; i++) greet('World');
  const texts = perCall(start, n);
  start = performance.now();
  for (let i = 0; i < n; i++) sum = await laterAdd(sum, 1);
  const later = perCall(start, n);
  return [numbers, texts, later];
}";

fn main() {
    if support::serve_blob_request() {
        return;
    }
    let made = App::new().host(TABLE).module("m.js", CODE).procedure("m.js", "measure", &["n"]).make();
    let mut worker = Worker::start(&made);
    let mut round = |n: u32| -> [f64; 3] {
        let (_, figures) = worker.call("measure", &json!({ "n": n }));
        serde_json::from_str(&figures).expect("three numbers")
    };
    // Once for V8's compilers.
    round(20_000);
    let rounds: Vec<[f64; 3]> = (0..ROUNDS).map(|_| round(100_000)).collect();
    for (idx, name) in ["plain, two numbers", "plain, a text", "async, two numbers"].iter().enumerate() {
        let samples: Vec<f64> = rounds.iter().map(|round| round[idx]).collect();
        println!("{}", json!({ "name": format!("host function, {name}"), "unit": "ns", "samples": samples }));
    }
}
