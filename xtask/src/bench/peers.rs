//! Who else does the same: servers from npm, with the functions that they serve, and the known implementation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{folders, npm, term};

/// A peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Peer {
    /// Node's own HTTP server, without a framework
    Node,
    /// The framework fastify, on Node
    Fastify,
    /// `deno serve`
    Deno,
    /// bun's own HTTP server
    Bun,
    /// workerd, the runtime of Cloudflare Workers
    Workerd,
    /// The known implementation of Jitar, on Node
    Known,
    /// nginx, as a gateway
    Nginx,
}

/// What runs on Node takes this one, so that all have the same.
const NODE: &str = "node@24.9.0";
const KNOWN: &str = "jitar@0.10.6";
const ESBUILD: &str = "esbuild@0.25.5";

impl Peer {
    const ALL: [Self; 7] = [Self::Node, Self::Fastify, Self::Deno, Self::Bun, Self::Workerd, Self::Known, Self::Nginx];

    /// Its name in tables.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Node => "node:http",
            Self::Fastify => "fastify",
            Self::Deno => "deno serve",
            Self::Bun => "bun",
            Self::Workerd => "workerd",
            Self::Known => "known",
            Self::Nginx => "nginx",
        }
    }

    /// Whether it runs on several processors. fastify does in Node's cluster only, as `node:http` does.
    pub(super) const fn scales(self) -> bool {
        !matches!(self, Self::Fastify | Self::Workerd)
    }

    /// What npm installs for it, in exactly these versions, so that figures can be compared.
    const fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Node => &[NODE],
            Self::Fastify => &[NODE, "fastify@5.12.8"],
            Self::Deno => &["deno@2.9.6"],
            Self::Bun => &["bun@1.4.5"],
            // It reads single files only, into which esbuild puts the modules.
            Self::Workerd => &["workerd@1.20261117.1", ESBUILD],
            Self::Known => &[NODE, KNOWN],
            Self::Nginx => &[],
        }
    }
}

/// The peers that could be installed.
#[derive(Debug)]
pub(super) struct Peers<'a> {
    workspace: &'a Workspace,
    /// Each with the `node_modules` that holds it.
    installed: Vec<(Peer, PathBuf)>,
    /// Whether nginx may take part.
    pub(super) nginx: bool,
}

impl<'a> Peers<'a> {
    /// Installs those that are wanted; all when nobody said. What cannot be installed is said and left out.
    pub(super) fn install(workspace: &'a Workspace, wanted: Option<&[Peer]>) -> Result<Self> {
        let wanted = wanted.filter(|peers| !peers.is_empty()).unwrap_or(&Peer::ALL);
        let mut installed = Vec::new();
        for peer in wanted.iter().filter(|peer| !peer.packages().is_empty()) {
            if let Some(modules) = npm::install(peer.packages())? {
                installed.push((*peer, modules));
            }
        }
        Ok(Self { workspace, installed, nginx: wanted.contains(&Peer::Nginx) })
    }

    /// Nobody but us.
    pub(super) fn none(workspace: &'a Workspace) -> Self {
        Self { workspace, installed: Vec::new(), nginx: false }
    }

    fn modules(&self, peer: Peer) -> Option<&Path> {
        self.installed.iter().find(|(installed, _)| *installed == peer).map(|(_, modules)| modules.as_path())
    }

    /// Names and versions of those among `names`.
    pub(super) fn versions(&self) -> Vec<(String, String)> {
        let mut versions: Vec<(String, String)> = Vec::new();
        let packages = self.installed.iter().flat_map(|(peer, _)| peer.packages());
        for package in packages {
            let (name, version) = package.split_once('@').unwrap_or((package, ""));
            let name = if *package == KNOWN { Peer::Known.name() } else { name };
            if versions.iter().all(|(known, _)| known != name) {
                versions.push((name.to_owned(), version.to_owned()));
            }
        }
        versions
    }

    /// The servers of functions that are there.
    pub(super) fn servers(&self) -> impl Iterator<Item = Peer> {
        let is_server = |peer: &Peer| !matches!(peer, Peer::Known | Peer::Nginx);
        self.installed.iter().map(|(peer, _)| *peer).filter(is_server)
    }

