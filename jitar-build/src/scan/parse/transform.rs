//! The passes that turn TypeScript, JSX and decorators into plain JavaScript.

use std::cell::RefCell;
use std::rc::Rc;

use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::errors::{DiagnosticBuilder, Emitter, HANDLER, Handler};
use swc_core::common::{SourceMap, sync::Lrc};
use swc_core::ecma::ast::{AutoAccessor, Class, ClassMember, Decorator, Module, Program};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers, inject_helpers};
use swc_core::ecma::transforms::base::hygiene::hygiene;
use swc_core::ecma::transforms::proposal::decorator_2023_11::decorator_2023_11;
use swc_core::ecma::transforms::proposal::decorators::{Config as DecoratorConfig, decorators};
use swc_core::ecma::transforms::react::{Options as ReactOptions, Runtime, react};
use swc_core::ecma::transforms::typescript::{Config, TsImportExportAssignConfig, TsxConfig, tsx, typescript};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type};

use super::{Language, Marks, Problem, environment};

/// What `tsconfig.json` says about compiling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of `tsconfig.json` of its own")]
pub(crate) struct Options {
    /// How JSX is compiled.
    pub(crate) jsx: Jsx,
    /// `experimentalDecorators`: TypeScript's own decorators instead of the standard ones.
    pub(crate) legacy_decorators: bool,
    /// `emitDecoratorMetadata`, for legacy decorators.
    pub(crate) decorator_metadata: bool,
    /// `verbatimModuleSyntax`: imports are kept unless they are marked with `type`.
    pub(crate) verbatim_modules: bool,
    /// `process.env.NODE_ENV` is a constant.
    pub(crate) fixed_environment: bool,
}

impl Options {
    /// What packages are compiled with, whatever the application's own settings are.
    pub(crate) fn of_packages() -> Self {
        Self { fixed_environment: true, ..Self::default() }
    }
}

/// How JSX is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Jsx {
    /// With `jsx-runtime` of the package named here.
    Automatic(String),
    /// With a factory that is in scope, such as `React.createElement` and `React.Fragment`.
    Classic {
        /// Called for elements.
        factory: String,
        /// Stands for `<></>`.
        fragment: String,
    },
}

impl Default for Jsx {
    fn default() -> Self {
        Self::Automatic("react".to_owned())
    }
}

/// What the passes need besides the tree.
pub(super) struct Input<'a> {
    pub(super) sources: Lrc<SourceMap>,
    pub(super) comments: SingleThreadedComments,
    pub(super) language: Language,
    pub(super) options: &'a Options,
    pub(super) marks: Marks,
    pub(super) text: &'a str,
}

/// Runs the passes; returns what they complain about.
pub(super) fn compile(program: &mut Program, input: Input<'_>) -> Vec<Problem> {
    let complaints = Rc::new(RefCell::new(Vec::new()));
    let handler = Handler::with_emitter(false, false, Box::new(Collector(Rc::clone(&complaints))));
    HANDLER.set(&handler, || {
        HELPERS.set(&Helpers::new(false), || {
            if input.options.fixed_environment && input.text.contains("NODE_ENV") {
                program.visit_mut_with(&mut environment::Replace);
            }
            compile_decorators(program, &input);
            if input.language.is_typescript() {
                strip_types(program, &input);
            }
            let unresolved = input.marks.unresolved;
            if input.language.has_jsx() && input.text.contains('<') {
                compile_jsx(program, input);
            }
            program.mutate(inject_helpers(unresolved));
        });
    });
    drop(handler);
    complaints.take()
}

/// Makes names unique and puts parentheses where the tree needs them. The tree must not be changed after that, except
/// for specifiers of imports.
pub(super) fn tidy(mut program: Program) -> Module {
    program.mutate(hygiene());
    program.mutate(fixer(None));
    program.expect_module()
}

