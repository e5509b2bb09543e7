//! The command line of a service binary: `start` (also without a command), `check`, `procedures`, `about`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use jitar_engine::manifest::{AppManifest, FORMAT, Implementation, Member, Parameter, Procedure, Segment};
use jitar_engine::platform::{self, ProcessLimits};

use crate::app::{App, Unit};
use crate::config::{self, Carried, Environment, Loaded, LogConfig, Overrides};
use crate::error::{StartError, UsageError};
use crate::services::{Server, runs_javascript};
use crate::shutdown::Shutdown;
use crate::telemetry::Logs;

/// Runs a service of a Jitar application
///
/// Flags win over environment variables, and those over the service file.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(after_help = "Exit status: 0 clean stop, 1 failure at run time, 2 wrong usage, 78 wrong configuration.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    start: Options,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the service; the default
    ///
    /// SIGINT and SIGTERM stop it: what runs is finished. A second signal ends it at once. SIGUSR2 switches debug lines
    /// on and off.
    Start(Options),
    /// Checks the configuration and prints it as it would be in effect
    Check(Options),
    /// Lists the procedures that this binary carries
    Procedures,
    /// Prints versions and what this binary carries
    About,
}

/// How to start.
#[derive(Debug, Args)]
struct Options {
    #[command(flatten)]
    overrides: Overrides,

    /// File with environment variables; those that are already set win [default: .env, if there is one]
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
}

impl Cli {
    /// Reads the arguments; the first is the program's path, by whose last part help and messages call it.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let program = arguments.first().and_then(|path| Path::new(path).file_stem()?.to_str()).unwrap_or("jitar");
        let command = Self::command().bin_name(program).display_name(program);
        let matches = command.try_get_matches_from(&arguments)?;
        Ok(Self::from_arg_matches(&matches)?)
    }
}

impl Options {
    /// Flags over environment, and the environment itself.
    fn settings(self) -> Result<(Overrides, Environment), StartError> {
        let environment = match self.env_file {
            Some(file) => Environment::of_process().with_file(&file)?,
            None => Environment::of_process().with_default_file()?,
        };
        Ok((self.overrides.or_environment(&environment)?, environment))
    }
}

/// A binary at work.
#[derive(Debug)]
pub(crate) struct Program {
    /// The application.
    pub(crate) app: &'static App,
    /// The units that the binary carries.
    pub(crate) units: &'static [Unit],
    /// The service file that it was made for.
    pub(crate) default_service: Option<&'static str>,
}

impl Program {
    /// Does what the arguments say.
    pub(crate) fn execute(&self, cli: Cli) -> ExitCode {
        let result = match cli.command.unwrap_or(Command::Start(cli.start)) {
            Command::Start(options) => self.start(options),
            Command::Check(options) => self.check(options),
            Command::Procedures => self.list_procedures(),
            Command::About => self.tell_about(),
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => error.report(),
        }
    }

    fn start(&self, options: Options) -> Result<(), StartError> {
        let (log, loaded) = self.load(options);
        let logs = Logs::start(log);
        let loaded = loaded?;
        let unit = self.units.iter().find(|unit| unit.id == loaded.unit);
        let unit = unit.ok_or_else(|| StartError::MissingUnit(loaded.unit.clone()))?;
        if let Some(note) = loaded.note {
            tracing::info!("{note}");
        }

        // Before the first thread: flags and memory protection of V8 hold for threads that start later.
        if runs_javascript(&loaded.config) {
            let limits = loaded.config.limits;
            platform::init_run(ProcessLimits { stack: limits.stack, wasm_pages: limits.wasm_pages });
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
        let result = runtime.block_on(async {
            let shutdown = Shutdown::on_signals().map_err(StartError::Runtime)?;
            logs.switch_on_signal().map_err(StartError::Runtime)?;
            Server::build(loaded.config, self.app, unit)?.run(shutdown).await?;
            Ok(())
        });
        // Blocking tasks that still run, such as look-ups of names, are nobody's any more.
        runtime.shutdown_background();
        result
    }

    fn check(&self, options: Options) -> Result<(), StartError> {
        let (log, loaded) = self.load(options);
        Logs::start(log);
        let loaded = loaded?;
        print(&config::show(&loaded.config, &loaded.unit))
    }

    fn list_procedures(&self) -> Result<(), StartError> {
        Logs::start(LogConfig::default());
        let manifest = self.app.manifest()?;
        print(&procedure_table(&self.segments(&manifest)))
    }

    fn tell_about(&self) -> Result<(), StartError> {
        Logs::start(LogConfig::default());
        let unit = |unit: &Unit| {
            let form = if unit.snapshot.is_empty() { "evaluated at start" } else { "snapshot" };
            format!("{} ({form})", unit.id)
        };
        let rows = [
            ["Jitar for Cargo".to_owned(), env!("CARGO_PKG_VERSION").to_owned()],
            ["V8".to_owned(), platform::v8_version().to_owned()],
            ["manifest format".to_owned(), FORMAT.to_string()],
            ["units".to_owned(), join_or_none(self.units.iter().map(unit))],
            ["service files".to_owned(), join_or_none(self.app.services.iter().map(|(name, _)| (*name).to_owned()))],
            ["default service".to_owned(), self.default_service.unwrap_or("none").to_owned()],
        ];
        print(&table(&rows))
    }

    /// The configuration, and how to log what is wrong with it.
    fn load(&self, options: Options) -> (LogConfig, Result<Loaded, StartError>) {
        let mut log = options.overrides.log();
        let loaded = options.settings().and_then(|(overrides, environment)| {
            log = overrides.log();
            let manifest = self.app.manifest()?;
            let carried = Carried {
                manifest: &manifest,
                units: self.units.iter().map(|unit| unit.id).collect(),
                services: self.app.services,
                default: self.default_service,
            };
            Ok(config::load(&overrides, &environment, &carried)?)
        });
        (loaded.as_ref().map_or(log, |loaded| loaded.config.log), loaded)
    }

    /// The segments of the carried units.
    fn segments<'a>(&self, manifest: &'a AppManifest) -> Vec<&'a Segment> {
        let units: Vec<_> = self.units.iter().filter_map(|unit| manifest.unit(unit.id)).collect();
        let carried = |segment: &&Segment| units.iter().any(|unit| unit.segments.contains(&segment.name));
        manifest.segments.iter().filter(carried).collect()
    }
}