    /// A command that serves the functions of the module `routes` on a port, and uses so many processors.
    pub(super) fn server(&self, peer: Peer, routes: &Path, port: u16, n_cores: usize) -> Result<Command> {
        let modules = self.modules(peer).context("invariant: only installed peers are started")?;
        let servers = self.workspace.root.join("xtask/peers");
        let import = |name: &str, path: &Path| format!("import {name} from {:?};\n", path.display().to_string());
        let routes_line = import("routes", routes);
        let (text, arguments): (String, Vec<String>) = match peer {
            Peer::Node => {
                let serve = import("serve", &servers.join("node-http.mjs"));
                (format!("{serve}{routes_line}serve(routes, {port}, {n_cores});\n"), Vec::new())
            }
            Peer::Fastify => {
                let serve = import("serve", &servers.join("fastify.mjs"));
                let fastify = import("fastify", &modules.join("fastify/fastify.js"));
                (format!("{serve}{fastify}{routes_line}serve(fastify, routes, {port}, {n_cores});\n"), Vec::new())
            }
            Peer::Deno => {
                let handler = import("handler", &servers.join("fetch.mjs"));
                let parallel = (n_cores > 1).then_some("--parallel");
                let arguments = ["serve", "--quiet", "--no-lock", "--no-config", "--host=127.0.0.1"].into_iter();
                let arguments = arguments.chain(parallel).map(str::to_owned).chain([format!("--port={port}")]);
                (format!("{handler}{routes_line}export default {{ fetch: handler(routes) }};\n"), arguments.collect())
            }
            Peer::Bun => {
                let handler = import("handler", &servers.join("fetch.mjs"));
                let serve = format!(
                    "Bun.serve({{ port: {port}, hostname: '127.0.0.1', reusePort: true, fetch: handler(routes) }});\n"
                );
                (format!("{handler}{routes_line}{serve}"), Vec::new())
            }
            Peer::Workerd => {
                let handler = import("handler", &servers.join("fetch.mjs"));
                (format!("{handler}{routes_line}export default {{ fetch: handler(routes) }};\n"), Vec::new())
            }
            Peer::Known | Peer::Nginx => anyhow::bail!("invariant: {} serves no single functions", peer.name()),
        };
        let folder = self.workspace.target.join("bench/peers");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let entry = folder.join(format!("{}-{port}.mjs", peer.name().replace([':', ' '], "-")));
        fs::write(&entry, text).with_context(|| format!("cannot write `{}`", entry.display()))?;
        if peer == Peer::Workerd {
            return workerd(modules, &folder, &entry, port);
        }
        let program = match peer {
            Peer::Deno => "deno",
            Peer::Bun => "bun",
            _ => "node",
        };
        let mut command = Command::new(modules.join(".bin").join(program));
        command.args(arguments).arg(entry).current_dir(&folder);
        command.env("DENO_NO_UPDATE_CHECK", "1").env("DENO_JOBS", n_cores.to_string());
        Ok(command)
    }

    /// The known implementation with an application of its own. None when it is not there.
    pub(super) fn known(&self, app: &Path, name: &str) -> Result<Option<Known>> {
        self.modules(Peer::Known).map(|modules| Known::prepare(self.workspace, modules, app, name)).transpose()
    }
}

/// A command that serves a module with workerd.
fn workerd(modules: &Path, folder: &Path, entry: &Path, port: u16) -> Result<Command> {
    let bundle = entry.with_extension("bundle.mjs");
    let mut esbuild = Command::new(modules.join(".bin/esbuild"));
    esbuild.arg(entry).args(["--bundle", "--format=esm", "--log-level=warning"]);
    crate::tools::output_of(esbuild.arg(format!("--outfile={}", bundle.display())))?;
    let config = entry.with_extension("capnp");
    let embedded = bundle.file_name().unwrap_or_default().display().to_string();
    let text = format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\
         const config :Workerd.Config = (\n\
         \x20 services = [(name = \"main\", worker = .main)],\n\
         \x20 sockets = [(name = \"http\", address = \"127.0.0.1:{port}\", http = (), service = \"main\")]\n\
         );\n\
         const main :Workerd.Worker = (\n\
         \x20 modules = [(name = \"worker\", esModule = embed \"{embedded}\")],\n\
         \x20 compatibilityDate = \"2026-01-01\"\n\
         );\n"
    );
    fs::write(&config, text).with_context(|| format!("cannot write `{}`", config.display()))?;
    let mut command = Command::new(modules.join(".bin/workerd"));
    command.arg("serve").arg(config).current_dir(folder);
    Ok(command)
}

/// The known implementation with an application.
#[derive(Debug)]
pub(super) struct Known {
    node: PathBuf,
    cli: PathBuf,
    app: PathBuf,
}

impl Known {
    /// Copies the application and lets it be built.
    fn prepare(workspace: &Workspace, modules: &Path, app: &Path, name: &str) -> Result<Self> {
        let folder = workspace.target.join("bench/known").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
        }
        folders::copy(app, &folder)?;
        std::os::unix::fs::symlink(modules, folder.join("node_modules")).context("cannot link `node_modules`")?;
        let known = Self { node: modules.join("node/bin/node"), cli: modules.join("jitar/dist/cli.js"), app: folder };
        term::status("Building", format_args!("{name} with the known implementation"));
        crate::tools::output_of(&mut known.command(&["build".to_owned()]))?;
        Ok(known)
    }

    /// It works in its current folder.
    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(&self.node);
        command.arg(&self.cli).args(arguments).current_dir(&self.app);
        command
    }

    /// A command that starts a service.
    pub(super) fn service(&self, name: &str, settings: &serde_json::Value) -> Result<Command> {
        let folder = self.app.join("services");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, settings.to_string()).with_context(|| format!("cannot write `{}`", file.display()))?;
        // A line per call would measure the terminal.
        Ok(self.command(&["start".to_owned(), format!("--service={}", file.display()), "--log-level=error".to_owned()]))
    }
}
