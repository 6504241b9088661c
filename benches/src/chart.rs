//! The charts: SVG, made from the results alone.
//!
//! They have no background and colours of middle brightness, so that they can be read on light and
//! on dark pages.

use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::results::{Machine, Results, Table};

/// A chart and where its data is.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// The name of its file.
    pub file: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// The table or tables, by the beginning of their identifiers.
    table: &'static str,
    form: Form,
}

/// What a chart looks like.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// A bar for each row that has a ratio, the smallest one on top.
    Ratios,
    /// A line for each library, with what the rows measured over what they are named after: the
    /// characters of a token.
    Lengths,
}

/// All charts, in the order of the report.
pub const ALL: &[Chart] = &[
    Chart {
        file: "es256.svg",
        title: "ES256: validation of an access token, by time",
        table: "es256",
        form: Form::Ratios,
    },
    Chart {
        file: "rs256.svg",
        title: "RS256, 2048 bits: validation of an access token, by time",
        table: "rs256_2048",
        form: Form::Ratios,
    },
    Chart {
        file: "python.svg",
        title: "Python, ES256: validation of an access token, by time",
        table: "python_es256",
        form: Form::Ratios,
    },
    Chart {
        file: "http_one.svg",
        title: "An MCP server over HTTP, one token: time for a request",
        table: "http_one",
        form: Form::Ratios,
    },
    Chart {
        file: "http_many.svg",
        title: "An MCP server over HTTP, 10 000 tokens: time for a request",
        table: "http_many",
        form: Form::Ratios,
    },
    Chart {
        file: "length.svg",
        title: "Microseconds of a validation, by the characters of the token",
        table: "length",
        form: Form::Lengths,
    },
];

const WIDTH: u32 = 760;
const ROW: u32 = 30;
const TITLE: i32 = 44;
/// Where the bars begin: left of it are the names.
const NAMES: i32 = 300;
/// Room for the number right of the longest bar.
const NUMBERS: i32 = 120;
const FONT: &str = "Helvetica, Arial, sans-serif";

const INK: RGBColor = RGBColor(0x73, 0x7b, 0x85);
const OURS: RGBColor = RGBColor(0x1f, 0x8a, 0x70);
const OTHERS: RGBColor = RGBColor(0x8c, 0x96, 0xa3);
const FLOOR: RGBColor = RGBColor(0xc0, 0x7c, 0x2b);
const LINES: [RGBColor; 4] = [OURS, RGBColor(0x3b, 0x7d, 0xd8), FLOOR, RGBColor(0xa4, 0x5c, 0xc4)];

/// Where the charts of such a processor lie.
#[must_use]
pub fn folder(machine: &Machine) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(within(machine))
}

fn within(machine: &Machine) -> &'static str {
    if machine.avx512ifma { "charts/avx512ifma" } else { "charts" }
}

impl Chart {
    /// The committed file.
    #[must_use]
    pub fn path(&self, machine: &Machine) -> PathBuf {
        folder(machine).join(self.file)
    }

    /// The same, as seen from the report.
    #[must_use]
    pub fn link(&self, machine: &Machine) -> String {
        format!("{}/{}", within(machine), self.file)
    }

    /// Whether it shows what is in this table.
    #[must_use]
    pub fn belongs_to(&self, table: &str) -> bool {
        self.table == table
    }

    /// The file's text; `None` where its table was not measured.
    ///
    /// # Panics
    ///
    /// Never: drawing into a string cannot fail.
    #[must_use]
    pub fn draw(&self, results: &Results) -> Option<String> {
        let table = results.table(self.table)?;
        let mut text = String::new();
        let drawn = match self.form {
            Form::Ratios => bars(&mut text, self.title, table),
            Form::Lengths => lines(&mut text, self.title, table),
        };
        drawn.expect("a string takes every line");
        Some(text + "\n")
    }
}

type Drawn = Result<(), Box<dyn core::error::Error>>;

