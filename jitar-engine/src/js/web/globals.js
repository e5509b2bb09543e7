// The globals of the web-standard API, out of the scripts of the web API crates. `docs/globals.md` lists them.

import { core, primordials } from "ext:core/mod.js";
import { bridgeMicrotasks, guardMethod } from "ext:jitar/guard.js";
import { log } from "ext:jitar/log.js";
import { AsyncLocalStorage } from "ext:jitar/web/async_storage.js";
import { bufferClass } from "ext:jitar/web/buffer_class.js";
import { fetch } from "ext:jitar/web/fetch.js";
import { defineLazily, defineLazy, defineNative } from "ext:jitar/web/lazy.js";
import { performanceScript, startPerformance } from "ext:jitar/web/performance.js";
import { process } from "ext:jitar/web/process.js";

const { ObjectDefineProperty, ObjectFreeze } = primordials;

const load = core.loadExtScript;
const webidl = load("ext:deno_webidl/00_webidl.js");
const { URL, URLSearchParams } = load("ext:deno_web/00_url.js");
const { Console } = load("ext:deno_web/01_console.js");
const { DOMException, QuotaExceededError } = load("ext:deno_web/01_dom_exception.js");
const event = load("ext:deno_web/02_event.js");
const timers = load("ext:deno_web/02_timers.js");
const { AbortController, AbortSignal } = load("ext:deno_web/03_abort_signal.js");
const { atob, btoa } = load("ext:deno_web/05_base64.js");
const { TextDecoder, TextEncoder } = load("ext:deno_web/08_text_encoding.js");
const { MessageChannel, MessagePort, structuredClone } = load("ext:deno_web/13_message_port.js");

function defineAll(values, property) {
  for (const name in values) {
    if (values[name] === undefined) throw new TypeError(`the web API has no ${name}`);
    ObjectDefineProperty(globalThis, name, property(values[name]));
  }
}

/** What most applications use is in every blob. */
function defineWarm() {
  defineAll({
    AbortController,
    AbortSignal,
    AsyncLocalStorage,
    CloseEvent: event.CloseEvent,
    CustomEvent: event.CustomEvent,
    DOMException,
    ErrorEvent: event.ErrorEvent,
    Event: event.Event,
    EventTarget: event.EventTarget,
    MessageChannel,
    MessageEvent: event.MessageEvent,
    MessagePort,
    ProgressEvent: event.ProgressEvent,
    PromiseRejectionEvent: event.PromiseRejectionEvent,
    QuotaExceededError,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    process,
  }, core.propNonEnumerable);
  defineAll({
    atob,
    btoa,
    clearInterval: timers.clearInterval,
    clearTimeout: timers.clearTimeout,
    fetch,
    self: globalThis,
    setInterval: timers.setInterval,
    setTimeout: timers.setTimeout,
    structuredClone,
  }, core.propWritable);
  ObjectDefineProperty(globalThis, "navigator", core.propNonEnumerable(ObjectFreeze({ userAgent: "Jitar" })));
  ObjectDefineProperty(globalThis, webidl.brand, core.propNonEnumerable(webidl.brand));
}

/** The scripts that are loaded when they are first asked for stand in `extension.rs` too, which carries their sources. */
function defineCold() {
  defineLazy("Buffer", bufferClass);
  defineLazy("performance", () => performanceScript().performance, true);
  for (const name of ["Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure"]) {
    defineLazy(name, () => performanceScript()[name]);
  }
  defineLazily("ext:deno_web/01_urlpattern.js", ["URLPattern"]);
  defineLazily("ext:deno_web/06_streams.js", [
    "ByteLengthQueuingStrategy",
    "CountQueuingStrategy",
    "ReadableByteStreamController",
    "ReadableStream",
    "ReadableStreamBYOBReader",
    "ReadableStreamBYOBRequest",
    "ReadableStreamDefaultController",
    "ReadableStreamDefaultReader",
    "TransformStream",
    "TransformStreamDefaultController",
    "WritableStream",
    "WritableStreamDefaultController",
    "WritableStreamDefaultWriter",
  ]);
  defineLazily("ext:deno_web/08_text_encoding.js", ["TextDecoderStream", "TextEncoderStream"]);
  defineLazily("ext:deno_web/09_file.js", ["Blob", "File"]);
  defineLazily("ext:deno_web/14_compression.js", ["CompressionStream", "DecompressionStream"]);
  defineLazily("ext:deno_fetch/20_headers.js", ["Headers"]);
  defineLazily("ext:deno_fetch/21_formdata.js", ["FormData"]);
  defineLazily("ext:deno_fetch/23_request.js", ["Request"]);
  defineLazily("ext:deno_fetch/23_response.js", ["Response"]);
  defineNative("ext:deno_crypto/00_crypto.js", ["Crypto", "CryptoKey", "SubtleCrypto"], false);
  defineNative("ext:deno_crypto/00_crypto.js", ["crypto"], true);
}

/** Levels of the console: 0 debug, 1 log and info, 2 warn, 3 error. */
function defineConsole() {
  const console = new Console((text, level) => log(level, text));
  for (const name in console) {
    // Its native part cannot be in a blob, and what it prints at build time nobody would see.
    if (typeof console[name] === "function") guardMethod(console, name, `writes to the console (${name})`, undefined, () => {});
  }
  ObjectDefineProperty(globalThis, "console", core.propNonEnumerable(console));
}

function guardTime() {
  bridgeMicrotasks();
  guardMethod(globalThis, "setTimeout", "starts a timer (setTimeout)");
  guardMethod(globalThis, "setInterval", "starts a timer (setInterval)");
  guardMethod(AbortSignal, "timeout", "starts a timer (AbortSignal.timeout)");
}

/** Defines everything; called once. */
export function defineGlobals() {
  defineWarm();
  defineCold();
  defineConsole();
  guardTime();
}

/** What a blob cannot keep; called when an isolate starts. */
export function startGlobals() {
  startPerformance();
}
