//! `--inspect`: a debugger sets a breakpoint in a `.ts` file, stops there, looks around and goes on.

use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::Duration;

use jitar_tests::programs::program;
use jitar_tests::wait;
use jitar_tests::{Connection, Process, Request, Service};
use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

const CALL: &str = "/rpc/reporting/getMonthTable?year=2025&month=April";

/// What stands before the address of a target.
const LISTENING: &str = "Debugger listening on ws://";

/// The example in one process.
fn standalone(flag: &str) -> Command {
    let mut command = Command::new(program("standalone"));
    command.args(["--url=http://127.0.0.1:0", flag]);
    command
}

/// A debugger.
struct Debugger {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    next: u64,
    /// Events that came while an answer was waited for.
    events: Vec<Value>,
}

impl Debugger {
    fn attach(address: &str) -> Self {
        Self::over(tungstenite::connect(format!("ws://{address}")).expect("a web socket"))
    }

    fn over<T>((socket, _): (WebSocket<MaybeTlsStream<TcpStream>>, T)) -> Self {
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
        }
        Self { socket, next: 0, events: Vec::new() }
    }

    /// Sends a command and waits for what it answers.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.socket
            .send(Message::text(json!({"id": id, "method": method, "params": params}).to_string()))
            .expect("sent");
        loop {
            let message = self.read();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// The next event of this kind.
    fn event(&mut self, method: &str, is_meant: impl Fn(&Value) -> bool) -> Value {
        let is_it = |event: &Value| event["method"] == method && is_meant(&event["params"]);
        if let Some(idx) = self.events.iter().position(is_it) {
            return self.events.remove(idx)["params"].clone();
        }
        loop {
            let message = self.read();
            if is_it(&message) {
                return message["params"].clone();
            }
            self.events.push(message);
        }
    }

    fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("a message") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    /// Sets a breakpoint in a line (from 1) of a TypeScript file, as debuggers do: through the script's source map.
    fn break_at(&mut self, file: &str, line: u32) -> Value {
        let script = self.event("Debugger.scriptParsed", |script| script["url"] == file);
        let map = script["sourceMapURL"].as_str().expect("a source map");
        let map = sourcemap::decode_data_url(map).expect("a source map in the script");
        let sourcemap::DecodedMap::Regular(map) = map else { panic!("a plain source map") };
        assert_eq!(map.get_source(0), Some(file), "the map names the TypeScript file");
        assert!(
            map.get_source_contents(0).is_some_and(|text| text.contains(": Promise<MonthReport>")),
            "and has its text"
        );
        let token = map.tokens().find(|token| token.get_src_line() + 1 == line).expect("code in that line");
        let place = json!({"url": file, "lineNumber": token.get_dst_line(), "columnNumber": token.get_dst_col()});
        self.ask("Debugger.setBreakpointByUrl", &place)
    }
}

#[test]
fn stops_at_a_breakpoint_in_a_typescript_file() {
    let service = Service::start(&mut standalone("--inspect=0"), &[]);
    let mut debugger = Debugger::attach(&service.process.line(LISTENING));
    debugger.ask("Runtime.enable", &json!({}));
    debugger.ask("Debugger.enable", &json!({}));
    let set = debugger.break_at("file:///app/src/reporting/getMonthTable.ts", 9);
    assert_eq!(set["locations"].as_array().map(Vec::len), Some(1), "{set}");

    thread::scope(|scope| {
        let call = scope.spawn(|| service.get(CALL));
        let paused = debugger.event("Debugger.paused", |_| true);
        let frame = &paused["callFrames"][0];
        assert_eq!(frame["functionName"], "getMonthTable", "{paused}");
        let evaluated = debugger.ask(
            "Debugger.evaluateOnCallFrame",
            &json!({"callFrameId": frame["callFrameId"], "expression": "`${month} ${year + 1}`"}),
        );
        assert_eq!(evaluated["result"]["value"], "April 2026");
        // Others are answered while the isolate stands still.
        assert_eq!(service.get("/health/status").status, 200);
        assert!(!call.is_finished());
        debugger.ask("Debugger.resume", &json!({}));
        let answer = call.join().expect("an answer");
        assert_eq!((answer.status, answer.json()["title"].as_str()), (200, Some("Sales report April 2025")));
    });

    // A debugger that is gone leaves nothing standing.
    thread::scope(|scope| {
        let call = scope.spawn(|| service.get(CALL));
        debugger.event("Debugger.paused", |_| true);
        drop(debugger);
        assert_eq!(call.join().expect("an answer").status, 200);
    });
}

#[test]
fn waits_for_a_debugger_before_the_first_statement() {
    let process = Process::start(&mut standalone("--inspect-brk=0"), &[]);
    let mut debugger = attach_when_there(&process.line(LISTENING));
    debugger.ask("Debugger.enable", &json!({}));
    assert!(!process.printed().contains("Server started"), "{}", process.printed());
    debugger.ask("Runtime.runIfWaitingForDebugger", &json!({}));
    let paused = debugger.event("Debugger.paused", |_| true);
    let id = &paused["callFrames"][0]["location"]["scriptId"];
    let script = debugger.event("Debugger.scriptParsed", |script| script["scriptId"] == *id);
    assert!(script["url"].as_str().is_some_and(|url| url.starts_with("file:///app/src/")), "{script} {paused}");
    debugger.ask("Debugger.resume", &json!({}));
    process.line("Server started at ");
}

/// The address is said before the isolate exists.
fn attach_when_there(address: &str) -> Debugger {
    wait::until(|| tungstenite::connect(format!("ws://{address}")).ok()).map(Debugger::over).expect("a web socket")
}

/// What tools ask for to find the target.
#[test]
fn lists_its_targets_to_this_machine_only() {
    let service = Service::start(&mut standalone("--inspect=0"), &[]);
    let address = service.process.line(LISTENING);
    let (host, id) = address.split_once('/').expect("host and id");
    let get = |path: &str| Request::get(path).send(host).expect("an answer");
    for path in ["/json", "/json/list"] {
        let targets = get(path).json();
        assert_eq!(targets[0]["id"], id, "{targets}");
        assert_eq!(targets[0]["webSocketDebuggerUrl"], format!("ws://{address}"));
    }
    assert_eq!(get("/json/version").json()["Protocol-Version"], "1.3");
    assert_eq!(get("/00000000-0000-0000-0000-000000000000").status, 404);
    // A page of another site that reaches this address under its own name.
    let mut connection = Connection::open(host).expect("a connection");
    connection.write(b"GET /json HTTP/1.1\r\nhost: evil.example\r\n\r\n").expect("sent");
    assert_eq!(connection.read(false).expect("an answer").status, 400);
}
