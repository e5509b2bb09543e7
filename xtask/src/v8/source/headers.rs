//! Precompiled headers for the four biggest groups of V8's files: about three times faster than without.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::write;
use crate::{term, tools};

/// Files that lose a template instance when they are compiled with precompiled headers.
const WITHOUT: &str = "*/builtins-collections-gen.o | */turbofan-types.o";

/// Files that share headers.
struct Group {
    name: &'static str,
    /// Folder of the object files below `obj/v8`.
    folder: &'static str,
    /// How the names of the object files end.
    ending: &'static str,
    /// Whether the includes of a generated file come first.
    generated: bool,
    headers: &'static [&'static str],
}

const GROUPS: [Group; 4] = [
    Group {
        name: "torque",
        folder: "torque_generated_initializers",
        ending: "-tq-csa.o",
        generated: true,
        headers: &[],
    },
    Group {
        name: "initializers",
        folder: "v8_initializers",
        ending: ".o",
        generated: true,
        headers: &[
            "src/codegen/code-stub-assembler-inl.h",
            "src/builtins/builtins-utils-gen.h",
            "src/builtins/builtins-inl.h",
            "src/objects/objects-inl.h",
            "src/heap/factory-inl.h",
            "src/ic/accessor-assembler.h",
            "src/ic/keyed-store-generic.h",
            "src/execution/isolate.h",
        ],
    },
    Group {
        name: "base",
        folder: "v8_base_without_compiler",
        ending: ".o",
        generated: false,
        headers: &[
            "src/objects/objects-inl.h",
            "src/heap/heap-inl.h",
            "src/execution/isolate-inl.h",
            "src/api/api-inl.h",
            "src/execution/frames-inl.h",
            "src/builtins/builtins-utils-inl.h",
            "src/heap/factory-inl.h",
            "src/logging/counters.h",
            "src/handles/handles-inl.h",
            "src/objects/js-array-buffer-inl.h",
            "src/codegen/assembler-inl.h",
            "src/debug/debug.h",
            "src/wasm/wasm-objects-inl.h",
        ],
    },
    Group {
        name: "compiler",
        folder: "v8_compiler",
        ending: ".o",
        generated: false,
        headers: &[
            "src/compiler/js-heap-broker.h",
            "src/compiler/node-properties.h",
            "src/compiler/node-matchers.h",
            "src/compiler/simplified-operator.h",
            "src/compiler/js-graph.h",
            "src/compiler/linkage.h",
            "src/compiler/access-builder.h",
            "src/compiler/turboshaft/copying-phase.h",
            "src/compiler/turboshaft/assembler.h",
            "src/compiler/turboshaft/phase.h",
            "src/compiler/turboshaft/value-numbering-reducer.h",
            "src/compiler/turboshaft/machine-optimization-reducer.h",
            "src/compiler/turboshaft/variable-reducer.h",
            "src/compiler/turboshaft/operations.h",
            "src/objects/objects-inl.h",
            "src/handles/handles-inl.h",
            "src/codegen/interface-descriptors-inl.h",
        ],
    },
];

/// The arms of the compiler wrapper's `case`: object file to precompiled headers.
pub(super) fn cases(work: &Path) -> String {
    let mut text = format!("  {WITHOUT}) ;;\n");
    for group in &GROUPS {
        let place = work.join("headers").join(group.name);
        writeln!(text, "  obj/v8/{}/*{}) headers=\"{}.pch\" ;;", group.folder, group.ending, place.display())
            .unwrap_or_default();
    }
    text.trim_end().to_owned()
}

/// Makes them, with the flags of the build itself. A group for which that fails is compiled without, only slower.
pub(super) fn precompile(work: &Path, objects: &Path) -> Result<()> {
    let commands = tools::output_of(Command::new("ninja").arg("-C").arg(objects).args(["-t", "commands", "rusty_v8"]))?;
    let commands = String::from_utf8_lossy(&commands);
    let sample = objects.join("gen/v8/torque-generated/src/builtins/array-join-tq-csa.cc");
    let sample = fs::read_to_string(&sample).with_context(|| format!("cannot read `{}`", sample.display()))?;
    for group in &GROUPS {
        let place = work.join("headers").join(group.name);
        let (header, compiled) = (place.with_extension("h"), place.with_extension("pch"));
        write(&header, &text_of(group, &sample))?;
        let Some(command) = commands.lines().find(|command| compiles(command, group)) else { continue };
        let command = format!("{} -w -x c++-header {} -o {}", flags(command), header.display(), compiled.display());
        if let Err(error) = tools::output_of(Command::new("bash").args(["-c", &command]).current_dir(objects)) {
            term::status("V8", format_args!("no precompiled headers for {}: {error:#}", group.name));
            if compiled.exists() {
                fs::remove_file(&compiled)?;
            }
        }
    }
    Ok(())
}

fn text_of(group: &Group, sample: &str) -> String {
    let of_sample = sample
        .lines()
        .filter(|line| line.starts_with("#include") && !line.contains("tq-csa") && !line.contains("torque-generated"))
        .map(str::to_owned);
    let listed = group.headers.iter().map(|header| format!("#include \"{header}\""));
    let lines: Vec<String> = of_sample.take_while(|_| group.generated).chain(listed).collect();
    lines.join("\n") + "\n"
}

fn compiles(command: &str, group: &Group) -> bool {
    let object = |word: &str| word.starts_with(&format!("obj/v8/{}/", group.folder)) && word.ends_with(group.ending);
    command.contains("clang++") && command.split(' ').any(object)
}

/// The command without its input, output and list of dependencies.
fn flags(command: &str) -> String {
    let mut words = command.split(' ');
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "-MD" | "-MMD" => {}
            "-MF" | "-c" | "-o" => drop(words.next()),
            _ => kept.push(word),
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_flags_only() {
        let command = "clang++ -MD -MF obj/a.o.d -DX -c ../a.cc -o obj/v8/v8_compiler/a.o -O2";
        assert_eq!(flags(command), "clang++ -DX -O2");
        assert!(compiles(command, &GROUPS[3]));
        assert!(!compiles(command, &GROUPS[0]));
    }

    #[test]
    fn generated_groups_begin_with_the_includes_of_a_generated_file() {
        let sample = "#include \"src/a.h\"\n#include \"torque-generated/b.h\"\nvoid f();\n";
        assert_eq!(text_of(&GROUPS[0], sample), "#include \"src/a.h\"\n");
        assert!(text_of(&GROUPS[2], sample).starts_with("#include \"src/objects/objects-inl.h\"\n"));
    }

    #[test]
    fn exceptions_come_before_groups() {
        let cases = cases(Path::new("/w"));
        let lines: Vec<&str> = cases.lines().collect();
        assert_eq!(lines[0], format!("  {WITHOUT}) ;;"));
        assert_eq!(lines[1], "  obj/v8/torque_generated_initializers/*-tq-csa.o) headers=\"/w/headers/torque.pch\" ;;");
        assert_eq!(lines.len(), 5);
    }
}
