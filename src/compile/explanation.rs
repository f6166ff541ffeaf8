//! How an effective value came about, in words.

use super::compiled::ParameterTrace;
use crate::decimal::round6;
use crate::json::to_text;

impl ParameterTrace {
    /// In one line, for people: `base 0.95, friend_level +0.2, clamped to 1`.
    ///
    /// A base of 0.5 may also be that of a parameter without a base value.
    pub fn explanation(&self) -> String {
        let mut text = String::from("base ");
        text.push_str(&to_text(&self.base));
        let mut sum = self.base;
        for step in &self.steps {
            sum += step.delta;
            text.push_str(", ");
            text.push_str(&step.source);
            text.push_str(if step.delta < 0.0 { " " } else { " +" });
            text.push_str(&to_text(&step.delta));
        }
        if round6(sum) != self.effective {
            text.push_str(", clamped to ");
            text.push_str(&to_text(&self.effective));
        } else if !self.steps.is_empty() {
            text.push_str(" = ");
            text.push_str(&to_text(&self.effective));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::compiled::Step;
    use super::*;

    fn explained(base: f64, deltas: &[(&str, f64)], effective: f64) -> String {
        let step = |(source, delta): &(&str, f64)| Step { source: (*source).to_owned(), delta: *delta };
        ParameterTrace { base, steps: deltas.iter().map(step).collect(), effective }.explanation()
    }

    #[test]
    fn base_deltas_and_clamp_are_told() {
        assert_eq!(
            explained(0.95, &[("friend_level", 0.2)], 1.0),
            "base 0.95, friend_level +0.2, clamped to 1"
        );
        let deltas = [("friend_level", -0.1), ("shy_mood", 0.2)];
        assert_eq!(explained(0.3, &deltas, 0.4), "base 0.3, friend_level -0.1, shy_mood +0.2 = 0.4");
        assert_eq!(explained(0.1, &[("shy_mood", -0.3)], 0.0), "base 0.1, shy_mood -0.3, clamped to 0");
        assert_eq!(explained(0.5, &[], 0.5), "base 0.5");
    }
}
