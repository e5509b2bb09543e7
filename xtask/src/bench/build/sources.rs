//! A generated application: modules of about two kilobytes, a fifth of them with a procedure, three tenths shared, the
//! rest behind the procedures; ten segments. Equal sizes give equal bytes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// So many segments.
const N_SEGMENTS: usize = 10;

/// What was laid out.
#[derive(Debug)]
pub(super) struct Sources {
    /// The application's folder.
    pub(super) app: PathBuf,
    /// A module that imports all others, for bundlers; outside of the source folder.
    pub(super) all: PathBuf,
    /// A module that may be edited.
    pub(super) edited: PathBuf,
    /// Bytes of TypeScript.
    pub(super) bytes: usize,
}

/// Writes an application of so many modules.
pub(super) fn write(folder: &Path, n_modules: usize) -> Result<Sources> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    let plan = Plan::of(n_modules);
    let app = folder.join("app");
    let mut all = String::new();
    let mut bytes = 0;
    for (path, text) in plan.modules() {
        bytes += text.len();
        writeln!(all, "import './app/src/{path}';")?;
        write_file(&app.join("src").join(path), &text)?;
    }
    for (name, text) in plan.segments() {
        write_file(&app.join("segments").join(name), &text)?;
    }
    write_file(&folder.join("all.ts"), &all)?;
    let edited = app.join("src").join(plan.domain_path(0));
    Ok(Sources { app, all: folder.join("all.ts"), edited, bytes })
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// How many modules of each kind there are.
#[derive(Debug, Clone, Copy)]
struct Plan {
    procedures: usize,
    shared: usize,
    domain: usize,
}

impl Plan {
    fn of(n_modules: usize) -> Self {
        let (procedures, shared) = (n_modules / 5, n_modules * 3 / 10);
        Self { procedures, shared, domain: n_modules - procedures - shared }
    }

    fn modules(self) -> impl Iterator<Item = (String, String)> {
        let procedures = (0..self.procedures).map(move |idx| (self.procedure_path(idx), self.procedure(idx)));
        let shared = (0..self.shared).map(move |idx| (Self::shared_path(idx), Self::shared(idx)));
        let domain = (0..self.domain).map(move |idx| (self.domain_path(idx), self.domain(idx)));
        procedures.chain(shared).chain(domain)
    }

    fn segment_of(self, procedure: usize) -> usize {
        procedure * N_SEGMENTS / self.procedures
    }

    fn procedure_path(self, idx: usize) -> String {
        format!("area{}/procedure{idx}.ts", self.segment_of(idx))
    }

    fn domain_path(self, idx: usize) -> String {
        format!("area{}/domain{idx}.ts", idx * N_SEGMENTS / self.domain)
    }

    fn shared_path(idx: usize) -> String {
        format!("shared/shared{idx}.ts")
    }

    fn segments(self) -> impl Iterator<Item = (String, String)> {
        (0..N_SEGMENTS).map(move |segment| {
            let listed = (0..self.procedures).filter(|idx| self.segment_of(*idx) == segment).map(|idx| {
                let access = if idx % 2 == 0 { "public" } else { "protected" };
                let path = self.procedure_path(idx);
                let key = path.trim_end_matches(".ts");
                format!("  \"./{key}\": {{ \"procedure{idx}\": {{ \"access\": \"{access}\" }} }}")
            });
            let listed: Vec<String> = listed.collect();
            (format!("segment{segment}.json"), format!("{{\n{}\n}}\n", listed.join(",\n")))
        })
    }

    /// A procedure uses domain modules of its area and shared ones, and calls a procedure of another segment.
    fn procedure(self, idx: usize) -> String {
        let per_procedure = self.domain / self.procedures;
        let mut text = String::new();
        let domain: Vec<usize> =
            (0..per_procedure.max(1)).map(|nth| (idx * per_procedure + nth) % self.domain).collect();
        for other in &domain {
            let path = self.domain_path(*other);
            text += &format!("import {{ Domain{other}, load{other} }} from '../{}';\n", path.trim_end_matches(".ts"));
        }
        let shared = idx % self.shared;
        text += &format!("import {{ format{shared} }} from '../shared/shared{shared}';\n");
        text += &format!("import type {{ Options{shared} }} from '../shared/shared{shared}';\n");
        // Every tenth procedure calls into the next segment.
        let other = (idx + self.procedures / N_SEGMENTS) % self.procedures;
        let calls = idx % 10 == 1 && other % 2 == 0;
        if calls {
            let path = self.procedure_path(other);
            text += &format!("import {{ procedure{other} }} from '../{}';\n", path.trim_end_matches(".ts"));
        }
        text += &body(idx);
        text += &format!(
            "\nexport async function procedure{idx}(id: string, options: Options{shared}, limit = 10): Promise<Summary{idx}> {{\n"
        );
        for other in &domain {
            text += &format!("    const found{other}: Domain{other} = await load{other}(id, limit);\n");
        }
        if calls {
            text += &format!("    await procedure{other}(id, {{ limit, tags: [] }}, limit);\n");
        }
        let titles: Vec<String> = domain.iter().map(|other| format!("found{other}.title")).collect();
        text += &format!("    const title = format{shared}([{}].join(' '), options);\n", titles.join(", "));
        text += &format!("    return summarise{idx}({{ id, title, rows: [] }});\n}}\n");
        text
    }