fn bars(text: &mut String, title: &str, table: &Table) -> Drawn {
    let mut rows: Vec<_> = table.rows.iter().filter_map(|row| Some((row, row.ratio?))).collect();
    rows.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let longest = rows.iter().map(|(_, ratio)| *ratio).fold(1.0, f64::max);
    let foot = table.ratio_is.as_ref().map_or(0, |_| 1);
    let height = TITLE as u32 + ROW * (rows.len() as u32 + foot) + 8;
    let area = SVGBackend::with_string(text, (WIDTH, height)).into_drawing_area();
    heading(&area, title)?;

    let width = f64::from(WIDTH as i32 - NAMES - NUMBERS);
    for (place, (row, ratio)) in rows.iter().enumerate() {
        let top = TITLE + (place as u32 * ROW) as i32;
        let middle = top + ROW as i32 / 2;
        let end = NAMES + (ratio / longest * width).max(2.0) as i32;
        let colour = match row.subject.as_str() {
            "gatepost" => OURS,
            _ if row.id == "floor" => FLOOR,
            _ => OTHERS,
        };
        area.draw(&Rectangle::new(
            [(NAMES, top + 5), (end, top + ROW as i32 - 5)],
            colour.filled(),
        ))?;
        let name = match row.id.as_str() {
            "floor" => format!("{}, {}", row.subject, row.work),
            _ if row.subject == "gatepost" => format!("gatepost: {}", row.work),
            _ => row.subject.clone(),
        };
        label(&area, &name, (NAMES - 10, middle), HPos::Right, 14.0)?;
        label(&area, &format!("{ratio:.2} ×"), (end + 8, middle), HPos::Left, 14.0)?;
    }
    if let Some(ratio_is) = &table.ratio_is {
        let place = TITLE + (rows.len() as u32 * ROW) as i32 + ROW as i32 / 2;
        label(&area, ratio_is, (NAMES, place), HPos::Left, 12.0)?;
    }
    area.present()?;
    Ok(())
}

fn lines(text: &mut String, title: &str, table: &Table) -> Drawn {
    let points: Vec<_> = table
        .rows
        .iter()
        .filter_map(|row| {
            let (_, len) = row.id.rsplit_once('/')?;
            Some((row.work.as_str(), len.parse::<f64>().ok()?, row.median_ns / 1000.0))
        })
        .collect();
    let most = points.iter().map(|(.., time)| *time).fold(0.0, f64::max);
    let longest = points.iter().map(|(_, len, _)| *len).fold(0.0, f64::max);

    let area = SVGBackend::with_string(text, (WIDTH, 380)).into_drawing_area();
    heading(&area, title)?;
    let ink = |size: f64| (FONT, size).into_font().color(&INK);
    let mut chart = ChartBuilder::on(&area)
        .margin_top(TITLE)
        .margin_right(24)
        .margin_bottom(8)
        .x_label_area_size(30)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..longest * 1.02, 0.0..most * 1.1)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.3))
        .axis_style(INK)
        .label_style(ink(13.0))
        .x_labels(9)
        .y_labels(6)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .draw()?;
    let mut series: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for (name, len, time) in points {
        match series.iter_mut().find(|(of, _)| *of == name) {
            Some((_, points)) => points.push((len, time)),
            None => series.push((name, vec![(len, time)])),
        }
    }
    for ((name, points), colour) in series.into_iter().zip(LINES) {
        let dots = points.clone();
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 14, y + 4)], colour.filled()));
        chart.draw_series(dots.into_iter().map(|dot| Circle::new(dot, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .label_font(ink(13.0))
        .border_style(TRANSPARENT)
        .draw()?;
    area.present()?;
    Ok(())
}

fn heading(area: &DrawingArea<SVGBackend<'_>, Shift>, title: &str) -> Drawn {
    label(area, title, (8, TITLE / 2), HPos::Left, 16.0)
}

fn label(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    text: &str,
    place: (i32, i32),
    side: HPos,
    size: f64,
) -> Drawn {
    let style = (FONT, size).into_font().color(&INK).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), place, style))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_committed_charts_are_made_from_the_committed_results() {
        for run in Results::read().unwrap() {
            for chart in ALL {
                let Some(text) = chart.draw(&run) else { continue };
                let path = chart.path(&run.machine);
                assert_eq!(fs::read_to_string(&path).unwrap(), text, "{}", path.display());
            }
        }
    }

    #[test]
    fn a_chart_names_every_row_with_a_ratio() {
        let results = Results::read().unwrap().remove(0);
        let table = results.table("es256").unwrap();
        let text = ALL[0].draw(&results).unwrap();
        assert!(table.rows.len() > 3);
        assert_eq!(text.matches(" ×\n").count(), table.rows.len());
    }
}
