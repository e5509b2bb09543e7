//! Walks a file that is written for `require`, past branches that are never taken.

use indexmap::IndexMap;
use swc_core::common::{Mark, Spanned};
use swc_core::ecma::ast::{
    AssignExpr, BinExpr, BinaryOp, CallExpr, Callee, Class, CondExpr, Expr, Function, Ident, IfStmt, Lit, MemberExpr,
    MemberProp, Pat, Script, ThisExpr, TryStmt, UnaryExpr, UnaryOp, VarDeclarator,
};
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

use super::super::super::graph::{DynamicImport, Range};
use super::super::environment::{ENVIRONMENT, is_environment, outcome};
use super::super::imports::dynamic_import;
use super::super::range;
use super::exports::{Collector, is_exports, is_module_exports, property};
use super::{CommonJs, Edit, Require};

/// Stands for the keyword in `import("…")`, which has to be resolved by the build; as long as the keyword.
const IMPORT: &str = "$impor";

/// Reads a script whose free names carry that mark.
pub(super) fn read(script: &Script, unresolved: Mark) -> CommonJs {
    let mut reader = Reader {
        exports: Collector::new(unresolved),
        requires: IndexMap::new(),
        dynamic_imports: Vec::new(),
        edits: Vec::new(),
        computed: Vec::new(),
        tries: 0,
        functions: 0,
    };
    script.visit_with(&mut reader);
    reader.edits.sort_by_key(|edit| edit.range);
    reader.edits.dedup();
    CommonJs {
        edits: reader.edits,
        requires: reader.requires.into_values().collect(),
        computed: reader.computed,
        dynamic_imports: reader.dynamic_imports,
        names: reader.exports.names,
    }
}

struct Reader {
    exports: Collector,
    requires: IndexMap<String, Require>,
    dynamic_imports: Vec<DynamicImport>,
    edits: Vec<Edit>,
    computed: Vec<Range>,
    /// So many `try` blocks are around.
    tries: usize,
    /// So many functions and classes with a `this` of their own are around.
    functions: usize,
}

impl Reader {
    fn require(&mut self, call: &CallExpr) {
        let is_optional = self.tries > 0;
        let [argument] = &call.args[..] else { return };
        match &*argument.expr {
            Expr::Lit(Lit::Str(literal)) => {
                let specifier = literal.value.to_string_lossy().into_owned();
                let require = Require { specifier: specifier.clone(), range: range(literal.span), is_optional };
                let known = self.requires.entry(specifier).or_insert(require);
                if known.is_optional && !is_optional {
                    known.is_optional = false;
                    known.range = range(literal.span);
                }
            }
            // What is in a `try` is told at run time that there is no such module.
            computed if is_optional => computed.visit_with(self),
            computed => {
                self.computed.push(range(computed.span()));
                computed.visit_with(self);
            }
        }
    }

    fn import(&mut self, call: &CallExpr) {
        let Some(argument) = call.args.first() else { return };
        let keyword = range(call.span).start;
        self.edit(Range { start: keyword, end: keyword + IMPORT.len() }, IMPORT.to_owned());
        self.dynamic_imports.push(dynamic_import(&argument.expr));
        call.args.visit_with(self);
    }

    /// Replaces a part of the text; what is shorter is filled up, so that everything behind it keeps its place.
    fn edit(&mut self, range: Range, text: String) {
        let length = range.end - range.start;
        if text.len() <= length {
            self.edits.push(Edit { range, text: format!("{text:length$}") });
        }
    }

    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        self.functions += 1;
        visit(self);
        self.functions -= 1;
    }
}

impl Visit for Reader {
    noop_visit_type!();

    fn visit_if_stmt(&mut self, statement: &IfStmt) {
        statement.test.visit_with(self);
        match outcome(&statement.test) {
            Some(true) => statement.cons.visit_with(self),
            Some(false) => statement.alt.visit_with(self),
            None => {
                statement.cons.visit_with(self);
                statement.alt.visit_with(self);
            }
        }
    }

    fn visit_cond_expr(&mut self, expression: &CondExpr) {
        expression.test.visit_with(self);
        match outcome(&expression.test) {
            Some(true) => expression.cons.visit_with(self),
            Some(false) => expression.alt.visit_with(self),
            None => {
                expression.cons.visit_with(self);
                expression.alt.visit_with(self);
            }
        }
    }

    fn visit_bin_expr(&mut self, expression: &BinExpr) {
        expression.left.visit_with(self);
        let never = match expression.op {
            BinaryOp::LogicalAnd => Some(false),
            BinaryOp::LogicalOr => Some(true),
            _ => None,
        };
        if never.is_none() || outcome(&expression.left) != never {
            expression.right.visit_with(self);
        }
    }

    fn visit_try_stmt(&mut self, statement: &TryStmt) {
        // Without `catch` an error goes on its way.
        let catches = usize::from(statement.handler.is_some());
        self.tries += catches;
        statement.block.visit_with(self);
        self.tries -= catches;
        statement.handler.visit_with(self);
        statement.finalizer.visit_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        match &call.callee {
            Callee::Import(_) => return self.import(call),
            Callee::Expr(callee) if callee.as_ident().is_some_and(|name| self.exports.is_free(name, "require")) => {
                return self.require(call);
            }
            _ => {}
        }
        if !self.exports.call(call) {
            return call.visit_children_with(self);
        }
        // The names are known; what else stands there may require something.
        call.args.iter().filter(|argument| !is_exports(&argument.expr)).for_each(|argument| {
            let is_open = self.exports.names.are_open;
            argument.visit_with(self);
            self.exports.names.are_open = is_open;
        });
        call.callee.visit_with(self);
    }

    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        if !self.exports.assign(assignment) {
            assignment.left.visit_with(self);
        }
        assignment.right.visit_with(self);
    }

    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        if let (Pat::Ident(name), Some(value)) = (&variable.name, &variable.init) {
            self.exports.declare(&name.id, value);
        }
        variable.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if is_environment(member) {
            return self.edit(range(member.span), format!("\"{ENVIRONMENT}\""));
        }
        let is_known = property(&member.prop).is_some();
        let reads_a_name = is_exports(&member.obj) && is_known;
        let asks_the_module = member.obj.as_ident().is_some_and(|object| &*object.sym == "module")
            && is_known
            && !is_module_exports(member);
        if !reads_a_name && !asks_the_module {
            member.obj.visit_with(self);
        }
        if let MemberProp::Computed(computed) = &member.prop {
            computed.visit_with(self);
        }
    }

    fn visit_unary_expr(&mut self, expression: &UnaryExpr) {
        // `typeof module` asks for the kind of module system only.
        if expression.op != UnaryOp::TypeOf || !expression.arg.is_ident() {
            expression.visit_children_with(self);
        }
    }

    fn visit_ident(&mut self, ident: &Ident) {
        if self.exports.is_free(ident, "exports") || self.exports.is_free(ident, "module") {
            self.exports.names.are_open = true;
        }
    }

    fn visit_this_expr(&mut self, _: &ThisExpr) {
        // Outside of functions it is `module.exports`.
        self.exports.names.are_open |= self.functions == 0;
    }

    fn visit_function(&mut self, function: &Function) {
        self.within(|reader| function.visit_children_with(reader));
    }

    fn visit_class(&mut self, class: &Class) {
        self.within(|reader| class.visit_children_with(reader));
    }
}