    fn domain(self, idx: usize) -> String {
        let shared = [idx % self.shared, (idx * 7 + 3) % self.shared];
        let mut text = String::new();
        for other in shared.iter().take(if shared[0] == shared[1] { 1 } else { 2 }) {
            text += &format!("import {{ format{other} }} from '../shared/shared{other}';\n");
        }
        text += &format!(
            "\nexport interface Domain{idx} {{\n    readonly id: string;\n    title: string;\n    tags?: string[];\n    weights: Record<string, number>;\n}}\n"
        );
        text += &body(idx);
        text += &format!(
            "\nexport async function load{idx}(id: string, limit: number): Promise<Domain{idx}> {{\n    const summary = summarise{idx}({{ id, title: format{}(id, {{ limit, tags: [] }}), rows: [] }});\n    return {{ id, title: summary.title, weights: {{ total: summary.total }} }};\n}}\n",
            shared[0]
        );
        text
    }

    fn shared(idx: usize) -> String {
        let mut text = String::new();
        if idx > 0 {
            let other = idx / 2;
            text += &format!("import {{ format{other} as inner }} from './shared{other}';\n");
        } else {
            text += "const inner = (text: string, options: { limit: number }) => text.slice(0, options.limit);\n";
        }
        text += &format!(
            "\nexport type Options{idx} = {{ limit: number; tags: readonly string[]; locale?: 'en' | 'de' }};\n"
        );
        text += &body(idx);
        text += &format!(
            "\nexport function format{idx}(text: string, options: Options{idx}): string {{\n    const summary = summarise{idx}({{ id: text, title: text, rows: options.tags.map(tag => ({{ name: tag, value: tag.length }})) }});\n    return inner(`${{summary.title}} (${{summary.total}})`, options);\n}}\n"
        );
        text
    }
}

/// What an ordinary module consists of: types, a class, an enum, loops and templates. About 1.6 kilobytes.
fn body(idx: usize) -> String {
    format!(
        r"
interface Row{idx} {{
    name: string;
    value: number;
}}

export interface Summary{idx} {{
    title: string;
    total: number;
    average: number;
    groups: Map<string, number>;
}}

enum Size{idx} {{
    Small = 'small',
    Large = 'large',
}}

class Collector{idx}<T extends Row{idx}> {{
    #rows: T[] = [];

    constructor(private readonly prefix: string, public limit: number = {idx}) {{}}

    add(row: T): this {{
        if (this.#rows.length < this.limit || row.value > {idx}) {{
            this.#rows.push(row);
        }}
        return this;
    }}

    get total(): number {{
        return this.#rows.reduce((sum, row) => sum + row.value, 0);
    }}

    *names(): Generator<string> {{
        for (const {{ name }} of this.#rows) {{
            yield `${{this.prefix}}:${{name}}`;
        }}
    }}
}}

/** Adds up what belongs together. */
function summarise{idx}(input: {{ id: string; title: string; rows: Row{idx}[] }}): Summary{idx} {{
    const collector = new Collector{idx}<Row{idx}>(input.id, 100);
    const groups = new Map<string, number>();
    for (const row of input.rows) {{
        collector.add(row);
        const size = row.value > 10 ? Size{idx}.Large : Size{idx}.Small;
        groups.set(size, (groups.get(size) ?? 0) + 1);
    }}
    const names = [...collector.names()].filter((name): name is string => name.length > 0);
    const total = collector.total;
    try {{
        return {{ title: input.title + names.join(', '), total, average: total / Math.max(1, names.length), groups }};
    }} finally {{
        groups.delete('none' as string);
    }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_of_the_promised_number_and_size() {
        for n_modules in [250, 1000] {
            let plan = Plan::of(n_modules);
            let modules: Vec<_> = plan.modules().collect();
            assert_eq!(modules.len(), n_modules);
            let bytes: usize = modules.iter().map(|(_, text)| text.len()).sum();
            let mean = bytes / n_modules;
            assert!((1_600..2_600).contains(&mean), "{mean} bytes a module");
            assert_eq!(plan.segments().count(), N_SEGMENTS);
            assert!(plan.segments().all(|(_, text)| serde_json::from_str::<serde_json::Value>(&text).is_ok()));
        }
        assert_eq!((Plan::of(1000).procedures, Plan::of(1000).shared), (200, 300));
    }
}
