//! The colours: after Okabe and Ito, who chose them so that every kind of colour vision tells them apart.

/// A colour of the palette. All but [`Color::Rgb`] follow the theme of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Color {
    /// Text and axes.
    Ink,
    /// What stands back: reference lines, leaders.
    Muted,
    /// The grid.
    Grid,
    /// The page.
    Paper,
    /// The n-th series, from 0; seven and then again from the first.
    Series(usize),
    /// Any colour, the same in all themes: cells of a heat map.
    Rgb(u8, u8, u8),
}

impl Color {
    /// Red, green and blue.
    pub fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Ink => (0x1f, 0x29, 0x33),
            Self::Muted => (0x7b, 0x87, 0x94),
            Self::Grid => (0xd9, 0xde, 0xe4),
            Self::Paper => (0xff, 0xff, 0xff),
            Self::Series(n) => match n % 7 {
                0 => (0x00, 0x72, 0xb2),
                1 => (0xd5, 0x5e, 0x00),
                2 => (0x00, 0x9e, 0x73),
                3 => (0xcc, 0x79, 0xa7),
                4 => (0xe6, 0x9f, 0x00),
                5 => (0x56, 0xb4, 0xe9),
                _ => (0x00, 0x00, 0x01),
            },
            Self::Rgb(r, g, b) => (r, g, b),
        }
    }

    /// As SVG writes it: `#0072b2`.
    pub fn hex(self) -> String {
        let (r, g, b) = self.rgb();
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

/// The sequential map "cividis" (Nuñez, Anderton and Renslow 2018), from dark blue at 0 to yellow at 1; it
/// rises evenly in lightness, for every kind of colour vision and in grey.
pub fn cividis(t: f64) -> Color {
    const STOPS: [(f64, f64, f64); 9] = [
        (0.0, 34.0, 78.0),
        (24.0, 54.0, 110.0),
        (60.0, 77.0, 110.0),
        (90.0, 100.0, 112.0),
        (120.0, 123.0, 120.0),
        (153.0, 148.0, 119.0),
        (188.0, 175.0, 110.0),
        (224.0, 204.0, 92.0),
        (254.0, 232.0, 56.0),
    ];
    let at = t.clamp(0.0, 1.0) * 8.0;
    let i = (at as usize).min(7);
    let f = at - i as f64;
    let mix = |a: f64, b: f64| (a + (b - a) * f).round() as u8;
    let (a, b) = (STOPS[i], STOPS[i + 1]);
    Color::Rgb(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}