fn compile_decorators(program: &mut Program, input: &Input<'_>) {
    let options = input.options;
    // The pass is dear, and rewrites classes that have nothing for it as well. Most files need not even be looked through.
    if !input.text.contains('@') && !input.text.contains("accessor") {
        return;
    }
    let mut finder = Decorated(false);
    program.visit_with(&mut finder);
    if !finder.0 {
        return;
    }
    if options.legacy_decorators {
        program.visit_mut_with(&mut StaticMembersLast);
        program.mutate(decorators(DecoratorConfig {
            legacy: true,
            emit_metadata: options.decorator_metadata,
            use_define_for_class_fields: true,
        }));
    } else {
        program.mutate(decorator_2023_11());
    }
}

/// Looks for a decorator, or for an accessor field.
struct Decorated(bool);

impl Visit for Decorated {
    noop_visit_type!();

    fn visit_decorator(&mut self, _: &Decorator) {
        self.0 = true;
    }

    fn visit_auto_accessor(&mut self, _: &AutoAccessor) {
        self.0 = true;
    }
}

/// TypeScript decorates what belongs to the class after what belongs to its instances, the pass in the order of the text.
/// Moving all that is static changes nothing else: only its own order counts.
struct StaticMembersLast;

impl VisitMut for StaticMembersLast {
    noop_visit_mut_type!();

    fn visit_mut_class(&mut self, class: &mut Class) {
        class.visit_mut_children_with(self);
        class.body.sort_by_key(is_static);
    }
}

fn is_static(member: &ClassMember) -> bool {
    match member {
        ClassMember::Method(method) => method.is_static,
        ClassMember::PrivateMethod(method) => method.is_static,
        ClassMember::ClassProp(property) => property.is_static,
        ClassMember::PrivateProp(property) => property.is_static,
        ClassMember::AutoAccessor(accessor) => accessor.is_static,
        ClassMember::StaticBlock(_) => true,
        ClassMember::Constructor(_) | ClassMember::TsIndexSignature(_) | ClassMember::Empty(_) => false,
    }
}

fn strip_types(program: &mut Program, input: &Input<'_>) {
    let config = Config {
        verbatim_module_syntax: input.options.verbatim_modules,
        native_class_properties: true,
        import_export_assign_config: TsImportExportAssignConfig::EsNext,
        ..Config::default()
    };
    let Marks { unresolved, top_level } = input.marks;
    match &input.options.jsx {
        // Keeps the import of the factory, which nothing else may use.
        Jsx::Classic { factory, fragment } if input.language.has_jsx() => {
            let factories =
                TsxConfig { pragma: Some(factory.clone().into()), pragma_frag: Some(fragment.clone().into()) };
            let comments = input.comments.clone();
            program.mutate(tsx(Lrc::clone(&input.sources), config, factories, comments, unresolved, top_level));
        }
        _ => program.mutate(typescript(config, unresolved, top_level)),
    }
}

fn compile_jsx(program: &mut Program, input: Input<'_>) {
    let mut options = ReactOptions { throw_if_namespace: Some(false), ..ReactOptions::default() };
    match &input.options.jsx {
        Jsx::Automatic(source) => {
            options.runtime = Some(Runtime::Automatic);
            options.import_source = Some(source.as_str().into());
        }
        Jsx::Classic { factory, fragment } => {
            options.runtime = Some(Runtime::Classic);
            options.pragma = Some(factory.clone().into());
            options.pragma_frag = Some(fragment.clone().into());
        }
    }
    let Marks { unresolved, top_level } = input.marks;
    program.mutate(react(input.sources, Some(input.comments), options, top_level, unresolved));
}

/// Collects what passes report.
struct Collector(Rc<RefCell<Vec<Problem>>>);

impl Emitter for Collector {
    fn emit(&mut self, complaint: &mut DiagnosticBuilder<'_>) {
        if complaint.is_error() {
            let span = complaint.span.primary_span().unwrap_or_default();
            self.0.borrow_mut().push(Problem::quoted(span, &complaint.message()));
        }
    }
}
