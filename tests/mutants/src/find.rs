//! Where the mutations of a file stand in its syntax.

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Line and column, both from one, as `cargo mutants` tells them.
pub type Place = (usize, usize);

/// One line of the list.
#[derive(Clone)]
pub struct Mutation {
    /// Its position in the list.
    pub number: usize,
    /// `FnValue`, `BinaryOperator`, …
    pub genre: String,
    /// What stands there instead.
    pub with: String,
}

/// What is written anew, and how. In the order of a walk: whatever lies within a node comes after it.
pub struct Node {
    /// Bytes of the source.
    pub range: Range<usize>,
    /// How.
    pub shape: Shape,
    /// Which.
    pub mutations: Vec<Mutation>,
}

/// How a node is written.
pub enum Shape {
    /// Before the body of a function: returns something else.
    Body,
    /// `left operator right`
    Binary { left: Range<usize>, operator: String, right: Range<usize> },
    /// `operator operand`
    Unary { operand: Range<usize> },
    /// After the pattern of an arm that falls through.
    Arm,
    /// A guard.
    Guard,
    /// The word `const` of a function, which goes, since only a running program knows the number.
    Const,
}

struct Walk {
    mutations: BTreeMap<Place, Vec<Mutation>>,
    nodes: Vec<Node>,
}

/// Every node of a file that a mutation of the list is about.
pub fn nodes(source: &str, mutations: BTreeMap<Place, Vec<Mutation>>) -> syn::Result<Vec<Node>> {
    let mut walk = Walk { mutations, nodes: Vec::new() };
    walk.visit_file(&syn::parse_file(source)?);
    Ok(walk.nodes)
}

fn bytes(of: &impl Spanned) -> Range<usize> {
    of.span().byte_range()
}

impl Walk {
    fn take(&mut self, of: &impl Spanned, genre: &str) -> Vec<Mutation> {
        let start = of.span().start();
        let here = self.mutations.get(&(start.line, start.column + 1));
        here.into_iter().flatten().filter(|mutation| mutation.genre == genre).cloned().collect()
    }

    fn push(&mut self, range: Range<usize>, shape: Shape, mutations: Vec<Mutation>) {
        if !mutations.is_empty() {
            self.nodes.push(Node { range, shape, mutations });
        }
    }

    fn function(&mut self, sig: &syn::Signature, block: &syn::Block) {
        let Some(first) = block.stmts.first() else { return };
        let found = self.take(first, "FnValue");
        let start = bytes(first).start;
        if let Some(constness) = &sig.constness {
            self.push(bytes(constness), Shape::Const, found.clone());
        }
        self.push(start..start, Shape::Body, found);
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item_fn(&mut self, i: &'ast syn::ItemFn) {
        self.function(&i.sig, &i.block);
        visit::visit_item_fn(self, i);
    }

    fn visit_impl_item_fn(&mut self, i: &'ast syn::ImplItemFn) {
        self.function(&i.sig, &i.block);
        visit::visit_impl_item_fn(self, i);
    }

    fn visit_trait_item_fn(&mut self, i: &'ast syn::TraitItemFn) {
        if let Some(block) = &i.default {
            self.function(&i.sig, block);
        }
        visit::visit_trait_item_fn(self, i);
    }

    // Constants and lengths of arrays are worked out by the compiler.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_expr_binary(&mut self, i: &'ast syn::ExprBinary) {
        let found = self.take(&i.op, "BinaryOperator");
        // What follows `if let … &&` has no other operator.
        if !has_let(&i.left) && !has_let(&i.right) {
            let operator = i.op.span().source_text().unwrap_or_default();
            let shape = Shape::Binary { left: bytes(&i.left), operator, right: bytes(&i.right) };
            self.push(bytes(i), shape, found);
        }
        visit::visit_expr_binary(self, i);
    }

    fn visit_expr_unary(&mut self, i: &'ast syn::ExprUnary) {
        let found = self.take(&i.op, "UnaryOperator");
        self.push(bytes(i), Shape::Unary { operand: bytes(&i.expr) }, found);
        visit::visit_expr_unary(self, i);
    }

    fn visit_expr_match(&mut self, i: &'ast syn::ExprMatch) {
        // An arm with a guard is none to the compiler, so there has to be one that takes the rest.
        let has_rest = i.arms.iter().any(|arm| matches!(arm.pat, syn::Pat::Wild(_)) && arm.guard.is_none());
        for arm in &i.arms {
            if let Some((_, guard)) = &arm.guard {
                let found = self.take(guard, "MatchArmGuard");
                self.push(bytes(guard), Shape::Guard, found);
            } else if has_rest {
                let found = self.take(arm, "MatchArm");
                let end = bytes(&arm.pat).end;
                self.push(end..end, Shape::Arm, found);
            }
        }
        visit::visit_expr_match(self, i);
    }
}

fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(inner) => has_let(&inner.left) || has_let(&inner.right),
        _ => false,
    }
}
