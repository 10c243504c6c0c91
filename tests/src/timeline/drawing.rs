//! The drawing: a plain SVG with a title and a description in words, for light and dark, without a font of its own.

use std::fmt::Write;

use super::{Group, Line, Stretch};

const WIDTH: f64 = 1000.0;
/// Where days begin, and how wide they are.
const PLOT: (f64, f64) = (232.0, 440.0);
const TOP: f64 = 116.0;
const ROW: f64 = 24.0;
const HEADING: f64 = 38.0;
const BAR: f64 = 10.0;

/// Days that the axis may name; those without room are left out.
const TICKS: [(f64, &str); 16] = [
    (0.0, "day 0"),
    (1.0, "1"),
    (3.0, "3"),
    (7.0, "7"),
    (14.0, "14"),
    (30.0, "30"),
    (90.0, "90"),
    (182.625, "½"),
    (365.25, "1"),
    (730.5, "2"),
    (1095.75, "3"),
    (1461.0, "4"),
    (1826.25, "5"),
    (2556.75, "7"),
    (3652.5, "10"),
    (7305.0, "20"),
];

const STYLE: &str = "\
:root{--bg:#fff;--ink:#1f2328;--soft:#59636e;--grid:#d8dee4;--work:#0b7a63;--allowed:#a5dccd;--kept:#c3cad3;--alarm:#b04300;--last:#a40e26}\
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--ink:#e6edf3;--soft:#9aa4af;--grid:#2b323b;--work:#3fb898;--allowed:#1d5a4b;--kept:#4a535e;--alarm:#f0883e;--last:#ff7b84}}\
text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:var(--ink)}\
.bg{fill:var(--bg)}.big{font-size:19px;font-weight:600}.group{font-weight:600;paint-order:stroke;stroke:var(--bg);stroke-width:7px;stroke-linejoin:round}.soft{fill:var(--soft)}.note{font-size:12px;fill:var(--soft)}\
.tick{font-size:11px;fill:var(--soft);text-anchor:middle}.grid{stroke:var(--grid);stroke-width:1}.rule{stroke:var(--grid);stroke-width:1}\
.work{fill:var(--work)}.allowed{fill:var(--allowed)}.kept{fill:var(--kept)}.alarm{fill:var(--alarm);stroke:var(--bg);stroke-width:1}\
.last{stroke:var(--last);stroke-width:2.5;stroke-linecap:round}.open{fill:none;stroke:var(--kept);stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where a day stands: the first days get most of the room.
struct Scale {
    longest: f64,
}

impl Scale {
    fn of(groups: &[Group]) -> Self {
        let lines = groups.iter().flat_map(|group| &group.lines);
        let ends = lines.flat_map(|line| line.stretches.iter().map(|(_, _, end)| *end).chain(line.last));
        Self { longest: ends.fold(1.0, f64::max) }
    }

    fn x(&self, day: f64) -> f64 {
        PLOT.0 + PLOT.1 * day.max(0.0).ln_1p() / self.longest.ln_1p()
    }
}

