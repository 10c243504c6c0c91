//! The source with its switches.

use std::ops::Range;

use crate::find::{Node, Shape};

/// Writes a file.
pub fn all(source: &str, nodes: &[Node]) -> String {
    range(source, nodes, 0..source.len())
}

/// Writes a stretch of the source. `nodes` are those that come after whatever holds it.
fn range(source: &str, nodes: &[Node], within: Range<usize>) -> String {
    let mut inside: Vec<(usize, &Node)> = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.range.start >= within.start && node.range.end <= within.end)
        .collect();
    inside.sort_by_key(|(order, node)| (node.range.start, *order));
    let (mut text, mut at) = (String::new(), within.start);
    for (order, node) in inside {
        if node.range.start < at || (node.range.start == at && node.range.is_empty() && at == within.end) {
            continue;
        }
        text.push_str(&source[at..node.range.start]);
        text.push_str(&one(source, node, &nodes[order + 1..]));
        at = node.range.end;
    }
    text.push_str(&source[at..within.end]);
    text
}

fn is(number: usize) -> String {
    format!("crate::mutant::is({number}u32)")
}

/// Each mutation stands on a line of its own, so that an error of the compiler names it.
fn one(source: &str, node: &Node, later: &[Node]) -> String {
    let write = |range_of: &Range<usize>| range(source, later, range_of.clone());
    let mut text = String::new();
    match &node.shape {
        Shape::Body => {
            for mutation in &node.mutations {
                text.push_str(&format!("\nif {} {{ return {}; }}", is(mutation.number), mutation.with));
            }
            text.push('\n');
        }
        Shape::Const => {}
        Shape::Arm => {
            node.mutations.iter().for_each(|mutation| text.push_str(&format!(" if !{}", is(mutation.number))))
        }
        Shape::Guard => {
            let choice = |with: &str| node.mutations.iter().find(|mutation| mutation.with == with);
            let truth = choice("true").map_or("false".to_owned(), |mutation| is(mutation.number));
            let falsehood = choice("false").map_or("false".to_owned(), |mutation| is(mutation.number));
            text = format!("({truth} || (!{falsehood} && ({})))", write(&node.range));
        }
        Shape::Unary { operand } => {
            let inner = write(operand);
            let plain = format!("{}{inner}", &source[node.range.start..operand.start]);
            text.push('(');
            for mutation in &node.mutations {
                text.push_str(&format!("if {} {{ {inner} }} else ", is(mutation.number)));
            }
            text.push_str(&format!("{{ {plain} }})"));
        }
        Shape::Binary { left, operator, right } => {
            let (left, right) = (write(left), write(right));
            if let ("&&" | "||", [mutation]) = (operator.as_str(), node.mutations.as_slice()) {
                // Once each: chains of them would double with every link.
                let goes_on = if operator == "&&" { "==" } else { "!=" };
                let number = is(mutation.number);
                return format!("(match {left} {{ it => if it {goes_on} {number} {{ it }} else {{ {right} }} }})");
            }
            let is_statement = operator.ends_with('=') && !matches!(operator.as_str(), "==" | "!=" | "<=" | ">=");
            let (open, close) = if is_statement { ("{", "}") } else { ("(", ")") };
            text.push_str(open);
            for mutation in &node.mutations {
                text.push_str(&format!(
                    "if {} {{ ({left}) {} ({right}) }}\n else ",
                    is(mutation.number),
                    mutation.with.trim()
                ));
            }
            text.push_str(&format!("{{ ({left}) {operator} ({right}) }}{close}"));
        }
    }
    text
}
