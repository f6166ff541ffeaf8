//! The hybrid logical clock (Kulkarni et al., 2014): wall time where it advances, a counter where it does not,
//! and the device as the last tie-break, so that stamps of different devices never compare equal by accident.

use std::fmt;

use super::id::{IdSource, SEED_LENGTH};

/// Largest counter that fits the five digits of a stamp.
const MAXIMUM_COUNTER: u32 = 99_999;
/// Largest milliseconds value that fits the fifteen digits of a stamp (the year 33658).
const MAXIMUM_MILLISECONDS: u64 = 999_999_999_999_999;

/// The name of one writer: 1..16 characters of `[A-Za-z0-9]`. Every open core has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Device {
    /// Filled up with 0, which keeps the order of names. Every record has one, so it is in its place.
    name: [u8; LONGEST_NAME],
}

const LONGEST_NAME: usize = 16;

impl Device {
    const NONE: Self = Self { name: [0; LONGEST_NAME] };

    /// A device name.
    pub fn parse(name: &str) -> Result<Self, ClockError> {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self::of(name).filter(|_| is_name).ok_or(ClockError)
    }

    fn of(name: &str) -> Option<Self> {
        let mut device = Self::NONE;
        device.name.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(device)
    }

    fn name(&self) -> &str {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(LONGEST_NAME);
        self.name.get(..end).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }

    /// A device name drawn from a seed: ten characters, so that the names of two open cores never meet in
    /// practice (50 bits).
    pub fn from_seed(seed: [u8; SEED_LENGTH]) -> Self {
        let id = IdSource::new(seed).next("device");
        let name = id.get("device_".len()..).and_then(|name| name.get(..10));
        name.and_then(Self::of).unwrap_or(Self::NONE)
    }
}

/// When a version of a record was written: milliseconds since 1970, counter, device. Ordered in that order.
///
/// Its text, `<ms, 15 digits>-<counter, 5 digits>-<device>`, sorts bytewise in the same order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    milliseconds: u64,
    counter: u32,
    device: Device,
}

impl Stamp {
    /// A stamp from its parts; refused when a part does not fit its digits.
    pub fn new(milliseconds: u64, counter: u32, device: Device) -> Result<Self, ClockError> {
        if milliseconds > MAXIMUM_MILLISECONDS || counter > MAXIMUM_COUNTER {
            return Err(ClockError);
        }
        Ok(Self { milliseconds, counter, device })
    }

    /// Stands where none could be read, in a value that will be refused for it.
    pub(super) fn none() -> Self {
        Self { milliseconds: 0, counter: 0, device: Device::NONE }
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, ClockError> {
        let (milliseconds, rest) = digits(text, 15).ok_or(ClockError)?;
        let (counter, rest) = rest.strip_prefix('-').and_then(|rest| digits(rest, 5)).ok_or(ClockError)?;
        let device = rest.strip_prefix('-').ok_or(ClockError)?;
        Self::new(milliseconds, counter as u32, Device::parse(device)?)
    }

    /// Milliseconds, counter, and the name of the device.
    pub(crate) fn parts(&self) -> (u64, u32, &str) {
        (self.milliseconds, self.counter, self.device.name())
    }

    /// Milliseconds since 1970 of the wall clock, as the writer saw it or a little ahead.
    pub fn milliseconds(&self) -> u64 {
        self.milliseconds
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:015}-{:05}-{}", self.milliseconds, self.counter, self.device.name())
    }
}

/// The number of so many digits, and what follows.
fn digits(text: &str, count: usize) -> Option<(u64, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    let mut number = 0;
    for digit in digits.bytes() {
        number = number * 10 + u64::from(char::from(digit).to_digit(10)?);
    }
    Some((number, rest))
}

/// A text that is not a stamp or a device name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockError;

/// The clock of one device: its stamps strictly increase and exceed every stamp it has witnessed.
#[derive(Clone, Debug)]
pub struct HybridClock {
    device: Device,
    milliseconds: u64,
    counter: u32,
}

impl HybridClock {
    /// A clock that has witnessed nothing.
    pub fn new(device: Device) -> Self {
        Self { device, milliseconds: 0, counter: 0 }
    }

    /// Milliseconds since 1970 of the last stamp, given or witnessed.
    pub fn milliseconds(&self) -> u64 {
        self.milliseconds
    }

    /// The next stamp, at wall time `now` (milliseconds since 1970).
    pub fn tick(&mut self, now: u64) -> Stamp {
        if now > self.milliseconds {
            (self.milliseconds, self.counter) = (now.min(MAXIMUM_MILLISECONDS), 0);
        } else if self.counter < MAXIMUM_COUNTER {
            self.counter += 1;
        } else {
            (self.milliseconds, self.counter) = (self.milliseconds.saturating_add(1), 0);
        }
        Stamp { milliseconds: self.milliseconds, counter: self.counter, device: self.device }
    }

    /// Takes note of another writer's stamp, so that the next tick is later.
    pub fn witness(&mut self, stamp: &Stamp) {
        if (stamp.milliseconds, stamp.counter) > (self.milliseconds, self.counter) {
            (self.milliseconds, self.counter) = (stamp.milliseconds, stamp.counter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock() -> HybridClock {
        HybridClock::new(Device::parse("A").unwrap())
    }

    #[test]
    fn ticks_increase_while_the_wall_clock_stands_still_or_goes_back() {
        let mut clock = clock();
        let stamps: Vec<String> = [5, 5, 3, 6].map(|now| clock.tick(now).to_string()).to_vec();
        assert_eq!(
            stamps,
            [
                "000000000000005-00000-A",
                "000000000000005-00001-A",
                "000000000000005-00002-A",
                "000000000000006-00000-A"
            ]
        );
    }

    #[test]
    fn a_full_counter_borrows_a_millisecond() {
        let mut clock = clock();
        clock.witness(&Stamp::parse("000000000000007-99999-B").unwrap());
        assert_eq!(clock.tick(7).to_string(), "000000000000008-00000-A");
    }

    #[test]
    fn malformed_stamps_are_refused() {
        for text in [
            "",
            "1-2-A",
            "000000000000005-00000-",
            "000000000000005-00000-a_b",
            "000000000000005-00000-ABCDEFGHIJKLMNOPQ",
            "00000000000000x-00000-A",
        ] {
            assert_eq!(Stamp::parse(text), Err(ClockError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_sorts_as_the_stamps_do(a in (0..=MAXIMUM_MILLISECONDS, 0..=MAXIMUM_COUNTER, "[A-Za-z0-9]{1,16}"),
                                       b in (0..=MAXIMUM_MILLISECONDS, 0..=MAXIMUM_COUNTER, "[A-Za-z0-9]{1,16}")) {
            let stamp = |(milliseconds, counter, device): (u64, u32, String)| {
                Stamp::new(milliseconds, counter, Device::parse(&device).unwrap()).unwrap()
            };
            let (a, b) = (stamp(a), stamp(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(Stamp::parse(&a.to_string()), Ok(a));
        }
    }
}