/// Procedures by FQN and version, with a heading.
fn procedure_table(segments: &[&Segment]) -> String {
    let row = |segment: &Segment, procedure: &Procedure, implementation: &Implementation| {
        let parameters: Vec<String> = implementation.parameters.iter().map(parameter_text).collect();
        [
            procedure.fqn.clone(),
            implementation.version.to_string(),
            implementation.access.to_string(),
            format!("({})", parameters.join(", ")),
            segment.name.clone(),
        ]
    };
    let mut rows = Vec::new();
    for segment in segments {
        for procedure in &segment.procedures {
            rows.extend(procedure.implementations.iter().map(|implementation| row(segment, procedure, implementation)));
        }
    }
    rows.sort();
    rows.insert(0, ["FQN", "VERSION", "ACCESS", "PARAMETERS", "SEGMENT"].map(str::to_owned));
    table(&rows)
}

/// A parameter as a person would declare it.
fn parameter_text(parameter: &Parameter) -> String {
    let mark = |optional: &bool| if *optional { "?" } else { "" };
    match parameter {
        Parameter::Named { name, rest: true, .. } => format!("...{name}"),
        Parameter::Named { name, optional, .. } => format!("{name}{}", mark(optional)),
        Parameter::Array { items, optional } => {
            let items: Vec<String> =
                items.iter().map(|item| item.as_ref().map_or_else(String::new, parameter_text)).collect();
            format!("[{}]{}", items.join(", "), mark(optional))
        }
        Parameter::Object { members, optional } => {
            let members: Vec<String> = members.iter().map(member_text).collect();
            format!("{{{}}}{}", members.join(", "), mark(optional))
        }
    }
}

fn member_text(member: &Member) -> String {
    match &member.value {
        Parameter::Named { name, .. } if *name == member.key => parameter_text(&member.value),
        value => format!("{}: {}", member.key, parameter_text(value)),
    }
}

