//! How estimates and cosines go together, learned from a sample: an estimate is a multiple of the cosine, and an offset,
//! and an error. What these are depends on the query and on where its vectors come from: some models put much of every
//! vector into a few elements, of which a sketch shows little.

/// Sums over a sample of rows, x being cosines and y estimates.
#[derive(Default)]
pub(super) struct Sample {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Sample {
    /// Adds four rows, but none whose cosine is not a number.
    pub(super) fn add(&mut self, cosines: [f32; 4], estimates: [f32; 4]) {
        for (cosine, estimate) in cosines.iter().zip(&estimates) {
            if !cosine.is_nan() {
                let (x, y) = (f64::from(*cosine), f64::from(*estimate));
                self.count += 1.0;
                self.x += x;
                self.y += y;
                self.xx += x * x;
                self.xy += x * y;
                self.yy += y * y;
            }
        }
    }

    /// The line through the sample from which estimates deviate least.
    pub(super) fn fit(&self) -> Fit {
        let (x, y) = (self.x / self.count, self.y / self.count);
        let (spread_x, spread_y) = (self.xx - x * self.x, self.yy - y * self.y);
        let slope = (self.xy - x * self.y) / spread_x;
        let unexplained = (spread_y - slope * slope * spread_x).max(0.0);
        // Two rows are always on a line, and nothing is known of the error.
        let error = (unexplained / (self.count - 2.0)).sqrt();
        Fit { x, y, spread_x, slope, error, deviation: (spread_y / self.count).sqrt() }
    }
}

/// A line through a sample. Not a number in any part where the sample says nothing.
pub(super) struct Fit {
    /// The means.
    x: f64,
    y: f64,
    /// The sum of the squares of what cosines deviate from their mean.
    spread_x: f64,
    slope: f64,
    /// The standard deviation of estimates from the line.
    error: f64,
    /// And from their mean.
    deviation: f64,
}

impl Fit {
    /// The estimate so many standard deviations below that of a row with this cosine; the lowest number below a cosine of
    /// 0, and where nothing is known. The further from the sample, the less certain is the line.
    pub(super) fn limit(&self, cosine: f32, margin: f64) -> i16 {
        let distance = f64::from(cosine) - self.x;
        let error = self.error * (1.0 + distance * distance / self.spread_x).sqrt();
        let limit = self.y + self.slope * distance - margin * error;
        if cosine < 0.0 || limit.is_nan() { i16::MIN } else { limit as i16 }
    }

    /// The estimate so many standard deviations above the mean.
    pub(super) fn above(&self, deviations: f64) -> i16 {
        (self.y + deviations * self.deviation) as i16
    }
}
