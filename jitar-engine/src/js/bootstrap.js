// Makes the global object that applications see, out of the scripts of the web API crates, and leaves the handles that
// Rust takes at start. Runs once, when a blob is made.

import { core, primordials } from "ext:core/mod.js";
import { op_jitar_log } from "ext:core/ops";
import { endBuilding, forgetIntrinsics, guardMethod, intrinsicsChanged, rememberIntrinsics, reportThrow } from "ext:jitar/guard.js";
import * as dispatcher from "ext:jitar/dispatcher.js";
import { AsyncLocalStorage } from "ext:jitar/web/async_storage.js";
import { Buffer } from "ext:jitar/web/buffer.js";
import { process } from "ext:jitar/web/process.js";

const { ObjectAssign, ObjectDefineProperty } = primordials;

const load = core.loadExtScript;
const webidl = load("ext:deno_webidl/00_webidl.js");
const { URL, URLSearchParams } = load("ext:deno_web/00_url.js");
const { Console } = load("ext:deno_web/01_console.js");
const { DOMException, QuotaExceededError } = load("ext:deno_web/01_dom_exception.js");
const { URLPattern } = load("ext:deno_web/01_urlpattern.js");
const event = load("ext:deno_web/02_event.js");
const timers = load("ext:deno_web/02_timers.js");
const abort = load("ext:deno_web/03_abort_signal.js");
const { atob, btoa } = load("ext:deno_web/05_base64.js");
const streams = load("ext:deno_web/06_streams.js");
const encoding = load("ext:deno_web/08_text_encoding.js");
const file = load("ext:deno_web/09_file.js");
const messagePort = load("ext:deno_web/13_message_port.js");
const compression = load("ext:deno_web/14_compression.js");
const performance = load("ext:deno_web/15_performance.js");

const constructors = {
  AbortController: abort.AbortController,
  AbortSignal: abort.AbortSignal,
  AsyncLocalStorage,
  Blob: file.Blob,
  Buffer,
  ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
  CloseEvent: event.CloseEvent,
  CompressionStream: compression.CompressionStream,
  CountQueuingStrategy: streams.CountQueuingStrategy,
  CustomEvent: event.CustomEvent,
  DecompressionStream: compression.DecompressionStream,
  DOMException,
  ErrorEvent: event.ErrorEvent,
  Event: event.Event,
  EventTarget: event.EventTarget,
  File: file.File,
  MessageChannel: messagePort.MessageChannel,
  MessageEvent: event.MessageEvent,
  MessagePort: messagePort.MessagePort,
  Performance: performance.Performance,
  PerformanceEntry: performance.PerformanceEntry,
  PerformanceMark: performance.PerformanceMark,
  PerformanceMeasure: performance.PerformanceMeasure,
  ProgressEvent: event.ProgressEvent,
  PromiseRejectionEvent: event.PromiseRejectionEvent,
  QuotaExceededError,
  ReadableByteStreamController: streams.ReadableByteStreamController,
  ReadableStream: streams.ReadableStream,
  ReadableStreamBYOBReader: streams.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: streams.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  TextDecoder: encoding.TextDecoder,
  TextDecoderStream: encoding.TextDecoderStream,
  TextEncoder: encoding.TextEncoder,
  TextEncoderStream: encoding.TextEncoderStream,
  TransformStream: streams.TransformStream,
  TransformStreamDefaultController: streams.TransformStreamDefaultController,
  URL,
  URLPattern,
  URLSearchParams,
  WritableStream: streams.WritableStream,
  WritableStreamDefaultController: streams.WritableStreamDefaultController,
  WritableStreamDefaultWriter: streams.WritableStreamDefaultWriter,
};
for (const name in constructors) {
  if (constructors[name] === undefined) throw new TypeError(`the web API has no ${name}`);
  ObjectDefineProperty(globalThis, name, core.propNonEnumerable(constructors[name]));
}

const functions = {
  atob,
  btoa,
  clearInterval: timers.clearInterval,
  clearTimeout: timers.clearTimeout,
  performance: performance.performance,
  reportError: event.reportError,
  setInterval: timers.setInterval,
  setTimeout: timers.setTimeout,
  structuredClone: messagePort.structuredClone,
};
for (const name in functions) {
  if (functions[name] === undefined) throw new TypeError(`the web API has no ${name}`);
  ObjectDefineProperty(globalThis, name, core.propWritable(functions[name]));
}

guardMethod(globalThis, "setTimeout", "starts a timer (setTimeout)");
guardMethod(globalThis, "setInterval", "starts a timer (setInterval)");
guardMethod(abort.AbortSignal, "timeout", "starts a timer (AbortSignal.timeout)");

// Levels of the console: 0 debug, 1 log and info, 2 warn, 3 error.
const console = new Console((text, level) => op_jitar_log(level, text));
for (const name in console) {
  // Its native part cannot be in a blob, and what it prints at build time nobody would see.
  if (typeof console[name] === "function") guardMethod(console, name, `writes to the console (${name})`, undefined, () => {});
}
ObjectDefineProperty(globalThis, "console", core.propNonEnumerable(console));
ObjectDefineProperty(globalThis, "process", core.propNonEnumerable(process));
ObjectDefineProperty(globalThis, "self", core.propWritable(globalThis));
ObjectDefineProperty(globalThis, "navigator", core.propNonEnumerable({ userAgent: "Jitar" }));
ObjectDefineProperty(globalThis, webidl.brand, core.propNonEnumerable(webidl.brand));
event.saveGlobalThisReference(globalThis);
event.setEventTargetData(globalThis);

// Nothing that application code forgets to handle may end the isolate: it is logged, with its source. Only while modules
// are evaluated it is an error of that evaluation, which is also how a module that throws shows.
let evaluating = false;
core.setUnhandledPromiseRejectionHandler((_promise, reason) => {
  if (evaluating) return reportThrow(reason);
  dispatcher.logError("Unhandled promise rejection", reason);
  return true;
});
core.setReportExceptionCallback((error) => dispatcher.logError("Uncaught error", error));

// The engine finds its own things under these two names when it loads a blob; application code must not, so they are
// put aside while its modules are evaluated and once the isolate has started.
const { Deno, __bootstrap } = globalThis;
ObjectAssign(Deno, {
  jitar: {
    addHealthCheck: dispatcher.addHealthCheck,
    beginEvaluation() {
      evaluating = true;
    },
    endEvaluation() {
      evaluating = false;
    },
    addMiddleware: dispatcher.addMiddleware,
    call: dispatcher.call,
    checkHealth: dispatcher.checkHealth,
    endBuilding,
    forgetIntrinsics,
    implementations: dispatcher.implementations,
    intrinsicsChanged,
    limitValues: dispatcher.limitValues,
    rememberIntrinsics,
    startClock: performance.setTimeOrigin,
    hideInternals() {
      delete globalThis.Deno;
      delete globalThis.__bootstrap;
    },
    showInternals() {
      globalThis.Deno = Deno;
      globalThis.__bootstrap = __bootstrap;
    },
  },
});