/// Rows with aligned columns.
fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("   ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn join_or_none(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// Prints what a command has to say. A reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> Result<(), StartError> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(StartError::Output(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use jitar_engine::manifest::{Access, ProcedureLimits, QueryType, Version};

    use super::*;
    use crate::config::{LogFormat, LogLevel};

    fn read(arguments: &str) -> Result<Cli, clap::Error> {
        Cli::read(std::iter::once("/bin/reporting").chain(arguments.split_whitespace()).map(OsString::from))
            .map_err(|UsageError(error)| error)
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_work_in_both_forms_with_and_without_start() {
        let cases = [
            "--service=s.json --env-file=.env --log-level=warn --log-format=json --http-body-limit=9 --isolates=2",
            "--service s.json --env-file .env --log-level WARN --log-format json --http-body-limit 9 --isolates 2",
            "start --service=s.json --env-file .env --log-level=warn --log-format=json --http-body-limit=9 --isolates=2",
        ];
        for arguments in cases {
            let cli = read(arguments).expect("correct arguments");
            let options = match cli.command {
                None => cli.start,
                Some(Command::Start(options)) => options,
                other => panic!("{arguments}: {other:?}"),
            };
            let expected = Overrides {
                service: Some("s.json".to_owned()),
                log_level: Some(LogLevel::Warn),
                log_format: Some(LogFormat::Json),
                http_body_limit: NonZeroUsize::new(9),
                url: None,
                isolates: "2".parse().ok(),
                ..Overrides::default()
            };
            assert_eq!((options.overrides, options.env_file), (expected, Some(PathBuf::from(".env"))), "{arguments}");
        }
    }

    #[test]
    fn values_may_contain_equals_signs() {
        let cli = read("--url=http://127.0.0.1:1/a=b").expect("correct arguments");
        assert_eq!(cli.start.overrides.url.expect("given").as_str(), "http://127.0.0.1:1/a=b");
    }

    #[test]
    fn wrong_usage_ends_with_2_and_says_why() {
        let cases = [
            ("--servce=x", "a similar argument exists: '--service'"),
            ("strat", "similar subcommand"),
            ("--log-level=all", "Invalid log level: all"),
            ("--log-level", "a value is required"),
            ("--http-body-limit=0", "--http-body-limit"),
            ("--http-body-limit=-1", "--http-body-limit"),
            ("--url=ftp://a", "'ftp://a' is not a URL such as"),
            ("--isolates=0", "'0' is no number of isolates"),
            ("procedures --service=x", "unexpected argument"),
            ("about --url=x", "unexpected argument"),
            ("--service=a --service=b", "cannot be used multiple times"),
        ];
        for (arguments, expected) in cases {
            let error = read(arguments).expect_err(arguments);
            assert_eq!(error.exit_code(), 2, "{arguments}");
            assert!(error.to_string().contains(expected), "{arguments}: {error}");
        }
    }

    /// Written by hand, so that a change of the help is seen where it is reviewed.
    #[test]
    fn help_is_what_the_page_says() {
        let commands = ["--help", "start --help", "check --help", "procedures --help", "about --help"];
        let text = |arguments: &str| format!("$ reporting {arguments}\n{}", read(arguments).expect_err("help"));
        let help: String = commands.into_iter().map(text).collect();
        assert_eq!(help, include_str!("cli.help.txt"), "the new help is:\n{help}");
    }

    #[test]
    fn help_calls_the_program_by_its_name() {
        let help = read("--help").expect_err("help");
        assert_eq!(help.exit_code(), 0);
        assert!(help.to_string().contains("Usage: reporting "), "{help}");
        for word in ["JITAR_LOG_LEVEL", "--service", "check", "procedures", "about", "Exit status"] {
            assert!(help.to_string().contains(word), "{word}\n{help}");
        }
        let version = read("--version").expect_err("a version").to_string();
        assert_eq!(version, format!("reporting {}\n", env!("CARGO_PKG_VERSION")));
    }

    fn named(name: &str, optional: bool, rest: bool) -> Parameter {
        Parameter::Named { name: name.to_owned(), optional, rest, query: QueryType::Text }
    }

    #[test]
    fn procedures_are_listed_in_columns() {
        let member = |key: &str, value| Member { key: key.to_owned(), value };
        let implementation = |version, access, parameters| Implementation {
            version,
            access,
            parameters,
            module: String::new(),
            export: String::new(),
            idempotent: false,
            safe: false,
            limits: ProcedureLimits::default(),
        };
        let simple = vec![named("year", false, false), named("month", true, false), named("more", false, true)];
        let object = Parameter::Object {
            members: vec![member("a", named("a", true, false)), member("b", named("c", false, false))],
            optional: true,
        };
        let array = Parameter::Array { items: vec![None, Some(named("x", false, false))], optional: false };
        let segment = Segment {
            name: "reporting".to_owned(),
            modules: Vec::new(),
            procedures: vec![
                Procedure {
                    fqn: "b/second".to_owned(),
                    implementations: vec![implementation(Version::new(1, 0, 0), Access::Public, vec![object, array])],
                },
                Procedure {
                    fqn: "a".to_owned(),
                    implementations: vec![implementation(Version::new(0, 0, 0), Access::Protected, simple)],
                },
            ],
            classes: Vec::new(),
        };
        let expected = "\
FQN        VERSION   ACCESS      PARAMETERS               SEGMENT
a          0.0.0     protected   (year, month?, ...more)  reporting
b/second   1.0.0     public      ({a?, b: c}?, [, x])     reporting
";
        let shown = procedure_table(&[&segment]);
        let words = |text: &str| {
            text.lines()
                .map(|line| {
                    line.split("  ")
                        .map(str::trim)
                        .filter(|cell| !cell.is_empty())
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&shown), words(expected), "{shown}");
    }
}