pub(super) fn draw(company: &str, groups: &[Group]) -> String {
    let scale = Scale::of(groups);
    let mut body = String::new();
    let mut y = TOP;
    for group in groups {
        y += HEADING;
        let rule = y - 22.0;
        writeln!(body, r#"<line class="rule" x1="24" y1="{rule:.1}" x2="{:.1}" y2="{rule:.1}"/>"#, WIDTH - 24.0)
            .unwrap();
        writeln!(body, r#"<text class="group" x="24" y="{:.1}">{}</text>"#, y - 3.0, escaped(group.heading)).unwrap();
        y += 12.0;
        for line in &group.lines {
            draw_line(&mut body, &scale, line, y);
            y += ROW;
        }
    }
    let height = y + 18.0;
    let name = escaped(company);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">What happens to data at {name}, and when</title>\n\
         <desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"bg\" width=\"{WIDTH:.0}\" height=\"{height:.0}\" rx=\"8\"/>\n\
         <text class=\"big\" x=\"24\" y=\"36\">What happens to data, and when</text>\n\
         <text class=\"soft\" x=\"24\" y=\"57\">Days since the event; later days stand closer together. Drawn from policy.toml.</text>\n\
         {}{}{body}</svg>\n",
        described(groups),
        legend(),
        axis(&scale, y - 4.0)
    )
}

/// Everything that the picture shows, in words.
fn described(groups: &[Group]) -> String {
    let line = |line: &Line| format!("{}: {}.", line.label, line.note.replace(" · ", ", "));
    let group = |group: &Group| {
        let lines: Vec<String> = group.lines.iter().map(line).collect();
        format!("{}. {}", group.heading, lines.join(" "))
    };
    escaped(&groups.iter().map(group).collect::<Vec<_>>().join(" "))
}

fn legend() -> String {
    let mut legend = String::new();
    let mut x = 24.0;
    for (class, text) in [("kept", "stays"), ("work", "is erased"), ("allowed", "may still take so long")] {
        write!(legend, r#"<rect class="{class}" x="{x:.1}" y="74" width="22" height="{BAR}" rx="3"/>"#).unwrap();
        writeln!(legend, r#"<text class="note" x="{:.1}" y="83">{text}</text>"#, x + 28.0).unwrap();
        x += 28.0 + 6.6 * (text.chars().count() as f64) + 22.0;
    }
    legend += &diamond(x + 5.0, 79.0);
    writeln!(legend, r#"<text class="note" x="{:.1}" y="83">alarm</text>"#, x + 16.0).unwrap();
    x += 70.0;
    legend += &cap(x, 79.0);
    writeln!(legend, r#"<text class="note" x="{:.1}" y="83">last day</text>"#, x + 9.0).unwrap();
    x += 86.0;
    legend += &arrow(x, 79.0);
    writeln!(legend, r#"<text class="note" x="{:.1}" y="83">and longer</text>"#, x + 14.0).unwrap();
    legend
}

fn axis(scale: &Scale, bottom: f64) -> String {
    let mut axis = String::new();
    let mut taken = f64::MIN;
    for (day, text) in TICKS {
        let x = scale.x(day);
        let is_year = day > 300.0;
        let text = if is_year { format!("{text} y") } else { text.to_owned() };
        let half = 3.4 * (text.chars().count() as f64);
        if day > scale.longest || text == "½" || x - half < taken + 6.0 {
            continue;
        }
        taken = x + half;
        writeln!(axis, r#"<line class="grid" x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{bottom:.1}"/>"#, TOP + 4.0)
            .unwrap();
        writeln!(axis, r#"<text class="tick" x="{x:.1}" y="{:.1}">{text}</text>"#, TOP - 2.0).unwrap();
    }
    axis
}

fn draw_line(body: &mut String, scale: &Scale, line: &Line, y: f64) {
    let middle = y + BAR / 2.0;
    let base = middle + 4.5;
    writeln!(body, r#"<text x="24" y="{base:.1}">{}</text>"#, escaped(&line.label)).unwrap();
    for (stretch, from, to) in &line.stretches {
        let class = match stretch {
            Stretch::Kept => "kept",
            Stretch::Work => "work",
            Stretch::Allowed => "allowed",
        };
        let (left, right) = (scale.x(*from), scale.x(*to));
        let width = (right - left).max(3.0);
        writeln!(body, r#"<rect class="{class}" x="{left:.1}" y="{y:.1}" width="{width:.1}" height="{BAR}" rx="2"/>"#)
            .unwrap();
    }
    if let Some(alarm) = line.alarm {
        body.push_str(&diamond(scale.x(alarm), middle));
    }
    let end = line.stretches.last().map_or(0.0, |(_, _, end)| *end);
    match line.last {
        Some(last) => body.push_str(&cap(scale.x(last), middle)),
        None if line.is_open => body.push_str(&arrow(scale.x(end) + 4.0, middle)),
        None => {}
    }
    writeln!(
        body,
        r#"<text class="note" x="{:.1}" y="{base:.1}">{}</text>"#,
        PLOT.0 + PLOT.1 + 24.0,
        escaped(&line.note)
    )
    .unwrap();
}

fn diamond(x: f64, y: f64) -> String {
    format!("<path class=\"alarm\" d=\"M{x:.1} {:.1}l5.5 5.5-5.5 5.5-5.5-5.5z\"/>\n", y - 5.5)
}

fn cap(x: f64, y: f64) -> String {
    format!("<line class=\"last\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\"/>\n", y - 8.0, y + 8.0)
}

fn arrow(x: f64, y: f64) -> String {
    format!("<path class=\"open\" d=\"M{x:.1} {:.1}l5 5-5 5\"/>\n", y - 5.0)
}
